import { assert } from '../../src/base/assert.js'
import { conflict, ErrorKind, invalid, StatusError } from '../../src/base/errors.js'
import type { IpamConfig } from '../../src/model/network.js'
import { cidr, contains, formatAddress, formatCidr, overlaps, parseAddress, parseCidr, type Address, type Cidr } from './address.js'
import type { HostSubnet } from './host-networks.js'

/** A released address is not given again for so long: entries that point to it have to die first. */
export const addressRestMs = 10_000

/** So many networks of nodes are named to whoever gets no subnet for them. */
const hostsNamedMax = 3

/** The addresses of one subnet. */
export class Subnet {
  readonly block: Cidr
  readonly gateway: Address
  private readonly from: Address
  private readonly to: Address
  private readonly used = new Map<Address, string>()
  private readonly resting = new Map<Address, number>()
  private cursor: Address

  /** `config` is complete: its gateway is set. Throws `invalid` for what does not fit together. */
  constructor(readonly config: IpamConfig) {
    this.block = parseCidr(config.subnet)
    const range = config.range === '' ? this.block : parseCidr(config.range)
    if (!contains(this.block, range.version, range.first) || range.last > this.block.last) {
      throw invalid(`the range ${config.range} is not within the subnet ${config.subnet}`)
    }
    // The network's own address, and IPv4's broadcast address, are nobody's.
    this.from = range.first === this.block.first ? range.first + 1n : range.first
    this.to = this.block.version === 4 && range.last === this.block.last ? range.last - 1n : range.last
    this.gateway = this.within(config.gateway, 'gateway')
    this.used.set(this.gateway, 'gateway')
    for (const [name, text] of Object.entries(config.auxAddresses)) this.used.set(this.within(text, `auxiliary address ${name}`), `auxiliary ${name}`)
    this.cursor = this.from
  }

  holds(version: 4 | 6, value: Address): boolean {
    return contains(this.block, version, value)
  }

  /** The owners of addresses, without the gateway and reserved ones. */
  owned(): [Address, string][] {
    return [...this.used].filter(([, owner]) => owner.includes(':'))
  }

  /**
   * The next free address after the last one given, so that reuse comes as late as it can. Throws
   * `exhausted` and says whether some are about to become free.
   */
  allocate(owner: string, nowMs: number): Address {
    this.wakeRested(nowMs)
    const size = this.to - this.from + 1n
    // Every address in use or at rest is passed once at most.
    const tries = BigInt(this.used.size + this.resting.size + 1)
    for (let i = 0n; i < size && i < tries; i++) {
      const candidate = this.from + ((this.cursor - this.from + i) % size)
      if (this.used.has(candidate) || this.resting.has(candidate)) continue
      this.used.set(candidate, owner)
      this.cursor = this.from + ((candidate - this.from + 1n) % size)
      return candidate
    }
    const resting = this.resting.size > 0 ? `, ${this.resting.size} to be free again within ${addressRestMs / 1000} s` : ''
    throw new StatusError(ErrorKind.exhausted, `no address is free in subnet ${formatCidr(this.block)} (${this.used.size} in use${resting})`)
  }

  /** Takes an address that is asked for, or found in the store. Throws `conflict` when another has it. */
  claim(value: Address, owner: string): void {
    const holder = this.used.get(value)
    if (holder !== undefined && holder !== owner) {
      throw conflict(`address ${formatAddress(this.block.version, value)} is in use already (${holder})`)
    }
    this.used.set(value, owner)
    this.resting.delete(value)
    // Continue behind the newest when rebuilt from the store.
    if (value >= this.cursor && value < this.to && value >= this.from) this.cursor = value + 1n
  }

  /** The owner is done with the address; it rests before it is given again. */
  release(value: Address, owner: string, nowMs: number): void {
    if (this.used.get(value) !== owner) return
    this.used.delete(value)
    this.rest(value, nowMs + addressRestMs)
  }

  rest(value: Address, untilMs: number): void {
    if (!this.used.has(value)) this.resting.set(value, untilMs)
  }

  /** When the next resting address becomes free. */
  nextFreeAtMs(nowMs: number): number | undefined {
    const times = [...this.resting.values()].filter((untilMs) => untilMs > nowMs)
    return times.length > 0 ? Math.min(...times) : undefined
  }

  format(value: Address): string {
    return `${formatAddress(this.block.version, value)}/${this.block.prefix}`
  }

  private wakeRested(nowMs: number): void {
    for (const [value, untilMs] of this.resting) if (untilMs <= nowMs) this.resting.delete(value)
  }

