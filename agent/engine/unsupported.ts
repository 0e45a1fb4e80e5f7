import type { Resources } from '../../src/model/engine-api/container.js'
import type { Cgroups } from '../runtime/cgroup/cgroup.js'

/**
 * Takes out of `resources` what this kernel cannot do and what a container runs as well without. Gives Docker's
 * warnings, one for each.
 */
export function discardUnsupported(resources: Resources, cgroups: Pick<Cgroups, 'weighsBlockDevices'>): string[] {
  const { BlkioWeight = 0, BlkioWeightDevice } = resources
  if ((BlkioWeight === 0 && !BlkioWeightDevice?.length) || cgroups.weighsBlockDevices) return []
  const list: string[] = []
  if (BlkioWeight !== 0) {
    resources.BlkioWeight = 0
    list.push('Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.')
  }
  if (BlkioWeightDevice?.length) {
    resources.BlkioWeightDevice = []
    list.push('Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.')
  }
  return list
}
