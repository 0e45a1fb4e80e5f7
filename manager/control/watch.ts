import type { Clock } from '../../src/base/clock.js'
import type { ClusterEvent } from '../../src/model/control.js'
import type { Node } from '../../src/model/node.js'
import type { Service } from '../../src/model/service.js'
import type { Store, StoreEvent } from '../store/store.js'

const tables: readonly string[] = ['node', 'service', 'network', 'secret', 'config'] satisfies ClusterEvent['table'][]

/** Changes of the cluster's objects as Docker's event stream tells them, from this call on until the signal is aborted. */
export function watchCluster(store: Store, clock: Clock, signal: AbortSignal): AsyncIterable<ClusterEvent> {
  const events = store.watch(({ table }) => tables.includes(table))
  const stop = () => events.close()
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return tell(events, clock, () => {
    signal.removeEventListener('abort', stop)
    stop()
  })
}

async function* tell(events: AsyncIterable<StoreEvent>, clock: Clock, end: () => void): AsyncGenerator<ClusterEvent, void, undefined> {
  try {
    for await (const event of events) {
      const told = clusterEvent(event, clock.nowMs())
      if (told) yield told
    }
  } finally {
    end()
  }
}

/** What is told of one change; undefined for tables that are not. `nowMs` stamps removals. */
function clusterEvent(event: StoreEvent, nowMs: number): ClusterEvent | undefined {
  switch (event.table) {
    case 'node':
      return told(event, event.table, nodeName(event.object), nowMs, event.old ? nodeChange(event.old, event.object) : {})
    case 'service':
      return told(event, event.table, event.object.spec.name, nowMs, event.old ? serviceChange(event.old, event.object) : {})
    case 'network':
    case 'secret':
    case 'config':
      return told(event, event.table, event.object.spec.name, nowMs, {})
    case 'task':
    case 'volume':
    case 'cluster':
    case 'commit':
    case 'restore':
      return undefined
  }
}

function told(
  { action, object }: Extract<StoreEvent, { object: object }>,
  table: ClusterEvent['table'],
  name: string,
  nowMs: number,
  changed: Record<string, string>,
): ClusterEvent {
  const timeMs = action === 'remove' ? nowMs : object.meta.updatedAtMs
  return { table, action, id: object.id, name, timeMs, attributes: { name, ...changed } }
}

function nodeName({ spec, description }: Node): string {
  return spec.name !== '' ? spec.name : (description?.hostname ?? '')
}

function nodeChange(old: Node, next: Node): Record<string, string> {
  return {
    ...change('state', old.status.state, next.status.state),
    ...change('availability', old.spec.availability, next.spec.availability),
    ...change('role', old.spec.role, next.spec.role),
    ...change('leader', String(old.managerStatus?.leader ?? false), String(next.managerStatus?.leader ?? false)),
    ...change('reachability', old.managerStatus?.reachability ?? '', next.managerStatus?.reachability ?? ''),
  }
}

function serviceChange(old: Service, next: Service): Record<string, string> {
  const replicas = ({ spec: { mode } }: Service) => (mode.kind === 'replicated' ? String(mode.replicas) : '')
  const image = ({ spec }: Service) => spec.task.container?.image ?? ''
  return {
    ...change('replicas', replicas(old), replicas(next)),
    ...change('image', image(old), image(next)),
    ...change('updatestate', old.updateStatus?.state ?? '', next.updateStatus?.state ?? ''),
  }
}

function change(name: string, old: string, next: string): Record<string, string> {
  return old === next ? {} : { [`${name}.old`]: old, [`${name}.new`]: next }
}
