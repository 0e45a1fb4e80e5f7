import { invalid } from '../../base/errors.js'
import type { Clock } from '../../base/clock.js'
import type { Handler } from '../route.js'
import type { EventsBackend } from './backend.js'
import { encodeEvent } from './encode.js'
import { eventFilters, passes } from './filter.js'

export function eventHandlers(events: EventsBackend, clock: Clock) {
  const stream: Handler = async (exchange) => {
    const sinceMs = exchange.query.timeMs('since')
    const untilMs = exchange.query.timeMs('until')
    const filters = exchange.query.filters(eventFilters)
    if (sinceMs !== undefined && untilMs !== undefined && untilMs < sinceMs) {
      throw invalid(`\`since\` time (${exchange.query.text('since')}) cannot be after \`until\` time (${exchange.query.text('until')})`)
    }
    const enough = new AbortController()
    const source = events.stream(sinceMs, AbortSignal.any([exchange.signal, enough.signal]))
    exchange.startStream('application/json')
    const timer = untilMs === undefined ? undefined : clock.setTimer(Math.max(0, untilMs - clock.nowMs()), () => enough.abort())
    try {
      for await (const event of source) {
        if (untilMs !== undefined && (event.timeNano ?? 0) / 1e6 > untilMs) break
        if (passes(event, filters)) await exchange.write(`${JSON.stringify(encodeEvent(event))}\n`)
      }
    } catch (thrown) {
      if (!enough.signal.aborted) throw thrown
    } finally {
      timer?.cancel()
    }
    exchange.end()
  }
  return { stream }
}
