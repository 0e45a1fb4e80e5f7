import { delay, type Clock } from '../../src/base/clock.js'
import { unavailable } from '../../src/base/errors.js'
import type { NetworkFeed } from './network-feed.js'

export interface DrainWatchGiven {
  clock: Clock
  /** What the node's stream is told now; undefined while it has none. */
  feedOf: (nodeId: string) => NetworkFeed | undefined
  /** The node is part of the swarm and not taken for dead. */
  isUp: (nodeId: string) => boolean
}

/** A node that nothing is heard of for so long holds nobody up: a living one sends its heartbeat within it. */
const silentMaxMs = 5_000
/** A node that is alive but does not get done holds up the end of a task no longer than this. */
const drainMaxMs = 15_000

/**
 * Waits until nodes have taken a change of their tables in. A node whose stream is being made again still leads
 * flows as it was told before: it is waited for like any other, as long as it shows signs of life.
 */
export class DrainWatch {
  private readonly heardMs = new Map<string, number>()
  private readonly waiting = new Set<() => void>()
  private stopped = new AbortController()

  constructor(private readonly given: DrainWatchGiven) {}

  /** The node showed a sign of life. */
  heard(nodeId: string): void {
    this.heardMs.set(nodeId, this.given.clock.monotonicMs())
  }

  /** A stream has begun or ended, or a node came or went. */
  changed(): void {
    for (const wake of [...this.waiting]) wake()
  }

  /** The node is no part of the swarm any more. */
  forget(nodeId: string): void {
    this.heardMs.delete(nodeId)
    this.changed()
  }

  /** Nothing is known here any more: whoever waits is to ask the next leader. */
  clear(): void {
    this.heardMs.clear()
    this.stopped.abort(unavailable('this manager does not lead any more'))
    this.stopped = new AbortController()
  }

  /**
   * Resolves when these nodes have done what they are told by then, each as far as it is waited for. `ready` comes
   * before. Throws `unavailable` when this manager stops leading meanwhile.
   */
  async done(ready: (ended: AbortSignal) => Promise<readonly string[]>, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const stopped = this.stopped.signal
    const ended = AbortSignal.any([signal, over.signal, stopped])
    const bound = delay(this.given.clock, drainMaxMs, ended).catch(() => undefined)
    try {
      await Promise.race([bound, ready(ended).then((nodeIds) => Promise.all(nodeIds.map((id) => this.nodeDone(id, ended))))])
    } finally {
      over.abort(new Error('the wait is over'))
    }
    stopped.throwIfAborted()
  }

  private async nodeDone(nodeId: string, outer: AbortSignal): Promise<void> {
    const over = new AbortController()
    const ended = AbortSignal.any([outer, over.signal])
    try {
      await Promise.race([this.silent(nodeId, ended), this.caughtUp(nodeId, ended)])
    } finally {
      over.abort(new Error('the node is done'))
    }
  }

  private async caughtUp(nodeId: string, ended: AbortSignal): Promise<void> {
    while (!ended.aborted && this.given.isUp(nodeId)) {
      const feed = this.given.feedOf(nodeId)
      if (feed ? await feed.caughtUp(ended) : await this.change(ended)) return
    }
  }

  /** Resolves when nothing has been heard of the node for too long, from now on at the earliest. */
  private async silent(nodeId: string, ended: AbortSignal): Promise<void> {
    const { clock } = this.given
    const fromMs = clock.monotonicMs()
    while (!ended.aborted) {
      const leftMs = Math.max(fromMs, this.heardMs.get(nodeId) ?? 0) + silentMaxMs - clock.monotonicMs()
      if (leftMs <= 0) return
      await delay(clock, leftMs, ended).catch(() => undefined)
    }
  }

  /** Always false: what changed is to be looked at. */
  private async change(ended: AbortSignal): Promise<false> {
    let wake = (): void => undefined
    try {
      await new Promise<void>((resolve) => {
        wake = resolve
        this.waiting.add(wake)
        ended.addEventListener('abort', wake, { once: true })
      })
    } finally {
      this.waiting.delete(wake)
      ended.removeEventListener('abort', wake)
    }
    return false
  }
}
