import { flag } from '../../../base/flags.js'
import { noun, verb } from '../../command.js'
import { confirmed, pruned, pruneFilters, pruneFlags } from '../../prune.js'
import { build } from '../image/build.js'

const prune = verb({
  name: 'prune',
  summary: 'Remove build cache',
  flags: {
    ...pruneFlags('until=24h'),
    all: flag.bool('Remove all unused build cache, not just dangling ones', { short: 'a' }),
    'keep-storage': flag.bytes('Amount of disk space to keep for cache'),
  },
  async run({ context, flags }) {
    const question = 'WARNING! This will remove all build cache. Images of build steps go with "skep image prune".'
    if (!flags.force && !(await confirmed(context, question))) return 0
    const keep = flags['keep-storage']
    const { CachesDeleted: ids, SpaceReclaimed: bytes } = await context.api.build.prune({ all: flags.all, filters: pruneFilters(flags.filter), ...(keep !== undefined && { 'reserved-space': keep }) })
    pruned(context, 'Deleted build cache objects', ids, bytes)
    return 0
  },
})

// `skep build` itself belongs to the images.
export const builder = noun('builder', 'Manage builds', [{ ...build, topLevel: undefined }, prune])
