import type { Clock, Timer } from '../../base/clock.js'
import { messageOf } from '../../base/errors.js'
import type { Logger } from '../../base/log.js'
import type { Rng } from '../../base/rng.js'
import { DataPathProbe, type ProbeResult } from '../../../agent/network/cluster/data-path-probe.js'
import type { NetworkController } from '../../../agent/network/controller.js'
import { hasAddress } from '../../../agent/network/overlay/data-path.js'
import type { SwarmPlace } from './agent-side.js'

export interface DataPathWatchGiven {
  controller: NetworkController
  /** Hears of the nodes that are not reached any more, whenever they change. */
  onLost: (nodeIds: ReadonlySet<string>) => void
  clock: Clock
  rng: Rng
  log: Logger
}

/** A report that did not arrive is made again. */
const retryMs = 5_000
const nothing: ProbeResult = { silent: [], answering: 0 }

/** Watches over the data path of this node, and tells the managers what is wrong with it and with others'. */
export class DataPathWatch {
  private probe: DataPathProbe | undefined
  private place: SwarmPlace | undefined
  private nodeId = ''
  private retry: Timer | undefined
  private stopped = new AbortController()

  constructor(private readonly given: DataPathWatchGiven) {}

  /** Where this node answers others; undefined while it cannot. */
  get port(): number | undefined {
    return this.probe?.port
  }

  async begin(nodeId: string, place: SwarmPlace): Promise<void> {
    this.end()
    this.nodeId = nodeId
    this.place = place
    this.stopped = new AbortController()
    // What an earlier probe found is not known to the next.
    if (this.given.controller.tables.lost.size > 0) this.given.onLost(new Set())
    await this.open()
  }

  end(): void {
    this.stopped.abort(new Error('this node takes part in no swarm'))
    this.retry?.cancel()
    this.probe?.[Symbol.dispose]()
    this.probe = undefined
    this.place = undefined
  }

  /** A session has begun: its manager is to hear what was found. */
  async sessionBegun(): Promise<void> {
    if (!this.probe) await this.open()
    this.report(this.probe?.result ?? nothing)
  }

  private async open(): Promise<void> {
    const { place, nodeId } = this
    const { controller, clock, rng, log } = this.given
    if (!place) return
    try {
      const probe = await DataPathProbe.open({
        nodeId,
        address: place.dataPathAddress,
        onHost: (act) => controller.kernel.run(act),
        peers: () => controller.tables.peers.values(),
        isBusy: () => controller.tables.hasServices,
        onResult: (result) => this.report(result),
        onLost: (nodeIds) => this.given.onLost(nodeIds),
        clock,
        rng,
        log,
      })
      if (this.place === place && !this.probe) this.probe = probe
      else probe[Symbol.dispose]()
    } catch (thrown) {
      log.warn(`other nodes cannot ask this one on the data path: ${messageOf(thrown)}`, { address: place.dataPathAddress })
    }
  }

  private report({ silent, answering }: ProbeResult): void {
    const { place } = this
    if (!place) return
    const report = { problem: this.problem(place.dataPathAddress), silent, answering }
    this.given.log.debug('found of the data path', report)
    this.retry?.cancel()
    place.reportDataPath(report, this.stopped.signal).catch((thrown: unknown) => {
      this.given.log.debug(`what was found of the data path was not told: ${messageOf(thrown)}`)
      if (this.place === place) this.retry = this.given.clock.setTimer(retryMs, () => this.report(this.probe?.result ?? nothing))
    })
  }

  private problem(address: string): string {
    if (hasAddress(this.given.controller.kernel.links, address)) return ''
    return `its data path address ${address} is none of its own: networks of the swarm cannot be used on it; let it leave the swarm and join again with --data-path-addr`
  }
}
