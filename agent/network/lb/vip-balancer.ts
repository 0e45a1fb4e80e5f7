import { existsSync } from 'node:fs'
import { errnoOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import type { NetworkService } from '../../../src/model/network-table.js'
import { TrackedFlows } from '../../kernel/conntrack.js'
import { inNetns } from '../../kernel/netns.js'
import { Nft } from '../../kernel/nft.js'
import { NftElements } from '../../kernel/nft-elements.js'
import { TimeSlice } from '../../kernel/time-slice.js'
import type { ClusterTables } from '../cluster/cluster-tables.js'
import type { SandboxWatcher } from '../sandbox-watchers.js'
import type { Endpoint } from '../endpoint.js'
import { backendsOf, usualSizes } from './backends.js'
import { StaleFlows } from './stale-flows.js'
import { addSize, changeVips, emptyVipTable, vipTables } from './vip-ruleset.js'
import type { VirtualIp } from './vip-ruleset.js'

const families = [4, 6] as const

/** So many elements are changed at once: some milliseconds' work. */
const elementsPerPiece = 250

interface ServiceKey {
  networkId: string
  serviceId: string
}

interface Client {
  path: string
  networks: ReadonlySet<string>
  /** Opened with the first load. */
  elements: NftElements | undefined
  /** What its namespace has, by network, service and family; undefined before the first load. */
  loaded: Map<string, VirtualIp> | undefined
  /** What may have changed since, by network and service. */
  pending: Map<string, ServiceKey>
  table: string
  /** Numbers of backends that there are rules for. */
  sizes: Set<number>
  /** Tables that go when this one is complete. */
  outdated: readonly string[]
  work: Promise<void> | undefined
  /** Its virtual IPs could not be set the last time. */
  failure: { thrown: unknown } | undefined
}

/**
 * Virtual IPs in the namespaces of this node's containers. Thousands of services are brought there piece by
 * piece, the event loop turning in between; what changes meanwhile is found as it is when its turn comes.
 */
export class VipBalancer implements SandboxWatcher, Disposable {
  private readonly clients = new Map<string, Client>()
  private readonly stale: StaleFlows<Client>

  constructor(
    private readonly tables: ClusterTables,
    private readonly ownNode: () => string,
    private readonly log: Logger,
  ) {
    this.stale = new StaleFlows({ open: ({ path }) => inNetns(path, () => new TrackedFlows()), target: ({ destination }) => destination, log })
  }

  changed(containerId: string, path: string, endpoints: readonly Endpoint[]): void {
    const networks = new Set(endpoints.map(({ networkId }) => networkId))
    const before = this.clients.get(containerId)
    const fresh = { path, networks, elements: undefined, loaded: undefined, pending: new Map(), table: vipTables[0], sizes: new Set<number>(), outdated: [], work: undefined, failure: undefined }
    const client: Client = before ?? fresh
    const known = (ids: ReadonlySet<string>): string[] => [...ids].filter((id) => this.tables.networks.has(id)).sort()
    const [was, is] = [before ? known(before.networks) : [], known(networks)]
    client.networks = networks
    this.clients.set(containerId, client)
    // After a start of the daemon the rules stay as they are until the managers have told what they should be.
    if (was.join() === is.join()) return
    for (const id of [...was, ...is]) if (!was.includes(id) || !is.includes(id)) this.expect(client, id)
    this.settle(containerId, client).catch(() => undefined)
  }

  removed(containerId: string): void {
    this.clients.get(containerId)?.elements?.close()
    this.clients.delete(containerId)
  }

  /** Resolves when the container's virtual IPs are there. Rejects with the kernel's reason. */
  async ready(containerId: string): Promise<void> {
    const client = this.clients.get(containerId)
    if (client) await this.settle(containerId, client)
  }

  /** Lets go of sockets; the rules stay. */
  [Symbol.dispose](): void {
    for (const containerId of [...this.clients.keys()]) this.removed(containerId)
  }

  /** Brings the rules of every container to these services, by network; a few changes are in effect on return. Rejects with the reason while that of some container fails. */
  async update(services: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    const slice = new TimeSlice()
    for (const [containerId, client] of [...this.clients]) {
      for (const [networkId, serviceIds] of services) {
        if (!client.networks.has(networkId)) continue
        for (const serviceId of serviceIds) client.pending.set(`${networkId}/${serviceId}`, { networkId, serviceId })
      }
      if (client.pending.size === 0 && !client.failure) continue
      // The other containers get theirs all the same.
      await this.settle(containerId, client, slice).catch(() => undefined)
      const pause = slice.pause()
      if (pause) await pause
    }
    for (const { failure } of this.clients.values()) if (failure) throw failure.thrown
  }

  /** Loads the rules of the containers again where that failed. Rejects with the reason while it fails. */
  again(): Promise<void> {
    return this.update(new Map())
  }

  /** All services of a network are to be looked at: those that are there, and those that were loaded. */
  private expect(client: Client, networkId: string): void {
    for (const serviceId of this.tables.networks.get(networkId)?.services.keys() ?? []) client.pending.set(`${networkId}/${serviceId}`, { networkId, serviceId })
    for (const key of client.loaded?.keys() ?? []) {
      const [network, serviceId = ''] = key.split('/')
      if (network === networkId) client.pending.set(`${networkId}/${serviceId}`, { networkId, serviceId })
    }
  }

  private settle(containerId: string, client: Client, slice = new TimeSlice()): Promise<void> {
    client.work ??= this.settleAll(containerId, client, slice).finally(() => (client.work = undefined))
    return client.work
  }

  private async settleAll(containerId: string, client: Client, slice: TimeSlice): Promise<void> {
    try {
      while (client.pending.size > 0 || (client.failure && !client.loaded)) {
        if (client.loaded) this.bring(client, client.loaded)
        else this.begin(client)
        const pause = slice.pause()
        if (pause) await pause
        if (this.clients.get(containerId) !== client) return
      }
      this.complete(client)
      client.failure = undefined
    } catch (err) {
      // Its namespace has gone: it is about to be removed.
      if (errnoOf(err) === 'ENOENT' && !existsSync(client.path)) {
        client.failure = undefined
        return
      }
      // Loaded whole at the next change, whatever state it is in.
      client.loaded = undefined
      if (!client.failure) this.log.error('the virtual IPs of a container could not be set', { container: containerId, err })
      client.failure = { thrown: err }
      throw err
    }
  }

  /** Makes a table to be filled, unless there is nothing to fill it with, and nothing left of an attempt that failed. */
  private begin(client: Client): void {
    for (const networkId of client.networks) this.expect(client, networkId)
    if (!client.failure && ![...client.pending.values()].some((key) => families.some((family) => this.wanted(client, key, family)))) {
      client.pending.clear()
      return
    }
    const sizes = new Set(usualSizes)
    for (const networkId of client.networks) {
      for (const { size } of this.tables.networks.get(networkId)?.byService.values() ?? []) sizes.add(size)
    }
    const elements = (client.elements ??= inNetns(client.path, () => new NftElements()))
    const present = elements.tables()
    // The new table is complete before the old one goes: no flow begins without rules.
    const table = vipTables.find((name) => !present.includes(name)) ?? vipTables[0]
    nftRun(client.path, [emptyVipTable(table), ...[...sizes].map((size) => addSize(table, size))])
    client.outdated = vipTables.filter((name) => name !== table && present.includes(name))
    client.table = table
    client.loaded = new Map()
    client.sizes = sizes
  }

  /** Brings a piece of what is pending to what the managers' tables say now. */
  private bring(client: Client, loaded: Map<string, VirtualIp>): void {
    const gone: VirtualIp[] = []
    const come: VirtualIp[] = []
    const shrunk: VirtualIp[] = []
    const changes: (() => void)[] = []
    let elements = 0
    for (const [key, service] of client.pending) {
      if (elements >= elementsPerPiece) break
      client.pending.delete(key)
      for (const family of families) {
        const place = `${key}/${family}`
        const before = loaded.get(place)
        const vip = arranged(this.wanted(client, service, family), before)
        if (before?.address === vip?.address && before?.backends.join() === vip?.backends.join()) continue
        if (before) gone.push(before)
        if (vip) come.push(vip)
        if (vip && before?.address === vip.address && before.backends.some((one) => !vip.backends.includes(one))) shrunk.push(vip)
        changes.push(() => void (vip ? loaded.set(place, vip) : loaded.delete(place)))
        elements += (before?.backends.length ?? 0) + (vip?.backends.length ?? 0) + 2
      }
    }
    if (gone.length + come.length === 0) return
    const sizes = [...new Set(come.map(({ backends }) => backends.length))].filter((size) => size > 0 && !client.sizes.has(size))
    if (sizes.length > 0) nftRun(client.path, sizes.map((size) => addSize(client.table, size)))
    for (const size of sizes) client.sizes.add(size)
    client.elements?.change(changeVips(client.table, gone, come))
    for (const remember of changes) remember()
    this.stale.forget(client, backendsByAddress(shrunk))
  }

  /** Everything is loaded: what was there before goes. */
  private complete(client: Client): void {
    const { outdated } = client
    if (outdated.length === 0 || !client.loaded) return
    client.outdated = []
    nftRun(client.path, outdated.map((name) => `delete table inet ${name}`))
    // Flows of an earlier daemon may lead to backends that are gone.
    this.stale.forget(client, backendsByAddress([...client.loaded.values()]))
  }

  private wanted({ networks }: Client, { networkId, serviceId }: ServiceKey, family: 4 | 6): VirtualIp | undefined {
    const service = networks.has(networkId) ? this.tables.networks.get(networkId)?.services.get(serviceId) : undefined
    return service && this.vipOf(service, family)
  }

  private vipOf({ networkId, serviceId, virtualIp, virtualIpv6, preferLocal }: NetworkService, family: 4 | 6): VirtualIp | undefined {
    const address = family === 4 ? virtualIp : virtualIpv6
    if (address === '') return undefined
    // The ingress network is reached by published ports alone.
    if (this.tables.networks.get(networkId)?.network.spec.ingress) return undefined
    return { address, backends: backendsOf(this.tables.backends(networkId, serviceId), { preferredNode: preferLocal ? this.ownNode() : undefined, lost: this.tables.lost }, family) }
  }
}

/** The virtual IP with as many backends as can be in the places that they have: those are not touched. */
function arranged(vip: VirtualIp | undefined, before: VirtualIp | undefined): VirtualIp | undefined {
  if (!vip || !before) return vip
  const wanted = new Set(vip.backends)
  const present = new Set(before.backends)
  const come = vip.backends.filter((one) => !present.has(one))
  const backends = before.backends.map((one) => (wanted.has(one) ? one : come.shift()))
  // Those at the end fill what is left open.
  const rest = come
  for (let i = 0; i < backends.length; i++) {
    while (backends.length > i && backends.at(-1) === undefined) backends.pop()
    if (i < backends.length && backends[i] === undefined) backends[i] = backends.pop()
  }
  return { ...vip, backends: [...backends.filter((one) => one !== undefined), ...rest] }
}

const backendsByAddress = (vips: readonly VirtualIp[]): Map<string, ReadonlySet<string>> => new Map(vips.map(({ address, backends }) => [address, new Set(backends)]))

function nftRun(path: string, commands: readonly string[]): void {
  inNetns(path, () => {
    using nft = Nft.open()
    nft.run(commands.join('\n'))
  })
}
