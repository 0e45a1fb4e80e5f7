import { errnoOf, invalid, StatusError } from '../../src/base/errors.js'
import type { Protocol } from './types.js'

/** Holds a port against other programs until it is closed; throws errors with errno codes. */
export interface HeldPort {
  close(): void
  /** A descriptor by which the port can be served. */
  serve?(): number
}
export type HoldPort = (protocol: Protocol, hostIp: string, port: number) => HeldPort

export interface PortRange {
  first: number
  last: number
}

/** A port that this allocator gave out. `release` once. */
export interface PortLease {
  protocol: Protocol
  hostIp: string
  hostPort: number
  /** A descriptor by which the port can be served, on the host itself; undefined when the socket is another program's. */
  serve(): number | undefined
  release(): void
}

interface Taken {
  hostIp: string
  held: HeldPort | undefined
}

/**
 * The host ports given out by this daemon, and the look at those that others have. A wildcard address
 * clashes with every address of its family.
 */
export class PortAllocator {
  private readonly taken = new Map<string, Taken[]>()
  private next: number

  constructor(
    /** Where ports are chosen from when none is asked for. */
    private readonly ephemeral: PortRange,
    private readonly hold: HoldPort,
  ) {
    this.next = ephemeral.first
  }

  /**
   * The first free port of `range`. Throws `internal`, as Docker answers: "port is already allocated"
   * for a port of another container, "address already in use" for another program's.
   */
  fromRange(protocol: Protocol, hostIp: string, range: PortRange): PortLease {
    let refusal: unknown
    for (let port = range.first; port <= range.last; port++) {
      try {
        return this.take(protocol, hostIp, port)
      } catch (thrown) {
        if (errnoOf(thrown) !== undefined && errnoOf(thrown) !== 'EADDRINUSE') throw thrown
        refusal ??= thrown
      }
    }
    if (range.first === range.last) throw refusal
    throw new StatusError('internal', `Bind for ${hostIp}:${range.first}-${range.last} failed: all ports are allocated`, { cause: refusal })
  }

  /** A free ephemeral port: each time the one after the last, so that a port rests before it is used again. */
  ephemeralPort(protocol: Protocol, hostIp: string): PortLease {
    const { first, last } = this.ephemeral
    for (let tried = 0; tried <= last - first; tried++) {
      const port = this.next
      this.next = port === last ? first : port + 1
      try {
        return this.take(protocol, hostIp, port)
      } catch (thrown) {
        if (errnoOf(thrown) !== undefined && errnoOf(thrown) !== 'EADDRINUSE') throw thrown
      }
    }
    throw new StatusError('exhausted', `all ports from ${first} to ${last} of ${hostIp} are allocated`)
  }

  /**
   * Takes a port that a container had before a restart of the daemon. When another program has taken
   * it meanwhile it is given back all the same: the rules redirect before sockets are looked at.
   */
  adopt(protocol: Protocol, hostIp: string, hostPort: number): PortLease & { stolen: boolean } {
    try {
      return { ...this.take(protocol, hostIp, hostPort), stolen: false }
    } catch (thrown) {
      if (errnoOf(thrown) === undefined) throw thrown
      return { ...this.record(protocol, hostIp, hostPort, undefined), stolen: true }
    }
  }

  private take(protocol: Protocol, hostIp: string, port: number): PortLease {
    const others = this.taken.get(`${protocol} ${port}`) ?? []
    if (others.some((other) => clash(other.hostIp, hostIp))) {
      throw new StatusError('internal', `Bind for ${hostIp}:${port} failed: port is already allocated`)
    }
    let held: HeldPort | undefined
    try {
      held = this.hold(protocol, hostIp, port)
    } catch (thrown) {
      // The kernel may have no SCTP sockets and still forward SCTP.
      if (protocol !== 'sctp' || !['EPROTONOSUPPORT', 'ESOCKTNOSUPPORT'].includes(errnoOf(thrown) ?? '')) throw thrown
    }
    return this.record(protocol, hostIp, port, held)
  }

  private record(protocol: Protocol, hostIp: string, hostPort: number, held: HeldPort | undefined): PortLease {
    const key = `${protocol} ${hostPort}`
    const entry: Taken = { hostIp, held }
    this.taken.set(key, [...(this.taken.get(key) ?? []), entry])
    const release = (): void => {
      const left = (this.taken.get(key) ?? []).filter((other) => other !== entry)
      if (left.length > 0) this.taken.set(key, left)
      else this.taken.delete(key)
      entry.held?.close()
    }
    return { protocol, hostIp, hostPort, serve: () => held?.serve?.(), release }
  }
}

function clash(a: string, b: string): boolean {
  if (a.includes(':') !== b.includes(':')) return false
  return a === b || isWildcard(a) || isWildcard(b)
}

export const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::'

/** Reads `8080` or `8000-8010`; undefined for empty and `0`: any port. Throws `invalid` otherwise. */
export function parseHostPort(text: string): PortRange | undefined {
  if (text === '' || text === '0') return undefined
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  const first = Number(match?.[1])
  const last = match?.[2] === undefined ? first : Number(match[2])
  if (!match || first < 1 || last > 65_535 || last < first) {
    throw invalid(`invalid port specification: "${text}": give a port from 1 to 65535, or a range like 8000-8010`)
  }
  return { first, last }
}
