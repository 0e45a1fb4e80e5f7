import { strict as assert } from 'node:assert'
import type { Availability } from '../../../../src/model/node.js'
import { TaskState } from '../../../../src/model/task-state.js'
import { TestManager, testNode } from '../../../support/manager-loops.js'
import { containerSpec, taskSpec } from '../../../support/objects.js'

const where = (manager: TestManager) => manager.running('agent').map((task) => task.nodeId).sort().join(' ')
const setAvailability = (manager: TestManager, id: string, availability: Availability) =>
  manager.setNode(id, (node) => ({ ...node, spec: { ...node.spec, availability } }))
const onLabel = taskSpec({ placement: { constraints: ['node.labels.zone==east'], preferences: [], maxReplicas: 0, platforms: [] } })

describe('global services', () => {
  it('one task on every node, also on those that come later', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('agent', { mode: { kind: 'global' } })
    assert.equal(where(manager), 'n1 n2')
    await manager.store.update((tx) => tx.create('node', testNode('n3')))
    await manager.quiet()
    assert.equal(where(manager), 'n1 n2 n3')
  })

  it('a drained node loses its task and gets one again when active', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('agent', { mode: { kind: 'global' } })
    await setAvailability(manager, 'n1', 'drain')
    assert.equal(where(manager), 'n2')
    await setAvailability(manager, 'n1', 'active')
    assert.equal(where(manager), 'n1 n2')
  })

  it('a paused node keeps its task, and gets a newer one only when active', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('agent', { mode: { kind: 'global' } })
    await setAvailability(manager, 'n1', 'pause')
    await manager.updateSpec('agent', (spec) => ({ ...spec, task: taskSpec({ container: containerSpec({ image: 'b' }) }) }))
    await manager.pass(6000, 500)
    const images = () => manager.running('agent').map((task) => `${task.nodeId} ${task.spec.container?.image}`).sort()
    assert.deepEqual(images(), ['n1 busybox:latest', 'n2 b'])
    await setAvailability(manager, 'n1', 'active')
    await manager.pass(6000, 500)
    assert.deepEqual(images(), ['n1 b', 'n2 b'])
  })

  it('a node that becomes active while an update is watched takes part in it', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('agent', { mode: { kind: 'global' } })
    await setAvailability(manager, 'n1', 'pause')
    await manager.updateSpec('agent', (spec) => ({ ...spec, task: taskSpec({ container: containerSpec({ image: 'b' }) }) }))
    await setAvailability(manager, 'n1', 'active')
    assert.deepEqual(manager.running('agent').map((task) => task.spec.container?.image), ['b', 'b'])
    await manager.pass(5100, 500)
    assert.equal(manager.service('agent').updateStatus?.state, 'completed')
  })

  it('a node that is down has its task shut down; back up, it gets a new one', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('agent', { mode: { kind: 'global' } })
    await manager.setNode('n1', (node) => ({ ...node, status: { ...node.status, state: 'down' } }))
    assert.equal(where(manager), 'n2')
    await manager.setNode('n1', (node) => ({ ...node, status: { ...node.status, state: 'ready' } }))
    assert.equal(where(manager), 'n1 n2')
  })

  it('follows labels', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('agent', { mode: { kind: 'global' }, task: onLabel })
    assert.equal(where(manager), '')
    await manager.setNode('n2', (node) => ({ ...node, spec: { ...node.spec, labels: { zone: 'east' } } }))
    assert.equal(where(manager), 'n2')
    await manager.setNode('n2', (node) => ({ ...node, spec: { ...node.spec, labels: {} } }))
    assert.equal(where(manager), '')
  })

  it('a failed task is restarted on its node after the delay', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('agent', { mode: { kind: 'global' } })
    const task = manager.running('agent').find(({ nodeId }) => nodeId === 'n1')
    await manager.agent.end(task!.id, TaskState.failed)
    await manager.quiet()
    assert.equal(where(manager), 'n2')
    await manager.pass(5100, 500)
    assert.equal(where(manager), 'n1 n2')
  })

  it('a task that does not fit its node says why', async () => {
    await using manager = await TestManager.lead(1)
    const task = taskSpec({ resources: { reservations: { nanoCpus: 9e9, memoryBytes: 0, generic: [] } } })
    await manager.create('agent', { mode: { kind: 'global' }, task })
    assert.equal(manager.tasks('agent')[0]?.status.err, 'no suitable node (insufficient CPU on 1 node)')
  })
})

describe('the constraint enforcer', () => {
  it('moves tasks off a node that lost its label', async () => {
    await using manager = await TestManager.lead(2)
    for (const id of ['n1', 'n2']) await manager.setNode(id, (node) => ({ ...node, spec: { ...node.spec, labels: { zone: 'east' } } }))
    await manager.create('web', { mode: { kind: 'replicated', replicas: 2 }, task: onLabel })
    await manager.setNode('n1', (node) => ({ ...node, spec: { ...node.spec, labels: { zone: 'west' } } }))
    const rejected = manager.tasks('web').find((task) => task.status.state === TaskState.rejected)
    assert.equal(rejected?.status.message, 'task rejected by constraint enforcer')
    assert.equal(rejected?.status.err, 'assigned node no longer meets constraints')
    await manager.pass(5100, 500)
    assert.deepEqual(manager.running('web').map((task) => task.nodeId), ['n2', 'n2'])
  })

  it('goes by the constraints of the service, which may be newer than the task’s', async () => {
    await using manager = await TestManager.lead(2)
    for (const id of ['n1', 'n2']) await manager.setNode(id, (node) => ({ ...node, spec: { ...node.spec, labels: { zone: 'east' } } }))
    await manager.create('web', { mode: { kind: 'replicated', replicas: 2 } })
    const before = manager.running('web').map((task) => task.id)
    await manager.updateSpec('web', (spec) => ({ ...spec, task: onLabel }))
    assert.deepEqual(manager.running('web').map((task) => task.id), before)
    await manager.setNode('n1', (node) => ({ ...node, spec: { ...node.spec, labels: {} } }))
    await manager.pass(5100, 500)
    assert.deepEqual(manager.running('web').map((task) => task.nodeId), ['n2', 'n2'])
  })

  it('takes away the newest of what a smaller node cannot hold', async () => {
    await using manager = await TestManager.lead(1)
    const task = taskSpec({ resources: { reservations: { nanoCpus: 1e9, memoryBytes: 0, generic: [] } } })
    await manager.create('web', { mode: { kind: 'replicated', replicas: 4 }, task })
    assert.equal(manager.running('web').length, 4)
    await manager.setNode('n1', (node) => ({ ...node, description: { ...node.description!, resources: { nanoCpus: 2.5e9, memoryBytes: 1e9, generic: [] } } }))
    assert.equal(manager.running('web').length, 2)
  })
})
