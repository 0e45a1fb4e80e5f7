import type { NetworkEndpoint, NetworkService } from '../../../src/model/network-table.js'
import { reachable } from '../cluster/cluster-tables.js'
import type { ClusterNetwork } from '../cluster/cluster-tables.js'
import type { Endpoint } from '../endpoint.js'

/** What a name stands for on one network. */
export interface NamedAddresses {
  /** Of both families. */
  addresses: string[]
  /** Several addresses of one name are given in another order each time. */
  shuffle: boolean
}

/** One place that serves a port: the data of an SRV record. */
export interface ServedPort {
  target: string
  port: number
  addresses: string[]
}

/** The names on one network, as a container on it sees them. Names are in lower case, without a last dot. */
export interface NameScope {
  networkName: string
  /** Undefined when there is no such name. */
  lookup(name: string): NamedAddresses | undefined
  /** The name of an address, without the network's. */
  reverse(address: string): string | undefined
  /** `_http._tcp.web`: undefined when there is no such service or port. */
  serving(port: string, protocol: string, name: string): ServedPort[] | undefined
}

/** The names on a network of this host alone: containers, their aliases and short ids. */
export function localScope(networkName: string, endpoints: readonly Endpoint[]): NameScope {
  const named = (name: string): Endpoint[] =>
    endpoints.filter((endpoint) => endpoint.containerName.toLowerCase() === name || endpoint.aliases.some((alias) => alias.toLowerCase() === name))
  return {
    networkName,
    lookup(name) {
      const found = named(name)
      return found.length === 0 ? undefined : { addresses: found.flatMap(addressesOf), shuffle: true }
    },
    reverse: (address) => endpoints.find((endpoint) => addressesOf(endpoint).includes(address))?.containerName,
    serving: () => undefined,
  }
}

/** A network's names with those that one container has for others on it. */
export function withLinks(scope: NameScope, links: Readonly<Record<string, string>>): NameScope {
  const targets = new Map(Object.entries(links).map(([alias, name]) => [alias.toLowerCase(), name.toLowerCase()]))
  if (targets.size === 0) return scope
  return { ...scope, lookup: (name) => scope.lookup(targets.get(name) ?? name) }
}

function addressesOf({ ipv4Address, ipv6Address }: Endpoint): string[] {
  return [ipv4Address, ipv6Address].filter((address) => address !== '')
}

/** What the names of a cluster network lead to, for one version of its table. */
interface ClusterIndex {
  version: number
  services: Map<string, NetworkService[]>
  tasks: Map<string, NetworkEndpoint[]>
  byAddress: Map<string, string>
}

const indexes = new WeakMap<ClusterNetwork, ClusterIndex>()

/**
 * The names on a network of the cluster: services with their aliases (the virtual IP, or all tasks when
 * there is none), `tasks.<service>`, tasks, and standalone containers.
 */
export function clusterScope(table: ClusterNetwork): NameScope {
  const index = indexOf(table)
  const backends = ({ serviceId }: NetworkService): string[] => tasksOf(table, serviceId).flatMap(({ addresses }) => addresses)
  return {
    networkName: table.network.spec.name,
    lookup(name) {
      const services = index.services.get(name)
      if (services) return { addresses: services.flatMap((service) => (service.virtualIp === '' && service.virtualIpv6 === '' ? backends(service) : [service.virtualIp, service.virtualIpv6].filter((one) => one !== ''))), shuffle: true }
      const all = name.startsWith('tasks.') ? index.services.get(name.slice('tasks.'.length)) : undefined
      if (all) return { addresses: all.flatMap(backends), shuffle: true }
      const tasks = index.tasks.get(name)
      return tasks && { addresses: tasks.flatMap(({ addresses }) => addresses), shuffle: true }
    },
    reverse: (address) => index.byAddress.get(address),
    serving(port, protocol, name) {
      const services = index.services.get(name)
      if (!services) return undefined
      const found = services.flatMap((service) => {
        const target = service.ports.find((one) => one.protocol === protocol && (one.name.toLowerCase() === port || String(one.targetPort) === port))?.targetPort
        if (target === undefined) return []
        return tasksOf(table, service.serviceId).map(({ taskName, addresses }) => ({ target: `${taskName}.${table.network.spec.name}`, port: target, addresses }))
      })
      return found.length === 0 ? undefined : found
    },
  }
}

function tasksOf(table: ClusterNetwork, serviceId: string): readonly NetworkEndpoint[] {
  return reachable([...(table.byService.get(serviceId) ?? [])].filter(({ serving }) => serving), table.lost)
}

function indexOf(table: ClusterNetwork): ClusterIndex {
  const present = indexes.get(table)
  if (present?.version === table.version) return present
  const index: ClusterIndex = { version: table.version, services: new Map(), tasks: new Map(), byAddress: new Map() }
  for (const service of table.services.values()) {
    for (const name of new Set([service.name, ...service.aliases].map((one) => one.toLowerCase()))) append(index.services, name, service)
    for (const address of [service.virtualIp, service.virtualIpv6]) if (address !== '') index.byAddress.set(address, service.name)
  }
  for (const endpoint of table.endpoints.values()) {
    // Aliases of a service's tasks are the service's: they lead to its virtual IP.
    const names = endpoint.serviceId === '' ? [endpoint.taskName, ...endpoint.aliases] : [endpoint.taskName]
    for (const name of new Set(names.map((one) => one.toLowerCase()))) append(index.tasks, name, endpoint)
    for (const address of endpoint.addresses) index.byAddress.set(address, endpoint.taskName)
  }
  indexes.set(table, index)
  return index
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
