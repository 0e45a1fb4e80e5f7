import { Availability } from '../../../src/model/node.js'
import { TaskState } from '../../../src/model/task-state.js'
import type { LoopDeps, StoreLoop } from '../../store/store-loop.js'
import { orchestratorLoop } from '../orchestrator-loop.js'
import type { ServiceKind } from '../service-loop.js'
import { reconcileGlobal, whyNot } from './reconcile.js'

/** Global services: one task on every node that fits. */
const globalKind: ServiceKind = {
  name: 'global',
  relates: (service) => service.spec.mode.kind === 'global',
  reconcile: reconcileGlobal,
  fate(service, task, node) {
    if (whyNot({ service }, node) !== undefined) return 'shutdown'
    if (task.status.state <= TaskState.running) return 'keep'
    // A paused node gets nothing new, and a replacement is new.
    return node?.spec.availability === Availability.pause ? 'shutdown' : 'restart'
  },
  followsNodes: true,
  updates: true,
  followsTasks: false,
}

/** The loop over global services; `start` it while leading. */
export function globalLoop(deps: LoopDeps): StoreLoop {
  return orchestratorLoop(deps, globalKind)
}
