import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Assignments } from '../../agent/assignments.js'
import { Dependencies } from '../../agent/dependencies.js'
import { ContainerExecutor } from '../../agent/executor/container-executor.js'
import { containerName } from '../../agent/executor/container-spec.js'
import { Limit } from '../../src/base/limit.js'
import { logMessages } from '../../agent/logs/task-log.js'
import { Reporter } from '../../agent/reporter.js'
import { TaskDb } from '../../agent/task-db.js'
import { TmpfsFileKeeper } from '../../agent/task-files-keeper.js'
import { Worker } from '../../agent/worker.js'
import { nullLogger } from '../../src/base/log.js'
import type { ContainerSpec } from '../../src/model/container-spec.js'
import type { Secret } from '../../src/model/secret.js'
import { TaskState, taskStateName } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'
import { systemClock } from '../../src/sys/system-clock.js'
import { systemRng } from '../../src/sys/system-rng.js'
import { taskOf } from '../support/agent-task.js'
import { endEngine, makeEngineFolder, openEngine, type EngineHost } from '../support/engine-host.js'
import { eventually } from '../support/eventually.js'

const none: Assignments = { kind: 'incremental', tasks: [], secrets: [], configs: [], removedTasks: [], removedSecrets: [], removedConfigs: [] }

describe('tasks on the real engine', function () {
  this.timeout(120_000)
  let folder: string
  let host: EngineHost
  let worker: Worker
  let keeper: TmpfsFileKeeper

  const open = async (): Promise<void> => {
    host = await openEngine(folder)
    const dependencies = new Dependencies()
    keeper = new TmpfsFileKeeper(join(folder, 'run/tasks'))
    const executor = new ContainerExecutor(
      {
        engine: host.engine,
        events: host.engine.events,
        images: { has: (ref) => ref === 'busybox' },
        files: keeper,
        fileSource: dependencies,
        limit: new Limit(16),
        node: () => ({ id: 'node-id', hostname: 'host-1', platform: { os: 'linux', architecture: 'x86_64' } }),
      },
      nullLogger,
    )
    worker = new Worker({ db: new TaskDb(host.db), executor, dependencies, reporter: new Reporter(), nodeId: () => 'node-id', clock: systemClock, rng: systemRng, log: nullLogger })
    worker.start()
  }
  before(async () => {
    folder = makeEngineFolder()
    await open()
  })
  after(async () => {
    try {
      await worker?.leave()
      await keeper?.destroy()
      await worker?.close()
    } finally {
      await endEngine(folder, host)
    }
  })

  const task = (id: string, script: string, given: Partial<ContainerSpec> = {}, more: Partial<Task> = {}): Task => {
    const made = taskOf(id, more, { image: 'busybox', command: ['sh', '-c', script], stopGracePeriodNs: 1e8, ...given })
    made.spec.networks = []
    made.networks = [{ network: { id: 'none', spec: { name: 'none', scope: 'local', ingress: false, driver: { name: 'null', options: {} } } }, addresses: [], aliases: [], driverOptions: {} } as unknown as Task['networks'][number]]
    return made
  }
  const statusOf = (id: string) => worker.tasks().find((one) => one.id === id)?.status
  const reaches = (id: string, state: TaskState) =>
    eventually(`${id} is ${taskStateName(state)}`, () => statusOf(id)?.state === state && statusOf(id), { timeoutMs: 30_000 }).catch((thrown: unknown) => {
      throw new Error(`${id} is ${taskStateName(statusOf(id)?.state ?? 0)}: ${statusOf(id)?.err}`, { cause: thrown })
    })
  const containers = () => host.engine.all().map((one) => one.name).sort()

  it('run, end, fail and are refused', async () => {
    await worker.onAssignments({ ...none, tasks: [task('runs', 'sleep 1000'), task('ends', 'exit 0'), task('fails', 'exit 3'), task('lacks', 'true', { image: 'nothing' }), task('broken', 'true', { command: ['/no/such/program'] })] })
    const running = await reaches('runs', TaskState.running)
    assert((running?.container?.pid ?? 0) > 0)
    await reaches('ends', TaskState.complete)
    const failed = await reaches('fails', TaskState.failed)
    assert.deepEqual([failed?.err, failed?.container?.exitCode], ['task: non-zero exit (3)', 3])
    assert.match((await reaches('lacks', TaskState.rejected))?.err ?? '', /^No such image: nothing/)
    assert.match((await reaches('broken', TaskState.failed))?.err ?? '', /no such file|not found/i)
  })

  it('have their secrets in memory, for them alone', async () => {
    const file = { name: 'key', uid: '33', gid: '44', mode: 0o440 }
    const secret = { id: 's1', spec: { name: 'key', labels: {}, data: Buffer.from('hidden') } } as unknown as Secret
    const script = 'cat /run/secrets/key; ls -ln /run/secrets/key; touch /run/secrets/key 2>/dev/null || echo read-only'
    await worker.onAssignments({ ...none, tasks: [task('secret', script, { secrets: [{ id: 's1', name: 'key', file }] })] })
    await eventually('it waits', () => statusOf('secret')?.err === 'waiting for secret key from the manager')
    await worker.onAssignments({ ...none, secrets: [secret] })
    await reaches('secret', TaskState.complete)
    let output = ''
    for await (const line of logMessages(host.engine, task('secret', ''), { stdout: true, stderr: true, follow: false, tail: -1 }, new AbortController().signal)) output += Buffer.from(line.data).toString()
    assert.match(output, /^hidden-r--r-----\s+1 33\s+44\s+6 .*\nread-only\n$/)
    assert(existsSync(join(folder, 'run/tasks/secret')))
    await worker.onAssignments({ ...none, removedTasks: ['secret'] })
    await eventually('the files are gone', () => !existsSync(join(folder, 'run/tasks/secret')))
  })

  it('run once they are healthy', async () => {
    const healthCheck = { test: ['CMD-SHELL', 'test -e /tmp/well'], intervalNs: 1e8, timeoutNs: 5e9, startPeriodNs: 0, startIntervalNs: 0, retries: 100 }
    await worker.onAssignments({ ...none, tasks: [task('checked', 'while ! test -e /tmp/go; do sleep 0.05; done; touch /tmp/well; sleep 1000', { healthCheck })] })
    await reaches('checked', TaskState.starting)
    await eventually('its container runs', () => host.engine.find(containerName(task('checked', ''))).isUp)
    assert.equal(statusOf('checked')?.state, TaskState.starting)
    const { pid = 0 } = host.engine.find(containerName(task('checked', ''))).record.state.process ?? {}
    execFileSync('touch', [`/proc/${pid}/root/tmp/go`])
    await reaches('checked', TaskState.running)
  })

  it('live on without the daemon, and are taken over', async () => {
    const before = host.engine.find(containerName(task('runs', ''))).record.state.process?.pid
    await worker.close()
    await host.close()
    await open()
    const after = host.engine.find(containerName(task('runs', '')))
    assert(after.isUp)
    assert.equal(after.record.state.process?.pid, before)
    assert.equal(statusOf('runs')?.state, TaskState.running)
    await worker.onAssignments({ ...none, tasks: [{ ...task('runs', 'sleep 1000'), desiredState: TaskState.shutdown }] })
    const ended = await reaches('runs', TaskState.shutdown)
    assert.equal(ended?.container?.exitCode, 137)
  })

  it('take their anonymous volumes with them', async () => {
    const mounts = [{ type: 'volume', source: '', target: '/data', readOnly: false, consistency: '' }]
    await worker.onAssignments({ ...none, tasks: [task('volume', 'touch /data/x; sleep 1000', { mounts })] })
    await reaches('volume', TaskState.running)
    const made = host.engine.find(containerName(task('volume', ''))).record.mounts[0]?.source as string
    assert(existsSync(made))
    await worker.onAssignments({ ...none, removedTasks: ['volume'] })
    await eventually('the volume is gone', () => !existsSync(made))
  })

  it('come and go thirty at a time, and leave nothing', async () => {
    const tasks = Array.from({ length: 30 }, (_, i) => task(`many${i}`, 'sleep 1000', {}, { slot: i + 10 }))
    await worker.onAssignments({ ...none, kind: 'complete', tasks })
    for (const one of tasks) await reaches(one.id, TaskState.running)
    await eventually('only those are left', () => containers().length === 30)
    await host.engine.create('by-hand', { Image: 'busybox', HostConfig: { NetworkMode: 'none' } })
    await worker.onAssignments({ ...none, kind: 'complete' })
    await eventually('all are gone', () => containers().length === 1, { timeoutMs: 60_000 })
    assert.deepEqual(containers(), ['by-hand'])
    await eventually('none is remembered', () => new TaskDb(host.db).list().length === 0)
  })
})
