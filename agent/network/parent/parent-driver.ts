import { conflict, internal, invalid } from '../../../src/base/errors.js'
import { LinkBatch } from '../../kernel/link.js'
import type { LinkKind } from '../../kernel/netlink-route.js'
import { writeSysctlIfPresent } from '../../kernel/sysctl.js'
import type { NetworkDriver, OpenSandbox } from '../driver.js'
import { addressesOf } from '../endpoint.js'
import type { Endpoint, StoredNetwork } from '../endpoint.js'
import type { HostKernel } from '../host-kernel.js'
import type { NetworkSpec } from '../types.js'

const parentOption = 'parent'
const mtuOption = 'com.docker.network.driver.mtu'
/** IFNAMSIZ less the zero byte. */
const deviceNameLengthMax = 15
const vlanMax = 4094

/** A parent as asked for: a device of the host, or one of its VLANs (`eth0.50`). */
interface Parent {
  device: string
  /** The device that carries the VLAN, and its number; undefined for a plain device. */
  vlan: { device: string; id: number } | undefined
}

/** What the containers' devices of a network are. */
export interface ChildDevice {
  kind: LinkKind
  /** Each has the MAC address of its endpoint; otherwise that of the parent. */
  ownMac: boolean
  /** It works only on a device of the host. */
  needsParent: boolean
}

/**
 * Containers on the host's own network: each has a device on a device of the host. The host itself cannot talk to
 * them by that device, as always with such devices. Without a parent the network is one that leads nowhere else.
 */
export abstract class ParentDriver implements NetworkDriver {
  abstract readonly name: 'macvlan' | 'ipvlan'
  readonly hasAddresses = true
  /** What the device is called that stands for a missing parent, before the network's id. */
  protected abstract readonly standIn: string

  constructor(protected readonly kernel: HostKernel) {}

  /** What the options ask for; throws `invalid` naming the option. Options of other names are left alone. */
  protected abstract childOf(options: Readonly<Record<string, string>>): ChildDevice

  /** Whether the kernel makes the devices of this network, before a container needs one. Throws when it does not. */
  protected abstract check(network: StoredNetwork, parent: number): void

  validate(spec: NetworkSpec): void {
    this.readOptions(spec.options ?? {})
  }

  deviceNames(_network: StoredNetwork, endpointId: string): { containerPrefix: string; host: string } {
    // No device of the host: the name only tells that the endpoint has one.
    return { containerPrefix: 'eth', host: `skm${endpointId.slice(0, 12)}` }
  }

  /** The device that the network's containers are on. */
  parentOf(network: StoredNetwork): string {
    return this.readOptions(network.options).parent?.device ?? `${this.standIn}-${network.id.slice(0, 12)}`
  }

  hasParent(network: StoredNetwork): boolean {
    return this.readOptions(network.options).parent !== undefined
  }

  createNetwork(network: StoredNetwork): void {
    const { parent } = this.readOptions(network.options)
    const { links } = this.kernel
    const device = this.parentOf(network)
    if (!links.find(device)) {
      const batch = new LinkBatch()
      if (!parent) batch.addLink({ name: device }, { kind: 'dummy' })
      else if (!parent.vlan) throw invalid(`cannot make network ${network.name}: this host has no device ${device}: give another with -o parent=`)
      else {
        const lower = links.find(parent.vlan.device)
        if (!lower) throw invalid(`cannot make network ${network.name}: this host has no device ${parent.vlan.device} for the VLAN ${device}`)
        batch.addLink({ name: device, lower: lower.index }, { kind: 'vlan', id: parent.vlan.id })
      }
      links.apply(batch)
    }
    const made = links.find(device)
    if (!made) throw internal(`the device ${device} vanished while it was made`)
    // A device of the host's own is up or not as its administrator wants it.
    if (!network.adoptedDevice) links.apply(new LinkBatch().setLink(made.index, { up: true }))
    this.check(network, made.index)
  }

  async removeNetwork(network: StoredNetwork): Promise<void> {
    const { parent } = this.readOptions(network.options)
    const device = this.parentOf(network)
    const kind = this.kernel.links.find(device)?.kind
    // Only what was made for the network, and only if it still is such a device.
    if (!network.adoptedDevice && kind === (parent ? 'vlan' : 'dummy')) await this.kernel.remover.remove([device])
  }

  join(network: StoredNetwork, endpoint: Endpoint, sandbox: OpenSandbox): void {
    const { child, mtu } = this.readOptions(network.options)
    const { links } = this.kernel
    const device = this.parentOf(network)
    const parent = links.find(device)
    if (!parent) throw conflict(`network ${network.name}: this host has no device ${device} any more; restart the daemon when it is back`)
    if (!sandbox.links.find(endpoint.interfaceName)) {
      const settings = {
        name: endpoint.interfaceName,
        lower: parent.index,
        netnsFd: sandbox.netns.fd,
        mtu: mtu ?? parent.mtu,
        ...(child.ownMac && { mac: endpoint.macAddress }),
      }
      links.apply(new LinkBatch().addLink(settings, child.kind))
    }
    const link = sandbox.links.find(endpoint.interfaceName)
    if (!link) throw internal(`network ${network.name}: the interface ${endpoint.interfaceName} vanished from the container`)
    const batch = new LinkBatch()
    if (endpoint.ipv6Address === '') batch.setLink(link.index, { linkLocalIpv6: false })
    else sandbox.netns.run(() => writeSysctlIfPresent(`net/ipv6/conf/${endpoint.interfaceName}/accept_dad`, '0'))
    for (const [address, prefixLength] of addressesOf(endpoint)) batch.addAddress({ index: link.index, address, prefixLength })
    sandbox.links.apply(batch.setLink(link.index, { up: true }))
  }

  async leave(_network: StoredNetwork, endpoint: Endpoint, inSandbox: (act: (sandbox: OpenSandbox) => void) => void): Promise<void> {
    inSandbox(({ links }) => {
      const link = links.find(endpoint.interfaceName)
      if (link?.kind === this.name) links.apply(new LinkBatch().deleteLink(link.index))
    })
  }

  private readOptions(options: Readonly<Record<string, string>>): { parent: Parent | undefined; child: ChildDevice; mtu: number | undefined } {
    const child = this.childOf(options)
    const mtuText = options[mtuOption] || undefined
    const mtu = mtuText === undefined ? undefined : Number(mtuText)
    if (mtu !== undefined && (!Number.isInteger(mtu) || mtu < 68 || mtu > 65_535)) throw invalid(`invalid ${mtuOption}: "${String(mtuText)}"`)
    const parent = options[parentOption] || undefined
    if (parent === undefined && child.needsParent) throw invalid('a network in the mode passthru needs a device of the host: -o parent=')
    return { parent: parent === undefined ? undefined : this.readParent(parent), child, mtu }
  }

  private readParent(device: string): Parent {
    if (device === 'lo') throw invalid(`loopback interface is not a valid ${this.name} parent link`)
    if (!/^[^\s/:]+$/.test(device) || device.length > deviceNameLengthMax) throw invalid(`invalid ${parentOption}: "${device}" is no name of a device`)
    const split = /^(.+)\.(\d{1,4})$/.exec(device)
    const id = Number(split?.[2])
    return { device, vlan: split?.[1] !== undefined && id >= 1 && id <= vlanMax ? { device: split[1], id } : undefined }
  }
}