  private within(text: string, what: string): Address {
    const { version, value } = parseAddress(text)
    if (!this.holds(version, value)) throw invalid(`the ${what} ${text} is not within the subnet ${this.config.subnet}`)
    return value
  }
}

/** Every subnet of the cluster's networks: none overlaps another. */
export class Ipam {
  private readonly networks = new Map<string, Subnet[]>()

  /** `pools` are CIDRs to cut subnets of `subnetSize` bits from, in this order. */
  constructor(
    private pools: readonly string[],
    private subnetSize: number,
  ) {}

  setPools(pools: readonly string[], subnetSize: number): void {
    this.pools = pools
    this.subnetSize = subnetSize
  }

  subnets(networkId: string): readonly Subnet[] {
    return this.networks.get(networkId) ?? []
  }

  has(networkId: string): boolean {
    return this.networks.has(networkId)
  }

  /** The network that has a subnet, or a part of it. Throws `invalid` for what is none. */
  holderOf(subnet: string): string | undefined {
    const block = parseCidr(subnet)
    return [...this.networks].find(([, subnets]) => subnets.some((one) => overlaps(one.block, block)))?.[0]
  }

  /**
   * Completes what is asked for a network (a subnet from the pools when it names none for IPv4, and
   * one from the unique local addresses for IPv6) and keeps it. What is chosen avoids `hosts`, the networks
   * that nodes are on themselves; those of nodes that are down only as long as there is something else. Throws `conflict` for an overlap, `exhausted` when the pools are used up,
   * `invalid` for what does not fit together.
   */
  addNetwork(networkId: string, wanted: readonly IpamConfig[], ipv6: boolean, name: string, hosts: readonly HostSubnet[] = []): IpamConfig[] {
    assert(!this.networks.has(networkId), 'the network has its subnets already')
    const configs = wanted.filter((config) => config.subnet !== '')
    const versions = new Set(configs.map((config) => parseCidr(config.subnet).version))
    const open = wanted.find((config) => config.subnet === '')
    if (!versions.has(4)) configs.unshift({ ...(open ?? emptyConfig), subnet: formatCidr(this.freeSubnet(hosts)) })
    if (ipv6 && !versions.has(6)) configs.push({ ...emptyConfig, subnet: formatCidr(this.freeIpv6Subnet(hosts)) })
    const subnets: Subnet[] = []
    for (const config of configs) {
      const block = parseCidr(config.subnet)
      const clash = this.overlapping(block) ?? subnets.find((subnet) => overlaps(subnet.block, block))?.block
      if (clash) throw conflict(`the subnet ${config.subnet} of network ${name} overlaps with ${formatCidr(clash)}, which is in use: choose another one`)
      const range = config.range === '' ? block : parseCidr(config.range)
      const gateway = config.gateway === '' ? formatAddress(block.version, range.first === block.first ? block.first + 1n : range.first) : config.gateway
      subnets.push(new Subnet({ ...config, subnet: formatCidr(block), gateway }))
    }
    this.networks.set(networkId, subnets)
    return subnets.map(({ config }) => config)
  }

  /** Takes a network as the store has it. */
  restoreNetwork(networkId: string, configs: readonly IpamConfig[]): void {
    this.networks.set(networkId, configs.map((config) => new Subnet(config)))
  }

  removeNetwork(networkId: string): void {
    this.networks.delete(networkId)
  }

  /** One address of each of the families that the network has, as CIDRs; all or nothing. */
  allocate(networkId: string, owner: string, nowMs: number, families: readonly (4 | 6)[] = [4, 6]): string[] {
    const taken: { subnet: Subnet; value: Address }[] = []
    try {
      for (const version of families) {
        const subnets = this.subnets(networkId).filter(({ block }) => block.version === version)
        if (subnets.length === 0) continue
        taken.push(allocateFrom(subnets, owner, nowMs))
      }
    } catch (thrown) {
      // Nobody has heard of them: no rest needed.
      for (const { subnet, value } of taken) subnet.release(value, owner, nowMs - addressRestMs)
      throw thrown
    }
    return taken.map(({ subnet, value }) => subnet.format(value))
  }

  /** Takes an address (with or without a prefix) that was asked for or is in the store; gives it as a CIDR. */
  claim(networkId: string, text: string, owner: string): string {
    const { version, value } = parseAddress(text.split('/', 1)[0] ?? '')
    const subnet = this.subnets(networkId).find((one) => one.holds(version, value))
    if (!subnet) throw invalid(`address ${text} is in none of the network's subnets`)
    subnet.claim(value, owner)
    return subnet.format(value)
  }

