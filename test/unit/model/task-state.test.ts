import { strict as assert } from 'node:assert'
import { defaultClusterSpec, defaultRestartPolicy, defaultUpdateConfig } from '../../../src/model/defaults.js'
import { isTerminal, TaskState, taskStateName } from '../../../src/model/task-state.js'

describe('states of a task', () => {
  it('have the numbers of Swarm mode, which stand in stores and in messages', () => {
    assert.deepEqual(TaskState, {
      new: 0, pending: 64, assigned: 192, accepted: 256, preparing: 320, ready: 384, starting: 448, running: 512,
      complete: 576, shutdown: 640, failed: 704, rejected: 768, remove: 800, orphaned: 832,
    })
  })

  it('end behind running', () => {
    const ended = Object.values(TaskState).filter(isTerminal).map(taskStateName)
    assert.deepEqual(ended, ['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned'])
  })

  it('have names, also those that are none', () => {
    assert.equal(taskStateName(512), 'running')
    assert.equal(taskStateName(513), 'unknown')
  })
})

describe('what holds where a spec is silent', () => {
  it('is what Docker\'s documentation says', () => {
    assert.deepEqual(defaultRestartPolicy, { condition: 'any', delayNs: 5e9, maxAttempts: 0, windowNs: 0 })
    assert.deepEqual(defaultUpdateConfig, { parallelism: 1, delayNs: 0, failureAction: 'pause', monitorNs: 5e9, maxFailureRatio: 0, order: 'stop-first' })
    const { orchestration, dispatcher, ca, encryption } = defaultClusterSpec()
    assert.deepEqual([orchestration.taskHistoryRetentionLimit, dispatcher.heartbeatPeriodNs, ca.nodeCertExpiryNs, encryption.autoLockManagers], [5, 5e9, 7776e12, false])
  })
})
