import type { ImageHistoryResponseItem } from '../../../model/engine-api/image.js'
import { rfc3339 } from '../../../base/clock.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { listFormatHelp, printListing, type Listing } from '../../formatter.js'
import { ago, ellipsis, humanSize, shortId } from '../../units.js'

const createdByLengthMax = 45

function listingOf(human: boolean, noTrunc: boolean, nowMs: number): Listing<ImageHistoryResponseItem> {
  // Whole seconds, as the API gives them.
  const at = (seconds: number): string => rfc3339(seconds * 1000).replace(/\.\d+Z$/, 'Z')
  return {
    columns: {
      ID: { header: 'IMAGE', value: ({ Id: id = '' }) => (noTrunc ? id : shortId(id)) },
      CreatedSince: { header: 'CREATED', value: ({ Created: created = 0 }) => (human ? ago(created * 1000, nowMs) : at(created)) },
      CreatedAt: { header: 'CREATED AT', value: ({ Created: created = 0 }) => at(created) },
      CreatedBy: {
        header: 'CREATED BY',
        value: ({ CreatedBy: by = '' }) => {
          const line = by.replaceAll('\t', ' ')
          return noTrunc ? line : ellipsis(line, createdByLengthMax)
        },
      },
      Size: { header: 'SIZE', value: ({ Size: size = 0 }) => (human ? humanSize(size, 3) : String(size)) },
      Comment: { header: 'COMMENT', value: ({ Comment: comment = '' }) => comment },
    },
    table: ['ID', 'CreatedSince', 'CreatedBy', 'Size', 'Comment'],
    quiet: 'ID',
  }
}

export const history = verb({
  name: 'history',
  topLevel: 'history',
  summary: 'Show the history of an image',
  usage: 'IMAGE',
  minArgs: 1,
  flags: {
    format: flag.string(listFormatHelp),
    human: flag.bool('Print sizes and dates in human readable format', { short: 'H', default: true }),
    'no-trunc': flag.bool("Don't truncate output"),
    platform: flag.string('Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
    quiet: flag.bool('Only show image IDs', { short: 'q' }),
  },
  async run({ context, args: [ref = ''], flags }) {
    const items = await context.api.images.history(ref, { ...(flags.platform !== undefined && { platform: flags.platform }) })
    printListing(context, items, listingOf(flags.human, flags['no-trunc'], context.clock.nowMs()), flags)
  },
})
