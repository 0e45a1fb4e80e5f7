import { Availability } from '../../../src/model/node.js'
import { TaskState } from '../../../src/model/task-state.js'
import type { LoopDeps, StoreLoop } from '../../store/store-loop.js'
import { whyNot } from '../global/reconcile.js'
import { orchestratorLoop } from '../orchestrator-loop.js'
import type { ServiceKind } from '../service-loop.js'
import { isInvalidNode } from '../slots.js'
import { reconcileGlobalJob, reconcileReplicatedJob } from './reconcile.js'

/** Jobs that run so many tasks to their end, wherever they fit. */
const replicatedJobKind: ServiceKind = {
  name: 'replicated job',
  relates: (service) => service.spec.mode.kind === 'replicatedJob',
  reconcile: reconcileReplicatedJob,
  fate(service, task, node) {
    if (task.jobIteration !== service.jobStatus?.jobIteration || task.status.state === TaskState.complete) return 'keep'
    return task.status.state > TaskState.running || (task.nodeId !== '' && isInvalidNode(node)) ? 'restart' : 'keep'
  },
  followsNodes: false,
  updates: false,
  followsTasks: true,
}

/** Jobs that run once on every node that fits. */
const globalJobKind: ServiceKind = {
  name: 'global job',
  relates: (service) => service.spec.mode.kind === 'globalJob',
  reconcile: reconcileGlobalJob,
  fate(service, task, node) {
    if (task.jobIteration !== service.jobStatus?.jobIteration || task.status.state === TaskState.complete) return 'keep'
    if (whyNot({ service }, node) !== undefined) return 'shutdown'
    if (task.status.state <= TaskState.running) return 'keep'
    return node?.spec.availability === Availability.pause ? 'shutdown' : 'restart'
  },
  followsNodes: true,
  updates: false,
  followsTasks: true,
}

/** The loops over jobs; `start` them while leading. */
export function jobLoops(deps: LoopDeps): StoreLoop[] {
  return [orchestratorLoop(deps, replicatedJobKind), orchestratorLoop(deps, globalJobKind)]
}
