/** How the store commits: it knows this interface, never Raft. */
export interface Proposer {
  /**
   * Replicates `data`; resolves with its index after it was committed and handed to the state
   * machine of this process. Calls made in order are applied in order. Rejects with `unavailable`
   * when this manager does not lead or loses leadership before the outcome is known.
   */
  propose(data: Uint8Array): Promise<number>
}
