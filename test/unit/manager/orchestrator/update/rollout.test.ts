import { strict as assert } from 'node:assert'
import { Rollout, type RolloutAction, type RolloutView } from '../../../../../manager/orchestrator/update/rollout.js'
import { isWanted } from '../../../../../manager/orchestrator/slots.js'
import type { Service, UpdateConfig, UpdateStatus } from '../../../../../src/model/service.js'
import { TaskState, type TaskStateName } from '../../../../../src/model/task-state.js'
import type { Task } from '../../../../../src/model/task.js'
import { service, serviceSpec, task } from '../../../../support/objects.js'

/**
 * A rollout stepped by hand. Each line of the script is what happens (`+2s` time passes, `b1 running`
 * a task reaches a state, nothing: another look), each line of the transcript what is done about it.
 * Tasks are `a<slot>` (old) and `b<slot>`, `c<slot>` (new, and its replacement).
 */
class Table {
  readonly tasks = new Map<string, Task>()
  readonly lines: string[] = []
  private nowMs = 0
  readonly rollout: Rollout

  constructor(slots: number, config: Partial<UpdateConfig>, updateStatus?: UpdateStatus) {
    const update: UpdateConfig = { parallelism: 1, delayNs: 0, failureAction: 'pause', maxFailureRatio: 0, order: 'stop-first', monitorNs: 5e9, ...config }
    const spec = serviceSpec('web', { update, rollback: update })
    for (let slot = 1; slot <= slots; slot++) this.put('a', slot, TaskState.running, TaskState.running, 1)
    const owner = { ...service('web', { spec, specVersion: 2, ...(updateStatus ? { updateStatus } : {}) }), meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 } } as Service
    this.rollout = new Rollout(owner, Array.from({ length: slots }, (_, i) => String(i + 1)))
  }

  put(letter: string, slot: number, state: TaskState, desiredState: TaskState, specVersion = 2): Task {
    const id = `${letter}${slot}` as Task['id']
    const made = { ...task(id, { slot, specVersion, desiredState }), meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 } } as Task
    made.status.state = state
    this.tasks.set(id, made)
    return made
  }

  step(happens: string): void {
    const [subject = '', state] = happens.split(' ')
    if (subject.startsWith('+')) this.nowMs += Number.parseFloat(subject.slice(1)) * 1000
    else if (state) this.change(subject, { status: { ...this.tasks.get(subject)!.status, state: TaskState[state as TaskStateName] } })
    const actions = this.rollout.step(this.view(), this.nowMs)
    const wake = this.rollout.wakeAtMs === undefined ? '' : ` (wakes at ${this.rollout.wakeAtMs / 1000} s)`
    this.lines.push(`${happens}: ${actions.map((action) => this.apply(action)).join(', ') || '-'}${wake}${this.rollout.done ? ' done' : ''}`)
  }

  private view(): RolloutView {
    return {
      slot: (key) => [...this.tasks.values()].filter((one) => String(one.slot) === key),
      task: (id) => this.tasks.get(id),
      isDirty: (one) => one.specVersion !== 2,
      make: (key) => {
        const letter = this.tasks.has(`b${key}`) ? 'c' : 'b'
        return task(`${letter}${key}`, { slot: Number(key), specVersion: 2, desiredState: TaskState.ready })
      },
    }
  }

  private change(id: string, over: Partial<Task>): void {
    this.tasks.set(id, { ...this.tasks.get(id)!, ...over })
  }

  private apply(action: RolloutAction): string {
    switch (action.kind) {
      case 'create':
        this.put(action.task.id[0]!, action.task.slot, TaskState.new, TaskState.ready)
        return `create ${action.task.id}`
      case 'shutdown':
        this.change(action.task.id, { desiredState: TaskState.shutdown })
        return `shutdown ${action.task.id}`
      case 'start':
        this.change(action.taskId, { desiredState: TaskState.running })
        return `start ${action.taskId}${action.old ? ` after ${action.old.id}` : ''}`
      case 'complete':
        return 'complete'
      case 'begin':
      case 'pause':
      case 'rollback':
        return `${action.kind} "${action.message}"`
    }
  }
}

function play(table: Table, ...script: string[]): string[] {
  for (const line of script) table.step(line)
  return table.lines
}

