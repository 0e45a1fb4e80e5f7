import { strict as assert } from 'node:assert'
import { drawnBar, ProgressLines } from '../../../src/cli/progress/lines.js'
import { FakeDaemon } from './support/fake-daemon.js'
import { runLine } from './support/run-line.js'

interface Step {
  /** State of each slot's task, or what it failed of. */
  tasks: (string | { slot?: number; state: string; desired?: string; err?: string; node?: string; iteration?: number })[]
  update?: { State: string; Message?: string }
}

/** A daemon whose service goes through the steps, one a look, and stays at the last. */
function daemonOf(mode: object, steps: readonly Step[], monitorNs = 0) {
  let look = -1
  const step = (): Step => steps[Math.min(look, steps.length - 1)] as Step
  return FakeDaemon.start({
    'POST /services/create': { ID: 'svc1' },
    'GET /nodes': [
      { ID: 'node1', Status: { State: 'ready' } },
      { ID: 'gone', Status: { State: 'down' } },
    ],
    'GET /services/svc1': () => {
      look++
      const { update } = step()
      return { ID: 'svc1', Spec: { Name: 'web', Mode: mode, UpdateConfig: { Monitor: monitorNs } }, JobStatus: { JobIteration: { Index: 2 } }, ...(update && { UpdateStatus: update }) }
    },
    'GET /tasks': () =>
      step().tasks.map((task, index) => {
        const { slot = index + 1, state, desired = 'running', err, node = 'node1', iteration } = typeof task === 'string' ? { state: task } : task
        return { ID: `t${index}`, Slot: slot, NodeID: node, DesiredState: desired, Status: { State: state, Err: err }, JobIteration: { Index: iteration } }
      }),
  })
}

async function follow(mode: object, steps: readonly Step[], { terminal = false, line = 'service create --no-resolve-image web:1' } = {}): Promise<{ code: number; lines: string[]; stderr: string }> {
  await using daemon = await daemonOf(mode, steps)
  const { code, stdout, stderr } = await runLine(line, { host: daemon.host, terminal })
  return { code, lines: stdout.trimEnd().split('\n'), stderr: stderr.trimEnd() }
}

const replicated = (replicas: number): object => ({ Replicated: { Replicas: replicas } })

