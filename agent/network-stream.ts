import { delay, type Clock } from '../src/base/clock.js'
import type { Logger } from '../src/base/log.js'
import type { DispatcherMethods, NetworkChange, NetworksMessage } from '../src/wire/dispatcher-service.js'
import type { Client } from '../src/wire/service-table.js'

/** Changes of the tables of networks. `complete`: all there is, whatever is not named is gone. */
export interface NetworkUpdate {
  kind: 'complete' | 'incremental'
  changes: NetworkChange[]
  /** UDP port of VXLAN. */
  dataPathPort: number
}

/** Whoever brings the kernel to what the tables say. */
export interface NetworkConsumer {
  /** Resolves when the change is in effect on this node. When it rejects, a complete set follows. */
  onNetworks(update: NetworkUpdate): Promise<void> | void
}

/** Puts messages together to updates, and watches that none is missing. */
export class NetworkAssembler {
  private sequence: string | undefined
  private parts: NetworksMessage[] = []

  /** The update that this message completes; undefined while parts are missing; `gap` when it does not follow on what was received. */
  add(message: NetworksMessage): NetworkUpdate | 'gap' | undefined {
    const first = this.parts[0]
    if (first && (first.type !== message.type || first.resultsIn !== message.resultsIn)) return 'gap'
    if (message.type === 'incremental' && message.appliesTo !== this.sequence) return 'gap'
    this.parts.push(message)
    if (message.more) return undefined
    const changes = this.parts.flatMap((part) => part.changes)
    this.parts = []
    this.sequence = message.resultsIn
    return { kind: message.type, changes, dataPathPort: message.dataPathPort }
  }
}

export interface FollowNetworksDeps {
  dispatcher: Client<DispatcherMethods>
  sessionId: string
  consumer: NetworkConsumer
  clock: Clock
  log: Logger
}

const retryMs = 500

/**
 * Follows the tables of networks for one session: each update is carried out, then acknowledged. After a
 * gap or a failure all of them are asked for again. Rejects when the stream fails.
 */
export async function followNetworks(deps: FollowNetworksDeps, signal: AbortSignal): Promise<void> {
  const { dispatcher, sessionId, consumer, clock, log } = deps
  while (!signal.aborted) {
    const assembler = new NetworkAssembler()
    for await (const message of dispatcher.networks({ sessionId }, { signal })) {
      const update = assembler.add(message)
      if (update === undefined) continue
      if (update === 'gap') {
        log.info('the tables of networks have a gap: asking for all of them')
        break
      }
      try {
        await consumer.onNetworks(update)
      } catch (err) {
        if (signal.aborted) return
        log.error('the tables of networks were not taken: asking for all of them', { err })
        break
      }
      // Not waited for: the next update must not be held up by a slow answer.
      dispatcher.acknowledgeNetworks({ sessionId, sequence: message.resultsIn }, { signal, timeoutMs: 5_000 }).catch((err: unknown) => {
        if (!signal.aborted) log.debug('an update of network tables was not acknowledged', { err })
      })
    }
    await delay(clock, retryMs, signal)
  }
}
