import { StoreLoop, type LoopDeps } from '../store/store-loop.js'
import { ServiceLoop, type ServiceKind } from './service-loop.js'

/** The loop over one kind of service. */
export function orchestratorLoop(deps: LoopDeps, kind: ServiceKind): StoreLoop {
  const loop: StoreLoop = new StoreLoop(deps, new ServiceLoop(deps, kind, () => loop.wake()))
  return loop
}
