import { internal } from '../../../src/base/errors.js'
import { DeviceAttributes } from '../../kernel/device-attribute.js'
import { LinkBatch, Links } from '../../kernel/link.js'
import { createNetns, deleteNetns, isNetns, Netns } from '../../kernel/netns.js'
import { writeSysctlIfPresent } from '../../kernel/sysctl.js'
import { macOfHex } from '../endpoint.js'
import { presentEntries } from './forwarding.js'
import type { Reachable } from './forwarding.js'
import { ForwardingTable } from './forwarding-table.js'

/** What a network's devices are made with. */
export interface SegmentSettings {
  vni: number
  /** UDP port of the data path. */
  port: number
  /** This node's address where outer packets leave; `::` takes what the route says. */
  local: string
  mtu: number
  /** The namespace that outer packets leave from and come to: the host's own, or the inside of tunnels. */
  outer: Links
}

const bridgeName = 'br0'
const vxlanName = 'vxlan0'
/** RFC 8200: the kernel has no IPv6 on a device that carries less. */
const ipv6MtuMin = 1280
/** Some packets' time in a fast stream, and too short to matter elsewhere. */
const gatherNs = 50_000

/**
 * One overlay network on this host: a namespace with a bridge, a VXLAN device and the host ends of its
 * containers' pairs. Nothing is learned and nothing is flooded: broadcasts and multicasts only reach
 * the VXLAN device, which answers ARP and neighbour discovery itself and has no destination for the rest.
 */
export class Segment implements Disposable {
  private readonly netns: Netns
  private readonly links: Links
  private readonly bridge: number
  private readonly vxlan: number

  private constructor(
    readonly path: string,
    readonly mtu: number,
    id: string,
  ) {
    this.netns = Netns.open(path)
    this.links = this.netns.run(() => Links.open())
    const bridge = this.links.find(bridgeName)
    const vxlan = this.links.find(vxlanName)
    if (!bridge || !vxlan) throw internal(`the devices of network ${id} are not complete: stop its containers on this node to have them made again`)
    this.bridge = bridge.index
    this.vxlan = vxlan.index
  }

  /** Takes over what an earlier daemon made, untouched; undefined when there is nothing complete. */
  static adopt(path: string, id: string): Segment | undefined {
    if (!isNetns(path)) return undefined
    using netns = Netns.open(path)
    using links = netns.run(() => Links.open())
    const vxlan = links.find(vxlanName)
    if (!vxlan?.up || !links.find(bridgeName)?.up) return undefined
    return new Segment(path, vxlan.mtu, id)
  }

  /** Makes the namespace and its devices; leftovers of an interrupted attempt go first. Throws with the kernel's reason. */
  static create(path: string, id: string, settings: SegmentSettings): Segment {
    removeSegment(path)
    createNetns(path)
    try {
      makeDevices(path, id, settings)
      return new Segment(path, settings.mtu, id)
    } catch (thrown) {
      removeSegment(path)
      throw thrown
    }
  }

  /** A pair from the bridge into another namespace; gives the bridge end's index. One that is there already stays. */
  plug(name: string, mac: string, other: { links: Links; netns: Netns; name: string; mac: string }): number {
    const existing = this.links.find(name)
    if (existing?.master !== this.bridge || !other.links.find(other.name)) {
      const batch = new LinkBatch()
      if (existing) batch.deleteLink(existing.index)
      const peer = { name: other.name, mac: other.mac, mtu: this.mtu, netnsFd: other.netns.fd }
      this.links.apply(batch.addLink({ name, master: this.bridge, mtu: this.mtu, mac }, { kind: 'veth', peer }))
    }
    const link = this.links.find(name)
    if (!link) throw internal(`the interface ${name} vanished while it was made`)
    this.links.apply(new LinkBatch().setBridgePort(link.index, silentPort).setLink(link.index, { linkLocalIpv6: false, up: true }))
    return link.index
  }

  /**
   * Lets the packets of a stream that come one by one, as from a program that decrypts them, go on to the bridge and the
   * containers as few large ones: a piece waits so long for the next. The last of what a sender had to say
   * waits for nothing, and datagrams neither. Throws with the reason where the kernel cannot do that.
   */
  gather(): void {
    this.netns.run(() => {
      using attributes = DeviceAttributes.open()
      attributes.write(vxlanName, 'gro_flush_timeout', String(gatherNs))
    })
  }

  /** Takes the pair away; waits for the kernel's grace period. */
  unplug(name: string): void {
    const link = this.links.find(name)
    if (link) this.links.apply(new LinkBatch().deleteLink(link.index))
  }

  /** The entries of this network, beginning with what is there; `informed` tells whether the remote places are all. */
  forwarding(remotes: Map<string, Reachable>, informed: boolean): ForwardingTable {
    const devices = { vxlan: this.vxlan, ipv6: this.mtu >= ipv6MtuMin }
    const ports = new Set(this.links.list().filter(({ master }) => master === this.bridge).map(({ index }) => index))
    return new ForwardingTable(this.links, devices, presentEntries(this.links, devices, ports), remotes, informed)
  }

  close(): void {
    this.links.close()
    this.netns.close()
  }
  [Symbol.dispose](): void {
    this.close()
  }
}

/** Frames whose destination is not known go nowhere. */
const silentPort = { learning: false, flood: false, multicastFlood: false, broadcastFlood: false, isolated: false, hairpin: false }

/** Takes a network's devices and namespace away; what is not there is fine. */
export function removeSegment(path: string): void {
  if (isNetns(path)) {
    using netns = Netns.open(path)
    using links = netns.run(() => Links.open())
    // The namespace goes in the kernel's own time: until then its VXLAN identifier would be taken.
    const vxlan = links.find(vxlanName)
    if (vxlan) links.apply(new LinkBatch().deleteLink(vxlan.index))
  }
  deleteNetns(path)
}

function makeDevices(path: string, id: string, { vni, port, local, mtu, outer }: SegmentSettings): void {
  using netns = Netns.open(path)
  using links = netns.run(() => Links.open())
  netns.run(() => {
    // Only bridges here: no host stack takes part.
    writeSysctlIfPresent('net/ipv6/conf/default/accept_ra', '0')
    for (const family of ['ip', 'ip6', 'arp']) writeSysctlIfPresent(`net/bridge/bridge-nf-call-${family}tables`, '0')
  })
  links.apply(new LinkBatch().addLink({ name: bridgeName, mtu, mac: macOfHex(hexOf(id)) }, { kind: 'bridge', multicastSnooping: false }))
  const bridge = links.find(bridgeName)?.index ?? 0
  // Made where the outer packets leave from, and moved in.
  const settings = { name: vxlanName, mtu, mac: macOfHex(hexOf(id), '06:42'), netnsFd: netns.fd }
  outer.apply(new LinkBatch().addLink(settings, { kind: 'vxlan', vni, port, local, learning: false, proxy: true, ...(local === '::' && { ipv6WithoutChecksum: true }) }))
  const vxlan = links.find(vxlanName)?.index ?? 0
  links.apply(
    new LinkBatch()
      .setLink(vxlan, { master: bridge })
      .setBridgePort(vxlan, { learning: false, flood: false, multicastFlood: true, broadcastFlood: true, isolated: false })
      .setLink(bridge, { linkLocalIpv6: false, up: true })
      .setLink(vxlan, { linkLocalIpv6: false, up: true }),
  )
}

/** 8 hexadecimal digits of an id that is written in base 36. */
function hexOf(id: string): string {
  let hash = 0x811c9dc5
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}
