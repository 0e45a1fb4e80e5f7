import { strict as assert } from 'node:assert'
import { TaskState } from '../../../../src/model/task-state.js'
import { TestManager } from '../../../support/manager-loops.js'
import { taskSpec } from '../../../support/objects.js'

const count = (manager: TestManager, state: TaskState) => manager.tasks('job').filter((task) => task.status.state === state).length

describe('jobs', () => {
  it('a replicated job runs so many at once until all are completed', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('job', { mode: { kind: 'replicatedJob', maxConcurrent: 2, totalCompletions: 5 } })
    assert.equal(count(manager, TaskState.running), 2)
    for (const done of [2, 4]) {
      for (const task of manager.running('job')) await manager.agent.end(task.id, TaskState.complete)
      await manager.quiet()
      assert.equal(count(manager, TaskState.complete), done)
    }
    assert.equal(count(manager, TaskState.running), 1)
    await manager.agent.end(manager.running('job')[0]!.id, TaskState.complete)
    await manager.pass(10_000, 1000)
    assert.deepEqual(manager.tasks('job').map((task) => `${task.slot} ${task.status.state}`).sort(), ['1 576', '2 576', '3 576', '4 576', '5 576'])
  })

  it('failed tasks of a job are run again in their slot', async () => {
    await using manager = await TestManager.lead(1)
    await manager.create('job', { mode: { kind: 'replicatedJob', maxConcurrent: 1, totalCompletions: 1 }, task: taskSpec({ restart: { condition: 'any', delayNs: 1e9, maxAttempts: 0, windowNs: 0 } }) })
    await manager.agent.end(manager.running('job')[0]!.id, TaskState.failed)
    await manager.quiet()
    assert.equal(manager.running('job').length, 0)
    await manager.pass(1100)
    assert.deepEqual(manager.running('job').map((task) => [task.slot, task.desiredState]), [[1, TaskState.complete]])
  })

  it('a job whose attempts are used up stops', async () => {
    await using manager = await TestManager.lead(1)
    manager.agent.behave = () => 'fail'
    await manager.create('job', { mode: { kind: 'replicatedJob', maxConcurrent: 1, totalCompletions: 1 }, task: taskSpec({ restart: { condition: 'on-failure', delayNs: 0, maxAttempts: 2, windowNs: 0 } }) })
    await manager.pass(5000, 500)
    assert.equal(manager.tasks('job').length, 3)
  })

  it('an update starts a new run and clears the old one away', async () => {
    await using manager = await TestManager.lead(1)
    manager.agent.behave = () => 'complete'
    await manager.create('job', { mode: { kind: 'replicatedJob', maxConcurrent: 3, totalCompletions: 3 } })
    assert.equal(count(manager, TaskState.complete), 3)
    await manager.updateSpec('job', (spec) => ({ ...spec, task: { ...spec.task, forceUpdate: 1 } }))
    await manager.pass(500)
    assert.deepEqual(manager.tasks('job').map((task) => `${task.jobIteration} ${task.status.state}`), ['2 576', '2 576', '2 576'])
  })

  it('a global job runs once on each node', async () => {
    await using manager = await TestManager.lead(3)
    manager.agent.behave = () => 'complete'
    await manager.setNode('n3', (node) => ({ ...node, spec: { ...node.spec, availability: 'drain' } }))
    await manager.create('job', { mode: { kind: 'globalJob' } })
    assert.deepEqual(manager.tasks('job').map((task) => `${task.nodeId} ${task.status.state}`).sort(), ['n1 576', 'n2 576'])
    await manager.setNode('n3', (node) => ({ ...node, spec: { ...node.spec, availability: 'active' } }))
    await manager.pass(6000, 1000)
    assert.deepEqual(manager.tasks('job').map((task) => `${task.nodeId} ${task.status.state}`).sort(), ['n1 576', 'n2 576', 'n3 576'])
  })

  it('a drained node hands its part of a replicated job on', async () => {
    await using manager = await TestManager.lead(2)
    await manager.create('job', { mode: { kind: 'replicatedJob', maxConcurrent: 2, totalCompletions: 2 } })
    await manager.setNode('n1', (node) => ({ ...node, spec: { ...node.spec, availability: 'drain' } }))
    assert.deepEqual(manager.running('job').map((task) => task.nodeId), ['n2', 'n2'])
  })
})
