import { Backoff } from '../../src/base/backoff.js'
import { delay, type Clock } from '../../src/base/clock.js'
import { messageOf } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import { logBrokerService } from '../../src/wire/logbroker-service.js'
import { clientOf, type Transport } from '../../src/wire/transport.js'
import type { LogPublisher } from './log-publisher.js'

export interface KeepPublishingDeps {
  publisher: LogPublisher
  /** A manager to turn to; undefined while none is known. */
  connect: () => Transport | undefined
  clock: Clock
  rng: Rng
  log: Logger
}

/** Logs matter less than tasks: the managers are not pressed. */
const retryFirstMs = 200
const retryMaxMs = 5_000

/** Serves the managers' wishes for logs until the signal is aborted, on one connection after another. */
export async function keepPublishing({ publisher, connect, clock, rng, log }: KeepPublishingDeps, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff(rng, retryFirstMs, retryMaxMs)
  while (!signal.aborted) {
    const transport = connect()
    const begunMs = clock.monotonicMs()
    try {
      if (transport) await publisher.run(clientOf(logBrokerService, transport), signal)
    } catch (thrown) {
      if (signal.aborted) return
      log.debug(`the line for logs was lost: ${messageOf(thrown)}`)
    }
    // One that held for a while did its work: the next is made at once.
    if (transport && clock.monotonicMs() - begunMs > retryMaxMs) backoff.reset()
    await delay(clock, backoff.nextMs(), signal).catch(() => undefined)
  }
}