describe('a rollout, step by step', () => {
  it('stop-first, one at a time', () => {
    assert.deepEqual(play(new Table(2, {}), 'look', 'b1 ready', 'b1 running', '+1s', 'b2 running', '+4.9s', '+0.1s'), [
      'look: begin "update in progress", create b1, shutdown a1, start b1 after a1',
      'b1 ready: -',
      'b1 running: create b2, shutdown a2, start b2 after a2',
      '+1s: -',
      'b2 running: - (wakes at 6 s)',
      '+4.9s: - (wakes at 6 s)',
      '+0.1s: complete done',
    ])
  })

  it('start-first, two at a time, with a delay', () => {
    const table = new Table(3, { order: 'start-first', parallelism: 2, delayNs: 2e9 })
    assert.deepEqual(play(table, 'look', 'b1 running', 'b2 running', '+2s', 'b3 running', '+5s'), [
      'look: begin "update in progress", create b1, start b1, create b2, start b2',
      'b1 running: shutdown a1 (wakes at 2 s)',
      'b2 running: shutdown a2 (wakes at 2 s)',
      '+2s: create b3, start b3',
      'b3 running: shutdown a3 (wakes at 7 s)',
      '+5s: complete done',
    ])
  })

  it('pauses at the first failure, also of a task that never ran', () => {
    assert.deepEqual(play(new Table(2, {}), 'look', 'b1 rejected'), [
      'look: begin "update in progress", create b1, shutdown a1, start b1 after a1',
      'b1 rejected: pause "update paused due to failure or early termination of task b1" done',
    ])
  })

  it('a task that ends after it was watched does not count', () => {
    assert.deepEqual(play(new Table(2, { delayNs: 9e9 }), 'look', 'b1 running', '+6s', 'b1 failed').at(-1), 'b1 failed: - (wakes at 9 s)')
  })

  it('a task that was told to stop does not count', () => {
    assert.equal(play(new Table(2, {}), 'look', 'b1 running', 'b1 shutdown').at(-1), 'b1 shutdown: -')
  })

  it('rolls back, and pauses a rollback instead', () => {
    const back = { state: 'rollback_started', message: 'x' } as const
    const config = { failureAction: 'rollback' } as const
    assert.equal(play(new Table(1, config), 'look', 'b1 failed').at(-1), 'b1 failed: rollback "update rolled back due to failure or early termination of task b1" done')
    assert.deepEqual(play(new Table(1, config, back), 'look', 'b1 failed'), [
      'look: create b1, shutdown a1, start b1 after a1',
      'b1 failed: pause "rollback paused due to failure or early termination of task b1" done',
    ])
  })

  it('counts failures against all slots of the update', () => {
    assert.deepEqual(play(new Table(4, { maxFailureRatio: 0.25, parallelism: 4 }), 'look', 'b1 failed', 'b2 failed').slice(1), [
      'b1 failed: -',
      'b2 failed: pause "update paused due to failure or early termination of task b2" done',
    ])
  })

  it('uses what is there of the new version', () => {
    const table = new Table(2, {})
    table.put('b', 1, TaskState.running, TaskState.running)
    table.put('b', 2, TaskState.ready, TaskState.ready)
    assert.deepEqual(play(table, 'look', 'b2 running'), [
      'look: begin "update in progress", shutdown a1',
      'b2 running: shutdown a2, start b2 after a2',
    ])
  })

  it('start-first: what is there has to run before the old task goes', () => {
    const table = new Table(1, { order: 'start-first' })
    table.put('b', 1, TaskState.preparing, TaskState.ready)
    assert.deepEqual(play(table, 'look', 'b1 running'), [
      'look: begin "update in progress", start b1',
      'b1 running: shutdown a1 (wakes at 5 s)',
    ])
  })

  it('slots that were scaled away are passed over', () => {
    const table = new Table(2, {})
    table.tasks.delete('a1')
    assert.equal(play(table, 'look')[0], 'look: begin "update in progress", create b2, shutdown a2, start b2 after a2')
    assert.ok([...table.tasks.values()].filter(isWanted).every(({ slot }) => slot === 2))
  })

  it('nothing to replace: an update that was under way is complete', () => {
    assert.deepEqual(play(new Table(0, {}, { state: 'updating', message: '' }), 'look'), ['look: complete done'])
    assert.deepEqual(play(new Table(0, {}), 'look'), ['look: - done'])
  })
})
