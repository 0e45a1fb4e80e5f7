import type { Clock } from '../../../src/base/clock.js'
import { conflict, notFound } from '../../../src/base/errors.js'
import type { Rng } from '../../../src/base/rng.js'
import type { NetworkEndpoint, NetworkPeer, NetworkService } from '../../../src/model/network-table.js'
import type { ServiceTrace, TracedBackend, TracedCheck, TracedNetwork, TracedPort, TraceRequest } from '../../../src/model/service-trace.js'
import { inNetns } from '../../kernel/netns.js'
import type { NetworkController } from '../controller.js'
import { clusterScope } from '../dns/names.js'
import { vniOption } from '../overlay/overlay-driver.js'
import { reachable, type ClusterNetwork } from './cluster-tables.js'
import { askName, checkPort, type AskedPort, type Within } from './trace-checks.js'

export interface TraceGiven {
  controller: NetworkController
  /** The networks that may be looked at, by id: those of this node, and on a manager all others. */
  networks: ReadonlyMap<string, ClusterNetwork>
  peers: ReadonlyMap<string, NetworkPeer>
  hostname: string
  clock: Clock
  rng: Rng
}

/** By whose eyes is looked at a network. */
interface Vantage {
  containerId: string
  name: string
  within: Within
}

/** More connections are not tried at a time, and more tasks of a service not at all. */
const checksAtOnce = 20
const backendsCheckedMax = 200

/**
 * Follows the ways to a service as a container on its networks would take them: its names, its virtual IPs,
 * its tasks, its published ports. Bounded in time by the number of tasks: 2 s for each twenty that are silent.
 * Throws `notFound` for a service that none of the networks has, `conflict` for a container that does not run.
 */
export async function traceService(given: TraceGiven, request: TraceRequest, container: { id: string; name: string } | undefined): Promise<ServiceTrace> {
  const { controller, hostname } = given
  const found = servicesNamed(given, request.service)
  const [first] = found
  if (!first) throw notFound(`service ${request.service} not found on the networks that node ${hostname} knows of: ask a manager, or a node with containers on its networks`)
  const overlays = found.filter(({ table: { network } }) => !network.spec.ingress && (request.network === undefined || network.spec.name === request.network || network.id === request.network))
  if (request.network !== undefined && overlays.length === 0) throw notFound(`service ${first.service.name} is not on network ${request.network}`)
  const problems = [...new Set(found.flatMap(({ table }) => controller.tables.troublesOf(table.network.id)))].map((text) => `on node ${hostname}: ${text}; it is tried again`)
  const vantageOf = vantages(given, container)
  if (container && overlays.length > 0 && !overlays.some(({ table }) => vantageOf(table.network.id))) {
    const names = overlays.map(({ table }) => table.network.spec.name).join(', ')
    problems.push(`container ${container.name} is on none of the networks of ${first.service.name} (${names}): connect it with "network connect"`)
  }
  const networks: TracedNetwork[] = []
  const wanted = new Set(overlays.flatMap(({ table, service }) => expected(table, service)))
  for (const { table, service } of overlays) networks.push(await traceNetwork(given, table, service, vantageOf(table.network.id), wanted, problems))
  const ports = await tracePorts(given, first.service, problems)
  const seenFrom = container ?? networks.map(({ ID }) => vantageOf(ID)).find((one) => one !== undefined)
  const seen = seenFrom && ('containerId' in seenFrom ? { id: seenFrom.containerId, name: seenFrom.name } : seenFrom)
  const { dataPath } = controller
  return {
    Service: { ID: first.service.serviceId, Name: first.service.name, EndpointMode: first.service.mode },
    From: { NodeID: dataPath?.nodeId ?? '', Hostname: hostname, DataPathAddress: dataPath?.address ?? '', ...(seen && { ContainerID: seen.id, ContainerName: seen.name }) },
    Networks: networks,
    Ports: ports,
    Problems: problems,
  }
}

function servicesNamed({ networks }: TraceGiven, ref: string): { table: ClusterNetwork; service: NetworkService }[] {
  const all = [...networks.values()].flatMap((table) => [...table.services.values()].map((service) => ({ table, service })))
  const name = ref.toLowerCase()
  for (const fits of [
    (one: NetworkService) => one.serviceId === ref,
    (one: NetworkService) => one.name.toLowerCase() === name,
    (one: NetworkService) => one.aliases.some((alias) => alias.toLowerCase() === name),
    (one: NetworkService) => ref !== '' && one.serviceId.startsWith(ref),
  ]) {
    const id = all.find(({ service }) => fits(service))?.service.serviceId
    if (id !== undefined) return all.filter(({ service }) => service.serviceId === id)
  }
  return []
}

