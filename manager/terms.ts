import { Backoff } from '../src/base/backoff.js'
import { delay, type Clock } from '../src/base/clock.js'
import { messageOf } from '../src/base/errors.js'
import type { Logger } from '../src/base/log.js'
import type { Rng } from '../src/base/rng.js'
import type { Leadership } from './raft/node-types.js'

/** What keeps a leader from beginning is tried again after this long, and ever more rarely. */
const retryFirstMs = 50
const retryMaxMs = 5_000

export interface TermParts {
  /** The member of the Raft group, as far as terms go. */
  node: { readonly isLeader: boolean; status(): { term: number }; onLeadership(listener: (leadership: Leadership) => void): () => void }
  /** What has to be in the store before anything else. */
  prepare(): Promise<unknown>
  /** The loops: resolves once they run, or once there is no need for them any more. */
  lead(): Promise<void>
  /** Resolves once they have ended. */
  resign(): Promise<void>
  /** This manager serves as the leader from now on. */
  ready(): void
  /** Aborted: this manager ends. */
  signal: AbortSignal
  clock: Clock
  rng: Rng
  log: Logger
}

/** Begins to lead with each term in which this manager is the leader, and ends it with the term; gives what ends that. */
export function followTerms(parts: TermParts): () => void {
  const { node, log } = parts
  return node.onLeadership(({ isLeader, term }) => {
    if (isLeader) void beginTerm(parts, term)
    else parts.resign().catch((thrown: unknown) => log.error('what runs only while leading did not end well', { err: thrown }))
  })
}

/** A leader that does not serve would keep its place all the same: it goes on trying for as long as the term lasts. */
async function beginTerm({ node, prepare, lead, ready, signal, clock, rng, log }: TermParts, term: number): Promise<void> {
  const leads = (): boolean => !signal.aborted && node.isLeader && node.status().term === term
  const backoff = new Backoff(rng, retryFirstMs, retryMaxMs)
  while (leads()) {
    try {
      await prepare()
      if (!leads()) return
      log.info('this manager leads the cluster', { term })
      await lead()
      // The term may have ended while the loops of an earlier one were still ending.
      if (leads()) ready()
      return
    } catch (thrown) {
      // Losing leadership on the way is not a failure; anything else must be seen.
      if (!leads()) return
      log.error(`could not begin to lead, and will try again: ${messageOf(thrown)}`, { term, err: thrown })
      await delay(clock, backoff.nextMs(), signal).catch(() => undefined)
    }
  }
}