describe('convergence of a service', () => {
  it('shows the tasks come up, waits for them to be stable, and ends', async () => {
    const { code, lines } = await follow(replicated(2), [{ tasks: [] }, { tasks: ['preparing', 'running'] }, { tasks: ['running', 'running'] }])
    assert.equal(code, 0)
    assert.deepEqual(lines, [
      'svc1',
      'overall progress: 0 out of 2 tasks',
      '1/2:  ',
      '2/2:  ',
      'overall progress: 1 out of 2 tasks',
      'overall progress: 2 out of 2 tasks',
      ...[5, 4, 3, 2, 1].map((seconds) => `verify: Waiting ${seconds} seconds to verify that tasks are stable...`),
      'verify: Service svc1 converged',
    ])
  })

  it('starts to wait anew when a task fails while it watches', async () => {
    const up = { tasks: ['running'] }
    const { lines } = await follow(replicated(1), [up, up, { tasks: [{ state: 'failed', err: 'boom\nbang' }] }, up])
    assert.deepEqual(lines.slice(3, 8), [
      'overall progress: 1 out of 1 tasks',
      'verify: Waiting 5 seconds to verify that tasks are stable...',
      '1/1: boom bang',
      'overall progress: 0 out of 1 tasks',
      'verify: Detected task failure',
    ])
    assert.equal(lines.at(-1), 'verify: Service svc1 converged')
  })

  it('leaves out tasks on nodes that are down, and those that are to go', async () => {
    const away = { slot: 1, state: 'running', node: 'gone' }
    const old = { slot: 1, state: 'running', desired: 'shutdown' }
    const { lines } = await follow(replicated(1), [{ tasks: [away, old] }, { tasks: [away, old, { slot: 1, state: 'running' }] }])
    assert.deepEqual(lines.slice(1, 4), ['overall progress: 0 out of 1 tasks', '1/1:  ', 'overall progress: 1 out of 1 tasks'])
  })

  it('draws no line for each task above twenty', async () => {
    const { lines } = await follow(replicated(21), [{ tasks: Array.from({ length: 21 }, () => 'running') }])
    assert.ok(!lines.some((line) => line.startsWith('1/21')))
  })

  it('fails with the reason when the update is paused', async () => {
    const { code, stderr } = await follow(replicated(1), [{ tasks: ['running'], update: { State: 'updating' } }, { tasks: [], update: { State: 'paused', Message: 'too many failures' } }])
    assert.equal(code, 1)
    assert.equal(stderr, 'service update paused: too many failures')
  })

  it('tells of a roll-back and how it ended', async () => {
    const started = { State: 'rollback_started', Message: 'update rolled back due to failure' }
    const { lines } = await follow(replicated(1), [
      { tasks: ['preparing'], update: started },
      { tasks: ['running'], update: { State: 'rollback_completed', Message: 'rollback completed' } },
    ])
    assert.ok(lines.includes('rollback: update rolled back due to failure'))
    assert.ok(lines.includes('overall progress: rolling back update: 1 out of 1 tasks'))
    assert.deepEqual(lines.slice(-2), ['verify: Service svc1 converged', 'rollback: rollback completed'])
  })

  it('follows a global service by its nodes', async () => {
    const { lines } = await follow({ Global: {} }, [{ tasks: [] }, { tasks: [{ slot: 0, state: 'starting' }] }, { tasks: [{ slot: 0, state: 'running' }] }])
    assert.deepEqual(lines.slice(1, 4), ['overall progress: waiting for new tasks', 'overall progress: 0 out of 1 tasks', 'overall progress: 1 out of 1 tasks'])
  })

  it('ends with a job without waiting for it to be stable', async () => {
    const run = (slot: number, state: string, iteration = 2) => ({ slot, state, desired: 'complete', iteration })
    const { code, lines } = await follow({ ReplicatedJob: { TotalCompletions: 2, MaxConcurrent: 1 } }, [
      { tasks: [run(0, 'complete', 1), run(0, 'running')] },
      { tasks: [run(0, 'complete'), run(1, 'complete')] },
    ])
    assert.equal(code, 0)
    assert.deepEqual(lines.slice(1, 3), ['job progress: 0 out of 2 complete', 'active tasks: 0 out of 1 tasks'])
    assert.equal(lines.at(-1), 'job complete')
  })

  it('says nothing with -q and does not wait with -d', async () => {
    assert.deepEqual((await follow(replicated(1), [{ tasks: ['running'] }], { line: 'service create -q web:1' })).lines, ['svc1'])
    assert.deepEqual((await follow(replicated(1), [{ tasks: [] }], { line: 'service create -d web:1' })).lines, ['svc1'])
  })

  it('writes over its lines on a terminal', async () => {
    const { lines } = await follow(replicated(1), [{ tasks: ['starting'] }, { tasks: ['running'] }], { terminal: true })
    const text = lines.join('\n')
    // Two lines up to the first one, which is cleared and written again.
    assert.ok(text.includes('\x1b[2A\x1b[2K\roverall progress: 1 out of 1 tasks \r\x1b[2B'), JSON.stringify(text))
    assert.ok(text.includes('1/1: starting  [============================================>      ]'))
  })
})

describe('progress lines', () => {
  it('draws bars only where there is room', () => {
    assert.equal(drawnBar({ current: 1, total: 2 }, 120), `[${'='.repeat(25)}>${' '.repeat(25)}] `)
    assert.equal(drawnBar({ current: 5, total: 2 }, 120), `[${'='.repeat(50)}>] `)
    assert.equal(drawnBar({ current: 1, total: 2, counts: '1kB/2kB' }, 80), '1kB/2kB')
    assert.equal(drawnBar({ current: 1, total: 0 }, 120), '')
  })

  it('shows nothing without a stream', () => {
    new ProgressLines(undefined).show({ id: 'a', text: 'b' })
  })
})
