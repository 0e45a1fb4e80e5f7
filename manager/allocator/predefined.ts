import type { IdSource } from '../../src/base/id.js'
import type { NetworkId } from '../../src/model/ids.js'
import { predefinedLabel, type Network } from '../../src/model/network.js'
import type { WriteTx } from '../store/store.js'

/** The networks that every node has of its own, by name, with their drivers. */
const predefined: Readonly<Record<string, string>> = { bridge: 'bridge', host: 'host', none: 'null' }

/**
 * Makes objects for the networks that every node has of its own, unless they are there: by these services
 * name them, as in Docker. Nothing is allocated on them.
 */
export function ensurePredefinedNetworks(tx: WriteTx, ids: IdSource): void {
  for (const [name, driver] of Object.entries(predefined)) {
    if (!tx.byName('network', name)) tx.create('network', predefinedNetwork(ids.objectId() as NetworkId, name, driver))
  }
}

function predefinedNetwork(id: NetworkId, name: string, driver: string): Omit<Network, 'meta'> {
  return {
    id,
    spec: {
      name,
      labels: { [predefinedLabel]: 'true' },
      driver: { name: driver, options: {} },
      ipv6Enabled: false,
      internal: false,
      attachable: false,
      ingress: false,
      scope: 'swarm',
      configFrom: '',
    },
    pendingDelete: false,
  }
}
