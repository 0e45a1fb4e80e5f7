import { existsSync } from 'node:fs'
import { errnoOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import type { NetworkEndpoint, NetworkService } from '../../../src/model/network-table.js'
import { deleteFlows } from '../../kernel/conntrack.js'
import { inNetns } from '../../kernel/netns.js'
import { Nft } from '../../kernel/nft.js'
import { NftElements } from '../../kernel/nft-elements.js'
import type { ClusterTables } from '../cluster/cluster-tables.js'
import type { SandboxWatcher } from '../controller.js'
import type { Endpoint } from '../endpoint.js'
import { addSize, changeVips, emptyVipTable, vipTables } from './vip-ruleset.js'
import type { VirtualIp } from './vip-ruleset.js'

/** IPPROTO_UDP. */
const udp = 17
/** Rules for these numbers of backends are there from the start: a change is one of elements alone then. */
const usualSizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

interface Client {
  path: string
  networks: ReadonlySet<string>
  /** Opened with the first load. */
  elements: NftElements | undefined
  /** What its namespace has, by network and service; undefined before the first load. */
  loaded: Map<string, VirtualIp> | undefined
  table: string
  /** Numbers of backends that there are rules for. */
  sizes: Set<number>
}

/** Virtual IPs in the namespaces of this node's containers. */
export class VipBalancer implements SandboxWatcher, Disposable {
  private readonly clients = new Map<string, Client>()

  constructor(
    private readonly tables: ClusterTables,
    private readonly ownNode: () => string,
    private readonly log: Logger,
  ) {}

  changed(containerId: string, path: string, endpoints: readonly Endpoint[]): void {
    const networks = new Set(endpoints.map(({ networkId }) => networkId))
    const before = this.clients.get(containerId)
    const fresh: Client = { path, networks, elements: undefined, loaded: undefined, table: vipTables[0], sizes: new Set() }
    const client = before ?? fresh
    const known = (ids: ReadonlySet<string>): string => [...ids].filter((id) => this.tables.networks.has(id)).sort().join()
    const same = before !== undefined && known(before.networks) === known(networks)
    client.networks = networks
    this.clients.set(containerId, client)
    // After a start of the daemon the rules stay as they are until the managers have told what they should be.
    if (!same && (client.loaded || known(networks) !== '')) this.attempt(containerId, (one) => this.load(one))
  }

  removed(containerId: string): void {
    this.clients.get(containerId)?.elements?.close()
    this.clients.delete(containerId)
  }

  /** Lets go of sockets; the rules stay. */
  [Symbol.dispose](): void {
    for (const containerId of [...this.clients.keys()]) this.removed(containerId)
  }

  /** Brings the rules of every container to these services, by network. */
  update(services: ReadonlyMap<string, ReadonlySet<string>>): void {
    if (services.size === 0) return
    let failure: { thrown: unknown } | undefined
    for (const [containerId, client] of this.clients) {
      const concerned = [...services.keys()].some((id) => client.networks.has(id))
      if (!concerned) continue
      try {
        this.attempt(containerId, (one) => (one.loaded ? this.change(one, one.loaded, services) : this.load(one)))
      } catch (thrown) {
        // The other containers get theirs all the same.
        failure ??= { thrown }
      }
    }
    if (failure) throw failure.thrown
  }

  private attempt(containerId: string, act: (client: Client) => void): void {
    const client = this.clients.get(containerId)
    if (!client) return
    try {
      act(client)
    } catch (err) {
      // Its namespace has gone: it is about to be removed.
      if (errnoOf(err) === 'ENOENT' && !existsSync(client.path)) return
      // Loaded whole at the next change, whatever state it is in.
      client.loaded = undefined
      this.log.error('the virtual IPs of a container could not be set', { container: containerId, err })
      throw err
    }
  }

  private load(client: Client): void {
    const vips = new Map<string, VirtualIp>()
    for (const networkId of client.networks) {
      for (const service of this.tables.networks.get(networkId)?.services.values() ?? []) {
        const vip = this.vipOf(service)
        if (vip) vips.set(`${networkId}/${service.serviceId}`, vip)
      }
    }
    if (vips.size === 0 && !client.loaded) return
    const all = [...vips.values()]
    const sizes = new Set([...usualSizes, ...all.map(({ backends }) => backends.length).filter((size) => size > 0)])
    const elements = (client.elements ??= inNetns(client.path, () => new NftElements()))
    const present = elements.tables()
    // The new table is complete before the old one goes: no flow begins without rules.
    const table = vipTables.find((name) => !present.includes(name)) ?? vipTables[0]
    nftRun(client.path, [emptyVipTable(table), ...[...sizes].map((size) => addSize(table, size))])
    elements.change(changeVips(table, [], all))
    const old = vipTables.filter((name) => name !== table && present.includes(name))
    if (old.length > 0) nftRun(client.path, old.map((name) => `delete table inet ${name}`))
    client.table = table
    client.loaded = vips
    client.sizes = sizes
    // Flows of an earlier daemon may lead to backends that are gone.
    this.forgetFlows(client, [...vips.values()])
  }

  private change(client: Client, loaded: Map<string, VirtualIp>, services: ReadonlyMap<string, ReadonlySet<string>>): void {
    const gone: VirtualIp[] = []
    const come: VirtualIp[] = []
    const shrunk: VirtualIp[] = []
    for (const [networkId, serviceIds] of services) {
      if (!client.networks.has(networkId)) continue
      for (const serviceId of serviceIds) {
        const key = `${networkId}/${serviceId}`
        const service = this.tables.networks.get(networkId)?.services.get(serviceId)
        const vip = service && this.vipOf(service)
        const before = loaded.get(key)
        if (before && before.address === vip?.address && before.backends.join() === vip.backends.join()) continue
        if (before) gone.push(before)
        if (vip) come.push(vip)
        if (vip && before?.address === vip.address && before.backends.some((one) => !vip.backends.includes(one))) shrunk.push(vip)
        if (vip) loaded.set(key, vip)
        else loaded.delete(key)
      }
    }
    if (gone.length + come.length === 0) return
    const sizes = [...new Set(come.map(({ backends }) => backends.length))].filter((size) => size > 0 && !client.sizes.has(size))
    if (sizes.length > 0) nftRun(client.path, sizes.map((size) => addSize(client.table, size)))
    client.elements?.change(changeVips(client.table, gone, come))
    for (const size of sizes) client.sizes.add(size)
    this.forgetFlows(client, shrunk)
  }

  /** UDP has no end of a connection: a client that goes on sending would stay with a backend that is gone. */
  private forgetFlows(client: Client, shrunk: readonly VirtualIp[]): void {
    if (shrunk.length === 0) return
    const stays = new Map(shrunk.map(({ address, backends }) => [address, new Set(backends)]))
    // The kernel's whole table of flows is read: that must not hold up the containers whose turn comes.
    setImmediate(() => {
      try {
        inNetns(client.path, () =>
          deleteFlows(({ original, reply }) => original.protocol === udp && stays.get(original.destination)?.has(reply.source) === false),
        )
      } catch (err) {
        if (errnoOf(err) !== 'ENOENT') this.log.warn('tracked UDP flows could not be forgotten', { err })
      }
    })
  }

  private vipOf(service: NetworkService): VirtualIp | undefined {
    const { networkId, serviceId, virtualIp, preferLocal } = service
    if (virtualIp === '' || virtualIp.includes(':')) return undefined
    // The ingress network is reached by published ports alone.
    if (this.tables.networks.get(networkId)?.network.spec.ingress) return undefined
    return { address: virtualIp, backends: backendsOf(this.tables.backends(networkId, serviceId), preferLocal ? this.ownNode() : undefined) }
  }
}

/** The IPv4 addresses that flows are led to, sorted; those of the preferred node alone while it has some. */
export function backendsOf(endpoints: readonly NetworkEndpoint[], preferredNode: string | undefined): string[] {
  const near = preferredNode === undefined ? [] : endpoints.filter(({ nodeId }) => nodeId === preferredNode)
  return (near.length > 0 ? near : endpoints)
    .flatMap(({ addresses }) => addresses.find((address) => !address.includes(':')) ?? [])
    .sort()
}

function nftRun(path: string, commands: readonly string[]): void {
  inNetns(path, () => {
    using nft = Nft.open()
    nft.run(commands.join('\n'))
  })
}
