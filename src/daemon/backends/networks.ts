import { rfc3339 } from '../../base/clock.js'
import { kindOf } from '../../base/errors.js'
import type { Network as NetworkJson } from '../../model/engine-api/network.js'
import type { NetworkCreateBody, NetworksBackend } from '../../api/networks/backend.js'
import type { ClusterView } from './cluster-view.js'
import type { Engine } from '../../../agent/engine/engine.js'
import type { NetworkController } from '../../../agent/network/controller.js'
import type { Network, NetworkDetails, NetworkSpec } from '../../../agent/network/types.js'

/** This host's networks in the shapes of the Engine API. */
export function networksBackend(networks: NetworkController, engine: Engine, view: ClusterView): NetworksBackend {
  const known = (ref: string): Pick<Network, 'id' | 'name' | 'driver'> => {
    try {
      return networks.inspect(ref)
    } catch (thrown) {
      if (kindOf(thrown) === 'notFound') return { id: ref, name: ref, driver: 'overlay' }
      throw thrown
    }
  }
  return {
    rows: (networkId, ask) => view.rows(networkId, ask),
    problems: (networkId) => networks.tables.troublesOf(networkId),
    trace: (request, node) => (node === undefined ? view.trace(request) : view.traceFrom(node, request)),
    checkSubnets: async (subnets) => networks.networks.checkOnHost(subnets),
    list: async () => networks.list().map((network) => encodeDetails(networks.inspect(network.id))),
    inspect: async (ref) => encodeDetails(networks.inspect(ref)),
    create: async (body) => {
      const created = await networks.createNetwork(specOf(body))
      engine.events.publish('network', 'create', created.id, { name: created.name, type: created.driver })
      return { Id: created.id, Warning: '' }
    },
    remove: async (ref) => {
      const { id, name, driver } = networks.inspect(ref)
      await networks.removeNetwork(id)
      engine.events.publish('network', 'destroy', id, { name, type: driver })
    },
    connect: async (ref, container, endpoint) => {
      await engine.connectNetwork(container, ref, endpoint)
      // For a container that does not run, a network of the swarm may be known to the managers alone.
      const { id, name, driver } = known(ref)
      engine.events.publish('network', 'connect', id, { container: engine.find(container).id, name, type: driver })
    },
    disconnect: async (ref, container, _force) => {
      const { id, name, driver } = known(ref)
      await engine.disconnectNetwork(container, ref)
      engine.events.publish('network', 'disconnect', id, { container: engine.find(container).id, name, type: driver })
    },
    // As of Docker: networks take no space.
    pruned: () => engine.events.publish('network', 'prune', '', { reclaimed: '0' }),
  }
}

function specOf(body: NetworkCreateBody): NetworkSpec {
  return {
    name: body.Name ?? '',
    ...(body.Driver !== undefined && body.Driver !== '' && { driver: body.Driver }),
    ...(body.Internal !== undefined && { internal: body.Internal }),
    ...(body.EnableIPv4 !== undefined && { enableIpv4: body.EnableIPv4 }),
    ...(body.EnableIPv6 !== undefined && { enableIpv6: body.EnableIPv6 }),
    ...(body.Attachable !== undefined && { attachable: body.Attachable }),
    ...(body.Ingress !== undefined && { ingress: body.Ingress }),
    ...(body.Options && { options: body.Options }),
    ...(body.Labels && { labels: body.Labels }),
    ...(body.IPAM && {
      ipam: {
        ...(body.IPAM.Driver !== undefined && { driver: body.IPAM.Driver }),
        ...(body.IPAM.Options && { options: body.IPAM.Options }),
        config: (body.IPAM.Config ?? []).map(({ Subnet, IPRange, Gateway, AuxiliaryAddresses }) => ({
          ...(Subnet && { subnet: Subnet }),
          ...(IPRange && { ipRange: IPRange }),
          ...(Gateway && { gateway: Gateway }),
          ...(AuxiliaryAddresses && { auxiliaryAddresses: AuxiliaryAddresses }),
        })),
      },
    }),
  }
}

function encodeNetwork(network: Network): NetworkJson {
  return {
    Name: network.name,
    Id: network.id,
    Created: rfc3339(network.createdMs),
    Scope: network.scope,
    Driver: network.driver,
    EnableIPv4: network.enableIpv4,
    EnableIPv6: network.enableIpv6,
    IPAM: {
      Driver: network.ipam.driver,
      // Not given is null: clients tell the two apart.
      Options: Object.keys(network.ipam.options).length > 0 ? network.ipam.options : null,
      Config: network.ipam.config.map(({ subnet, ipRange, gateway, auxiliaryAddresses }) => ({
        Subnet: subnet,
        ...(ipRange !== undefined && { IPRange: ipRange }),
        Gateway: gateway,
        ...(Object.keys(auxiliaryAddresses).length > 0 && { AuxiliaryAddresses: auxiliaryAddresses }),
      })),
    },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: network.ingress,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: {},
    Options: network.options,
    Labels: network.labels,
  }
}

function encodeDetails(network: NetworkDetails): NetworkJson {
  return {
    ...encodeNetwork(network),
    Containers: Object.fromEntries(
      Object.entries(network.containers).map(([id, member]) => [
        id,
        {
          Name: member.name,
          EndpointID: member.endpointId,
          MacAddress: member.macAddress,
          IPv4Address: member.ipv4Address,
          IPv6Address: member.ipv6Address,
        },
      ]),
    ),
  }
}
