import { errnoOf, ErrorKind, invalid, StatusError } from '../../../src/base/errors.js'
import { LinkBatch } from '../../kernel/link.js'
import type { IpvlanFlag, IpvlanMode } from '../../kernel/netlink-route.js'
import type { StoredNetwork } from '../endpoint.js'
import { ParentDriver, type ChildDevice } from '../parent/parent-driver.js'

const modeOption = 'ipvlan_mode'
const flagOption = 'ipvlan_flag'
const modes: readonly IpvlanMode[] = ['l2', 'l3', 'l3s']
const flags: readonly IpvlanFlag[] = ['bridge', 'private', 'vepa']

/**
 * All containers have the MAC address of the host's device, and are told apart by their IP addresses. In the modes `l3` and `l3s` the
 * host routes between them and the outside: nothing is asked of neighbours, and routes need no gateway. The options are those of
 * Docker's driver.
 */
export class IpvlanDriver extends ParentDriver {
  readonly name = 'ipvlan'
  readonly hasMacs = false
  protected readonly standIn = 'di'

  routesByDevice(network: StoredNetwork): boolean {
    return readMode(network.options) !== 'l2'
  }

  protected childOf(options: Readonly<Record<string, string>>): ChildDevice {
    const asked = options[flagOption] || 'bridge'
    const flag = flags.find((one) => one === asked)
    if (!flag) throw invalid(`requested ipvlan flag '${asked}' is not valid, 'bridge' is the ipvlan driver default`)
    return { kind: { kind: 'ipvlan', mode: readMode(options), flag }, ownMac: false, needsParent: false }
  }

  /** Makes such a device for a moment. Throws `unsupported` where the kernel has none, `conflict` on a device that has macvlan devices. */
  protected check(network: StoredNetwork, parent: number): void {
    const { links } = this.kernel
    const name = `ski${network.id.slice(0, 12)}`
    try {
      links.apply(new LinkBatch().addLink({ name, lower: parent }, this.childOf(network.options).kind))
    } catch (thrown) {
      const cause = { cause: thrown }
      switch (errnoOf(thrown)) {
        case 'ENOTSUP':
        case 'EOPNOTSUPP':
          throw new StatusError(ErrorKind.unsupported, `cannot make network ${network.name}: the kernel of this host has no ipvlan devices (CONFIG_IPVLAN): load the module ipvlan, or use macvlan`, cause)
        case 'EBUSY':
          throw new StatusError(ErrorKind.conflict, `cannot make network ${network.name}: ${this.parentOf(network)} has devices of another kind on it, such as macvlan's`, cause)
        default:
          throw thrown
      }
    }
    const made = links.find(name)
    if (made) links.apply(new LinkBatch().deleteLink(made.index))
  }
}

function readMode(options: Readonly<Record<string, string>>): IpvlanMode {
  const asked = options[modeOption] || 'l2'
  const mode = modes.find((one) => one === asked)
  if (!mode) throw invalid(`requested ipvlan mode '${asked}' is not valid, 'l2' mode is the ipvlan driver default`)
  return mode
}
