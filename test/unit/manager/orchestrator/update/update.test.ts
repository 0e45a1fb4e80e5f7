import { strict as assert } from 'node:assert'
import type { ServiceSpec, UpdateConfig } from '../../../../../src/model/service.js'
import { TaskState } from '../../../../../src/model/task-state.js'
import { TestManager } from '../../../../support/manager-loops.js'
import { containerSpec, taskSpec } from '../../../../support/objects.js'

const config = (over: Partial<UpdateConfig> = {}): UpdateConfig => ({
  parallelism: 1,
  delayNs: 0,
  failureAction: 'pause',
  maxFailureRatio: 0,
  order: 'stop-first',
  monitorNs: 1e9,
  ...over,
})
const image = (name: string) => taskSpec({ container: containerSpec({ image: name }), restart: { condition: 'any', delayNs: 1e9, maxAttempts: 0, windowNs: 0 } })
const toImage = (name: string) => (spec: ServiceSpec): ServiceSpec => ({ ...spec, task: image(name) })
const images = (manager: TestManager) => manager.running('web').map((task) => task.spec.container?.image).sort().join(' ')
const status = (manager: TestManager) => {
  const found = manager.service('web').updateStatus
  return found && `${found.state}: ${found.message.replace(/task [a-z0-9]{25}/, 'task X')}`
}

async function web(replicas: number, update: UpdateConfig, rollback?: UpdateConfig, nodes = 2): Promise<TestManager> {
  const manager = await TestManager.lead(nodes)
  await manager.create('web', { mode: { kind: 'replicated', replicas }, task: image('a'), update, ...(rollback ? { rollback } : {}) })
  assert.equal(manager.running('web').length, replicas)
  return manager
}

