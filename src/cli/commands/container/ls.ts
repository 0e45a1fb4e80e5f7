import type { ContainerSummary } from '../../../model/engine-api/container.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { filterValues, listFlags, printListing, type Listing } from '../../formatter.js'
import { ago, ellipsis, goTime, humanSize, shortId } from '../../units.js'
import { portsText } from './ports-text.js'

const commandLengthMax = 20
const mountLengthMax = 15

/** The table of `ps`. */
function containerListing(noTrunc: boolean, nowMs: number): Listing<ContainerSummary> {
  const cut = (text: string, length: number): string => (noTrunc ? text : ellipsis(text, length))
  return {
    columns: {
      ID: { header: 'CONTAINER ID', value: ({ Id: id = '' }) => (noTrunc ? id : shortId(id)) },
      Image: { header: 'IMAGE', value: (container) => imageText(container, noTrunc) },
      Command: { header: 'COMMAND', value: ({ Command: command = '' }) => `"${cut(command, commandLengthMax).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"` },
      CreatedAt: { header: 'CREATED AT', value: ({ Created: created = 0 }) => goTime(created * 1000) },
      RunningFor: { header: 'CREATED', value: ({ Created: created = 0 }) => ago(created * 1000, nowMs) },
      Status: { header: 'STATUS', value: ({ Status: status = '' }) => status },
      State: { header: 'STATE', value: ({ State: state = 'created' }) => state },
      Ports: { header: 'PORTS', value: ({ Ports: ports = [] }) => portsText(ports) },
      Names: { header: 'NAMES', value: ({ Names: names = [] }) => namesText(names, noTrunc) },
      Size: { header: 'SIZE', value: sizeText },
      Labels: { header: 'LABELS', value: ({ Labels: labels = {} }) => labelsText(labels) },
      Mounts: { header: 'MOUNTS', value: ({ Mounts: mounts = [] }) => mounts.map((mount) => cut(mount.Name || (mount.Source ?? ''), mountLengthMax)).join(',') },
      LocalVolumes: { header: 'LOCAL VOLUMES', value: ({ Mounts: mounts = [] }) => String(mounts.filter((mount) => mount.Driver === 'local').length) },
      Networks: { header: 'NETWORKS', value: ({ NetworkSettings: settings }) => Object.keys(settings?.Networks ?? {}).sort().join(',') },
    },
    table: ['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names'],
    quiet: 'ID',
    methods: { Label: ({ Labels: labels = {} }) => (name) => labels[String(name)] ?? '' },
  }
}

export const ls = verb({
  name: 'ls',
  aliases: ['list', 'ps'],
  topLevel: 'ps',
  summary: 'List containers',
  flags: {
    ...listFlags,
    quiet: flag.bool('Only display container IDs', { short: 'q' }),
    all: flag.bool('Show all containers (default shows just running)', { short: 'a' }),
    last: flag.int('Show n last created containers (includes all states)', { short: 'n', default: -1 }),
    latest: flag.bool('Show the latest created container (includes all states)', { short: 'l' }),
    'no-trunc': flag.bool("Don't truncate output"),
    size: flag.bool('Display total file sizes', { short: 's' }),
  },
  async run({ context, flags }) {
    const limit = flags.latest && flags.last === -1 ? 1 : flags.last
    // The sizes take the daemon a walk through every file: only when they are shown.
    const size = flags.size || (!flags.quiet && /\.Size\b/.test(flags.format ?? ''))
    const containers = await context.api.containers.list({
      filters: filterValues(flags.filter),
      ...(flags.all && { all: true }),
      ...(limit > 0 && { limit, all: true }),
      ...(size && { size }),
    })
    const listing = containerListing(flags['no-trunc'], context.clock.nowMs())
    printListing(context, containers, flags.size ? { ...listing, table: [...listing.table, 'Size'] } : listing, flags)
  },
})

function imageText({ Image: image = '', ImageID: id = '' }: ContainerSummary, noTrunc: boolean): string {
  if (image === '') return '<no image>'
  if (noTrunc) return image
  if (shortId(id) === shortId(image)) return shortId(id)
  // A digest behind a tag says nothing that the tag does not.
  return image.replace(/(:[^/@]+)@sha256:.*/, '$1')
}

function namesText(names: readonly string[], noTrunc: boolean): string {
  const own = names.map((name) => name.replace(/^\//, ''))
  // Names with a slash are those of links.
  return (noTrunc ? own : own.filter((name) => !name.includes('/'))).join(',')
}

function sizeText({ SizeRw: written, SizeRootFs: all }: ContainerSummary): string {
  const virtual = all ?? 0
  return `${humanSize(written ?? 0, 3)}${virtual > 0 ? ` (virtual ${humanSize(virtual, 3)})` : ''}`
}

/** `a=1,b=2`, by name. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',')
}
