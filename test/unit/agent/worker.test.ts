import { strict as assert } from 'node:assert'
import type { Assignments } from '../../../agent/assignments.js'
import { Dependencies } from '../../../agent/dependencies.js'
import { ExitError, TaskError, TemporaryError } from '../../../agent/executor/errors.js'
import { TaskDb } from '../../../agent/task-db.js'
import { Worker } from '../../../agent/worker.js'
import { nullLogger } from '../../../src/base/log.js'
import { seededRng } from '../../../src/base/rng.js'
import type { Secret } from '../../../src/model/secret.js'
import { TaskState, taskStateName } from '../../../src/model/task-state.js'
import type { Task, TaskStatus } from '../../../src/model/task.js'
import { taskOf } from '../../support/agent-task.js'
import { ManualClock, settle } from '../../support/manual-clock.js'
import { MemoryKeyValue } from '../../support/memory-key-value.js'
import { ScriptedExecutor, type ScriptedController } from '../../support/scripted-controller.js'

const none = { tasks: [], secrets: [], configs: [], removedTasks: [], removedSecrets: [], removedConfigs: [] }
const complete = (...tasks: Task[]): Assignments => ({ ...none, kind: 'complete', tasks })
const change = (given: Partial<Assignments>): Assignments => ({ ...none, kind: 'incremental', ...given })

