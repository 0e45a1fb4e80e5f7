import { LinkBatch } from '../../kernel/link.js'
import type { Links } from '../../kernel/link.js'
import { NeighbourState } from '../../kernel/netlink-route.js'
import type { Neighbour } from '../../kernel/netlink-route.js'

/** Changes sent to the kernel at once: its answers have to fit its buffer. */
const batchMax = 100

/** Something that can be reached on an overlay network: here, at a port of the bridge, or on another node. */
export interface Reachable {
  mac: string
  addresses: readonly string[]
  via: { port: number } | { node: string }
}

/** The devices that entries belong to, by index. */
export interface ForwardingDevices {
  vxlan: number
}

/**
 * The entries that a set of reachable places needs, by a key for each. Pure.
 *
 * The VXLAN device answers ARP and neighbour discovery for every address, also for those of this host:
 * no request ever leaves it. The bridge knows by itself where every MAC address is.
 */
export function wantedEntries(places: Iterable<Reachable>, { vxlan }: ForwardingDevices): Map<string, Neighbour> {
  const entries = new Map<string, Neighbour>()
  const add = (entry: Neighbour): void => void entries.set(entryKey(entry), entry)
  for (const { mac, addresses, via } of places) {
    if ('node' in via && via.node === '') continue
    for (const address of addresses) add({ index: vxlan, address, mac })
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
export function presentEntries(links: Links, { vxlan }: ForwardingDevices, ports: ReadonlySet<number>): Map<string, Neighbour> {
  const neighbours = links.neighbours().filter(({ index, state }) => index === vxlan && state === NeighbourState.permanent)
  const forwarding = links.forwardingEntries().filter(
    ({ index, state, bridge, address }) =>
      (bridge === 'master' && state === NeighbourState.noArp && (index === vxlan || ports.has(index))) ||
      (bridge === 'self' && index === vxlan && address !== undefined),
  )
  return new Map([...neighbours, ...forwarding].map(({ state: _, ...entry }) => [entryKey(entry), entry]))
}

/** Brings the kernel from one set of entries to another; with `keepStale` nothing is taken away. Gives what is there afterwards. */
export function program(
  links: Links,
  present: ReadonlyMap<string, Neighbour>,
  wanted: ReadonlyMap<string, Neighbour>,
  keepStale: boolean,
): Map<string, Neighbour> {
  const result = new Map(present)
  let batch = new LinkBatch()
  const flush = (): void => {
    links.apply(batch)
    batch = new LinkBatch()
  }
  const change = (act: (batch: LinkBatch) => void): void => {
    act(batch)
    if (batch.requests.length >= batchMax) flush()
  }
  for (const [key, entry] of present) {
    const next = wanted.get(key)
    if (next ? sameEntry(next, entry) || !entry.bridge : keepStale) continue
    // A forwarding entry is not moved to another port by adding it there.
    change((one) => one.deleteNeighbour(entry))
    result.delete(key)
  }
  for (const [key, entry] of wanted) {
    const before = present.get(key)
    if (before && sameEntry(before, entry)) continue
    change((one) => one.setNeighbour(entry))
    result.set(key, entry)
  }
  flush()
  return result
}

/** Adds a few entries, in the place of others under the same keys; `present` follows. */
export function add(links: Links, present: Map<string, Neighbour>, entries: ReadonlyMap<string, Neighbour>): void {
  const batch = new LinkBatch()
  for (const [key, entry] of entries) {
    const before = present.get(key)
    if (before && sameEntry(before, entry)) continue
    if (before?.bridge) batch.deleteNeighbour(before)
    batch.setNeighbour(entry)
    present.set(key, entry)
  }
  links.apply(batch)
}

/** Takes a few entries away, those that are still as given; `present` follows. */
export function remove(links: Links, present: Map<string, Neighbour>, entries: ReadonlyMap<string, Neighbour>): void {
  const batch = new LinkBatch()
  for (const [key, entry] of entries) {
    const before = present.get(key)
    if (!before || !sameEntry(before, entry)) continue
    batch.deleteNeighbour(entry)
    present.delete(key)
  }
  links.apply(batch)
}

function sameEntry(a: Neighbour, b: Neighbour): boolean {
  return a.index === b.index && a.mac === b.mac && a.address === b.address
}
