import { strict as assert } from 'node:assert'
import { inFlight } from '../../../../manager/orchestrator/init-tasks.js'
import type { Service } from '../../../../src/model/service.js'
import { TaskState, type TaskStateName } from '../../../../src/model/task-state.js'
import type { Task } from '../../../../src/model/task.js'
import { service, task, taskSpec } from '../../../support/objects.js'

const restart = { condition: 'any', delayNs: 5e9, maxAttempts: 3, windowNs: 0 } as const
function made(id: string, createdAtMs: number, states: `${TaskStateName}>${TaskStateName}`, specVersion = 1): Task {
  const [state, desired] = states.split('>') as [TaskStateName, TaskStateName]
  const one = task(id, { slot: 1, serviceId: 'web' as Task['serviceId'], nodeId: 'n1' as Task['nodeId'], specVersion, spec: taskSpec({ restart }), desiredState: TaskState[desired] })
  return { ...one, meta: { version: 1, createdAtMs, updatedAtMs: createdAtMs }, status: { ...one.status, state: TaskState[state] } } as Task
}
const look = (specVersion: number, ...tasks: Task[]) => {
  const owner = { ...service('web', { specVersion }), meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 } } as Service
  const { delayed, restarts } = inFlight(owner, tasks, 10_000)
  return { delayed: delayed.map(({ task: one, remainingMs, old }) => `${one.id} in ${remainingMs} ms${old ? ` after ${old.id}` : ''}`), restarts: restarts.map(({ replacement }) => replacement.id) }
}

describe('what a new leader finds in flight', () => {
  it('a restart waits for the rest of its delay', () => {
    assert.deepEqual(look(1, made('a', 0, 'failed>shutdown'), made('b', 8000, 'ready>ready')), { delayed: ['b in 3000 ms'], restarts: ['b'] })
    assert.deepEqual(look(1, made('a', 0, 'failed>shutdown'), made('b', 1000, 'ready>ready')).delayed, ['b in 0 ms'])
  })

  it('an update waits for the old task only', () => {
    assert.deepEqual(look(2, made('a', 0, 'running>shutdown'), made('b', 9000, 'ready>ready', 2)), { delayed: ['b in 0 ms after a'], restarts: [] })
  })

  it('restarts count under the version of the service, also after a rollback', () => {
    const tasks = [made('a', 0, 'shutdown>shutdown', 1), made('b', 1, 'failed>shutdown', 2), made('c', 2, 'failed>shutdown', 1), made('d', 3, 'running>running', 1)]
    assert.deepEqual(look(1, ...tasks).restarts, ['c', 'd'])
  })

  it('what runs is not in flight', () => {
    assert.deepEqual(look(1, made('a', 0, 'running>running')), { delayed: [], restarts: [] })
  })
})
