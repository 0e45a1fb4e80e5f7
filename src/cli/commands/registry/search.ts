import type { ImageSearchResponseItem } from '../../../model/engine-api/image.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { registryAuthOf } from '../../credentials/store.js'
import { filterValues, listFormatHelp, printListing, type Listing } from '../../formatter.js'
import { ellipsis } from '../../units.js'

const descriptionLengthMax = 45

function listingOf(noTrunc: boolean): Listing<ImageSearchResponseItem> {
  const description = ({ description: text = '' }: ImageSearchResponseItem): string => {
    const line = text.replace(/[\r\n]+/g, ' ')
    return noTrunc ? line : ellipsis(line, descriptionLengthMax)
  }
  return {
    columns: {
      Name: { header: 'NAME', value: ({ name = '' }) => name },
      Description: { header: 'DESCRIPTION', value: description },
      StarCount: { header: 'STARS', value: ({ star_count: stars = 0 }) => String(stars) },
      IsOfficial: { header: 'OFFICIAL', value: ({ is_official: official }) => (official ? '[OK]' : '') },
      IsAutomated: { header: 'AUTOMATED', value: ({ is_automated: automated }) => (automated ? '[OK]' : '') },
    },
    table: ['Name', 'Description', 'StarCount', 'IsOfficial'],
  }
}

export const search = verb({
  name: 'search',
  summary: 'Search Docker Hub, or the registry of TERM, for images',
  usage: 'TERM',
  minArgs: 1,
  flags: {
    filter: flag.list('Filter output based on conditions provided', { short: 'f', valueName: 'filter' }),
    format: flag.string(listFormatHelp),
    limit: flag.int('Max number of search results'),
    'no-trunc': flag.bool("Don't truncate output"),
  },
  async run({ context, args: [term = ''], flags }) {
    const auth = await registryAuthOf(context, term)
    const found = await context.api.images.search(term, {
      filters: filterValues(flags.filter),
      ...(flags.limit !== undefined && { limit: flags.limit }),
      ...(auth !== undefined && { auth }),
    })
    // The most liked ones first, as docker shows them.
    const sorted = [...found].sort((a, b) => (b.star_count ?? 0) - (a.star_count ?? 0))
    printListing(context, sorted, listingOf(flags['no-trunc']), flags)
  },
})
