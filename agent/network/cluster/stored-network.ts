import type { Network } from '../../../src/model/network.js'
import type { StoredNetwork } from '../endpoint.js'

/** A network of the cluster as this host keeps it. */
export function storedNetwork({ id, meta, spec, driverState, ipam }: Network): StoredNetwork {
  return {
    id,
    name: spec.name,
    driver: 'overlay',
    scope: 'swarm',
    createdMs: meta.createdAtMs,
    internal: spec.internal,
    enableIpv4: true,
    enableIpv6: spec.ipv6Enabled,
    attachable: spec.attachable,
    ingress: spec.ingress,
    options: { ...spec.driver.options, ...driverState?.options },
    labels: spec.labels,
    ipam: {
      driver: ipam?.driver.name || 'default',
      options: ipam?.driver.options ?? {},
      config: (ipam?.configs ?? []).map(({ subnet, range, gateway, auxAddresses }) => ({
        subnet,
        ...(range !== '' && { ipRange: range }),
        gateway,
        auxiliaryAddresses: auxAddresses,
      })),
    },
  }
}
