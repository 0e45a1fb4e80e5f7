import { strict as assert } from 'node:assert'
import { RestartHistory } from '../../../../../manager/orchestrator/restart/history.js'
import { restartDelayMs, shouldRestart, updatableTasks } from '../../../../../manager/orchestrator/restart/policy.js'
import type { RestartPolicy, Service } from '../../../../../src/model/service.js'
import { TaskState } from '../../../../../src/model/task-state.js'
import type { Task } from '../../../../../src/model/task.js'
import { service, task, taskSpec } from '../../../../support/objects.js'

const meta = { version: 1, createdAtMs: 0, updatedAtMs: 0 }
function ended(state: TaskState, restart?: Partial<RestartPolicy>, atMs = 0, over: Partial<Task> = {}): Task {
  const policy = restart ? { restart: { condition: 'any', maxAttempts: 0, windowNs: 0, ...restart } as RestartPolicy } : {}
  const made = task('t', { serviceId: 's' as Task['serviceId'], spec: taskSpec(policy), desiredState: TaskState.shutdown, ...over })
  return { ...made, meta, status: { ...made.status, state, timestampMs: atMs } } as Task
}

describe('the restart policy', () => {
  it('conditions', () => {
    const { complete, failed } = TaskState
    const table: [RestartPolicy['condition'], TaskState, boolean, boolean][] = [
      ['none', failed, false, false],
      ['none', complete, false, false],
      ['on-failure', failed, false, true],
      ['on-failure', complete, false, false],
      ['any', failed, false, true],
      ['any', complete, false, true],
      ['any', complete, true, false],
      ['any', failed, true, true],
    ]
    for (const [condition, state, job, expected] of table) assert.equal(shouldRestart(ended(state, { condition }), job, undefined), expected, `${condition} ${state} ${job}`)
    assert.equal(shouldRestart(ended(complete), false, undefined), true)
  })

  it('attempts count per version of the spec', () => {
    const history = new RestartHistory()
    const limited = ended(TaskState.failed, { maxAttempts: 2 })
    for (const expected of [true, true, false]) {
      assert.equal(shouldRestart(limited, false, history.get('s', '1')), expected)
      history.record('1', limited, 0)
    }
    const newer = ended(TaskState.failed, { maxAttempts: 2 }, 0, { specVersion: 5 })
    assert.equal(shouldRestart(newer, false, history.get('s', '1')), true)
    history.record('1', newer, 0)
    assert.equal(history.get('s', '1')?.restarts, 1)
  })

  it('attempts within the window only', () => {
    const history = new RestartHistory()
    const policy = { maxAttempts: 2, windowNs: 10e9 }
    for (const atMs of [0, 1000, 2000]) history.record('1', ended(TaskState.failed, policy), atMs)
    assert.equal(shouldRestart(ended(TaskState.failed, policy, 5000), false, history.get('s', '1')), false)
    assert.equal(shouldRestart(ended(TaskState.failed, policy, 11_500), false, history.get('s', '1')), true)
    assert.equal(history.get('s', '1')?.restartedAtMs.length, 2)
  })

  it('the delay is five seconds where the spec is silent', () => {
    assert.equal(restartDelayMs(ended(TaskState.failed)), 5000)
    assert.equal(restartDelayMs(ended(TaskState.failed, { delayNs: 0 })), 0)
    assert.equal(restartDelayMs(ended(TaskState.failed, { delayNs: 250e6 })), 250)
  })

  it('a slot whose last task ended for good still holds it, except in a rollback', () => {
    const owner = { ...service('s'), meta } as Service
    const done = ended(TaskState.complete, { condition: 'none' })
    assert.deepEqual(updatableTasks([done], owner, undefined), [done])
    assert.equal(updatableTasks([done], { ...owner, updateStatus: { state: 'rollback_started', message: '' } }, undefined), undefined)
    assert.equal(updatableTasks([ended(TaskState.failed)], owner, undefined), undefined)
    assert.equal(updatableTasks([{ ...done, desiredState: TaskState.remove }], owner, undefined), undefined)
  })
})
