import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { ended, moved, nextStep, waiting } from '../../../../agent/executor/advance.js'
import { ExitError, TaskError } from '../../../../agent/executor/errors.js'
import { isTerminal, TaskState, taskStateName } from '../../../../src/model/task-state.js'
import { taskOf } from '../../../support/agent-task.js'

const states = Object.values(TaskState)

describe('one step of a task', () => {
  const path = (desired: TaskState, from: TaskState = TaskState.assigned): string[] => {
    const seen: string[] = []
    for (let state = from; ; ) {
      const step = nextStep(desired, state)
      if (step.kind === 'rest') return [...seen, 'rest']
      seen.push(`${step.kind === 'act' ? `${step.action} -> ` : ''}${taskStateName(step.to)}`)
      state = step.to
    }
  }

  it('leads to running and to the end', () => {
    assert.deepEqual(path(TaskState.running), ['accepted', 'preparing', 'prepare -> ready', 'starting', 'start -> running', 'wait -> complete', 'rest'])
  })

  it('stops where the manager wants it to wait', () => {
    assert.deepEqual(path(TaskState.ready), ['accepted', 'preparing', 'prepare -> ready', 'rest'])
  })

  it('ends from every state that is not an end', () => {
    for (const state of states) {
      for (const desired of [TaskState.shutdown, TaskState.remove]) {
        assert.deepEqual(path(desired, state), isTerminal(state) ? ['rest'] : ['shutdown -> shutdown', 'rest'])
      }
    }
  })

  it('never leads back, whatever is desired', () => {
    fc.assert(
      fc.property(fc.constantFrom(...states), fc.constantFrom(...states), (desired, state) => {
        const step = nextStep(desired, state)
        assert(step.kind === 'rest' || step.to > state)
      }),
    )
  })

  it('writes down what was observed, and refuses to go back', () => {
    const { status } = taskOf('t')
    const container = { containerId: 'c', pid: 7, exitCode: 0 }
    const running = moved(status, TaskState.running, 'started', 5, { container })
    assert.deepEqual([running.state, running.container, running.timestampMs, running.err], [TaskState.running, container, 5, ''])
    assert.throws(() => moved(running, TaskState.starting, 'starting', 6), /never goes back/)
  })

  it('rejects before the start, fails after', () => {
    const { status } = taskOf('t')
    const before = ended({ ...status, state: TaskState.preparing }, new TaskError('No such image: x'), 1)
    assert.deepEqual([before.state, before.err], [TaskState.rejected, 'No such image: x'])
    const observed = { container: { containerId: 'c', pid: 0, exitCode: 0 } }
    const after = ended({ ...status, state: TaskState.running }, new ExitError(3), 1, observed)
    assert.deepEqual([after.state, after.err, after.container?.exitCode], [TaskState.failed, 'task: non-zero exit (3)', 3])
    assert.equal(new ExitError(1, 'no such file').message, 'task: non-zero exit (1): no such file')
  })

  it('says once what is waited for', () => {
    const { status } = taskOf('t')
    const first = waiting(status, new Error('waiting for secret a'), 1)
    assert.equal(first.err, 'waiting for secret a')
    assert.equal(waiting(first, new Error('waiting for secret a'), 2), first)
  })
})
