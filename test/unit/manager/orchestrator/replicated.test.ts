import { strict as assert } from 'node:assert'
import { Availability } from '../../../../src/model/node.js'
import { TaskState } from '../../../../src/model/task-state.js'
import { TestManager } from '../../../support/manager-loops.js'
import { containerSpec, taskSpec } from '../../../support/objects.js'

const image = (name: string) => taskSpec({ container: containerSpec({ image: name }) })

describe('replicated services', () => {
  it('a new service gets its tasks, spread over the nodes', async () => {
    await using manager = await TestManager.lead(3)
    await manager.create('web', { mode: { kind: 'replicated', replicas: 6 } })
    assert.equal(manager.running('web').length, 6)
    const perNode = ['n1', 'n2', 'n3'].map((id) => manager.running('web').filter((task) => task.nodeId === id).length)
    assert.deepEqual(perNode, [2, 2, 2])
    assert.deepEqual(manager.running('web').map((task) => task.slot).sort(), [1, 2, 3, 4, 5, 6])
  })

  it('scales down from the fullest nodes and forgets the tasks once they stopped', async () => {
    await using manager = await TestManager.lead(3)
    await manager.create('web', { mode: { kind: 'replicated', replicas: 6 } })
    await manager.updateSpec('web', (spec) => ({ ...spec, mode: { kind: 'replicated', replicas: 3 } }))
    await manager.pass(300)
    assert.deepEqual(manager.running('web').map((task) => task.nodeId).sort(), ['n1', 'n2', 'n3'])
    assert.equal(manager.tasks('web').length, 3)
    await manager.updateSpec('web', (spec) => ({ ...spec, mode: { kind: 'replicated', replicas: 0 } }))
    await manager.pass(300)
    assert.equal(manager.tasks('web').length, 0)
  })

  it('a task that fails is replaced in its slot after the delay', async () => {
    await using manager = await TestManager.lead(1)
    await manager.create('web', { task: taskSpec({ restart: { condition: 'any', delayNs: 2e9, maxAttempts: 0, windowNs: 0 } }) })
    const [first] = manager.running('web')
    await manager.agent.end(first!.id, TaskState.failed)
    await manager.quiet()
    assert.deepEqual(manager.table('web'), ['1@n1 busybox:latest failed>shutdown', '1@n1 busybox:latest ready>ready'])
    await manager.pass(1900)
    assert.equal(manager.running('web').length, 0)
    await manager.pass(200)
    assert.deepEqual(manager.table('web'), ['1@n1 busybox:latest failed>shutdown', '1@n1 busybox:latest running>running'])
  })

  it('attempts end a crash loop, and the history stays bounded', async () => {
    await using manager = await TestManager.lead(1)
    manager.agent.behave = () => 'fail'
    await manager.create('web', { task: taskSpec({ restart: { condition: 'any', delayNs: 1e9, maxAttempts: 3, windowNs: 0 } }) })
    await manager.pass(10_000)
    assert.equal(manager.tasks('web').length, 4)
    assert.ok(manager.tasks('web').every((task) => task.status.state === TaskState.failed && task.desiredState === TaskState.shutdown))
  })

  it('a crash loop without a limit keeps the history limit', async () => {
    await using manager = await TestManager.lead(1)
    manager.agent.behave = () => 'fail'
    await manager.create('web', { task: taskSpec({ restart: { condition: 'any', delayNs: 1e8, maxAttempts: 0, windowNs: 0 } }) })
    await manager.pass(5_000)
    assert.ok(manager.tasks('web').length <= 8, `${manager.tasks('web').length} tasks`)
  })

  it('exit 0 is not restarted on condition on-failure', async () => {
    await using manager = await TestManager.lead(1)
    manager.agent.behave = () => 'complete'
    await manager.create('web', { task: taskSpec({ restart: { condition: 'on-failure', maxAttempts: 0, windowNs: 0 } }) })
    await manager.pass(10_000)
    assert.deepEqual(manager.table('web'), ['1@n1 busybox:latest complete>shutdown'])
  })

  it('a node that goes down has its tasks replaced elsewhere at once', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('web', { mode: { kind: 'replicated', replicas: 2 } })
    manager.agent.silent.add('n1')
    await manager.setNode('n1', (node) => ({ ...node, status: { ...node.status, state: 'down' } }))
    assert.deepEqual(manager.running('web').filter((task) => task.nodeId === 'n2').length, 2)
  })

  it('tasks of a removed node are replaced, and do not stay running for ever', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('web', { mode: { kind: 'replicated', replicas: 2 } })
    manager.agent.silent.add('n1')
    await manager.store.update((tx) => tx.remove('node', 'n1'))
    await manager.quiet()
    assert.deepEqual(manager.table('web').map((line) => line.slice(1)), ['@n1 busybox:latest orphaned>shutdown', '@n2 busybox:latest running>running', '@n2 busybox:latest running>running'])
  })

  it('a node that goes down uses up no attempt', async () => {
    await using manager = await TestManager.lead(3)
    const restart = { condition: 'any', delayNs: 1e9, maxAttempts: 1, windowNs: 0 } as const
    await manager.create('web', { task: taskSpec({ restart }) })
    const [first] = manager.running('web')
    manager.agent.silent.add(first!.nodeId)
    await manager.setNode(first!.nodeId, (node) => ({ ...node, status: { ...node.status, state: 'down' } }))
    await manager.agent.end(manager.running('web').find(({ nodeId }) => nodeId !== first!.nodeId)!.id, TaskState.failed)
    await manager.pass(1200)
    assert.equal(manager.running('web').filter(({ nodeId }) => nodeId !== first!.nodeId).length, 1)
  })

  it('a drained node is emptied, each task after the other has stopped', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('web', { mode: { kind: 'replicated', replicas: 4 } })
    manager.agent.behave = () => 'stubborn'
    await manager.setNode('n1', (node) => ({ ...node, spec: { ...node.spec, availability: Availability.drain } }))
    assert.equal(manager.table('web').filter((line) => line === `${line[0]}@n2 busybox:latest ready>ready`).length, 2)
    manager.agent.behave = () => 'run'
    await manager.agent.poke()
    await manager.quiet()
    assert.equal(manager.running('web').filter((task) => task.nodeId === 'n2').length, 4)
  })

  it('start-first: a drained node keeps each task until its replacement runs', async () => {
    await using manager = await TestManager.lead(2)
    const update = { parallelism: 1, delayNs: 0, failureAction: 'pause', maxFailureRatio: 0, order: 'start-first' } as const
    await manager.create('web', { mode: { kind: 'replicated', replicas: 2 }, update })
    const before = new Set(manager.tasks('web').map((task) => task.id))
    manager.agent.behave = (task) => (before.has(task.id) ? 'run' : 'hang')
    await manager.setNode('n1', (node) => ({ ...node, spec: { ...node.spec, availability: Availability.drain } }))
    assert.equal(manager.running('web').length, 2)
    manager.agent.behave = () => 'run'
    await manager.agent.poke()
    await manager.quiet()
    assert.deepEqual(manager.running('web').map((task) => task.nodeId), ['n2', 'n2'])
    assert.equal(manager.service('web').updateStatus, undefined)
  })

  it('a removed service takes its tasks along', async () => {
    await using manager = await TestManager.lead(1)
    await manager.create('web', { mode: { kind: 'replicated', replicas: 3 } })
    await manager.store.update((tx) => tx.remove('service', 'web'))
    await manager.quiet()
    assert.equal(manager.tasks('web').length, 0)
  })

  it('a service marked for removal goes after its last task', async () => {
    await using manager = await TestManager.lead(1)
    manager.agent.behave = () => 'stubborn'
    await manager.create('web', { mode: { kind: 'replicated', replicas: 2 } })
    await manager.store.update((tx) => tx.update('service', { ...tx.get('service', 'web')!, pendingDelete: true }))
    await manager.quiet()
    assert.equal(manager.tasks('web').length, 2)
    manager.agent.behave = () => 'run'
    await manager.agent.poke()
    await manager.quiet()
    assert.equal(manager.store.view().get('service', 'web'), undefined)
    assert.equal(manager.tasks('web').length, 0)
  })

  it('a new leader lets go what waited for its delay', async () => {
    await using manager = await TestManager.lead(1)
    await manager.create('web', { task: taskSpec({ restart: { condition: 'any', delayNs: 5e9, maxAttempts: 0, windowNs: 0 } }) })
    await manager.agent.end(manager.running('web')[0]!.id, TaskState.failed)
    await manager.quiet()
    await manager.pass(2000)
    await manager.stop()
    manager.start()
    await manager.pass(2800)
    assert.equal(manager.running('web').length, 0)
    await manager.pass(400)
    assert.equal(manager.running('web').length, 1)
  })

  it('2,000 replicas on 20 nodes converge', async () => {
    await using manager = await TestManager.lead(20)
    await manager.create('web', { mode: { kind: 'replicated', replicas: 2000 } })
    assert.equal(manager.running('web').length, 2000)
  }).timeout(30_000)

  it('50 replicas on one node converge at once', async () => {
    await using manager = await TestManager.lead(1)
    await manager.create('web', { mode: { kind: 'replicated', replicas: 50 }, task: image('a') })
    assert.equal(manager.running('web').length, 50)
  })
})
