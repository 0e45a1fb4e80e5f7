import type { SwarmBackend } from '../../api/swarm/backend.js'
import { encodeClusterInfo } from '../../api/swarm/encode.js'
import { managerNeeded } from '../../api/swarm/sentences.js'
import type { SwarmInfo } from '../../model/engine-api/swarm.js'
import { managerUnlockKey, parseUnlockKey, printUnlockKey } from '../../../manager/keys/unlock-key.js'
import { splitAddress } from '../swarm/addresses.js'
import type { SwarmNode } from '../swarm/swarm-node.js'
import { defaults } from '../../model/defaults.js'

/** This host's part in a swarm, for the API. */
export function swarmBackend(node: SwarmNode): SwarmBackend {
  return {
    init: (options) => node.init(options),
    join: (options) => node.join(options),
    leave: (force) => node.leave(force),
    unlock: async (key) => node.unlock(parseUnlockKey(key)),
    unlockKey: async () => {
      const cluster = await node.control().getCluster()
      const key = managerUnlockKey(cluster)
      return key ? printUnlockKey(key) : ''
    },
    info: () => swarmInfo(node),
    control: () => node.control(),
  }
}


async function swarmInfo(node: SwarmNode): Promise<SwarmInfo> {
  const { membership, locked } = node
  if (locked) {
    const NodeAddr = splitAddress(locked.advertiseAddress, defaults.remoteApiPort).host
    return { NodeID: '', NodeAddr, LocalNodeState: 'locked', ControlAvailable: false, Error: managerNeeded.locked().message, RemoteManagers: null }
  }
  if (!membership) {
    return node.error === ''
      ? { NodeID: '', NodeAddr: '', LocalNodeState: 'inactive', ControlAvailable: false, Error: '', RemoteManagers: null }
      : { NodeID: '', NodeAddr: '', LocalNodeState: 'error', ControlAvailable: false, Error: node.error, RemoteManagers: null }
  }
  const { identity, state, managers, manager, managerFailure, session } = membership
  const connection = session.state
  const info: SwarmInfo = {
    NodeID: identity.nodeId,
    NodeAddr: splitAddress(state.advertiseAddress, defaults.remoteApiPort).host,
    LocalNodeState: connection.connected || manager ? 'active' : 'pending',
    ControlAvailable: manager !== undefined,
    Error: managerFailure !== '' || connection.connected || manager ? managerFailure : connection.error,
    RemoteManagers: managers.known.map(({ nodeId, address }) => ({ NodeID: nodeId, Addr: address })),
  }
  if (!manager) return info
  const view = manager.store.view()
  const cluster = view.list('cluster')[0]
  const nodes = view.list('node')
  info.Nodes = nodes.length
  info.Managers = nodes.filter((one) => one.spec.role === 'manager').length
  if (cluster) info.Cluster = encodeClusterInfo(cluster)
  return info
}
