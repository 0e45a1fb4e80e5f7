/** How the store commits: it knows this interface, never Raft. */
export interface Proposer {
  /**
   * Replicates `data`; resolves with its index after it was committed and handed to the state
   * machine of this process. Calls made in order are applied in order, and nothing else is applied
   * between two of them: a manager proposes only after it leads and has applied everything committed
   * before its term. Rejects with `unavailable` when this manager does not lead or loses leadership
   * before the outcome is known; every proposal made after one that fails, and before the caller
   * could know of it, fails too.
   */
  propose(data: Uint8Array): Promise<number>
}
