import type { NetworkId, NodeId, ServiceId, TaskId } from '../../src/model/ids.js'
import type { Network } from '../../src/model/network.js'
import type { NetworkEndpoint, NetworkService } from '../../src/model/network-table.js'

/** A cluster network as the allocator leaves it. */
export function clusterNetwork(id: string, over: Partial<Network['spec']> = {}, subnet = '10.0.1.0/24'): Network {
  return {
    id: id as NetworkId,
    meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 },
    spec: {
      name: id, labels: {}, driver: { name: 'overlay', options: {} }, ipv6Enabled: false, internal: false, attachable: false, ingress: false, scope: 'swarm', configFrom: '', ...over,
    },
    driverState: { name: 'overlay', options: { 'com.docker.network.driver.overlay.vxlanid_list': '4097' } },
    ipam: { driver: { name: 'default', options: {} }, configs: [{ subnet, range: '', gateway: subnet.replace(/0\/\d+$/, '1'), auxAddresses: {} }] },
    pendingDelete: false,
  }
}

export function endpointRow(networkId: string, taskId: string, address: string, over: Partial<NetworkEndpoint> = {}): NetworkEndpoint {
  return {
    networkId: networkId as NetworkId, taskId: taskId as TaskId, taskName: `web.1.${taskId}`, serviceId: 'web' as ServiceId, nodeId: 'n1' as NodeId, nodeAddress: '192.0.2.1',
    addresses: [address], aliases: [], serving: true, ...over,
  }
}

export function serviceRow(networkId: string, name: string, virtualIp: string, over: Partial<NetworkService> = {}): NetworkService {
  return { networkId: networkId as NetworkId, serviceId: name as ServiceId, name, mode: virtualIp === '' ? 'dnsrr' : 'vip', virtualIp, virtualIpv6: '', aliases: [], ports: [], preferLocal: false, proxyProtocolPorts: [], ...over }
}
