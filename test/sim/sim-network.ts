import type { Rng } from '../../src/base/rng.js'
import type { InstallSnapshot, Message } from '../../manager/raft/core/message.js'
import type { Member, Roster } from '../../manager/raft/membership.js'
import type { PeerDialer } from '../../manager/raft/transport/peer.js'
import type { RaftReceiver } from '../../manager/raft/transport/service.js'
import type { SimClock } from './sim-clock.js'

/** How bad the network is; chances in percent. */
export interface Weather {
  drop: number
  duplicate: number
  /** Delays are 1 ms up to this; messages overtake each other. */
  delayMs: number
}

export const calm: Weather = { drop: 0, duplicate: 0, delayMs: 3 }

/** Carries messages between members by address, as badly as told. */
export class SimNetwork {
  weather: Weather = calm
  /** One-way cuts, "from>to" by address. */
  private readonly cuts = new Set<string>()
  private readonly receivers = new Map<string, RaftReceiver>()

  constructor(
    private readonly clock: SimClock,
    private readonly rng: Rng,
  ) {}

  attach(address: string, receiver: RaftReceiver): void {
    this.receivers.set(address, receiver)
  }

  detach(address: string): void {
    this.receivers.delete(address)
  }

  cut(from: string, to: string): void {
    this.cuts.add(`${from}>${to}`)
  }

  heal(): void {
    this.cuts.clear()
    this.weather = calm
  }

  dialer(self: Member): PeerDialer {
    return {
      dial: (peer) => {
        const closed = new AbortController()
        return {
          send: (batches, signal) => this.pump(self, peer, batches, AbortSignal.any([signal, closed.signal])),
          sendSnapshot: (message, roster, chunks, signal) => this.carrySnapshot(self, peer, message, roster, chunks, signal),
          close: () => closed.abort(),
        }
      },
    }
  }

  private chance(percent: number): boolean {
    return this.rng.below(100) < percent
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimer(ms, resolve))
  }

  private async pump(self: Member, peer: Member, batches: AsyncIterable<readonly Message[]>, signal: AbortSignal): Promise<{ removed: boolean }> {
    let removed = false
    let broken = false
    for await (const batch of batches) {
      for (const message of batch) {
        if (this.cuts.has(`${self.address}>${peer.address}`) || this.chance(this.weather.drop)) continue
        const copies = this.chance(this.weather.duplicate) ? 2 : 1
        for (let i = 0; i < copies; i++) {
          this.clock.setTimer(1 + this.rng.below(this.weather.delayMs), () => {
            const receiver = this.receivers.get(peer.address)
            try {
              if (!receiver) broken = true
              else if (!receiver.receive([message], self)) removed = true
            } catch {
              broken = true
            }
          })
        }
      }
      if (removed) return { removed: true }
      if (broken) throw new Error('connection refused')
      if (signal.aborted) throw new Error('closed')
    }
    return { removed }
  }

  private async carrySnapshot(self: Member, peer: Member, message: InstallSnapshot, roster: Roster, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const carried: Uint8Array[] = []
    for await (const chunk of chunks) carried.push(chunk)
    await this.wait(5 + this.rng.below(50))
    const receiver = this.receivers.get(peer.address)
    if (!receiver || signal.aborted || this.cuts.has(`${self.address}>${peer.address}`) || this.chance(this.weather.drop)) throw new Error('connection lost')
    // A receiver that dies meanwhile never answers: the sender gives up by itself.
    const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up')), { once: true }))
    await Promise.race([receiver.receiveSnapshot(message, roster, streamed(carried), self), aborted])
  }
}

async function* streamed(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
