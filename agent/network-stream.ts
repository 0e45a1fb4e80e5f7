import { delay, type Clock } from '../src/base/clock.js'
import { kindOf } from '../src/base/errors.js'
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
  /** Resolves when the change is in effect on this node, but for what failed. When it rejects, a complete set follows. */
  onNetworks(update: NetworkUpdate): Promise<void> | void
  /**
   * Resolves when this node leads new flows as it was told last, or cannot for so long that nobody is to wait for it: the
   * update is acknowledged then. At once when left out.
   */
  led?(): Promise<void>
}

/** Puts messages together to updates, and watches that none is missing. */
class NetworkAssembler {
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
  dispatcher: Pick<Client<DispatcherMethods>, 'networks' | 'acknowledgeNetworks'>
  sessionId: string
  consumer: NetworkConsumer
  clock: Clock
  log: Logger
}

const retryMs = 500
const acknowledgeTimeoutMs = 5_000

/**
 * Follows the tables of networks for one session: each update is carried out, then acknowledged. After a
 * gap or a failure all of them are asked for again. Rejects when the stream fails.
 */
export async function followNetworks(deps: FollowNetworksDeps, signal: AbortSignal): Promise<void> {
  const { dispatcher, sessionId, consumer, clock, log } = deps
  let newest = ''
  // A task somewhere may be waiting for it: told again until it has arrived, or a newer one says as much.
  const acknowledge = async (sequence: string): Promise<void> => {
    await consumer.led?.()
    while (!signal.aborted && sequence === newest) {
      try {
        return void (await dispatcher.acknowledgeNetworks({ sessionId, sequence }, { signal, timeoutMs: acknowledgeTimeoutMs }))
      } catch (err) {
        if (signal.aborted || kindOf(err) === 'notFound') return
        log.debug('an update of network tables was not acknowledged, trying again', { err })
        await delay(clock, retryMs, signal).catch(() => undefined)
      }
    }
  }
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
      newest = message.resultsIn
      void acknowledge(newest)
    }
    await delay(clock, retryMs, signal)
  }
}
