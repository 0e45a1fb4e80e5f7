import type { Logger } from '../../../src/base/log.js'
import type { NetworkEndpoint, NetworkService } from '../../../src/model/network-table.js'
import { deleteFlows } from '../../kernel/conntrack.js'
import { inNetns, Netns } from '../../kernel/netns.js'
import { Nft } from '../../kernel/nft.js'
import type { ClusterTables } from '../cluster/cluster-tables.js'
import type { SandboxWatcher } from '../controller.js'
import type { Endpoint } from '../endpoint.js'
import { addVip, changeVip, fullVipTable, removeVip } from './vip-ruleset.js'
import type { VirtualIp } from './vip-ruleset.js'

/** IPPROTO_UDP. */
const udp = 17

interface Client {
  path: string
  networks: ReadonlySet<string>
  /** What its namespace has, by network and service; undefined before the first load. */
  loaded: Map<string, VirtualIp> | undefined
}

/** Virtual IPs in the namespaces of this node's containers. */
export class VipBalancer implements SandboxWatcher {
  private readonly clients = new Map<string, Client>()

  constructor(
    private readonly tables: ClusterTables,
    private readonly ownNode: () => string,
    private readonly log: Logger,
  ) {}

  changed(containerId: string, path: string, endpoints: readonly Endpoint[]): void {
    const networks = new Set(endpoints.map(({ networkId }) => networkId))
    const before = this.clients.get(containerId)
    if (before && sameMembers(before.networks, networks)) return
    this.clients.set(containerId, { path, networks, loaded: before?.loaded })
    const known = [...networks].some((id) => this.tables.networks.has(id))
    // After a start of the daemon the rules stay as they are until the managers have told what they should be.
    if (known || before?.loaded) this.attempt(containerId, (client) => this.load(client))
  }

  removed(containerId: string): void {
    this.clients.delete(containerId)
  }

  /** Brings the rules of every container to these services, by network. */
  update(services: ReadonlyMap<string, ReadonlySet<string>>): void {
    if (services.size === 0) return
    for (const [containerId, client] of this.clients) {
      const concerned = [...services.keys()].some((id) => client.networks.has(id))
      if (concerned) this.attempt(containerId, (one) => (one.loaded ? this.change(one, one.loaded, services) : this.load(one)))
    }
  }

  private attempt(containerId: string, act: (client: Client) => void): void {
    const client = this.clients.get(containerId)
    if (!client) return
    try {
      act(client)
    } catch (err) {
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
    run(client.path, fullVipTable(vips.values()))
    client.loaded = vips
    // Flows of an earlier daemon may lead to backends that are gone.
    this.forgetFlows(client, [...vips.values()])
  }

  private change(client: Client, loaded: Map<string, VirtualIp>, services: ReadonlyMap<string, ReadonlySet<string>>): void {
    const removals: string[] = []
    const changes: string[] = []
    const shrunk: VirtualIp[] = []
    for (const [networkId, serviceIds] of services) {
      if (!client.networks.has(networkId)) continue
      for (const serviceId of serviceIds) {
        const key = `${networkId}/${serviceId}`
        const service = this.tables.networks.get(networkId)?.services.get(serviceId)
        const vip = service && this.vipOf(service)
        const before = loaded.get(key)
        if (before && before.address !== vip?.address) removals.push(removeVip(before))
        if (vip && before?.address !== vip.address) changes.push(addVip(vip))
        else if (vip && before && before.backends.join() !== vip.backends.join()) {
          changes.push(changeVip(before, vip))
          if (before.backends.some((one) => !vip.backends.includes(one))) shrunk.push(vip)
        }
        if (vip) loaded.set(key, vip)
        else loaded.delete(key)
      }
    }
    // An address may go from one service to another in one update.
    const commands = [...removals, ...changes]
    if (commands.length > 0) run(client.path, commands.join('\n'))
    this.forgetFlows(client, shrunk)
  }

  /** UDP has no end of a connection: a client that goes on sending would stay with a backend that is gone. */
  private forgetFlows(client: Client, shrunk: readonly VirtualIp[]): void {
    if (shrunk.length === 0) return
    const stays = new Map(shrunk.map(({ address, backends }) => [address, new Set(backends)]))
    inNetns(client.path, () =>
      deleteFlows(({ original, reply }) => original.protocol === udp && stays.get(original.destination)?.has(reply.source) === false),
    )
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

function run(path: string, commands: string): void {
  using netns = Netns.open(path)
  using nft = netns.run(() => Nft.open())
  nft.run(commands)
}

function sameMembers(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one))
}
