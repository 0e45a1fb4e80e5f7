import type { Leader, Leadership } from '../src/wire/leader-proxy.js'
import type { RaftNode } from './raft/node.js'

/**
 * Who leads, for calls that are to reach the leader. This manager counts as the leader only once it is
 * ready to serve as one: `ready` is set when the store of a new cluster has its first objects.
 */
export class ManagerLeadership implements Leadership {
  private readonly listeners = new Set<() => void>()
  private node: RaftNode | undefined
  private ready = false

  /** Follows the node from now on; gives what ends that. */
  follow(node: RaftNode): () => void {
    this.node = node
    return node.onLeadership(({ isLeader }) => {
      if (!isLeader) this.ready = false
      this.tell()
    })
  }

  setReady(): void {
    this.ready = true
    this.tell()
  }

  current(): Leader | undefined {
    if (!this.node) return undefined
    if (this.node.isLeader) return this.ready ? { self: true } : undefined
    const leader = this.node.leader()
    if (!leader || leader.raftId === this.node.raftId) return undefined
    return { self: false, nodeId: leader.nodeId, address: leader.address }
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}
