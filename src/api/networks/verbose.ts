import type { Network as NetworkJson, NetworkServiceInfo, PeerInfo } from '../../model/engine-api/network.js'
import type { NetworkEndpoint, NetworkRows, NetworkService } from '../../model/network-table.js'

/** Docker numbers its balancers from here on each node; nothing else can be told by the number. */
const balancerFirst = 256

/** `Peers` of a network: the nodes that are on it. */
export function encodePeers({ peers }: NetworkRows): PeerInfo[] {
  return peers.map(({ nodeId, hostname, address }) => ({ Name: `${hostname}-${nodeId.slice(0, 12)}`, IP: address }))
}

/**
 * `Services` of `network inspect --verbose`, by name: their virtual IPs, ports and tasks; containers that
 * belong to none are under the empty name, as Docker shows them. Source of the shape: `ServiceInfo` of Docker's
 * Go client (`api/types/network`).
 */
export function encodeVerbose(network: NetworkJson, rows: NetworkRows): NetworkJson {
  const hosts = new Map(rows.endpoints.map(({ nodeId, nodeAddress }) => [nodeId as string, nodeAddress]))
  const tasksOf = (serviceId: string): NetworkServiceInfo['Tasks'] =>
    rows.endpoints.filter((endpoint) => endpoint.serviceId === serviceId).sort(byName).map((endpoint) => encodeTask(endpoint, hosts.get(endpoint.nodeId) ?? ''))
  const services = [...rows.services].sort((a, b) => (a.name < b.name ? -1 : 1))
  const entries = services.map((service, at): [string, NetworkServiceInfo] => [
    service.name,
    { VIP: vipOf(service), Ports: service.ports.map(({ targetPort, publishedPort }) => `Target: ${targetPort}, Publish: ${publishedPort}`), LocalLBIndex: balancerFirst + at, Tasks: tasksOf(service.serviceId) },
  ])
  const alone = tasksOf('')
  if (alone.length > 0) entries.unshift(['', { VIP: '<nil>', Ports: [], LocalLBIndex: 0, Tasks: alone }])
  return { ...network, Services: Object.fromEntries(entries) }
}

/** As a Go program prints an address that there is not. */
function vipOf({ virtualIp, virtualIpv6 }: NetworkService): string {
  return virtualIp || virtualIpv6 || '<nil>'
}

function encodeTask({ taskId, taskName, addresses }: NetworkEndpoint, host: string): NetworkServiceInfo['Tasks'][number] {
  return { Name: taskName, EndpointID: taskId, EndpointIP: addresses[0] ?? '', Info: { 'Host IP': host } }
}

function byName(a: NetworkEndpoint, b: NetworkEndpoint): number {
  return a.taskName < b.taskName ? -1 : 1
}
