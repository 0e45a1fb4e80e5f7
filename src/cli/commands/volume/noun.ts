import type { Volume } from '../../../model/engine-api/volume.js'
import { flag } from '../../../base/flags.js'
import { invalid } from '../../../base/errors.js'
import { noun, verb } from '../../command.js'
import { forEachArgument, inspectEach } from '../../each.js'
import { filterValues, inspectFormatHelp, listFlags, printInspect, printListing, type Listing } from '../../formatter.js'
import { labelsOf, optionsOf } from '../../options/key-value.js'
import { naturalOrder } from '../../order.js'
import { confirmed, pruned, pruneFilters, pruneFlags } from '../../prune.js'
import { humanSize } from '../../units.js'
import { labelsText } from '../container/ls.js'

const create = verb({
  name: 'create',
  summary: 'Create a volume',
  usage: '[VOLUME]',
  maxArgs: 1,
  flags: {
    driver: flag.string('Specify volume driver name', { short: 'd', default: 'local' }),
    label: flag.list('Set metadata for a volume'),
    name: flag.string('Specify volume name', { hidden: true }),
    opt: flag.list('Set driver specific options', { short: 'o', valueName: 'map' }),
  },
  async run({ context, args: [name], flags }) {
    if (name !== undefined && flags.name !== undefined) throw invalid('conflicting options: cannot specify a volume-name through both --name and as a positional arg')
    const volume = await context.api.volumes.create({
      Driver: flags.driver,
      Labels: labelsOf(flags.label),
      DriverOpts: optionsOf(flags.opt, 'driver option'),
      ...((name ?? flags.name) !== undefined && { Name: name ?? flags.name ?? '' }),
    })
    context.stdout.write(`${volume.Name ?? ''}\n`)
  },
})

const inspect = verb({
  name: 'inspect',
  summary: 'Display detailed information on one or more volumes',
  usage: 'VOLUME [VOLUME...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { format: flag.string(inspectFormatHelp, { short: 'f' }) },
  run: ({ context, args, flags }) =>
    inspectEach(context, args, (name) => context.api.volumes.inspect(name), (found) => printInspect(context, found, flags.format)),
})

/** The table of `volume ls`. */
const volumeListing: Listing<Volume> = {
  columns: {
    Name: { header: 'VOLUME NAME', value: ({ Name: name = '' }) => name },
    Driver: { header: 'DRIVER', value: ({ Driver: driver = '' }) => driver },
    Scope: { header: 'SCOPE', value: ({ Scope: scope = 'local' }) => scope },
    Mountpoint: { header: 'MOUNTPOINT', value: ({ Mountpoint: path = '' }) => path },
    Labels: { header: 'LABELS', value: ({ Labels: labels }) => labelsText(labels ?? {}) },
    Links: { header: 'LINKS', value: ({ UsageData: usage }) => (usage ? String(usage.RefCount ?? 0) : 'N/A') },
    Size: { header: 'SIZE', value: ({ UsageData: usage }) => (usage ? humanSize(usage.Size ?? 0) : 'N/A') },
  },
  table: ['Driver', 'Name'],
  quiet: 'Name',
  methods: { Label: ({ Labels: labels }) => (name) => labels?.[String(name)] ?? '' },
}

const ls = verb({
  name: 'ls',
  aliases: ['list'],
  summary: 'List volumes',
  flags: { ...listFlags, quiet: flag.bool('Only display volume names', { short: 'q' }) },
  async run({ context, flags }) {
    const volumes = await context.api.volumes.list(filterValues(flags.filter))
    volumes.sort((a, b) => naturalOrder(a.Name ?? '', b.Name ?? ''))
    printListing(context, volumes, volumeListing, flags)
  },
})

const rm = verb({
  name: 'rm',
  aliases: ['remove'],
  summary: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
  usage: 'VOLUME [VOLUME...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { force: flag.bool('Force the removal of one or more volumes', { short: 'f' }) },
  run: ({ context, args, flags }) =>
    forEachArgument(context, args, async (name) => {
      await context.api.volumes.remove(name, flags.force)
      return name
    }),
})

const prune = verb({
  name: 'prune',
  summary: 'Remove unused local volumes',
  flags: { ...pruneFlags('label=<label>'), all: flag.bool('Remove all unused volumes, not just anonymous ones', { short: 'a' }) },
  async run({ context, flags }) {
    const which = flags.all ? 'all local volumes' : 'anonymous local volumes'
    if (!flags.force && !(await confirmed(context, `WARNING! This will remove ${which} not used by at least one container.`))) return 0
    const filters = { ...pruneFilters(flags.filter), ...(flags.all && { all: ['true'] }) }
    const { VolumesDeleted: names, SpaceReclaimed: bytes } = await context.api.volumes.prune(filters)
    pruned(context, 'Deleted Volumes', names, bytes)
    return 0
  },
})

export const volume = noun('volume', 'Manage volumes', [create, inspect, ls, prune, rm])
