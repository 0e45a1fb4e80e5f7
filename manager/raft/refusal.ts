import { StatusError } from '../../src/base/errors.js'
import { NotDoneError } from '../../src/wire/error-status.js'
import type { Refusal } from './core/raft.js'
import { raftDefaults } from './core/state.js'

/**
 * What a caller is told when the core does not take a proposal. `leader` is somebody else, when known.
 * Nothing was proposed: what passes by itself may be tried again, whatever the change was.
 */
export function refusalError(refusal: Refusal, bytes: number, leader: { readonly address: string } | undefined): StatusError {
  switch (refusal) {
    case 'notLeader':
      return new NotDoneError(
        leader
          ? `this manager does not lead the cluster: ask ${leader.address}`
          : 'the cluster has no leader: it has lost its quorum, or an election is under way',
      )
    case 'transferring':
      return new NotDoneError('the leadership is being handed over: try again')
    case 'tooLarge':
      return new StatusError('invalid', `a change of ${bytes} bytes is over the limit of ${raftDefaults.proposalBytesMax} bytes`)
    case 'overloaded':
      return new NotDoneError('too many changes wait for a quorum of managers: try again')
    case 'confChangePending':
      return new NotDoneError('another change of the managers is under way: try again')
    case 'lastVoter':
      return new StatusError('conflict', 'this is the last manager: removing it erases the cluster state; leave the swarm with --force instead')
    case 'unknownPeer':
      return new StatusError('notFound', 'no such manager')
  }
}
