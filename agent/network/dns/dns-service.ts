import type { Clock } from '../../../src/base/clock.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'
import { inNetns } from '../../kernel/netns.js'
import type { ClusterTables } from '../cluster/cluster-tables.js'
import type { SandboxWatcher } from '../sandbox-watchers.js'
import { gatewayEndpoint } from '../endpoint.js'
import type { Endpoint, StoredNetwork } from '../endpoint.js'
import { DnsListener } from './dns-listener.js'
import { forward } from './forwarder.js'
import type { Upstream } from './forwarder.js'
import { answerTo, failureOf, fitUdp, isPlainQuery, malformedResponse, readQuery, ResponseCode } from './message.js'
import type { Query } from './message.js'
import { clusterScope, localScope, withLinks } from './names.js'
import type { NameScope } from './names.js'
import { resolve } from './zone.js'

/** How a container's questions are answered, beside the names of its networks. */
export interface ResolverSettings {
  upstreams: Upstream[]
  /** The container asked for `ndots` above 0: names of one part are looked up with a search domain. */
  ndotsSet: boolean
}

export interface DnsServiceGiven {
  tables: ClusterTables
  /** Networks of this host by id. */
  network: (id: string) => StoredNetwork | undefined
  /** The endpoints of a network on this host. */
  endpointsOf: (networkId: string) => readonly Endpoint[]
  /** Runs an action in the host's namespace. */
  onHost: <T>(act: () => T) => T
  clock: Clock
  rng: Rng
  log: Logger
}

interface Client {
  path: string
  endpoints: readonly Endpoint[]
  settings: ResolverSettings
  listener: Promise<DnsListener | undefined>
  /** Queries that are being passed on. */
  forwarding: number
  gone: AbortController
}

/** More queries under way are refused: a container in a loop must not take the daemon's descriptors. */
const forwardingMax = 100

/** The name server at 127.0.0.11 of this node's containers. */
export class DnsService implements SandboxWatcher, Disposable {
  private readonly clients = new Map<string, Client>()

  constructor(private readonly given: DnsServiceGiven) {}

  changed(containerId: string, path: string, endpoints: readonly Endpoint[], settings: ResolverSettings | undefined): void {
    const present = this.clients.get(containerId)
    if (present) {
      present.endpoints = endpoints
      present.settings = settings ?? present.settings
      return
    }
    if (!settings) return
    const client: Client = { path, endpoints, settings, listener: Promise.resolve(undefined), forwarding: 0, gone: new AbortController() }
    this.clients.set(containerId, client)
    client.listener = DnsListener.open(path, (query, protocol) => this.answer(client, query, protocol)).catch((err: unknown) => {
      this.given.log.error('the name server of a container could not be opened', { container: containerId, err })
      return undefined
    })
  }

  removed(containerId: string): void {
    const client = this.clients.get(containerId)
    if (!client) return
    this.clients.delete(containerId)
    client.gone.abort(new Error('the container is gone'))
    void client.listener.then((listener) => listener?.[Symbol.dispose]())
  }

  /** Resolves when the container can ask. */
  async ready(containerId: string): Promise<void> {
    await this.clients.get(containerId)?.listener
  }

  [Symbol.dispose](): void {
    for (const containerId of [...this.clients.keys()]) this.removed(containerId)
  }

  private async answer(client: Client, bytes: Buffer, protocol: 'udp' | 'tcp'): Promise<Buffer | undefined> {
    const query = readQuery(bytes)
    if (query === undefined) return undefined
    if (query === 'malformed') return malformedResponse(bytes)
    if (!isPlainQuery(query)) return failureOf(query, ResponseCode.notImplemented)
    const found = resolve({ scopes: this.scopesOf(client), subnets: this.subnetsOf(client), rng: this.given.rng }, query.question)
    if (found.kind !== 'forward') {
      const response = answerTo(query, found)
      return protocol === 'udp' ? fitUdp(query, response) : response
    }
    return this.passOn(client, query, bytes, protocol)
  }

  private async passOn(client: Client, query: Query, bytes: Buffer, protocol: 'udp' | 'tcp'): Promise<Buffer> {
    const { settings, path, gone } = client
    const plain = !query.question.name.replace(/\.$/, '').includes('.')
    if (settings.ndotsSet && plain) return failureOf(query, ResponseCode.noSuchName)
    // Containers on internal networks alone do not reach the outside, by names neither.
    const outside = gatewayEndpoint(client.endpoints, 4) ?? gatewayEndpoint(client.endpoints, 6)
    const upstreams = outside ? settings.upstreams : []
    if (upstreams.length === 0) return failureOf(query, plain ? ResponseCode.noSuchName : ResponseCode.serverFailure)
    if (client.forwarding >= forwardingMax) return failureOf(query, ResponseCode.refused)
    client.forwarding++
    try {
      const within = <T>({ fromHost }: Upstream, act: () => T): T => (fromHost ? this.given.onHost(act) : inNetns(path, act))
      return (await forward(bytes, protocol, upstreams, within, this.given.clock, gone.signal)) ?? failureOf(query, ResponseCode.serverFailure)
    } finally {
      client.forwarding--
    }
  }

  private scopesOf({ endpoints }: Client): NameScope[] {
    // The default network has no names, as with Docker.
    return byPriority(endpoints).flatMap(({ networkId, networkName, links = {} }) => {
      const network = this.given.network(networkId)
      if (!network || networkName === 'bridge') return []
      if (network.driver !== 'overlay') return [withLinks(localScope(networkName, this.given.endpointsOf(networkId)), links)]
      const table = this.given.tables.networks.get(networkId)
      return table ? [withLinks(clusterScope(table), links)] : []
    })
  }

  private subnetsOf({ endpoints }: Client): string[] {
    return endpoints.flatMap(({ networkId }) => this.given.network(networkId)?.ipam.config.map(({ subnet }) => subnet) ?? [])
  }
}

function byPriority(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...endpoints].sort((a, b) => b.gatewayPriority - a.gatewayPriority)
}
