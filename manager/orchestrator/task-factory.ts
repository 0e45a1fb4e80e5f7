import type { IdSource } from '../../src/base/id.js'
import type { Cluster } from '../../src/model/cluster.js'
import type { TaskId } from '../../src/model/ids.js'
import type { Node } from '../../src/model/node.js'
import { EndpointMode, type EndpointSpec, type Service, type TaskSpec } from '../../src/model/service.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'
import { matchesPlacement } from './placement.js'
import { deepEqual } from '../../src/model/equality.js'
import { isJob, runState } from './slots.js'

/** A task as `WriteTx.create` takes it. */
export type NewTask = Omit<Task, 'meta'>

/** Where a new task goes: a slot by number, or a node for global services. */
export type Place = { slot: number } | { nodeId: Task['nodeId'] }

/** Mints tasks: ids and times are made here, before anything is proposed. */
export interface TaskFactory {
  ids: IdSource
  nowMs(): number
}

/** What holds for services that say nothing about their endpoint. */
function endpointSpec(service: Pick<Service, 'spec'>): EndpointSpec {
  return service.spec.endpoint ?? { mode: EndpointMode.vip, ports: [] }
}

/**
 * A task of the service as it is now, in state `new`. `desiredState` is what the service's tasks run
 * to unless given: `ready` for one that has to wait for its predecessor or for a delay.
 */
export function newTask(
  factory: TaskFactory,
  cluster: Cluster | undefined,
  service: Service,
  place: Place,
  desiredState: TaskState = runState(service),
): NewTask {
  const logDriver = service.spec.task.logDriver ?? cluster?.spec.taskDefaults.logDriver
  return {
    id: factory.ids.objectId() as TaskId,
    spec: service.spec.task,
    specVersion: service.specVersion,
    serviceId: service.id,
    slot: 'slot' in place ? place.slot : 0,
    nodeId: 'nodeId' in place ? place.nodeId : '',
    serviceAnnotations: { name: service.spec.name, labels: service.spec.labels },
    annotations: { name: '', labels: {} },
    status: {
      state: TaskState.new,
      timestampMs: factory.nowMs(),
      message: 'created',
      err: '',
      ports: [],
      appliedBy: '',
    },
    desiredState,
    networks: [],
    endpoint: { spec: endpointSpec(service), ports: [], virtualIps: [] },
    ...(logDriver ? { logDriver } : {}),
    assignedGenericResources: [],
    ...(isJob(service) ? { jobIteration: service.jobStatus?.jobIteration ?? 0 } : {}),
  }
}

/**
 * The task differs from what the service asks for and has to be replaced. A change of placement alone
 * does not make it so while its node still fits.
 */
export function isTaskDirty(service: Service, task: Task, node: Node | undefined): boolean {
  if (task.specVersion === service.specVersion) return false
  const wanted: TaskSpec = service.spec.task
  const placementOnly = !deepEqual(wanted.placement, task.spec.placement) && deepEqual({ ...wanted, placement: task.spec.placement }, task.spec)
  if (placementOnly && node && matchesPlacement(wanted.placement, node)) return false
  return !deepEqual(wanted, task.spec) || (task.endpoint !== undefined && !deepEqual(endpointSpec(service), task.endpoint.spec))
}