/** The container that was asked for where it is on the network, else any of this node's. */
function vantages({ controller }: TraceGiven, container: { id: string; name: string } | undefined): (networkId: string) => Vantage | undefined {
  const vantage = (id: string, name: string): Vantage | undefined => {
    const path = controller.sandbox(id)?.path
    if (path === undefined) {
      if (container) throw conflict(`container ${name} is not running: start it to look from it`)
      return undefined
    }
    return { containerId: id, name, within: (act) => inNetns(path, act) }
  }
  return (networkId) => {
    if (container) return controller.endpointsOf(container.id).some((one) => one.networkId === networkId) ? vantage(container.id, container.name) : undefined
    if (!controller.networks.get(networkId)) return undefined
    const [any] = Object.entries(controller.inspect(networkId).containers)
    return any && vantage(any[0], any[1].name)
  }
}

async function traceNetwork(
  given: TraceGiven,
  table: ClusterNetwork,
  service: NetworkService,
  vantage: Vantage | undefined,
  wanted: ReadonlySet<string>,
  problems: string[],
): Promise<TracedNetwork> {
  const { network } = table
  const on = `on network ${network.spec.name}`
  const encrypted = isEncrypted(network.spec.driver.options)
  const virtualIps = [service.virtualIp, service.virtualIpv6].filter((one) => one !== '')
  const backends = backendsOf(given, table, service, encrypted)
  const asked = portsOf(service)

  for (const id of new Set(backends.filter(({ NodeID, Serving }) => Serving && table.lost.has(NodeID)).map(({ NodeID }) => NodeID))) {
    const { hostname = id, address = '' } = given.peers.get(id) ?? {}
    problems.push(`node ${hostname} does not answer on the data path (${address}): new flows are led to tasks elsewhere while there are some`)
  }
  const names = await resolveNames(given, table, service, vantage)
  for (const { Name, Type, Addresses, Error: error } of names) {
    const missing = Type === 'A' && backends.some(({ Serving }) => Serving) && Addresses.length === 0
    if (error !== undefined || missing) problems.push(`${Name} does not resolve ${on}: ${error ?? 'there is no address'}`)
    const stranger = vantage && Addresses.find((address) => !wanted.has(address))
    if (stranger !== undefined) problems.push(`${Name} resolves to ${stranger} ${on}, which is no address of the service`)
  }
  if (!backends.some(({ Serving }) => Serving)) problems.push(`no task of ${service.name} serves ${on}`)

  const checkAll = async (addresses: readonly string[], what: string): Promise<TracedCheck[]> => {
    const pairs = addresses.flatMap((address) => asked.map((port) => ({ address, port })))
    if (!vantage) return pairs.map(({ address, port: { port, protocol } }) => ({ Address: address, Port: port, Protocol: protocol, Result: 'skipped', Reason: 'no container of this node is on the network' }))
    const checks = await inTurns(pairs, ({ address, port }) => checkPort(vantage.within, address, port, given.clock))
    for (const { Result, Reason, Address, Port, Protocol } of checks) {
      if (Result === 'fails') problems.push(`${what} does not answer at ${Address}${Port === 0 ? '' : ` port ${Port}${Protocol === 'tcp' ? '' : `/${Protocol}`}`} ${on}: ${Reason ?? ''}`)
    }
    return checks
  }
  const serving = backends.filter(({ Serving }) => Serving)
  // Without a task behind it a virtual IP refuses everybody: that is said already.
  const vipChecks = serving.length > 0 ? await checkAll(virtualIps.filter((one) => service.virtualIpv6 !== one || serving.some(({ Addresses }) => Addresses.some((address) => address.includes(':')))), `the virtual IP of ${service.name}`) : []
  const checked = serving.slice(0, backendsCheckedMax)
  await inTurns(checked, async (backend) => {
    backend.Checks = await checkAll(backend.Addresses, `${backend.Name} (on ${backend.Hostname}, ${backend.Path.Kind}${backend.Local ? '' : ` by ${backend.Path.DataPathAddress}`})`)
  })
  return { ID: network.id, Name: network.spec.name, Encrypted: encrypted, VirtualIPs: virtualIps, Names: names, VirtualIPChecks: vipChecks, Backends: backends }
}