describe('rolling updates', () => {
  it('replaces all tasks, then watches them, then is completed', async () => {
    await using manager = await web(3, config())
    await manager.updateSpec('web', toImage('b'))
    assert.equal(images(manager), 'b b b')
    assert.equal(status(manager), 'updating: update in progress')
    await manager.pass(1100)
    assert.equal(status(manager), 'completed: update completed')
    assert.ok(manager.service('web').updateStatus?.completedAtMs)
  })

  it('takes as many at once as parallelism says, with the delay between', async () => {
    await using manager = await web(4, config({ parallelism: 2, delayNs: 3e9 }))
    await manager.updateSpec('web', toImage('b'))
    assert.equal(images(manager), 'a a b b')
    await manager.pass(2900)
    assert.equal(images(manager), 'a a b b')
    await manager.pass(200)
    assert.equal(images(manager), 'b b b b')
    await manager.pass(1100)
    assert.equal(status(manager), 'completed: update completed')
  })

  it('parallelism 0 takes all at once', async () => {
    await using manager = await web(4, config({ parallelism: 0 }))
    manager.agent.behave = (task) => (task.spec.container?.image === 'b' ? 'hang' : 'run')
    await manager.updateSpec('web', toImage('b'))
    assert.equal(manager.tasks('web').filter((task) => task.spec.container?.image === 'b').length, 4)
  })

  it('stop-first: the new task waits until the old one has stopped', async () => {
    await using manager = await web(2, config())
    manager.agent.behave = (task) => (task.spec.container?.image === 'a' ? 'stubborn' : 'run')
    await manager.updateSpec('web', toImage('b'))
    const made = manager.tasks('web').filter((task) => task.spec.container?.image === 'b')
    assert.deepEqual(made.map((task) => [task.status.state, task.desiredState]), [[TaskState.ready, TaskState.ready]])
    manager.agent.behave = () => 'run'
    await manager.agent.poke()
    await manager.quiet()
    assert.equal(images(manager), 'b b')
  })

  it('start-first: never fewer running than asked for', async () => {
    await using manager = await web(3, config({ order: 'start-first' }))
    const events = manager.store.watch((event) => event.table === 'task')
    let least = Infinity
    await manager.updateSpec('web', toImage('b'))
    const states = new Map(manager.tasks('web').map((task) => [task.id as string, false]))
    for (const event of (await events.takeAll()) ?? []) {
      if (event.table !== 'task' || event.action === 'remove') continue
      states.set(event.object.id, event.object.status.state === TaskState.running)
    }
    events.close()
    // Every old task was told to stop only after its slot's new task ran.
    for (const old of manager.tasks('web').filter((task) => task.spec.container?.image === 'a')) {
      const next = manager.tasks('web').find((task) => task.slot === old.slot && task.spec.container?.image === 'b')
      const stopped = manager.agent.history.indexOf(`${old.id} ${TaskState.shutdown}`)
      const ran = manager.agent.history.indexOf(`${next?.id} ${TaskState.running}`)
      assert.ok(ran >= 0 && stopped > ran)
      least = Math.min(least, stopped - ran)
    }
    assert.ok(least > 0)
    assert.equal(images(manager), 'b b b')
  })

  it('start-first: a replacement that never runs leaves the old task alone', async () => {
    await using manager = await web(2, config({ order: 'start-first' }))
    manager.agent.behave = (task) => (task.spec.container?.image === 'b' ? 'hang' : 'run')
    await manager.updateSpec('web', toImage('b'))
    await manager.pass(20_000, 1000)
    assert.equal(images(manager), 'a a')
    assert.equal(status(manager), 'updating: update in progress')
  })

  it('pauses on a failure', async () => {
    await using manager = await web(3, config())
    manager.agent.behave = (task) => (task.spec.container?.image === 'b' ? 'reject' : 'run')
    await manager.updateSpec('web', toImage('b'))
    assert.equal(status(manager), 'paused: update paused due to failure or early termination of task X')
    assert.equal(images(manager), 'a a')
    await manager.pass(5000)
    assert.equal(images(manager), 'a a')
  })

  it('pauses when a task ends while it is watched, not after', async () => {
    await using manager = await web(2, config({ monitorNs: 3e9, delayNs: 5e9 }))
    await manager.updateSpec('web', toImage('b'))
    await manager.pass(2000)
    const [made] = manager.running('web').filter((task) => task.spec.container?.image === 'b')
    await manager.agent.end(made!.id, TaskState.complete)
    await manager.quiet()
    assert.equal(status(manager), 'paused: update paused due to failure or early termination of task X')

    await using other = await web(2, config({ monitorNs: 1e9, delayNs: 5e9 }))
    await other.updateSpec('web', toImage('b'))
    await other.pass(2000)
    const [old] = other.running('web').filter((task) => task.spec.container?.image === 'b')
    await other.agent.end(old!.id, TaskState.failed)
    await other.quiet()
    assert.equal(status(other), 'updating: update in progress')
  })

  it('goes on after failures when told to continue', async () => {
    await using manager = await web(3, config({ failureAction: 'continue' }))
    let failures = 0
    manager.agent.behave = (task) => (task.spec.container?.image === 'b' && failures++ < 1 ? 'fail' : 'run')
    await manager.updateSpec('web', toImage('b'))
    await manager.pass(5000)
    assert.equal(status(manager), 'completed: update completed')
    assert.equal(images(manager), 'b b b')
  })

  it('tolerates the part of failures that the ratio allows', async () => {
    await using manager = await web(4, config({ maxFailureRatio: 0.25 }))
    let failures = 0
    manager.agent.behave = (task) => (task.spec.container?.image === 'b' && failures++ < 1 ? 'fail' : 'run')
    await manager.updateSpec('web', toImage('b'))
    await manager.pass(5000)
    assert.equal(status(manager), 'completed: update completed')
  })

  it('rolls back to the previous spec', async () => {
    await using manager = await web(3, config({ failureAction: 'rollback' }), config())
    manager.agent.behave = (task) => (task.spec.container?.image === 'b' ? 'reject' : 'run')
    await manager.updateSpec('web', toImage('b'))
    assert.equal(status(manager), 'rollback_started: update rolled back due to failure or early termination of task X')
    assert.equal(images(manager), 'a a a')
    assert.equal(manager.service('web').previousSpec, undefined)
    await manager.pass(1100)
    assert.equal(status(manager), 'rollback_completed: rollback completed')
  })

  it('a rollback that fails is paused', async () => {
    await using manager = await web(2, config({ failureAction: 'rollback' }), config())
    manager.agent.behave = () => 'reject'
    await manager.updateSpec('web', toImage('b'))
    await manager.pass(2000)
    assert.equal(status(manager), 'rollback_paused: rollback paused due to failure or early termination of task X')
  })

  it('a newer spec takes the place of the one being rolled out', async () => {
    await using manager = await web(3, config({ delayNs: 5e9 }))
    await manager.updateSpec('web', toImage('b'))
    assert.equal(images(manager), 'a a b')
    await manager.updateSpec('web', toImage('c'))
    await manager.pass(12_000)
    assert.equal(images(manager), 'c c c')
    await manager.pass(1100)
    assert.equal(status(manager), 'completed: update completed')
  })

  it('a new leader goes on with an update', async () => {
    await using manager = await web(4, config({ delayNs: 2e9 }))
    await manager.updateSpec('web', toImage('b'))
    await manager.stop()
    manager.start()
    await manager.quiet()
    await manager.pass(8000)
    assert.equal(images(manager), 'b b b b')
    assert.equal(status(manager), 'completed: update completed')
  })

  it('scaling alone is no update of tasks', async () => {
    await using manager = await web(2, config())
    const before = manager.running('web').map((task) => task.id)
    await manager.updateSpec('web', (spec) => ({ ...spec, mode: { kind: 'replicated', replicas: 4 } }))
    assert.equal(manager.running('web').length, 4)
    assert.ok(before.every((id) => manager.running('web').some((task) => task.id === id)))
    assert.equal(status(manager), undefined)
  })

  it('constraints that every node meets replace nothing', async () => {
    await using manager = await web(2, config())
    const before = manager.running('web').map((task) => task.id)
    await manager.updateSpec('web', (spec) => ({ ...spec, task: { ...spec.task, placement: { constraints: ['node.role==worker'], preferences: [], maxReplicas: 0, platforms: [] } } }))
    assert.deepEqual(manager.running('web').map((task) => task.id), before)
  })

  it('tasks that wait for room do not keep an update from replacing them', async () => {
    await using manager = await TestManager.lead(1)
    const big = (memoryBytes: number) => ({ ...image('a'), resources: { reservations: { nanoCpus: 0, memoryBytes, generic: [] } } })
    await manager.create('web', { task: big(1e15), update: config() })
    assert.match(manager.tasks('web')[0]!.status.err, /^no suitable node \(insufficient memory on 1 node\)$/)
    await manager.updateSpec('web', (spec) => ({ ...spec, task: big(1e6) }))
    assert.equal(manager.running('web').length, 1)
  })
})
