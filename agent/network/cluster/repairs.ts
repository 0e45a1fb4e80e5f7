import { Backoff } from '../../../src/base/backoff.js'
import type { Clock, Timer } from '../../../src/base/clock.js'
import { messageOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'

/** A part of this node's networks that is brought to its state by itself. */
export interface Part {
  /** No other part has it. */
  key: string
  /** What does not work when it fails, for the log. */
  trouble: string
  /** The network it belongs to, for the log. */
  network?: string
  /** Its id; without one all networks may suffer. */
  networkId?: string
  /** It leads new flows to tasks: who waits for a task to be out of the tables waits for it, for a bounded time. */
  leads: boolean
  /** Brings all of it to what the tables say. Rejects with the kernel's reason. */
  again: () => Promise<void> | void
}

/** What does not work at the moment. */
export interface Trouble {
  /** Undefined when all networks may suffer. */
  networkId: string | undefined
  /** A sentence with the kernel's reason. */
  text: string
}

interface Failing {
  part: Part
  /** Of the newest try. */
  reason: string
  backoff: Backoff
  retry: Timer | undefined
  /** Ends the wait of those who wait for it. */
  end: () => void
  ended: Promise<void>
  bound: Timer | undefined
}

const retryFirstMs = 500
const retryMaxMs = 30_000
/** What fails for longer will not come right soon: nobody waits for it any more. */
const leadsMaxMs = 5_000

/**
 * The parts of this node's networks that could not be brought to what the tables say. Each is told of once
 * and tried again by itself, more and more seldom; the others go on.
 */
export class Repairs implements Disposable {
  private readonly failing = new Map<string, Failing>()
  private closed = false

  constructor(
    private readonly given: {
      clock: Clock
      rng: Rng
      log: Logger
      /** Runs a new try beside nothing else that changes the same. */
      exclusively: (act: () => Promise<void>) => Promise<void>
    },
  ) {}

  /** The keys of the parts that are not as they should be. */
  get incomplete(): string[] {
    return [...this.failing.keys()]
  }

  /** What is not as it should be, and why. */
  get troubles(): Trouble[] {
    return [...this.failing.values()].map(({ part: { networkId, trouble }, reason }) => ({ networkId, text: `${trouble}: ${reason}` }))
  }

  /** Brings a part to its state; `act` changes only what has to be changed, as far as it was complete before. Never rejects. */
  async attempt(part: Part, act: () => Promise<void> | void): Promise<void> {
    const { log } = this.given
    const context = part.network === undefined ? {} : { network: part.network }
    try {
      await act()
      if (this.settle(part.key)) log.info(`${part.trouble}: it works again`, context)
    } catch (err) {
      if (this.closed) return
      const present = this.failing.get(part.key)
      if (!present) log.error(`${part.trouble}; it is tried again`, { ...context, err })
      else log.debug(`${part.trouble}: ${messageOf(err)}`, context)
      const failing = present ?? this.begin(part)
      failing.reason = messageOf(err)
      this.later(part, failing)
    }
  }

  /** It is not there any more. True when it was not as it should be. */
  settle(key: string): boolean {
    const failing = this.failing.get(key)
    if (!failing) return false
    this.failing.delete(key)
    failing.retry?.cancel()
    failing.bound?.cancel()
    failing.end()
    return true
  }

  /** Resolves when new flows are led as the tables say now, as far as that is waited for. */
  async led(): Promise<void> {
    await Promise.all([...this.failing.values()].map(({ ended }) => ended))
  }

  /** Nothing is tried any more. */
  [Symbol.dispose](): void {
    this.closed = true
    for (const key of [...this.failing.keys()]) this.settle(key)
  }

  private begin(part: Part): Failing {
    const { key, leads } = part
    const { clock, rng } = this.given
    let end: () => void = () => undefined
    const ended = new Promise<void>((resolve) => (end = resolve))
    if (!leads) end()
    const bound = leads ? clock.setTimer(leadsMaxMs, end) : undefined
    const failing: Failing = { part, reason: '', backoff: new Backoff(rng, retryFirstMs, retryMaxMs), retry: undefined, end, ended, bound }
    this.failing.set(key, failing)
    return failing
  }

  /** An update in between tries as well, and puts nothing off. */
  private later(part: Part, failing: Failing): void {
    failing.retry ??= this.given.clock.setTimer(failing.backoff.nextMs(), () => {
      failing.retry = undefined
      void this.given.exclusively(async () => {
        if (!this.closed && this.failing.get(part.key) === failing) await this.attempt(part, part.again)
      })
    })
  }
}