describe('the worker', () => {
  let kv: MemoryKeyValue
  let clock: ManualClock
  let executor: ScriptedExecutor
  let dependencies: Dependencies
  let reports: Map<string, TaskStatus[]>
  let forgotten: string[]
  let worker: Worker

  const open = (): void => {
    executor = new ScriptedExecutor()
    dependencies = new Dependencies()
    reports = new Map()
    forgotten = []
    worker = new Worker({
      db: new TaskDb(kv),
      executor,
      dependencies,
      reporter: {
        report: (id, status) => void reports.set(id, [...(reports.get(id) ?? []), status]),
        forget: (id) => void forgotten.push(id),
      },
      nodeId: () => 'me',
      clock,
      rng: seededRng(1),
      log: nullLogger,
    })
  }
  beforeEach(() => {
    kv = new MemoryKeyValue()
    clock = new ManualClock()
    open()
  })
  afterEach(() => worker.close())

  const seen = (id: string): string[] => (reports.get(id) ?? []).map((status) => taskStateName(status.state))
  const last = (id: string): TaskStatus => (reports.get(id) ?? []).at(-1) as TaskStatus
  const controller = (id: string): ScriptedController => executor.controllers.get(id) as ScriptedController
  const give = async (assignments: Assignments): Promise<void> => {
    await worker.onAssignments(assignments)
    for (let i = 0; i < 5; i++) await settle()
  }

  it('takes a task to running and reports each state', async () => {
    executor.prepareController = (one) => (one.observed = { container: { containerId: 'c', pid: 7, exitCode: 0 }, ports: [] })
    await give(complete(taskOf('t')))
    assert.deepEqual(seen('t'), ['accepted', 'preparing', 'ready', 'starting', 'running'])
    assert.deepEqual([last('t').container?.pid, last('t').appliedBy], [7, 'me'])
    assert.deepEqual(worker.tasks().map((task) => task.status.state), [TaskState.running])
  })

  it('works on fifty tasks at the same time', async () => {
    executor.prepareController = (one) => (one.scripts.prepare = ['hang'])
    await give(complete(...Array.from({ length: 50 }, (_, i) => taskOf(`t${i}`))))
    assert.equal([...executor.controllers.values()].filter((one) => one.isHanging('prepare')).length, 50)
    assert.equal(clock.pendingTimers, 0)
  })

  it('reports how a task ended', async () => {
    await give(complete(taskOf('good'), taskOf('bad')))
    controller('good').settle('wait')
    controller('bad').settle('wait', new ExitError(2))
    await settle()
    assert.deepEqual([seen('good').at(-1), seen('bad').at(-1), last('bad').err], ['complete', 'failed', 'task: non-zero exit (2)'])
  })

  it('rejects a task whose container cannot be made', async () => {
    executor.prepareController = (one) => (one.scripts.prepare = [new TaskError('No such image: nothing:latest')])
    await give(complete(taskOf('t')))
    assert.deepEqual([seen('t').at(-1), last('t').err], ['rejected', 'No such image: nothing:latest'])
    assert(!executor.calls.includes('t:start'))
  })

  it('interrupts whatever is done for a task that is to end', async () => {
    for (const action of ['prepare', 'start', 'wait'] as const) {
      executor.prepareController = (one) => (one.scripts[action] = ['hang'])
      await give(change({ tasks: [taskOf(action)] }))
      assert(controller(action).isHanging(action))
      await give(change({ tasks: [taskOf(action, { desiredState: TaskState.shutdown })] }))
      assert.equal(seen(action).at(-1), 'shutdown')
      assert(!executor.calls.includes(`${action}:remove`))
    }
  })

  it('does not start a task before the manager wants it to', async () => {
    await give(complete(taskOf('t', { desiredState: TaskState.ready })))
    assert.equal(seen('t').at(-1), 'ready')
    await give(change({ tasks: [taskOf('t', { desiredState: TaskState.running })] }))
    assert.equal(seen('t').at(-1), 'running')
    await give(change({ tasks: [taskOf('t', { desiredState: TaskState.shutdown })] }))
    await give(change({ tasks: [taskOf('t', { desiredState: TaskState.running })] }))
    assert.equal(seen('t').at(-1), 'shutdown')
  })

  it('tries again what may pass, at once when something arrives', async () => {
    executor.prepareController = (one) => (one.scripts.prepare = Array.from({ length: 99 }, () => new TemporaryError('waiting for secret a')))
    const tries = (): number => executor.calls.filter((call) => call === 't:prepare').length
    await give(complete(taskOf('t')))
    assert.deepEqual([seen('t').at(-1), last('t').err], ['preparing', 'waiting for secret a'])
    const before = { tries: tries(), reports: reports.get('t')?.length }
    await clock.advance(10_000)
    assert(tries() > before.tries + 2 && tries() < before.tries + 20, `${tries()} tries`)
    assert.equal(reports.get('t')?.length, before.reports)
    controller('t').scripts.prepare = []
    await give(change({ secrets: [{ id: 'a' } as Secret] }))
    assert.deepEqual([dependencies.secret('a')?.id, seen('t').at(-1), last('t').err], ['a', 'running', ''])
  })

  it('keeps trying to end a container that does not stop', async () => {
    executor.prepareController = (one) => (one.scripts.shutdown = [new Error('stuck')])
    await give(complete(taskOf('t')))
    await give(change({ tasks: [taskOf('t', { desiredState: TaskState.shutdown })] }))
    assert.deepEqual([seen('t').at(-1), last('t').err], ['running', 'stuck'])
    await clock.advance(1_000)
    assert.equal(seen('t').at(-1), 'shutdown')
  })

  it('removes tasks that are no longer assigned, the containers of strangers too', async () => {
    await give(complete(taskOf('a'), taskOf('b'), taskOf('c')))
    await give(change({ removedTasks: ['a'] }))
    assert.deepEqual(executor.calls.filter((call) => call.startsWith('a:')).slice(-2), ['a:shutdown', 'a:remove'])
    assert.deepEqual(forgotten, ['a'])
    await give(complete(taskOf('c')))
    assert.deepEqual(forgotten, ['a', 'b'])
    assert.deepEqual(new TaskDb(kv).list().map((task) => task.id), ['c'])
    const isKnown = executor.strays.at(-1) as (id: string) => boolean
    assert.deepEqual(['a', 'b', 'c', 'x'].filter(isKnown), ['c'])
  })

  it('goes on with its tasks after a restart', async () => {
    await give(complete(taskOf('runs'), taskOf('ended'), taskOf('starts', { desiredState: TaskState.ready })))
    controller('ended').settle('wait', new ExitError(1))
    await settle()
    await worker.close()
    open()
    worker.start()
    await settle()
    assert.deepEqual(executor.calls, ['runs:wait'])
    assert.deepEqual([seen('runs'), seen('ended'), seen('starts')], [['running'], ['failed'], ['ready']])
    // The manager has not heard of it yet, and repeats what it knows.
    await give(complete(taskOf('runs'), taskOf('ended'), taskOf('starts')))
    assert.deepEqual(executor.calls.sort(), ['runs:wait', 'starts:start', 'starts:wait'])
  })

  it('leaves containers alone when it closes, and ends them when the node leaves', async () => {
    await give(complete(taskOf('t')))
    await worker.close()
    assert(!executor.calls.some((call) => /shutdown|remove/.test(call)))
    open()
    worker.start()
    await settle()
    await worker.leave()
    assert.deepEqual(executor.calls.slice(-2), ['t:shutdown', 't:remove'])
    assert.deepEqual(new TaskDb(kv).list(), [])
  })

  it('tells of tasks that come', async () => {
    using coming = worker.newTasks()
    await give(complete(taskOf('t')))
    assert.deepEqual((await coming.takeAll())?.map((task) => task.id), ['t'])
  })
})
