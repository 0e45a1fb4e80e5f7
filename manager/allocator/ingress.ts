import type { IdSource } from '../../src/base/id.js'
import type { NetworkId } from '../../src/model/ids.js'
import type { Network } from '../../src/model/network.js'

/** The network behind ports published in ingress mode, as a new cluster gets it. Its subnets come from the pools. */
export function defaultIngressNetwork(ids: IdSource): Omit<Network, 'meta'> {
  return {
    id: ids.objectId() as NetworkId,
    spec: {
      name: 'ingress',
      labels: {},
      driver: { name: 'overlay', options: {} },
      ipv6Enabled: true,
      internal: false,
      attachable: false,
      ingress: true,
      scope: 'swarm',
      configFrom: '',
    },
    pendingDelete: false,
  }
}
