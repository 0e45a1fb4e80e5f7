import type { ImageSummary } from '../../../model/engine-api/image.js'
import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { filterValues, listFlags, printListing, type Listing } from '../../formatter.js'
import { splitReference } from '../../image-name.js'
import { printImageTree } from './tree.js'
import { ago, goTime, humanSize, shortId } from '../../units.js'

interface Row {
  image: ImageSummary
  repository: string
  tag: string
  digest: string
}

const none = '<none>'

function listingOf(noTrunc: boolean, nowMs: number): Listing<Row> {
  const size = ({ image }: Row): string => humanSize(image.Size ?? 0, 3)
  const optional = (bytes: number | undefined): string => (bytes === undefined || bytes < 0 ? 'N/A' : humanSize(bytes, 3))
  return {
    columns: {
      ID: { header: 'IMAGE ID', value: ({ image: { Id: id = '' } }) => (noTrunc ? id : shortId(id)) },
      Repository: { header: 'REPOSITORY', value: ({ repository }) => repository },
      Tag: { header: 'TAG', value: ({ tag }) => tag },
      Digest: { header: 'DIGEST', value: ({ digest }) => digest },
      CreatedSince: { header: 'CREATED', value: ({ image: { Created: created = 0 } }) => ago(created * 1000, nowMs) },
      CreatedAt: { header: 'CREATED AT', value: ({ image: { Created: created = 0 } }) => goTime(created * 1000) },
      Size: { header: 'SIZE', value: size },
      Containers: { header: 'CONTAINERS', value: ({ image: { Containers: count = -1 } }) => (count < 0 ? 'N/A' : String(count)) },
      SharedSize: { header: 'SHARED SIZE', value: ({ image }) => optional(image.SharedSize) },
      UniqueSize: { header: 'UNIQUE SIZE', value: ({ image }) => optional((image.SharedSize ?? -1) < 0 ? undefined : (image.Size ?? 0) - (image.SharedSize ?? 0)) },
      VirtualSize: { header: 'SIZE', value: ({ image }) => humanSize(image.Size ?? 0) },
    },
    table: ['Repository', 'Tag', 'ID', 'CreatedSince', 'Size'],
    quiet: 'ID',
  }
}

export const ls = verb({
  name: 'ls',
  aliases: ['list'],
  topLevel: 'images',
  summary: 'List images',
  usage: '[REPOSITORY[:TAG]]',
  maxArgs: 1,
  flags: {
    ...listFlags,
    quiet: flag.bool('Only show image IDs', { short: 'q' }),
    all: flag.bool('Show all images (default hides intermediate images)', { short: 'a' }),
    digests: flag.bool('Show digests'),
    'no-trunc': flag.bool("Don't truncate output"),
    tree: flag.bool('List multi-platform images as a tree'),
  },
  async run({ context, args: [reference], flags, given }) {
    const filters = filterValues(flags.filter)
    if (reference !== undefined) filters['reference'] = [...(filters['reference'] ?? []), reference]
    if (flags.tree) {
      const other = ['quiet', 'no-trunc', 'digests', 'format'].find((name) => given.has(name))
      if (other !== undefined) throw invalid(`--${other} is not yet supported with --tree`)
      printImageTree(context, await context.api.images.list({ filters, manifests: true, ...(flags.all && { all: true }) }))
      return
    }
    const images = await context.api.images.list({ filters, ...(flags.all && { all: true }) })
    const digests = flags.digests || /\.Digest\b/.test(flags.format ?? '')
    const listing = listingOf(flags['no-trunc'], context.clock.nowMs())
    const table = flags.digests ? ['Repository', 'Tag', 'Digest', 'ID', 'CreatedSince', 'Size'] : listing.table
    const rows = images.flatMap((image) => rowsOf(image, digests))
    printListing(context, flags.quiet ? distinct(rows) : rows, { ...listing, table }, flags)
  },
})

/** One row a tag; with digests one a digest. An image without either has one row. */
function rowsOf(image: ImageSummary, digests: boolean): Row[] {
  const tags = (image.RepoTags ?? []).map(splitReference).filter(({ name }) => name !== none)
  const known = (image.RepoDigests ?? []).map(splitReference).filter(({ name }) => name !== none)
  const rows = tags.flatMap(({ name, tag }) => {
    const own = known.filter((one) => one.name === name)
    const shown = digests && own.length > 0 ? own.map(({ digest }) => digest) : [none]
    return shown.map((digest) => ({ image, repository: name, tag, digest }))
  })
  if (rows.length > 0) return rows
  if (known.length > 0) return known.slice(0, digests ? known.length : 1).map(({ name, digest }) => ({ image, repository: name, tag: none, digest }))
  return [{ image, repository: none, tag: none, digest: none }]
}

function distinct(rows: readonly Row[]): Row[] {
  return rows.filter((row, index) => rows.findIndex(({ image }) => image === row.image) === index)
}
