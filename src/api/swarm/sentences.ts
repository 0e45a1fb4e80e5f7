import { unavailable, type StatusError } from '../../base/errors.js'

/** What a command that needs a manager hears on other nodes, in the words that clients know. HTTP 503. */
export const managerNeeded = {
  /** This host is in no swarm. */
  notInSwarm: (): StatusError =>
    unavailable(
      'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    ),
  /** This host is a worker. */
  worker: (): StatusError =>
    unavailable(
      "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.",
    ),
  /** This host is a manager whose disk is sealed. */
  locked: (): StatusError =>
    unavailable('Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.'),
  /** `init` or `join` on a host that is in a swarm. */
  alreadyInSwarm: (): StatusError =>
    unavailable('This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.'),
  /** The managers cannot agree on a leader. */
  noLeader: (): StatusError =>
    unavailable(
      "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.",
    ),
}
