import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { confirmed, pruned, pruneFilters, pruneFlags } from '../../prune.js'

export const prune = verb({
  name: 'prune',
  summary: 'Remove unused data',
  flags: {
    ...pruneFlags('label=<key>=<value>'),
    all: flag.bool('Remove all unused images not just dangling ones', { short: 'a' }),
    volumes: flag.bool('Prune anonymous volumes'),
  },
  async run({ context, flags }) {
    const { api } = context
    const goes = [
      '  - all stopped containers',
      '  - all networks not used by at least one container',
      ...(flags.volumes ? ['  - all anonymous volumes not used by at least one container'] : []),
      flags.all ? '  - all images without at least one container associated to them' : '  - all dangling images',
    ]
    const filters = pruneFilters(flags.filter)
    if (flags.volumes && filters.until) throw invalid('ERROR: The "until" filter is not supported with "--volumes"')
    const chosen = Object.entries(filters).flatMap(([key, values]) => values.map((value) => `  - ${key}=${value}\n`)).sort()
    const told = chosen.length > 0 ? `\n  Items to be pruned will be filtered with:\n${chosen.join('')}` : ''
    const question = `WARNING! This will remove:\n${goes.join('\n')}\n${told}`
    if (!flags.force && !(await confirmed(context, question))) return 0
    // Containers first: what they used is unused then.
    const containers = await api.containers.prune(filters)
    pruned(context, 'Deleted Containers', containers.ContainersDeleted)
    const networks = await api.networks.prune(filters)
    pruned(context, 'Deleted Networks', networks.NetworksDeleted)
    const volumes = flags.volumes ? await api.volumes.prune(filters) : undefined
    pruned(context, 'Deleted Volumes', volumes?.VolumesDeleted)
    const images = await api.images.prune({ ...filters, dangling: [String(!flags.all)] })
    const items = (images.ImagesDeleted ?? []).map(({ Untagged: untagged, Deleted: deleted }) => (untagged ? `untagged: ${untagged}` : `deleted: ${deleted ?? ''}`))
    pruned(context, 'Deleted Images', items, containers.SpaceReclaimed + (volumes?.SpaceReclaimed ?? 0) + images.SpaceReclaimed)
    return 0
  },
})
