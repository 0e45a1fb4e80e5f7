import { invalid } from '../../base/errors.js'
import { Filters } from '../filters.js'
import type { Query } from '../query.js'
import { registryAuth } from '../registry-auth.js'
import type { Handler } from '../route.js'
import { atLeast } from '../versions.js'
import type { ImagesBackend } from './backend.js'
import { encodeInspect, encodeSummary } from './encode.js'
import { platformParameter, platformParameters } from './platform.js'

const listFilters = ['before', 'dangling', 'label', 'reference', 'since', 'until'] as const
const pruneFilters = ['dangling', 'label', 'label!', 'until'] as const

const searchFilters = ['is-automated', 'is-official', 'stars'] as const
const searchLimitMax = 100
const searchLimitDefault = 25

export function imageHandlers(images: ImagesBackend) {
  const list: Handler = async (exchange) => {
    const { query, version } = exchange
    const found = await images.list({
      all: query.flag('all'),
      filters: readListFilters(query, atLeast(version, '1.41')),
      sharedSize: query.flag('shared-size'),
      digests: query.flag('digests'),
      ...(atLeast(version, '1.47') && { manifests: query.flag('manifests') }),
    })
    exchange.json(200, found.map((image) => encodeSummary(image, version)))
  }

  const inspect: Handler = async (exchange) => {
    const { query, version } = exchange
    const platform = atLeast(version, '1.49') ? platformParameter(query) : undefined
    const manifests = atLeast(version, '1.48') && query.flag('manifests')
    if (manifests && platform !== undefined) throw invalid('conflicting options: manifests and platform options cannot both be set')
    const found = await images.inspect(exchange.param('name'), { manifests, ...(platform !== undefined && { platform }) })
    exchange.json(200, encodeInspect(found, version))
  }

  const history: Handler = async (exchange) => {
    const platform = atLeast(exchange.version, '1.48') ? platformParameter(exchange.query) : undefined
    exchange.json(200, await images.history(exchange.param('name'), platform))
  }

  const tag: Handler = async (exchange) => {
    const repo = exchange.query.text('repo')
    if (repo === undefined) throw invalid('repository name must have at least one component: the query parameter repo is needed')
    await images.tag(exchange.param('name'), repo, exchange.query.text('tag') ?? '')
    exchange.empty(201)
  }

  const remove: Handler = async (exchange) => {
    const { query, version } = exchange
    const platforms = atLeast(version, '1.50') ? platformParameters(query, 'platforms') : []
    const options = { force: query.flag('force'), prune: !query.flag('noprune'), ...(platforms.length > 0 && { platforms }) }
    exchange.json(200, await images.remove(exchange.param('name'), options))
  }

  const prune: Handler = async (exchange) => {
    exchange.json(200, await images.prune(exchange.query.filters(pruneFilters)))
  }

  const search: Handler = async (exchange) => {
    const { query, headers, signal } = exchange
    const term = query.text('term')
    if (term === undefined) throw invalid('the query parameter term is needed: what to search for')
    const limit = query.whole('limit') ?? 0
    if (limit < 0 || limit > searchLimitMax) throw invalid(`limit ${limit} is outside the range of [1, ${searchLimitMax}]`)
    const options = { limit: limit === 0 ? searchLimitDefault : limit, filters: query.filters(searchFilters), auth: registryAuth(headers) }
    exchange.json(200, await images.search(term, options, signal))
  }

  const distribution: Handler = async (exchange) => {
    exchange.json(200, await images.distribution(exchange.param('name'), registryAuth(exchange.headers), exchange.signal))
  }

  return { list, inspect, history, tag, remove, prune, search, distribution }
}

/** Clients before 1.41 may name one image by `filter` in place of the filter `reference`. */
function readListFilters(query: Query, current: boolean): Filters {
  const filters = query.filters(listFilters)
  const name = current ? undefined : query.text('filter')
  if (name === undefined) return filters
  const entries = listFilters.map((key) => [key, filters.get(key)] as const)
  return new Filters(new Map<string, readonly string[]>([...entries, ['reference', [...filters.get('reference'), name]]]))
}
