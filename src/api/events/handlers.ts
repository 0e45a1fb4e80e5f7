import { invalid } from '../../base/errors.js'
import type { Clock } from '../../base/clock.js'
import type { EventMessage } from '../../model/engine-api/system.js'
import type { Handler } from '../route.js'
import type { EventsBackend } from './backend.js'
import { encodeEvent } from './encode.js'
import { passes } from './filter.js'

export function eventHandlers(events: EventsBackend, clock: Clock) {
  const stream: Handler = async (exchange) => {
    // Zero is a time here, the beginning; elsewhere it stands for none.
    const sinceMs = exchange.query.text('since') === '0' ? 0 : exchange.query.timeMs('since')
    const untilMs = exchange.query.timeMs('until')
    // Docker passes over filters that it does not know here, and clients count on it.
    const filters = exchange.query.filters('any')
    if (sinceMs !== undefined && untilMs !== undefined && untilMs < sinceMs) {
      throw invalid(`\`since\` time (${exchange.query.text('since')}) cannot be after \`until\` time (${exchange.query.text('until')})`)
    }
    const inTime = (event: EventMessage) =>
      (event.timeNano ?? 0) / 1e6 >= (sinceMs ?? 0) && (untilMs === undefined || (event.timeNano ?? 0) / 1e6 <= untilMs)
    const send = async (event: EventMessage) => {
      if (inTime(event) && passes(event, filters)) await exchange.write(`${JSON.stringify(encodeEvent(event))}\n`)
    }
    const leftMs = untilMs === undefined ? undefined : untilMs - clock.nowMs()
    const enough = new AbortController()
    // As Docker has it: an end without a beginning brings what was before too.
    const past = sinceMs === undefined && untilMs === undefined ? [] : events.past(sinceMs ?? 0)
    const live = leftMs !== undefined && leftMs <= 0 ? [] : events.live(AbortSignal.any([exchange.signal, enough.signal]))
    exchange.startStream('application/json')
    const timer = leftMs === undefined || leftMs <= 0 ? undefined : clock.setTimer(leftMs, () => enough.abort())
    try {
      for (const event of past) await send(event)
      for await (const event of live) await send(event)
    } catch (thrown) {
      if (!enough.signal.aborted) throw thrown
    } finally {
      timer?.cancel()
      enough.abort()
    }
    exchange.end()
  }
  return { stream }
}
