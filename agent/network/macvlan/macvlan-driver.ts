import { invalid } from '../../../src/base/errors.js'
import type { MacvlanMode } from '../../kernel/netlink-route.js'
import { ParentDriver, type ChildDevice } from '../parent/parent-driver.js'

const modeOption = 'macvlan_mode'
const modes: readonly MacvlanMode[] = ['bridge', 'private', 'vepa', 'passthru']

/** Each container has a MAC address of its own on the network of the host's device. The options are those of Docker's driver. */
export class MacvlanDriver extends ParentDriver {
  readonly name = 'macvlan'
  protected readonly standIn = 'dm'

  protected childOf(options: Readonly<Record<string, string>>): ChildDevice {
    const asked = options[modeOption] || 'bridge'
    const mode = modes.find((one) => one === asked)
    if (!mode) throw invalid(`requested macvlan mode '${asked}' is not valid: it is one of ${modes.join(', ')}`)
    // The only container on a device in this mode has the device's own address.
    const alone = mode === 'passthru'
    return { kind: { kind: 'macvlan', mode }, ownMac: !alone, needsParent: alone }
  }

  protected check(): void {
    // Kernels without such devices are not met.
  }
}
