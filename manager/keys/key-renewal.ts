import { Backoff } from '../../src/base/backoff.js'
import { delay, type Clock } from '../../src/base/clock.js'
import { messageOf } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import type { DataKeys } from './data-key-file.js'

/** A renewal that failed is tried again after this long, and ever more rarely. */
const retryFirstMs = 1_000
const retryMaxMs = 60_000

export interface KeyRenewalDeps {
  /** Brings everything under the first key; resolves when nothing needs the others. */
  reseal: (keys: DataKeys, signal: AbortSignal) => Promise<void>
  /** Nothing is sealed with another key than this one any more: the others may be forgotten. */
  renewed: (keyId: number) => Promise<void>
  clock: Clock
  rng: Rng
  log: Logger
}

/** Carries renewals of a manager's data key to their end, beside everything else. */
export class KeyRenewal implements AsyncDisposable {
  private wanted: DataKeys | undefined
  private working: Promise<void> | undefined
  private readonly aborter = new AbortController()

  constructor(private readonly deps: KeyRenewalDeps) {}

  /** These are the keys now. Where there is more than one, the others are to become superfluous. */
  want(keys: DataKeys): void {
    if (keys.length === 1 || this.aborter.signal.aborted) return
    this.wanted = keys
    this.working ??= this.work()
  }

  private async work(): Promise<void> {
    const { reseal, renewed, clock, rng, log } = this.deps
    const { signal } = this.aborter
    const backoff = new Backoff(rng, retryFirstMs, retryMaxMs)
    while (this.wanted && !signal.aborted) {
      const keys = this.wanted
      try {
        await reseal(keys, signal)
        await renewed(keys[0].id)
        log.info('the data key of this manager was renewed', { key: keys[0].id })
        // Another one may be wanted meanwhile.
        if (this.wanted === keys) this.wanted = undefined
      } catch (thrown) {
        if (signal.aborted) break
        log.warn(`the data key of this manager is not renewed yet: ${messageOf(thrown)}`, { err: thrown })
        await delay(clock, backoff.nextMs(), signal).catch(() => undefined)
      }
    }
    this.working = undefined
  }

  /** Leaves what is not done to the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.aborter.abort(new Error('this manager ends'))
    await this.working
  }
}