  release(networkId: string, text: string, owner: string, nowMs: number): void {
    this.find(networkId, text, (subnet, value) => subnet.release(value, owner, nowMs))
  }

  /** An address that was released shortly before this manager began to lead. */
  rest(networkId: string, text: string, untilMs: number): void {
    this.find(networkId, text, (subnet, value) => subnet.rest(value, untilMs))
  }

  /** When the next resting address of any network becomes free. */
  nextFreeAtMs(nowMs: number): number | undefined {
    const times = [...this.networks.values()].flat().flatMap((subnet) => subnet.nextFreeAtMs(nowMs) ?? [])
    return times.length > 0 ? Math.min(...times) : undefined
  }

  private find(networkId: string, text: string, then: (subnet: Subnet, value: Address) => void): void {
    const { version, value } = parseAddress(text.split('/', 1)[0] ?? '')
    const subnet = this.subnets(networkId).find((one) => one.holds(version, value))
    if (subnet) then(subnet, value)
  }

  private overlapping(block: Cidr): Cidr | undefined {
    for (const subnets of this.networks.values()) {
      const clash = subnets.find((subnet) => overlaps(subnet.block, block))
      if (clash) return clash.block
    }
    return undefined
  }

  private freeSubnet(hosts: readonly HostSubnet[]): Cidr {
    for (const text of this.pools) {
      const pool = parseCidr(text)
      if (pool.version !== 4) continue
      const found = this.firstFree(pool, Math.max(this.subnetSize, pool.prefix), hosts)
      if (found) return found
    }
    const up = hosts.filter(({ down }) => !down)
    if (up.length < hosts.length) return this.freeSubnet(up)
    throw new StatusError(
      ErrorKind.exhausted,
      `could not find an available subnet of /${this.subnetSize} in the default address pools (${this.pools.join(', ')})${inTheWay(this.pools, hosts)}: remove unused networks, or give the network a subnet of its own`,
    )
  }

  private freeIpv6Subnet(hosts: readonly HostSubnet[]): Cidr {
    const text = this.pools.find((pool) => pool.includes(':')) ?? 'fd5e:c3a1:7b00::/48'
    const pool = parseCidr(text)
    const found = this.firstFree(pool, Math.max(64, pool.prefix), hosts)
    const up = hosts.filter(({ down }) => !down)
    if (!found && up.length < hosts.length) return this.freeIpv6Subnet(up)
    if (!found) throw new StatusError(ErrorKind.exhausted, `could not find an available IPv6 subnet in ${text}${inTheWay([text], hosts)}: give the network a subnet of its own`)
    return found
  }

  /** The lowest block of `prefix` bits in `pool` that overlaps nothing; jumps over what is taken. */
  private firstFree(pool: Cidr, prefix: number, hosts: readonly HostSubnet[]): Cidr | undefined {
    let candidate = cidr(pool.version, pool.first, prefix)
    while (candidate.last <= pool.last) {
      const clash = this.overlapping(candidate) ?? hosts.find(({ block }) => overlaps(block, candidate))?.block
      if (!clash) return candidate
      const size = candidate.last - candidate.first + 1n
      const next = clash.last + 1n
      candidate = cidr(pool.version, next + ((size - (next % size)) % size), prefix)
    }
    return undefined
  }
}

/** `, where nodes are on networks of their own (10.0.0.0/8 on host1)`, or nothing. */
function inTheWay(pools: readonly string[], hosts: readonly HostSubnet[]): string {
  const blocks = pools.map(parseCidr)
  const clashes = hosts.filter(({ block }) => blocks.some((pool) => overlaps(pool, block))).sort((a, b) => a.block.prefix - b.block.prefix)
  if (clashes.length === 0) return ''
  const named = clashes.slice(0, hostsNamedMax).map(({ block, node }) => `${formatCidr(block)} on ${node}`)
  return `, where nodes are on networks of their own (${named.join(', ')}${clashes.length > hostsNamedMax ? ', ...' : ''})`
}

const emptyConfig: IpamConfig = { subnet: '', range: '', gateway: '', auxAddresses: {} }

function allocateFrom(subnets: readonly Subnet[], owner: string, nowMs: number): { subnet: Subnet; value: Address } {
  let last: unknown
  for (const subnet of subnets) {
    try {
      return { subnet, value: subnet.allocate(owner, nowMs) }
    } catch (thrown) {
      last = thrown
    }
  }
  throw last
}
