import { invalid } from '../../base/errors.js'
import type { Network } from '../../model/engine-api/network.js'
import type { Filters } from '../filters.js'

export const networkFilters = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'] as const
export const pruneFilters = ['label', 'label!', 'until'] as const

const predefined = ['bridge', 'host', 'none', 'default']

/** Networks that every host has, which can be neither made nor removed. */
export function isPredefined(name: string): boolean {
  return predefined.includes(name)
}

/** Whether a network passes every filter that is set. Throws `invalid` for a type that there is not. */
export function passes(network: Network, filters: Filters): boolean {
  const own = !isPredefined(network.Name ?? '') && network.Ingress !== true
  const dangling = filters.flag('dangling')
  const used = Object.keys(network.Containers ?? {}).length > 0
  return (
    (dangling === undefined || (own && !used) === dangling) &&
    filters.exact('driver', network.Driver ?? '') &&
    filters.prefix('id', network.Id ?? '') &&
    filters.labels('label', network.Labels) &&
    filters.match('name', network.Name ?? '') &&
    filters.exact('scope', network.Scope ?? '') &&
    (!filters.has('type') || filters.get('type').some((type) => isOfType(type, own)))
  )
}

function isOfType(type: string, own: boolean): boolean {
  if (type === 'custom') return own
  if (type === 'builtin') return !own
  throw invalid(`invalid filter 'type=${type}': use builtin or custom`)
}
