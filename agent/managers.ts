import type { Rng } from '../src/base/rng.js'
import type { WeightedPeer } from '../src/wire/dispatcher-service.js'

/**
 * The managers this node knows, to be remembered across restarts. One is chosen in proportion to its
 * weight; a manager that failed counts less until it answers again.
 */
export class ManagerList {
  private peers: readonly WeightedPeer[]
  private readonly failures = new Map<string, number>()

  constructor(
    private readonly rng: Rng,
    initial: readonly WeightedPeer[],
  ) {
    this.peers = initial
  }

  get known(): readonly WeightedPeer[] {
    return this.peers
  }

  /** What the swarm says now; an empty list is ignored, for it would cut this node off. */
  update(peers: readonly WeightedPeer[]): void {
    if (peers.length === 0) return
    this.peers = peers
    for (const address of this.failures.keys()) {
      if (!peers.some((peer) => peer.address === address)) this.failures.delete(address)
    }
  }

  /** host:port of a manager; undefined when none is known. */
  choose(): string | undefined {
    const weights = this.peers.map(({ address, weight }) => {
      const failures = this.failures.get(address) ?? 0
      return Math.max(1, Math.round((Math.max(1, weight) * 1000) / 10 ** Math.min(failures, 3)))
    })
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    if (total === 0) return undefined
    let at = this.rng.below(total)
    for (const [i, weight] of weights.entries()) {
      at -= weight
      if (at < 0) return this.peers[i]?.address
    }
    return undefined
  }

  failed(address: string): void {
    this.failures.set(address, (this.failures.get(address) ?? 0) + 1)
  }

  answered(address: string): void {
    this.failures.delete(address)
  }
}
