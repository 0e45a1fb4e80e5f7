import type { EventMessage } from '../../model/engine-api/system.js'
import type { Filters } from '../filters.js'

/** Filters named like a type ask for an object of it by id, id prefix or name. */
const objectTypes = ['config', 'container', 'daemon', 'network', 'node', 'plugin', 'secret', 'service', 'volume'] as const

/** Whether an event passes every filter that is set. */
export function passes(event: EventMessage, filters: Filters): boolean {
  const action = event.Action ?? ''
  // `exec_start: sh` and `health_status: healthy` pass as `exec_start` and `health_status` too.
  const actionMatches = filters.exact('event', action) || filters.exact('event', action.split(':')[0] ?? '')
  return (
    actionMatches &&
    filters.exact('type', event.Type ?? '') &&
    filters.exact('scope', event.scope ?? 'local') &&
    filters.labels('label', event.Actor?.Attributes) &&
    objectTypes.every((type) => passesObject(event, type, filters)) &&
    passesImage(event, filters)
  )
}

function passesObject(event: EventMessage, type: (typeof objectTypes)[number], filters: Filters): boolean {
  if (!filters.has(type)) return true
  const id = event.Actor?.ID ?? ''
  const { name = '', container = '' } = event.Actor?.Attributes ?? {}
  // Events of networks and volumes tell which container they are about.
  if (type === 'container' && event.Type !== 'container') return container !== '' && matchesObject(filters.get(type), container, '')
  return event.Type === type && matchesObject(filters.get(type), id, name)
}

function matchesObject(wanted: readonly string[], id: string, name: string): boolean {
  return wanted.some((one) => one !== '' && (id.startsWith(one) || name === one || name === one.replace(/^\//, '')))
}

/** An image by id or name, with or without its tag; for container events the image they run. */
function passesImage(event: EventMessage, filters: Filters): boolean {
  if (!filters.has('image')) return true
  const { name = '', image = '' } = event.Actor?.Attributes ?? {}
  const candidates = event.Type === 'image' ? [event.Actor?.ID ?? '', name] : event.Type === 'container' ? [image] : []
  const withoutTag = candidates.map((one) => one.replace(/:[^:/]*$/, ''))
  return filters.get('image').some((wanted) => candidates.includes(wanted) || withoutTag.includes(wanted))
}
