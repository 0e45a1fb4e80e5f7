import { strict as assert } from 'node:assert'
import { NodeSet } from '../../../../manager/scheduler/node-set.js'
import type { NodeId } from '../../../../src/model/ids.js'
import type { Node } from '../../../../src/model/node.js'
import { TaskState } from '../../../../src/model/task-state.js'
import type { Task } from '../../../../src/model/task.js'
import { testNode } from '../../../support/manager-loops.js'
import { task } from '../../../support/objects.js'

const meta = { version: 1, createdAtMs: 0, updatedAtMs: 0 }
const node = (id: string): Node => ({ ...testNode(id), meta })
const placed = (id: string, nodeId: string, state: TaskState = TaskState.running): Task => {
  const made = task(id, { nodeId: nodeId as NodeId })
  return { ...made, meta, status: { ...made.status, state } }
}
const on = (nodes: NodeSet, id: string) => [...(nodes.get(id)?.tasks.keys() ?? [])]

describe('the nodes as the scheduler counts them', () => {
  it('have the tasks that were seen before them, without those that ended meanwhile', () => {
    const nodes = new NodeSet()
    for (const id of ['a', 'b', 'c']) nodes.setTask(placed(id, 'n1'))
    nodes.setTask(placed('b', 'n1', TaskState.complete))
    nodes.removeTask(placed('c', 'n1'))
    nodes.setNode(node('n1'))
    assert.deepEqual(on(nodes, 'n1'), ['a'])
  })

  it('tell when something became free, once', () => {
    const nodes = new NodeSet()
    nodes.setNode(node('n1'))
    assert.equal(nodes.setTask(placed('a', 'n1')), false)
    assert.equal(nodes.setTask(placed('a', 'n1', TaskState.failed)), true)
    assert.equal(nodes.setTask(placed('a', 'n1', TaskState.failed)), false)
    assert.deepEqual(on(nodes, 'n1'), [])
  })

  it('that were removed come back empty', () => {
    const nodes = new NodeSet()
    nodes.setNode(node('n1'))
    nodes.setTask(placed('a', 'n1'))
    nodes.removeNode('n1')
    assert.equal(nodes.get('n1'), undefined)
    nodes.setNode(node('n1'))
    assert.deepEqual(on(nodes, 'n1'), [])
    assert.equal(nodes.removeTask(placed('a', 'n1')), false)
  })
})
