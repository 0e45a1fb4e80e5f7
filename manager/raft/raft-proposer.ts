import type { Proposer } from '../store/proposer.js'
import type { RaftNode } from './node.js'

/** The store's way to Raft. */
export class RaftProposer implements Proposer {
  constructor(private readonly node: Pick<RaftNode, 'propose'>) {}

  propose(data: Uint8Array): Promise<number> {
    return this.node.propose(data)
  }
}
