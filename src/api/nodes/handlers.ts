import { invalid } from '../../base/errors.js'
import type { Node } from '../../model/node.js'
import type { NodeSpec } from '../../model/engine-api/swarm.js'
import type { Filters } from '../filters.js'
import { mapOf, oneOf, orNull, shape, text } from '../json-check.js'
import type { Handler } from '../route.js'
import type { SwarmBackend } from '../swarm/backend.js'
import { decodeNodeSpec, encodeNode } from './encode.js'

const listFilters = ['id', 'label', 'membership', 'name', 'node.label', 'role'] as const

const specShape = shape<NodeSpec>({
  Name: text,
  Labels: mapOf(orNull(text, '')),
  Role: oneOf('worker', 'manager'),
  Availability: oneOf('active', 'pause', 'drain'),
})

export function nodeHandlers(swarm: SwarmBackend) {
  const list: Handler = async (exchange) => {
    const filters = exchange.query.filters(listFilters)
    checkWords(filters, 'role', ['worker', 'manager'])
    checkWords(filters, 'membership', ['accepted', 'pending'])
    const nodes = await swarm.control().listNodes()
    exchange.json(200, nodes.filter((node) => passes(node, filters)).map(encodeNode))
  }

  const inspect: Handler = async (exchange) => {
    const ref = exchange.param('id')
    exchange.json(200, encodeNode(await swarm.control().getNode(ref === 'self' ? ((await swarm.info()).NodeID ?? ref) : ref)))
  }

  const update: Handler = async (exchange) => {
    const version = exchange.query.wholeNeeded('version', 'node version')
    const control = swarm.control()
    const spec = decodeNodeSpec(await exchange.readJson(specShape))
    const node = await control.getNode(exchange.param('id'))
    await control.updateNode(node.id, version, spec)
    exchange.empty(200)
  }

  const remove: Handler = async (exchange) => {
    await swarm.control().removeNode(exchange.param('id'), exchange.query.flag('force'))
    exchange.empty(200)
  }

  return { list, inspect, update, remove }
}

function checkWords(filters: Filters, key: string, words: readonly string[]): void {
  for (const value of filters.get(key)) {
    if (!words.includes(value)) throw invalid(`invalid filter '${key}=${value}': use one of ${words.join(', ')}`)
  }
}

function passes(node: Node, filters: Filters): boolean {
  const name = node.spec.name !== '' ? node.spec.name : (node.description?.hostname ?? '')
  return (
    filters.prefix('id', node.id) &&
    filters.prefix('name', name) &&
    filters.exact('role', node.spec.role) &&
    filters.exact('membership', 'accepted') &&
    filters.labels('label', node.description?.engineLabels) &&
    filters.labels('node.label', node.spec.labels)
  )
}
