import { strict as assert } from 'node:assert'
import { reconcileGlobal } from '../../../../manager/orchestrator/global/reconcile.js'
import type { NodeId, ServiceId } from '../../../../src/model/ids.js'
import type { Node } from '../../../../src/model/node.js'
import type { Service } from '../../../../src/model/service.js'
import { TaskState } from '../../../../src/model/task-state.js'
import type { Task } from '../../../../src/model/task.js'
import { testNode } from '../../../support/manager-loops.js'
import { service, serviceSpec, task } from '../../../support/objects.js'

const meta = { version: 1, createdAtMs: 0, updatedAtMs: 0 }
const global: Service = { ...service('agent', { spec: serviceSpec('agent', { mode: { kind: 'global' } }) }), meta }
const node = (id: string, change: (node: Node) => Partial<Node> = () => ({})): Node => {
  const made = { ...testNode(id), meta }
  return { ...made, ...change(made) }
}
const on = (nodeId: string, desiredState: TaskState = TaskState.running): Task => {
  const made = task(`on-${nodeId}`, { serviceId: 'agent' as ServiceId, slot: 0, nodeId: nodeId as NodeId, desiredState })
  return { ...made, meta, status: { ...made.status, state: TaskState.running } }
}

/** One line a step or update: what is done where, and why. */
function steps(nodes: Node[], tasks: Task[]): string[] {
  const plan = reconcileGlobal({ service: global, tasks, nodes, node: (id) => nodes.find((one) => one.id === id), restarts: () => undefined })
  const lines = plan.steps.map((step) => `${step.kind} ${step.kind === 'create' ? JSON.stringify(step.place) : step.task.id}: ${step.cause}`)
  return [...lines, ...plan.update.map(({ key }) => `update ${key}`)].sort()
}

describe('a global service compared with its tasks', () => {
  it('has a task made on each node that takes one', () => {
    const paused = node('n2', ({ spec }) => ({ spec: { ...spec, availability: 'pause' } }))
    const unknown = node('n3', ({ status }) => ({ status: { ...status, state: 'unknown' } }))
    assert.deepEqual(steps([node('n1'), paused, unknown], []), ['create {"nodeId":"n1"}: node has no task of the service'])
  })

  it('has the tasks shut down that must not be where they are, once', () => {
    const drained = node('n1', ({ spec }) => ({ spec: { ...spec, availability: 'drain' } }))
    const down = node('n2', ({ status }) => ({ status: { ...status, state: 'down' } }))
    assert.deepEqual(steps([drained, down], [on('n1'), on('n2'), on('gone')]), ['shutdown on-gone: node removed', 'shutdown on-n1: node drained', 'shutdown on-n2: node down'])
    assert.deepEqual(steps([drained, down], [on('n1', TaskState.shutdown), on('n2', TaskState.shutdown), on('gone', TaskState.remove)]), [])
  })

  it('keeps what is in its place, as part of an update where the node takes tasks', () => {
    const paused = node('n2', ({ spec }) => ({ spec: { ...spec, availability: 'pause' } }))
    assert.deepEqual(steps([node('n1'), paused], [on('n1'), on('n2')]), ['update n1'])
  })
})
