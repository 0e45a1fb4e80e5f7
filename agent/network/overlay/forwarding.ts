import type { LinkBatch, Links } from '../../kernel/link.js'
import { NeighbourState } from '../../kernel/netlink-route.js'
import type { Neighbour } from '../../kernel/netlink-route.js'

/** Something that can be reached on an overlay network: here, at a port of the bridge, or on another node. */
export interface Reachable {
  mac: string
  addresses: readonly string[]
  via: { port: number } | { node: string }
}

/** The devices that entries belong to, by index. */
export interface ForwardingDevices {
  vxlan: number
  /** The device can have IPv6 neighbours: one with an MTU below IPv6's 1280 bytes cannot. */
  ipv6: boolean
}

/**
 * The entries that a set of reachable places needs, by a key for each. Pure.
 *
 * The VXLAN device answers ARP and neighbour discovery for every address, also for those of this host:
 * no request ever leaves it. The bridge knows by itself where every MAC address is.
 */
export function wantedEntries(places: Iterable<Reachable>, { vxlan, ipv6 }: ForwardingDevices): Map<string, Neighbour> {
  const entries = new Map<string, Neighbour>()
  const add = (entry: Neighbour): void => void entries.set(entryKey(entry), entry)
  for (const { mac, addresses, via } of places) {
    if ('node' in via && via.node === '') continue
    for (const address of addresses) if (ipv6 || !address.includes(':')) add({ index: vxlan, address, mac })
    add({ index: 'port' in via ? via.port : vxlan, mac, bridge: 'master' })
    if ('node' in via) add({ index: vxlan, address: via.node, mac, bridge: 'self' })
  }
  return entries
}

/** One key for what the kernel keeps one entry for. */
function entryKey({ bridge, address, mac }: Neighbour): string {
  return bridge ? `${bridge} ${mac}` : `address ${address ?? ''}`
}

/** The entries that are in the kernel already: made by hand, not by the kernel for its own devices. */
export function presentEntries(links: Links, { vxlan }: Pick<ForwardingDevices, 'vxlan'>, ports: ReadonlySet<number>): Map<string, Neighbour> {
  const neighbours = links.neighbours().filter(({ index, state }) => index === vxlan && state === NeighbourState.permanent)
  const forwarding = links.forwardingEntries().filter(
    ({ index, state, bridge, address }) =>
      (bridge === 'master' && state === NeighbourState.noArp && (index === vxlan || ports.has(index))) ||
      (bridge === 'self' && index === vxlan && address !== undefined),
  )
  return new Map([...neighbours, ...forwarding].map(({ state: _, ...entry }) => [entryKey(entry), entry]))
}

/**
 * Adds to a batch what leads from the entries `gone` to the entries `come`; `present`, which the kernel has,
 * follows. What is somebody else's by now stays. Keys that are asked for leave `stale`.
 */
export function change(
  batch: LinkBatch,
  present: Map<string, Neighbour>,
  gone: ReadonlyMap<string, Neighbour>,
  come: ReadonlyMap<string, Neighbour>,
  stale: Set<string>,
): void {
  for (const [key, entry] of gone) {
    const before = present.get(key)
    if (come.has(key) || !before || !sameEntry(before, entry)) continue
    batch.deleteNeighbour(entry)
    present.delete(key)
  }
  for (const [key, entry] of come) {
    stale.delete(key)
    const before = present.get(key)
    if (before && sameEntry(before, entry)) continue
    // A forwarding entry is not moved to another port by adding it there. The other end of a tunnel is replaced
    // in place: no frame may find nothing meanwhile.
    if (before?.bridge === 'master') batch.deleteNeighbour(before)
    batch.setNeighbour(entry)
    present.set(key, entry)
  }
}

function sameEntry(a: Neighbour, b: Neighbour): boolean {
  return a.index === b.index && a.mac === b.mac && a.address === b.address
}
