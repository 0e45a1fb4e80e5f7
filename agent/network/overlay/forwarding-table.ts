import { LinkBatch } from '../../kernel/link.js'
import type { Links } from '../../kernel/link.js'
import type { Neighbour } from '../../kernel/netlink-route.js'
import { TimeSlice } from '../../kernel/time-slice.js'
import { change, wantedEntries } from './forwarding.js'
import type { ForwardingDevices, Reachable } from './forwarding.js'

/** Changes sent to the kernel at once: its answers have to fit its buffer. */
const requestsPerBatch = 100

/**
 * What can be reached on one network, and the kernel's entries for it. Thousands of places are brought into
 * the kernel piece by piece, the event loop turning in between; what changes meanwhile is found as it is
 * when its turn comes. This host's own places are there at once.
 */
export class ForwardingTable {
  /** By endpoint id, or by a name of its own for a port of the host. */
  private readonly locals = new Map<string, Reachable>()
  private readonly localByMac = new Map<string, Reachable>()
  private remotes: Map<string, Reachable>
  /** What the kernel has for each MAC address. */
  private readonly programmed = new Map<string, Reachable>()
  /** MAC addresses whose places have changed since. */
  private readonly pending = new Set<string>()
  /** Keys of entries that an earlier daemon left and nobody has named yet. */
  private readonly stale: Set<string>
  private work: Promise<void> | undefined
  private closed = false

  constructor(
    private readonly links: Links,
    private readonly devices: ForwardingDevices,
    /** The entries that the kernel has already, by key. */
    private readonly present: Map<string, Neighbour>,
    remotes: Map<string, Reachable>,
    /** The managers have said who else is there: until then, what an earlier daemon left is believed. */
    private informed: boolean,
  ) {
    this.stale = new Set(present.keys())
    this.remotes = remotes
    for (const mac of remotes.keys()) this.pending.add(mac)
  }

  get localCount(): number {
    return this.locals.size
  }

  /** A place on this host; in effect on return. Throws with the kernel's reason. */
  setLocal(key: string, place: Reachable): void {
    this.locals.set(key, place)
    this.localByMac.set(place.mac, place)
    this.bring([place.mac])
  }

  /** False when there is none of that key. */
  deleteLocal(key: string): boolean {
    const place = this.locals.get(key)
    if (!place) return false
    this.locals.delete(key)
    if (this.localByMac.get(place.mac) === place) this.localByMac.delete(place.mac)
    this.bring([place.mac])
    return true
  }

  /** These are all places elsewhere, by MAC address. The caller may change the map, telling by `touch`. */
  setRemotes(remotes: Map<string, Reachable>): void {
    for (const mac of this.remotes.keys()) if (!remotes.has(mac)) this.pending.add(mac)
    for (const [mac, place] of remotes) if (!same(this.programmed.get(mac), place)) this.pending.add(mac)
    this.remotes = remotes
    this.informed = true
  }

  /** The places of these MAC addresses changed in the map of remote ones. */
  touch(macs: Iterable<string>): void {
    for (const mac of macs) this.pending.add(mac)
  }

  /** Resolves when the kernel has everything; a few changes are in effect on return. Rejects with the kernel's reason. */
  settle(): Promise<void> {
    this.work ??= this.settleAll().finally(() => (this.work = undefined))
    return this.work
  }

  /** Nothing is changed in the kernel any more. */
  close(): void {
    this.closed = true
  }

  private async settleAll(): Promise<void> {
    const slice = new TimeSlice()
    let failure: { thrown: unknown } | undefined
    const attempt = (act: () => void): void => {
      try {
        act()
      } catch (thrown) {
        failure ??= { thrown }
      }
    }
    const refused: string[] = []
    while (!this.closed) {
      const macs = this.take()
      if (macs.length > 0) {
        attempt(() => {
          refused.push(...macs)
          this.bring(macs)
          refused.length -= macs.length
        })
      } else if (this.informed && this.stale.size > 0) attempt(() => this.sweep())
      else break
      const pause = slice.pause()
      if (pause) await pause
    }
    // Tried again with the next change.
    this.touch(refused)
    if (failure) throw failure.thrown
  }

  private take(): string[] {
    const macs: string[] = []
    for (const mac of this.pending) {
      macs.push(mac)
      // A place has three entries, mostly.
      if (3 * macs.length >= requestsPerBatch) break
    }
    for (const mac of macs) this.pending.delete(mac)
    return macs
  }

  private bring(macs: readonly string[]): void {
    const batch = new LinkBatch()
    const known = new Map<string, Neighbour | undefined>()
    for (const mac of macs) {
      // A task that came here is on this host, whatever the managers' last message says.
      const place = this.localByMac.get(mac) ?? this.remotes.get(mac)
      const before = this.programmed.get(mac)
      const gone = before ? wantedEntries([before], this.devices) : none
      const come = place ? wantedEntries([place], this.devices) : none
      for (const key of [...gone.keys(), ...come.keys()]) if (!known.has(key)) known.set(key, this.present.get(key))
      change(batch, this.present, gone, come, this.stale)
    }
    try {
      if (batch.requests.length > 0) this.links.apply(batch)
    } catch (thrown) {
      // All of it is tried again: what the kernel took already is no matter.
      for (const [key, entry] of known) {
        if (entry) this.present.set(key, entry)
        else this.present.delete(key)
      }
      throw thrown
    }
    for (const mac of macs) {
      const place = this.localByMac.get(mac) ?? this.remotes.get(mac)
      if (place) this.programmed.set(mac, place)
      else this.programmed.delete(mac)
    }
  }

  /**
   * What an earlier daemon left for a port that is still here stays: the one who uses it, as the host itself does, is
   * about to name it, and its packets go on meanwhile. With the port, the kernel's own entry for it goes.
   */
  private sweep(): void {
    const ports = new Set(this.links.list().map(({ index }) => index))
    const atPort = new Set([...this.present.values()].flatMap(({ bridge, index, mac }) => (bridge === 'master' && index !== this.devices.vxlan && ports.has(index) ? [mac] : [])))
    const batch = new LinkBatch()
    for (const key of this.stale) {
      const entry = this.present.get(key)
      this.stale.delete(key)
      if (entry && atPort.has(entry.mac)) continue
      if (entry) batch.deleteNeighbour(entry)
      this.present.delete(key)
      if (batch.requests.length >= requestsPerBatch) break
    }
    if (batch.requests.length > 0) this.links.apply(batch)
  }
}

const none: ReadonlyMap<string, Neighbour> = new Map()

function same(a: Reachable | undefined, b: Reachable): boolean {
  if (!a || a.addresses.join() !== b.addresses.join()) return false
  return 'node' in a.via ? 'node' in b.via && a.via.node === b.via.node : 'port' in b.via && a.via.port === b.via.port
}
