import type { Clock, Timer } from '../../base/clock.js'
import { messageOf } from '../../base/errors.js'
import type { Logger } from '../../base/log.js'
import { deepEqual } from '../../model/equality.js'
import { hostSubnetsMax, type NodeDescription } from '../../model/node.js'
import type { SwarmPlace } from './agent-side.js'

/** What of a host decides which networks of the swarm it can take part in. */
export type HostFacts = Pick<NodeDescription, 'hostNetworks' | 'encryptionProblem'>

export interface HostWatchGiven {
  /** The subnets that the host is on by itself, so many at most. */
  subnets: (max: number) => string[]
  /** Why the host can be on no encrypted network; undefined when it can. */
  encryptionProblem: () => Promise<string | undefined>
  clock: Clock
  log: Logger
}

/** Interfaces come and go without telling: they are looked at this often. */
const lookPeriodMs = 30_000

/** Looks at the host's own networks and whether it can encrypt, and has the managers told when that changes. */
export class HostWatch {
  private told: HostFacts = {}
  private timer: Timer | undefined

  constructor(private readonly given: HostWatchGiven) {}

  /** From now on the managers are told of changes. */
  begin(place: Pick<SwarmPlace, 'describeAgain'>): void {
    this.end()
    const look = (): void => {
      this.timer = this.given.clock.setTimer(lookPeriodMs, () => {
        const { told, timer } = this
        void this.facts(told).then((facts) => {
          if (this.timer !== timer) return
          look()
          if (!deepEqual(facts, told)) place.describeAgain()
        })
      })
    }
    look()
  }

  end(): void {
    this.timer?.cancel()
    this.timer = undefined
  }

  /** The host as it is now, to be told to the managers. */
  async describe(): Promise<HostFacts> {
    this.told = await this.facts({})
    return this.told
  }

  /** As they are now. A host that could encrypt is not asked again: its first encrypted network would tell. */
  private async facts(known: HostFacts): Promise<HostFacts> {
    try {
      const could = known.hostNetworks !== undefined && known.encryptionProblem === undefined
      const problem = could ? undefined : await this.given.encryptionProblem()
      return { hostNetworks: { subnets: this.given.subnets(hostSubnetsMax) }, ...(problem !== undefined && { encryptionProblem: problem }) }
    } catch (thrown) {
      // The node is of use all the same.
      this.given.log.warn(`the networks of this host could not be looked at: ${messageOf(thrown)}`, { err: thrown })
      return known
    }
  }
}
