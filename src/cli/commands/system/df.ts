import type { DiskUsage } from '../../../client/system.js'
import type { ContainerSummary } from '../../../model/engine-api/container.js'
import type { ImageSummary } from '../../../model/engine-api/image.js'
import type { Volume } from '../../../model/engine-api/volume.js'
import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { listFormatHelp, printListing, type Listing } from '../../formatter.js'
import { splitReference } from '../../image-name.js'
import { ago, ellipsis, humanSize, shortId } from '../../units.js'

interface Row {
  type: string
  total: number
  active: number
  bytes: number
  reclaimable: number
}

const summary: Listing<Row> = {
  columns: {
    Type: { header: 'TYPE', value: ({ type }) => type },
    TotalCount: { header: 'TOTAL', value: ({ total }) => String(total) },
    Active: { header: 'ACTIVE', value: ({ active }) => String(active) },
    Size: { header: 'SIZE', value: ({ bytes }) => humanSize(bytes) },
    Reclaimable: {
      header: 'RECLAIMABLE',
      value: ({ bytes, reclaimable }) => `${humanSize(reclaimable)}${bytes > 0 ? ` (${Math.floor((reclaimable * 100) / bytes)}%)` : ''}`,
    },
  },
  table: ['Type', 'TotalCount', 'Active', 'Size', 'Reclaimable'],
}

export const df = verb({
  name: 'df',
  summary: 'Show skep disk usage',
  flags: {
    format: flag.string(listFormatHelp),
    verbose: flag.bool('Show detailed information on space usage', { short: 'v' }),
  },
  async run({ context, flags }) {
    if (flags.verbose && flags.format !== undefined && !flags.format.startsWith('json')) throw invalid('--verbose has tables of its own: leave --format out')
    const usage = await context.api.system.diskUsage()
    if (!flags.verbose) printListing(context, summaryRows(usage), summary, flags)
    else if (flags.format === 'json') context.stdout.write(`${JSON.stringify(usage)}\n`)
    else printDetails(context, usage)
  },
})

/** One row a kind of thing, with what a prune of it would free. */
function summaryRows({ LayersSize: layers = 0, Images, Containers, Volumes, BuildCache }: DiskUsage): Row[] {
  const [images, containers, volumes] = [Images ?? [], Containers ?? [], Volumes ?? []]
  // Layers shared with an image in use stay, whoever else has them.
  const imagesUsed = images.filter((image) => (image.Containers ?? 0) > 0)
  const usedBytes = imagesUsed.reduce((sum, image) => sum + (image.Size ?? 0) - Math.max(0, image.SharedSize ?? 0), 0)
  const running = containers.filter(({ State: state }) => state === 'running' || state === 'paused' || state === 'restarting')
  const written = (list: readonly ContainerSummary[]): number => list.reduce((sum, { SizeRw: bytes }) => sum + (bytes ?? 0), 0)
  const stored = (list: readonly Volume[]): number => list.reduce((sum, { UsageData: data }) => sum + Math.max(0, data?.Size ?? 0), 0)
  const linked = volumes.filter(({ UsageData: data }) => (data?.RefCount ?? 0) > 0)
  const cacheBytes = (BuildCache ?? []).reduce((sum, { Size: bytes = 0 }) => sum + bytes, 0)
  return [
    { type: 'Images', total: images.length, active: imagesUsed.length, bytes: layers, reclaimable: Math.max(0, layers - usedBytes) },
    { type: 'Containers', total: containers.length, active: running.length, bytes: written(containers), reclaimable: written(containers) - written(running) },
    { type: 'Local Volumes', total: volumes.length, active: linked.length, bytes: stored(volumes), reclaimable: stored(volumes) - stored(linked) },
    { type: 'Build Cache', total: BuildCache?.length ?? 0, active: 0, bytes: cacheBytes, reclaimable: cacheBytes },
  ]
}

function printDetails(context: Context, { Images, Containers, Volumes, BuildCache }: DiskUsage): void {
  const now = context.clock.nowMs()
  const size = (bytes: number | null | undefined): string => humanSize(Math.max(0, bytes ?? 0))
  const images: Listing<ImageSummary> = {
    columns: {
      Repository: { header: 'REPOSITORY', value: ({ RepoTags: tags }) => splitReference(tags?.[0] ?? '<none>').name },
      Tag: { header: 'TAG', value: ({ RepoTags: tags }) => splitReference(tags?.[0] ?? '').tag || '<none>' },
      ID: { header: 'IMAGE ID', value: ({ Id: id = '' }) => shortId(id) },
      Created: { header: 'CREATED', value: ({ Created: created = 0 }) => ago(created * 1000, now) },
      Size: { header: 'SIZE', value: ({ Size: bytes = 0 }) => humanSize(bytes, 3) },
      Shared: { header: 'SHARED SIZE', value: ({ SharedSize: bytes }) => size(bytes) },
      Unique: { header: 'UNIQUE SIZE', value: ({ Size: bytes = 0, SharedSize: shared = 0 }) => size(bytes - Math.max(0, shared)) },
      Containers: { header: 'CONTAINERS', value: ({ Containers: count = 0 }) => String(Math.max(0, count)) },
    },
    table: ['Repository', 'Tag', 'ID', 'Created', 'Size', 'Shared', 'Unique', 'Containers'],
  }
  const containers: Listing<ContainerSummary> = {
    columns: {
      ID: { header: 'CONTAINER ID', value: ({ Id: id = '' }) => shortId(id) },
      Image: { header: 'IMAGE', value: ({ Image: image = '' }) => image },
      Command: { header: 'COMMAND', value: ({ Command: command = '' }) => JSON.stringify(ellipsis(command, 20)) },
      Volumes: { header: 'LOCAL VOLUMES', value: ({ Mounts: mounts = [] }) => String(mounts.filter(({ Driver: driver }) => driver === 'local').length) },
      Size: { header: 'SIZE', value: ({ SizeRw: bytes }) => size(bytes) },
      Created: { header: 'CREATED', value: ({ Created: created = 0 }) => ago(created * 1000, now) },
      Status: { header: 'STATUS', value: ({ Status: status = '' }) => status },
      Names: { header: 'NAMES', value: ({ Names: names = [] }) => names.map((name) => name.replace(/^\//, '')).join(',') },
    },
    table: ['ID', 'Image', 'Command', 'Volumes', 'Size', 'Created', 'Status', 'Names'],
  }
  const volumes: Listing<Volume> = {
    columns: {
      Name: { header: 'VOLUME NAME', value: ({ Name: name = '' }) => name },
      Links: { header: 'LINKS', value: ({ UsageData: data }) => String(data?.RefCount ?? 0) },
      Size: { header: 'SIZE', value: ({ UsageData: data }) => size(data?.Size) },
    },
    table: ['Name', 'Links', 'Size'],
  }
  context.stdout.write('Images space usage:\n\n')
  printListing(context, Images ?? [], images, {})
  context.stdout.write('\nContainers space usage:\n\n')
  printListing(context, Containers ?? [], containers, {})
  context.stdout.write('\nLocal Volumes space usage:\n\n')
  printListing(context, Volumes ?? [], volumes, {})
  const cached = (BuildCache ?? []).reduce((sum, { Size: bytes = 0 }) => sum + bytes, 0)
  context.stdout.write(`\nBuild cache usage: ${humanSize(cached)}\n\n`)
}
