import { invalid, StatusError } from '../../src/base/errors.js'
import { familyOf } from '../kernel/address-bytes.js'
import type { AddressPool, IpamConfig, Subnet } from './types.js'
import { addressNumber, addressText, containsAddress, containsPrefix, firstFree, lastAddress, overlaps, parseSubnet, prefixText } from './subnet.js'
import type { Prefix } from './subnet.js'

/**
 * Address management of the networks of one host: pure bookkeeping, time is handed in. What is
 * allocated is rebuilt from the endpoints at start; nothing here is stored.
 */

/** Docker's own pools: 172.17/16 to 172.31/16 less the ends clouds use, then 192.168/16 cut into /20. */
export const defaultAddressPools: readonly AddressPool[] = [
  ...[17, 18, 19].map((n) => ({ base: `172.${n}.0.0/16`, size: 16 })),
  { base: '172.20.0.0/14', size: 16 },
  { base: '172.24.0.0/14', size: 16 },
  { base: '172.28.0.0/14', size: 16 },
  { base: '192.168.0.0/16', size: 20 },
]

/** Released addresses rest this long, so that stale neighbour and connection entries meet nobody new. */
export const releaseRestMs = 5_000

/** The addresses of one subnet. */
export class AddressSpace {
  readonly prefix: Prefix
  private readonly first: bigint
  private readonly last: bigint
  private readonly taken = new Set<bigint>()
  /** Released address to the time of its release, oldest first. */
  private readonly resting = new Map<bigint, number>()
  /** Every address below is taken or resting. */
  private lowest: bigint

  /** The gateway, auxiliary, network and broadcast addresses are taken from the start. */
  constructor(
    readonly subnet: Subnet,
    private readonly networkName: string,
  ) {
    this.prefix = parseSubnet(subnet.subnet)
    const range = subnet.ipRange === undefined ? this.prefix : parseSubnet(subnet.ipRange)
    this.first = range.base
    this.last = lastAddress(range)
    this.lowest = this.first
    this.taken.add(this.prefix.base)
    // IPv6 has no broadcast; /31 and /32 use every address (RFC 3021).
    if (this.prefix.family === 4 && this.prefix.length < 31) this.taken.add(lastAddress(this.prefix))
    this.taken.add(addressNumber(subnet.gateway))
    for (const address of Object.values(subnet.auxiliaryAddresses)) this.taken.add(addressNumber(address))
  }

  /**
   * The lowest address that is neither taken nor resting. When only resting ones are left, the one
   * that rested longest: refusing a start would be worse. Throws `exhausted` when all are taken.
   */
  allocate(nowMs: number): string {
    this.wake(nowMs)
    for (let at = this.lowest; at <= this.last; at++) {
      if (this.taken.has(at) || this.resting.has(at)) continue
      this.lowest = at + 1n
      return this.take(at)
    }
    this.lowest = this.last + 1n
    for (const at of this.resting.keys()) if (at >= this.first && at <= this.last) return this.take(at)
    throw new StatusError(
      'exhausted',
      `no available IPv${this.prefix.family} addresses on this network's address pools: ${this.networkName} (${this.subnet.ipRange ?? this.subnet.subnet}); ` +
        'remove containers from it or make a network with a larger subnet',
    )
  }

  /** Takes this address, resting or not. Throws `invalid` outside the subnet, `forbidden` when it is taken. */
  reserve(address: string): string {
    if (!containsAddress(this.prefix, address)) {
      throw invalid(`no configured subnet contains IP address ${address}: network ${this.networkName} is ${this.subnet.subnet}`)
    }
    const value = addressNumber(address)
    if (this.taken.has(value)) throw new StatusError('forbidden', `Address already in use: ${address} on network ${this.networkName}`)
    return this.take(value)
  }

  /** Gives the address back; it rests from `nowMs`. One that was not taken is fine. */
  release(address: string, nowMs: number): void {
    const value = addressNumber(address)
    if (!this.taken.delete(value)) return
    this.resting.delete(value)
    this.resting.set(value, nowMs)
  }

  private take(value: bigint): string {
    this.resting.delete(value)
    this.taken.add(value)
    return addressText(this.prefix.family, value)
  }

  private wake(nowMs: number): void {
    for (const [value, releasedMs] of this.resting) {
      // The map is in order of release: the first that still rests ends the search.
      if (nowMs - releasedMs < releaseRestMs) break
      this.resting.delete(value)
      if (value < this.lowest && value >= this.first) this.lowest = value
    }
  }
}

