import { TaskState } from '../../../src/model/task-state.js'
import type { LoopDeps, StoreLoop } from '../../store/store-loop.js'
import { orchestratorLoop } from '../orchestrator-loop.js'
import type { ServiceKind } from '../service-loop.js'
import { isDraining, isInvalidNode } from '../slots.js'
import { reconcileReplicated, startsFirst } from './reconcile.js'

/** Replicated services: as many tasks as asked for, wherever they fit. */
const replicatedKind: ServiceKind = {
  name: 'replicated',
  relates: (service) => service.spec.mode.kind === 'replicated',
  reconcile: reconcileReplicated,
  fate(service, task, node) {
    if (task.status.state > TaskState.running) return 'restart'
    const running = task.status.state === TaskState.running
    if (task.nodeId !== '' && isInvalidNode(node)) return running && startsFirst(service) && isDraining(node) ? 'reconcile' : 'restart'
    // A replacement that runs now may be what a drained node's task waits for.
    return running && startsFirst(service) ? 'reconcile' : 'keep'
  },
  followsNodes: false,
  updates: true,
  followsTasks: false,
}

/** The loop over replicated services; `start` it while leading. */
export function replicatedLoop(deps: LoopDeps): StoreLoop {
  return orchestratorLoop(deps, replicatedKind)
}
