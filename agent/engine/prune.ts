import { invalid } from '../../src/base/errors.js'
import type { Container } from './container.js'
import type { EngineContext } from './context.js'
import { removeContainer } from './remove.js'
import type { ListFilters } from './types.js'

/** Removes the containers that do not run and pass the filters (`until`, `label`, `label!`). */
export async function pruneContainers(context: EngineContext, filters: ListFilters): Promise<{ ContainersDeleted: string[]; SpaceReclaimed: number }> {
  const untilMs = filters.get('until').map((value) => parseUntil(value, context.clock.nowMs()))
  const deleted: string[] = []
  let bytes = 0
  for (const container of context.store.all()) {
    const { record } = container
    const excluded = filters.has('label!') && filters.labels('label!', record.config.Labels)
    if (!isEnded(container) || excluded || !filters.labels('label', record.config.Labels)) continue
    if (!untilMs.every((ms) => record.createdMs < ms)) continue
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

/** A Unix time, an RFC 3339 time, or a span before now such as `24h` or `1h30m`. Throws `invalid`. */
export function parseUntil(text: string, nowMs: number): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
    const spans = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
    return nowMs - spans.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitMs[unit] ?? 0), 0)
  }
  const parsed = Date.parse(text)
  if (Number.isNaN(parsed)) throw invalid(`invalid filter 'until=${text}': a time or a span such as 24h expected`)
  return parsed
}
