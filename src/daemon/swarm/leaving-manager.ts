import { withTimeout, type Clock } from '../../base/clock.js'
import { messageOf, unavailable, type StatusError } from '../../base/errors.js'
import type { Logger } from '../../base/log.js'
import type { ConnectionPool } from '../../wire/grpc-client.js'
import { raftService } from '../../wire/raft-service.js'
import { clientOf } from '../../wire/transport.js'
import type { NodeIdentity } from '../../../agent/identity/node-identity.js'
import type { ManagerList } from '../../../agent/managers.js'
import type { Manager } from '../../../manager/manager.js'
import type { SwarmState } from './state-file.js'

/** A manager that leaves tells the others, if they answer within this time. */
const leaveWaitMs = 5_000

interface Leaving {
  connections: ConnectionPool
  identity: NodeIdentity
  state: SwarmState
  managers: ManagerList
}

/** Tells the other managers, so that they do not count on this one any more. */
export async function leaveGroup({ connections, identity, state, managers }: Leaving, manager: Manager, { clock, log }: { clock: Clock; log: Logger }): Promise<void> {
  if (manager.raft.members().length < 2) return
  try {
    if (manager.isLeader) await withTimeout(clock, leaveWaitMs, manager.raft.transferLeadership(), () => unavailable('nobody took over the leadership'))
    const other = managers.known.find(({ address }) => address !== state.advertiseAddress)
    if (other) await clientOf(raftService, connections.to(other.address)).leave({ nodeId: identity.nodeId }, { timeoutMs: leaveWaitMs })
  } catch (thrown) {
    log.warn(`the other managers were not told that this one leaves: ${messageOf(thrown)}`)
  }
}

/** Docker's refusal, which tells what leaving would cost. HTTP 503, as Docker answers. */
export function leavingManager(manager: Manager): StatusError {
  const members = manager.raft.members().filter(({ learner }) => !learner)
  const start = 'You are attempting to leave the swarm on a node that is participating as a manager. '
  if (members.length <= 1) {
    return unavailable(`${start}Removing the last manager erases all current state of the swarm. Use \`--force\` to ignore this message.`)
  }
  const reachable = members.filter((member) => member.reachable).length - 1
  const quorum = Math.floor(members.length / 2) + 1
  const cost = reachable < quorum ? `Removing this node leaves ${reachable} managers out of ${members.length}. Without a Raft quorum your swarm will be inaccessible. ` : ''
  return unavailable(
    `${start}${cost}The only way to restore a swarm that has lost consensus is to reinitialize it with \`--force-new-cluster\`. Use \`--force\` to suppress this message.`,
  )
}
