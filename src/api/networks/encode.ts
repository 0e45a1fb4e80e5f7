import { rfc3339 } from '../../base/clock.js'
import type { SwarmIpam, SwarmNetwork } from '../../model/engine-api/extensions.js'
import type { Network as NetworkJson } from '../../model/engine-api/network.js'
import type { IpamConfig, Network, NetworkSpec } from '../../model/network.js'
import type { Driver } from '../../model/object.js'
import { encodeDriver, encodeMeta, omitEmpty } from '../encode.js'
import type { NetworkCreateBody } from './backend.js'

/** A cluster network as `GET /networks` shows it. */
export function encodeClusterNetwork(network: Network): NetworkJson {
  const { spec } = network
  const ipam = network.ipam ?? spec.ipam
  return {
    Name: spec.name,
    Id: network.id,
    Created: rfc3339(network.meta.createdAtMs),
    Scope: 'swarm',
    Driver: network.driverState?.name ?? spec.driver.name,
    EnableIPv4: true,
    EnableIPv6: spec.ipv6Enabled,
    IPAM: {
      Driver: ipam === undefined || ipam.driver.name === '' ? 'default' : ipam.driver.name,
      Options: ipam?.driver.options ?? {},
      Config: (ipam?.configs ?? []).map((config) => ({
        ...omitEmpty({ Subnet: config.subnet, IPRange: config.range, Gateway: config.gateway, AuxiliaryAddresses: config.auxAddresses }),
      })),
    },
    Internal: spec.internal,
    Attachable: spec.attachable,
    Ingress: spec.ingress,
    ConfigFrom: { Network: spec.configFrom },
    ConfigOnly: false,
    Containers: {},
    Options: network.driverState?.options ?? spec.driver.options,
    Labels: spec.labels,
    Peers: null,
  }
}

/** A cluster network as tasks carry it. */
export function encodeSwarmNetwork(network: Network): SwarmNetwork {
  const { spec } = network
  return {
    ...encodeMeta(network.id, network.meta),
    Spec: {
      Name: spec.name,
      Labels: spec.labels,
      ...(spec.driver.name !== '' && { DriverConfiguration: encodeDriver(spec.driver) }),
      ...omitEmpty({ IPv6Enabled: spec.ipv6Enabled, Internal: spec.internal, Attachable: spec.attachable, Ingress: spec.ingress }),
      ...(spec.ipam && { IPAMOptions: encodeIpam(spec.ipam) }),
      ...omitEmpty({ Scope: spec.scope }),
    },
    ...(network.driverState && { DriverState: encodeDriver(network.driverState) }),
    ...(network.ipam && { IPAMOptions: encodeIpam(network.ipam) }),
  }
}

function encodeIpam({ driver, configs }: { driver: Driver; configs: IpamConfig[] }): SwarmIpam {
  return {
    Driver: encodeDriver(driver),
    ...omitEmpty({
      Configs: configs.map((config) => omitEmpty({ Subnet: config.subnet, Range: config.range, Gateway: config.gateway })),
    }),
  }
}

/** The spec of a cluster network from the body of `POST /networks/create`. */
export function decodeNetworkSpec(body: NetworkCreateBody): NetworkSpec {
  const { IPAM: ipam } = body
  return {
    name: body.Name ?? '',
    labels: body.Labels ?? {},
    driver: { name: body.Driver === undefined || body.Driver === '' ? 'overlay' : body.Driver, options: body.Options ?? {} },
    ipv6Enabled: body.EnableIPv6 ?? false,
    internal: body.Internal ?? false,
    attachable: body.Attachable ?? false,
    ingress: body.Ingress ?? false,
    ...(ipam && {
      ipam: {
        driver: { name: ipam.Driver === undefined || ipam.Driver === '' ? 'default' : ipam.Driver, options: ipam.Options ?? {} },
        configs: (ipam.Config ?? []).map((config) => ({
          subnet: config.Subnet ?? '',
          range: config.IPRange ?? '',
          gateway: config.Gateway ?? '',
          auxAddresses: config.AuxiliaryAddresses ?? {},
        })),
      },
    }),
    scope: 'swarm',
    configFrom: body.ConfigFrom?.Network ?? '',
  }
}
