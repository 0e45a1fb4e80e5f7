import { invalid } from '../../base/errors.js'
import type { Handler } from '../route.js'
import type { ContainersBackend } from './backend.js'
import { encodeInspect, encodeSummary } from './encode.js'

/** Filters of `GET /containers/json`. */
const listFilters = [
  'ancestor', 'before', 'exited', 'expose', 'health', 'id', 'isolation', 'is-task', 'label', 'name', 'network', 'publish', 'since',
  'status', 'volume',
] as const

const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']

/** Endpoints that only look. */
export function readHandlers(containers: ContainersBackend) {
  const list: Handler = async (exchange) => {
    const { query } = exchange
    const filters = query.filters(listFilters)
    for (const status of filters.get('status')) {
      if (!states.includes(status)) throw invalid(`invalid filter 'status=${status}': use one of ${states.join(', ')}`)
    }
    const limit = query.whole('limit')
    const found = await containers.list({
      all: query.flag('all'),
      size: query.flag('size'),
      ...(limit !== undefined && limit > 0 && { limit }),
      filters,
    })
    exchange.json(200, found.map((container) => encodeSummary(container, exchange.version)))
  }

  const inspect: Handler = async (exchange) => {
    const found = await containers.inspect(exchange.param('id'), { size: exchange.query.flag('size') })
    exchange.json(200, encodeInspect(found, exchange.version))
  }

  const top: Handler = async (exchange) => {
    exchange.json(200, await containers.top(exchange.param('id'), exchange.query.text('ps_args') ?? '-ef'))
  }

  const changes: Handler = async (exchange) => {
    exchange.json(200, await containers.changes(exchange.param('id')))
  }

  return { list, inspect, top, changes }
}
