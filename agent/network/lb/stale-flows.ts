import { errnoOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import type { FlowTuple, TrackedFlows } from '../../kernel/conntrack.js'

/** IPPROTO_UDP. */
const udp = 17

/**
 * Makes the kernel forget UDP flows whose backend is gone. UDP has no end of a connection: a client that goes on sending
 * would stay with it. The kernel goes through all flows of the machine each time, so what comes meanwhile is
 * done together, one namespace after another.
 */
export class StaleFlows<Place> {
  /** The backends that may keep their flows, by what the flows were sent to. */
  private readonly waiting = new Map<Place, Map<string, ReadonlySet<string>>>()
  private work: Promise<void> | undefined

  constructor(
    private readonly given: {
      /** The flows of a namespace. ENOENT when it has gone. */
      open: (place: Place) => TrackedFlows
      /** What a flow was sent to. */
      target: (original: FlowTuple) => string
      log: Logger
    },
  ) {}

  /** Flows to these targets go on only when they lead to one of these addresses; those to others stay. */
  forget(place: Place, left: ReadonlyMap<string, ReadonlySet<string>>): void {
    if (left.size === 0) return
    const all = this.waiting.get(place) ?? new Map<string, ReadonlySet<string>>()
    for (const [target, backends] of left) all.set(target, backends)
    this.waiting.set(place, all)
    this.begin()
  }

  private begin(): void {
    this.work ??= this.forgetAll().finally(() => {
      this.work = undefined
      if (this.waiting.size > 0) this.begin()
    })
  }

  private async forgetAll(): Promise<void> {
    const { open, target, log } = this.given
    for (const [place, left] of this.waiting) {
      this.waiting.delete(place)
      try {
        await forgetIn(open(place), ({ original, reply }) => original.protocol === udp && left.get(target(original))?.has(reply.source) === false)
      } catch (err) {
        if (errnoOf(err) !== 'ENOENT') log.warn('tracked UDP flows could not be forgotten', { err })
      }
    }
  }
}

async function forgetIn(opened: TrackedFlows, isStale: Parameters<TrackedFlows['delete']>[0]): Promise<void> {
  using flows = opened
  await flows.delete(isStale)
}
