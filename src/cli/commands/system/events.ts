import { rfc3339 } from '../../../base/clock.js'
import { flag } from '../../../base/flags.js'
import type { EventMessage } from '../../../model/engine-api/system.js'
import { verb } from '../../command.js'
import { filterValues, inspectFormatHelp, printOne } from '../../formatter.js'
import { timeQuery } from '../../options/time.js'

export const events = verb({
  name: 'events',
  topLevel: 'events',
  summary: 'Get real time events from the server',
  flags: {
    filter: flag.list('Filter output based on conditions provided', { short: 'f', valueName: 'filter' }),
    format: flag.string(inspectFormatHelp),
    since: flag.string('Show all events created since timestamp'),
    until: flag.string('Stream events until this timestamp'),
  },
  async run({ context, flags }) {
    const now = context.clock.nowMs()
    const messages = await context.api.system.events(
      {
        filters: filterValues(flags.filter),
        ...(flags.since !== undefined && { since: timeQuery(flags.since, now) }),
        ...(flags.until !== undefined && { until: timeQuery(flags.until, now) }),
      },
      context.signal,
    )
    for await (const message of messages) printOne(context, message, flags.format, () => eventLine(message))
  },
})

/** `TIME container start ID (image=web:1, name=web)`. */
function eventLine({ Type: type = 'container', Action: action = '', Actor: actor = {}, time = 0, timeNano }: EventMessage): string {
  // A double does not hold nanoseconds since 1970: what is sent is read digit by digit.
  const nanos = timeNano ? String(timeNano).slice(-9) : '000000000'
  const seconds = timeNano ? Number(String(timeNano).slice(0, -9)) : time
  const shownTime = rfc3339(seconds * 1000).replace(/\.\d+Z$/, `.${nanos}Z`)
  const attributes = Object.entries(actor.Attributes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
  return `${shownTime} ${type} ${action} ${actor.ID ?? ''}${attributes.length > 0 ? ` (${attributes.join(', ')})` : ''}\n`
}
