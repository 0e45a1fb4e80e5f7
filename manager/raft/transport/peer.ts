import { Backoff } from '../../../src/base/backoff.js'
import { delay, type Clock } from '../../../src/base/clock.js'
import { messageOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'
import { entryBytes, type InstallSnapshot, type Message, type PeerId } from '../core/message.js'
import type { Member, Roster } from '../membership.js'

/** A way to one peer. Everything sent is acted on by the other side in order, or lost. */
export interface PeerChannel {
  /** Sends batches until they end, the signal is aborted or the connection is lost. */
  send(batches: AsyncIterable<readonly Message[]>, signal: AbortSignal): Promise<{ removed: boolean }>
  /** Resolves when the other side has the whole snapshot on disk. */
  sendSnapshot(message: InstallSnapshot, roster: Roster, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  close(): void
}

/** Opens channels; dialling does not wait for the connection. */
export interface PeerDialer {
  dial(peer: Member): PeerChannel
}

/** What a peer tells its owner. */
export interface PeerEvents {
  unreachable(id: PeerId): void
  snapshotDone(id: PeerId, delivered: boolean): void
  /** The other side says that this member was removed. */
  removed(by: PeerId): void
}

export interface SnapshotSource {
  readonly roster: Roster
  readonly chunks: AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** A reader that lags this far behind gets what is newest; Raft sends again what it needs. */
const queueLengthMax = 4096
const batchBytesMax = 1024 * 1024
/** A snapshot that makes no progress for this long is given up. */
const snapshotStallMs = 30_000

/**
 * One other member: a bounded queue of messages and the stream that empties it, opened again with
 * growing pauses when it breaks.
 */
export class Peer {
  private queue: Message[] = []
  private wake: (() => void) | undefined
  private readonly stopping = new AbortController()
  private readonly running: Promise<void>
  private readonly backoff: Backoff
  private readonly channel: PeerChannel
  private readonly snapshots = new Set<Promise<void>>()
  private draining = false
  private broken = false

  constructor(
    readonly member: Member,
    dialer: PeerDialer,
    private readonly clock: Clock,
    rng: Rng,
    private readonly events: PeerEvents,
    private readonly log: Logger,
  ) {
    this.backoff = new Backoff(rng, 50, 1_000)
    this.channel = dialer.dial(member)
    this.running = this.run()
  }

  /** The last attempt to reach it failed. */
  get unreachable(): boolean {
    return this.broken
  }

  send(message: Message): void {
    if (this.queue.length >= queueLengthMax) this.queue.splice(0, queueLengthMax / 4)
    this.queue.push(message)
    this.wakeUp()
  }

  /** Streams a snapshot; how it went is told by `snapshotDone`. */
  sendSnapshot(message: InstallSnapshot, open: () => Promise<SnapshotSource>): void {
    const work = this.streamSnapshot(message, open).finally(() => this.snapshots.delete(work))
    this.snapshots.add(work)
  }

  private async streamSnapshot(message: InstallSnapshot, open: () => Promise<SnapshotSource>): Promise<void> {
    const { index } = message.snapshot
    const stalled = new AbortController()
    let over = false
    let timer = this.clock.setTimer(snapshotStallMs, () => stalled.abort(new Error('no progress')))
    const watched = async function* (clock: Clock, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        timer.cancel()
        // A chunk that was still being read when the sending ended.
        if (over) return
        timer = clock.setTimer(snapshotStallMs, () => stalled.abort(new Error('no progress')))
        yield chunk
      }
    }
    try {
      const source = await open()
      try {
        const signal = AbortSignal.any([this.stopping.signal, stalled.signal])
        await this.channel.sendSnapshot(message, source.roster, watched(this.clock, source.chunks), signal)
      } finally {
        await source.close()
      }
      this.log.info('sent a snapshot', { to: this.member.nodeId, index })
      this.events.snapshotDone(this.member.raftId, true)
    } catch (thrown) {
      if (!this.stopping.signal.aborted) this.log.warn(`could not send a snapshot: ${messageOf(thrown)}`, { to: this.member.nodeId, index })
      // Told also when this channel was closed for another: the core waits for it.
      this.events.snapshotDone(this.member.raftId, false)
    } finally {
      over = true
      timer.cancel()
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted && !this.draining) {
      await this.waitForMessages()
      // Nothing is left to say to one that was removed: it may have been gone for years.
      if (signal.aborted || this.queue.length === 0) return
      try {
        const { removed } = await this.channel.send(this.batches(), signal)
        if (removed) this.events.removed(this.member.raftId)
        if (signal.aborted || this.draining) return
      } catch (thrown) {
        if (signal.aborted) return
        if (!this.broken) this.log.warn(`lost the connection to a manager: ${messageOf(thrown)}`, { peer: this.member.nodeId, address: this.member.address })
      }
      this.broken = true
      this.events.unreachable(this.member.raftId)
      await delay(this.clock, this.backoff.nextMs(), signal).catch(() => undefined)
      // What waited is old by now: only the newest of it may still be of use.
      this.queue.splice(0, Math.max(0, this.queue.length - 64))
    }
  }

  private async *batches(): AsyncGenerator<readonly Message[]> {
    let sent = 0
    for (;;) {
      await this.waitForMessages()
      if (this.stopping.signal.aborted) return
      if (this.queue.length === 0) return
      // The stream asks for more: what went before was taken by a live connection.
      if (sent++ > 2) {
        this.broken = false
        this.backoff.reset()
      }
      yield this.takeBatch()
    }
  }

  private takeBatch(): Message[] {
    let bytes = 0
    let count = 0
    for (const message of this.queue) {
      if (message.kind === 'append') for (const entry of message.entries) bytes += entryBytes(entry)
      if (count > 0 && bytes > batchBytesMax) break
      count++
    }
    return this.queue.splice(0, count)
  }

  private async waitForMessages(): Promise<void> {
    while (this.queue.length === 0 && !this.stopping.signal.aborted && !this.draining) {
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }

  private wakeUp(): void {
    const wake = this.wake
    this.wake = undefined
    wake?.()
  }

  /** Sends what is queued, if that works within `graceMs`, then stops. */
  async drain(graceMs: number): Promise<void> {
    this.draining = true
    const timer = this.clock.setTimer(graceMs, () => this.stopping.abort(new Error('the peer was removed')))
    this.wakeUp()
    await this.running
    timer.cancel()
    await this.stop()
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the connection is closed'))
    this.wakeUp()
    await this.running
    await Promise.all(this.snapshots)
    this.channel.close()
  }
}
