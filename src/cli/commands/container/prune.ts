import { verb } from '../../command.js'
import { confirmed, pruned, pruneFilters, pruneFlags } from '../../prune.js'

export const prune = verb({
  name: 'prune',
  summary: 'Remove all stopped containers',
  flags: pruneFlags('until=<timestamp>'),
  async run({ context, flags }) {
    if (!flags.force && !(await confirmed(context, 'WARNING! This will remove all stopped containers.'))) return 0
    const { ContainersDeleted: ids, SpaceReclaimed: bytes } = await context.api.containers.prune(pruneFilters(flags.filter))
    pruned(context, 'Deleted Containers', ids, bytes)
    return 0
  },
})
