import type { Volume } from '../../../src/model/volume.js'
import { nodeCount, type Filter, type Refusal } from './filter.js'

/** Finds the cluster volumes that the mount `source` names: a volume's name, or `group:<group>`. */
export type VolumeLookup = (source: string) => Volume[]

/**
 * Cluster volumes that a task mounts have to exist and be active, and their driver has to be on the
 * node. A volume for one node at a time stays with the node that uses it: `usedOn` gives it.
 */
export function volumesFilter(lookup: VolumeLookup, usedOn: (volumeId: string) => ReadonlySet<string>): Filter {
  return {
    prepare(task) {
      const mounts = (task.spec.container?.mounts ?? []).filter((mount) => mount.type === 'cluster')
      if (mounts.length === 0) return undefined
      const candidates = mounts.map((mount) => ({
        volumes: lookup(mount.source).filter((volume) => volume.spec.availability === 'active' && !volume.pendingDelete),
        refusal: ((nodes) => `cluster volume ${mount.source} not available on ${nodeCount(nodes)}`) as Refusal,
      }))
      return ({ node }) => {
        const plugins = new Set((node.description?.plugins ?? []).filter(({ type }) => type === 'CSINode').map(({ name }) => name))
        const fits = (volume: Volume) => {
          const users = usedOn(volume.id)
          const free = volume.spec.accessMode.scope === 'multi' || users.size === 0 || users.has(node.id)
          return free && plugins.has(volume.spec.driver.name)
        }
        return candidates.find(({ volumes }) => !volumes.some(fits))?.refusal
      }
    },
  }
}
