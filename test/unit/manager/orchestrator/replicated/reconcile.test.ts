import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { describeStep, type ServiceView } from '../../../../../manager/orchestrator/plan.js'
import { reconcileReplicated } from '../../../../../manager/orchestrator/replicated/reconcile.js'
import type { Service } from '../../../../../src/model/service.js'
import { TaskState, type TaskStateName } from '../../../../../src/model/task-state.js'
import type { Task } from '../../../../../src/model/task.js'
import { service, serviceSpec, task } from '../../../../support/objects.js'

const meta = { version: 1, createdAtMs: 0, updatedAtMs: 0 }

/** `t1 slot1 n1 running>running` */
function parse(line: string): Task {
  const [id = '', slot = '', node = '', states = ''] = line.split(' ')
  const [state, desired] = states.split('>') as [TaskStateName, TaskStateName]
  const made = task(id, { slot: Number(slot.slice(4)), nodeId: (node === '-' ? '' : node) as Task['nodeId'], desiredState: TaskState[desired] })
  return { ...made, meta, status: { ...made.status, state: TaskState[state] } } as Task
}

function view(replicas: number, tasks: Task[]): ServiceView {
  const owner = { ...service('web', { spec: serviceSpec('web', { mode: { kind: 'replicated', replicas } }) }), meta } as Service
  return { service: owner, tasks, nodes: [], node: () => undefined, restarts: () => undefined }
}
const plan = (replicas: number, ...lines: string[]) => reconcileReplicated(view(replicas, lines.map(parse)))
const steps = (replicas: number, ...lines: string[]) => plan(replicas, ...lines).steps.map(describeStep)

describe('reconciling a replicated service', () => {
  it('fills the lowest empty slots', () => {
    assert.deepEqual(steps(3, 't2 slot2 n1 running>running'), ['create on slot 1: slot 1 of 3 is empty', 'create on slot 3: slot 3 of 3 is empty'])
  })

  it('takes from the node with most copies, then the highest slot', () => {
    assert.deepEqual(
      steps(2, 't1 slot1 n1 running>running', 't2 slot2 n1 running>running', 't3 slot3 n2 running>running', 't4 slot4 n1 running>running'),
      ['remove t2: scaled down to 2', 'remove t4: scaled down to 2'],
    )
  })

  it('takes what does not run yet first', () => {
    assert.deepEqual(steps(1, 't1 slot1 n1 preparing>running', 't2 slot2 n1 running>running'), ['remove t1: scaled down to 1'])
    assert.deepEqual(steps(1, 't1 slot1 - pending>running', 't2 slot2 n1 preparing>running'), ['remove t1: scaled down to 1'])
  })

  it('a slot with a replacement under way is one slot', () => {
    const { steps: none, update } = plan(1, 't1 slot1 n1 shutdown>shutdown', 't2 slot1 n1 ready>ready')
    assert.deepEqual(none, [])
    assert.deepEqual(update.map(({ key, tasks }) => [key, tasks.map(({ id }) => id)]), [['1', ['t2']]])
  })

  it('what is left of slots that are not wanted any more goes', () => {
    assert.deepEqual(steps(0, 't1 slot1 n1 failed>shutdown'), ['remove t1: slot 1 is not wanted any more'])
    assert.deepEqual(steps(0, 't1 slot1 n1 running>remove'), [])
  })

  it('applied to its own result it finds nothing to do', () => {
    const states = fc.constantFrom<TaskStateName>('new', 'pending', 'running', 'complete', 'shutdown', 'failed', 'rejected')
    const desired = fc.constantFrom<TaskStateName>('ready', 'running', 'shutdown', 'remove')
    const one = fc.record({ slot: fc.integer({ min: 1, max: 6 }), node: fc.integer({ min: 1, max: 3 }), state: states, desired })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 20 }), fc.integer({ min: 0, max: 7 }), (specs, replicas) => {
        let tasks = specs.map((spec, i) => parse(`t${i} slot${spec.slot} n${spec.node} ${spec.state}>${spec.desired}`))
        const first = reconcileReplicated(view(replicas, tasks))
        first.steps.forEach((step, i) => {
          if (step.kind === 'create') tasks.push(parse(`new${i} slot${'slot' in step.place ? step.place.slot : 0} - new>running`))
          else tasks = tasks.map((old) => (old.id === step.task.id ? { ...old, desiredState: step.kind === 'remove' ? TaskState.remove : TaskState.shutdown } : old))
        })
        const second = reconcileReplicated(view(replicas, tasks))
        assert.deepEqual(second.steps.map(describeStep), [])
        assert.equal(second.update.length, replicas)
        assert.equal(new Set(second.update.map(({ key }) => key)).size, replicas)
      }),
    )
  })
})
