import type { Clock } from '../../src/base/clock.js'
import { TaskState } from '../../src/model/task-state.js'
import { batch } from '../store/batch.js'
import type { Store } from '../store/store.js'

/**
 * Gives up the tasks of a node: nobody knows whether they run, and nobody will say. Only what the
 * node had taken on and not finished; the rest is settled.
 */
export async function orphanTasks(store: Store, clock: Clock, nodeId: string, managerId: string): Promise<void> {
  const tasks = store.view().tasksByNode(nodeId)
  await batch(store, tasks, (tx, { id }) => {
    const task = tx.get('task', id)
    if (!task || task.status.state < TaskState.assigned || task.status.state > TaskState.running) return
    const nowMs = Math.floor(clock.nowMs())
    tx.update('task', {
      ...task,
      status: {
        ...task.status,
        state: TaskState.orphaned,
        timestampMs: nowMs,
        message: 'the node has been down for too long',
        appliedBy: managerId,
        appliedAtMs: nowMs,
      },
    })
  })
}