function backendsOf({ controller, peers }: TraceGiven, table: ClusterNetwork, service: NetworkService, encrypted: boolean): TracedBackend[] {
  const own = controller.dataPath?.nodeId ?? ''
  const vni = Number(table.network.driverState?.options[vniOption] ?? 0)
  const endpoints = [...(table.byService.get(service.serviceId) ?? [])].sort((a, b) => (a.taskName < b.taskName ? -1 : 1))
  const serving = endpoints.filter((one) => one.serving)
  const near = service.preferLocal ? serving.filter(({ nodeId }) => nodeId === own) : []
  const chosen = new Set<NetworkEndpoint>(near.length > 0 ? near : reachable(serving, table.lost))
  return endpoints.map((endpoint) => {
    const local = endpoint.nodeId === own
    return {
      TaskID: endpoint.taskId,
      Name: endpoint.taskName,
      Addresses: endpoint.addresses,
      NodeID: endpoint.nodeId,
      Hostname: peers.get(endpoint.nodeId)?.hostname ?? endpoint.nodeId,
      Local: local,
      Serving: endpoint.serving,
      Share: chosen.has(endpoint) ? Math.round(1000 / chosen.size) / 1000 : 0,
      Path: {
        Kind: local ? 'local' : encrypted ? 'vxlan over wireguard' : 'vxlan',
        DataPathAddress: endpoint.nodeAddress,
        Port: local ? 0 : (controller.dataPath?.port ?? 0),
        VNI: vni,
      },
      Checks: [],
    }
  })
}

/** The ports that its tasks serve; the address itself when there is none to ask. */
function portsOf({ ports }: NetworkService): AskedPort[] {
  const asked = new Map(ports.map(({ protocol, targetPort }): [string, AskedPort] => [`${targetPort}/${protocol}`, { protocol, port: targetPort }]))
  const canTell = ports.some(({ protocol }) => protocol !== 'sctp')
  return [...(canTell ? [] : [{ protocol: 'tcp', port: 0 }]), ...asked.values()]
}

/** By the container's own name server; without a container by what one would be told. */
async function resolveNames({ clock, rng }: TraceGiven, table: ClusterNetwork, service: NetworkService, vantage: Vantage | undefined): Promise<TracedNetwork['Names']> {
  const scope = clusterScope(table)
  const types: ('A' | 'AAAA')[] = table.network.spec.ipv6Enabled ? ['A', 'AAAA'] : ['A']
  const questions = [service.name, `tasks.${service.name}`, ...service.aliases].flatMap((name) => types.map((type) => ({ name, type })))
  return inTurns(questions, async ({ name, type }) => {
    if (!vantage) {
      const addresses = (scope.lookup(name.toLowerCase())?.addresses ?? []).filter((one) => one.includes(':') === (type === 'AAAA'))
      return { Name: name, Type: type, Addresses: addresses }
    }
    const { addresses, error } = await askName(vantage.within, name, type, rng.below(0x1_0000), clock)
    return { Name: name, Type: type, Addresses: addresses.sort(), ...(error !== undefined && { Error: error }) }
  })
}

/** Everything that the service's names may lead to on a network. */
function expected(table: ClusterNetwork, service: NetworkService): string[] {
  const tasks = [...(table.byService.get(service.serviceId) ?? [])].flatMap(({ addresses }) => addresses)
  return [service.virtualIp, service.virtualIpv6, ...tasks].filter((one) => one !== '')
}

async function tracePorts({ controller, clock }: TraceGiven, service: NetworkService, problems: string[]): Promise<TracedPort[]> {
  const address = controller.dataPath?.address ?? ''
  const published = service.ports.filter(({ publishedPort }) => publishedPort > 0)
  return inTurns(published, async ({ protocol, publishedPort, targetPort, publishMode }) => {
    const skipped = (reason: string): TracedCheck => ({ Address: address, Port: publishedPort, Protocol: protocol, Result: 'skipped', Reason: reason })
    let check: TracedCheck
    if (publishMode !== 'ingress') check = skipped('published by the nodes of its tasks alone')
    else check = await checkPort((act) => controller.kernel.run(act), address, { protocol, port: publishedPort }, clock)
    if (check.Result === 'fails') problems.push(`published port ${publishedPort}/${protocol} does not answer on this node (${address}): ${check.Reason ?? ''}`)
    return { Protocol: protocol, PublishedPort: publishedPort, TargetPort: targetPort, PublishMode: publishMode, Check: check }
  })
}

/** `--opt encrypted`, with or without a value. */
function isEncrypted(options: Readonly<Record<string, string>>): boolean {
  const asked = options['encrypted']
  return asked !== undefined && !/^(0|f|false)$/i.test(asked)
}

/** Some at a time, in order. */
async function inTurns<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += checksAtOnce) results.push(...(await Promise.all(items.slice(at, at + checksAtOnce).map(act))))
  return results
}
