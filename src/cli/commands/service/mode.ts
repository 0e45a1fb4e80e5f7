import type { ServiceSpec } from '../../../model/engine-api/swarm.js'

/** As `service ls` names the mode. */
export function modeName(mode: ServiceSpec['Mode']): string {
  if (mode?.Global) return 'global'
  if (mode?.ReplicatedJob) return 'replicated job'
  if (mode?.GlobalJob) return 'global job'
  return 'replicated'
}