/** The subnets of a new network. */
export interface SubnetRequest {
  config: readonly IpamConfig[]
  enableIpv4: boolean
  enableIpv6: boolean
  pools: readonly AddressPool[]
  /** Subnets of other networks of this host: never overlapped. */
  inUse: readonly Prefix[]
  /** Routes and addresses of the host: avoided when choosing, allowed when asked for. */
  onHost: readonly Prefix[]
  /** 40 random bits for a unique local IPv6 prefix (RFC 4193), when one must be made up. */
  uniqueLocalBits: () => bigint
}

/**
 * Completes the asked-for ranges: chooses subnets and gateways that were left out. Throws `invalid` for
 * what does not fit together, `forbidden` when a subnet overlaps another network's, `exhausted` when
 * the pools are used up.
 */
export function planSubnets(request: SubnetRequest): Subnet[] {
  const planned: Subnet[] = []
  const inUse = [...request.inUse]
  const add = (prefix: Prefix, config: IpamConfig): void => {
    planned.push(completeSubnet(prefix, config))
    inUse.push(prefix)
  }
  for (const config of request.config) {
    if (config.subnet === undefined || config.subnet === '') continue
    const prefix = parseSubnet(config.subnet)
    if (prefix.family === 4 ? !request.enableIpv4 : !request.enableIpv6) continue
    if (inUse.some((other) => overlaps(other, prefix))) {
      throw new StatusError('forbidden', `invalid pool request: Pool overlaps with other one on this address space: ${config.subnet}`)
    }
    add(prefix, config)
  }
  const hasFamily = (family: 4 | 6): boolean => planned.some((one) => familyOf(one.gateway) === family)
  // An entry without a subnet still carries a wish (a gateway, a range) for the chosen one; only IPv4 is chosen by range.
  const open = request.config.find((config) => config.subnet === undefined || config.subnet === '') ?? {}
  if (request.enableIpv4 && !hasFamily(4)) {
    if (open.ipRange || open.gateway) throw invalid('user specified ipRange or gateway needs a subnet: give one in IPAM.Config')
    add(choose(4, request, inUse), open)
  }
  if (request.enableIpv6 && !hasFamily(6)) add(choose(6, request, inUse), {})
  return planned
}

function choose(family: 4 | 6, request: SubnetRequest, inUse: readonly Prefix[]): Prefix {
  const bases = request.pools
    .map((pool) => ({ base: parseSubnet(pool.base), length: pool.size }))
    .filter(({ base }) => base.family === family)
  if (family === 6 && bases.length === 0) {
    const base = (0xfdn << 120n) | (request.uniqueLocalBits() << 80n)
    bases.push({ base: { family: 6, base, length: 48 }, length: 64 })
  }
  const found = firstFree(bases, [...inUse, ...request.onHost])
  if (found) return found
  throw new StatusError(
    'exhausted',
    'all predefined address pools have been fully subnetted: remove unused networks, give a subnet, or add a default address pool',
  )
}

function completeSubnet(prefix: Prefix, config: IpamConfig): Subnet {
  const subnet = prefixText(prefix)
  const within = (what: string, address: string): void => {
    if (!containsAddress(prefix, address)) throw invalid(`invalid subnet ${subnet}: ${what} ${address} is not in it`)
  }
  try {
    let range: Prefix | undefined
    if (config.ipRange) {
      range = parseSubnet(config.ipRange)
      if (!containsPrefix(prefix, range)) throw invalid(`invalid ip-range ${config.ipRange}: it is not in the subnet ${subnet}`)
    }
    for (const [name, address] of Object.entries(config.auxiliaryAddresses ?? {})) within(`auxiliary address ${name}`, address)
    if (config.gateway) within('gateway', config.gateway)
    const gateway = config.gateway || firstUsable(prefix, range, Object.values(config.auxiliaryAddresses ?? {}))
    return {
      subnet,
      ...(range && { ipRange: prefixText(range) }),
      gateway: addressText(prefix.family, addressNumber(gateway)),
      auxiliaryAddresses: { ...config.auxiliaryAddresses },
    }
  } catch (thrown) {
    if (thrown instanceof TypeError) throw invalid(`invalid IPAM configuration of ${subnet}: ${thrown.message}`)
    throw thrown
  }
}

function firstUsable(prefix: Prefix, range: Prefix | undefined, auxiliary: readonly string[]): string {
  const from = range ?? prefix
  const taken = new Set(auxiliary.map(addressNumber))
  for (let at = from.base === prefix.base && prefix.length < (prefix.family === 4 ? 31 : 127) ? from.base + 1n : from.base; at <= lastAddress(from); at++) {
    if (!taken.has(at)) return addressText(prefix.family, at)
  }
  throw invalid(`no room for a gateway in ${prefixText(from)}: give one or a larger subnet`)
}
