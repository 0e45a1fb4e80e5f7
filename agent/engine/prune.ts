import { untilFilterMs } from '../../src/base/moment.js'
import type { Container } from './container.js'
import type { EngineContext } from './context.js'
import { removeContainer } from './life/remove.js'
import type { ListFilters } from './types.js'

/** Removes the containers that do not run and pass the filters (`until`, `label`, `label!`). */
export async function pruneContainers(context: EngineContext, filters: ListFilters): Promise<{ ContainersDeleted: string[]; SpaceReclaimed: number }> {
  const untilMs = untilFilterMs(filters.get('until'), context.clock.nowMs()) ?? Infinity
  const deleted: string[] = []
  let bytes = 0
  for (const container of context.store.all()) {
    const { record } = container
    const excluded = filters.has('label!') && filters.labels('label!', record.config.Labels)
    if (!isEnded(container) || excluded || !filters.labels('label', record.config.Labels)) continue
    if (record.createdMs >= untilMs) continue
    await container.exclusive(async () => {
      if (!isEnded(container)) return
      const size = await context.rootfs.usage(container.id)
      await removeContainer(context, container, { volumes: false })
      bytes += size
      deleted.push(container.id)
    })
  }
  context.events.publish('container', 'prune', '', { reclaimed: String(bytes) })
  return { ContainersDeleted: deleted, SpaceReclaimed: bytes }
}

function isEnded(container: Container): boolean {
  return container.status === 'exited' || container.status === 'created' || container.status === 'dead'
}
