import type { ConfigSpec } from '../../model/engine-api/swarm.js'
import { mapOf, orNull, shape, text } from '../json-check.js'
import type { Handler } from '../route.js'
import { driver } from '../services/shape.js'
import type { SwarmBackend } from '../swarm/backend.js'
import { decodeConfigSpec, encodeConfig } from './encode.js'

const listFilters = ['id', 'label', 'name', 'names'] as const

const specShape = shape<ConfigSpec>({
  Name: text,
  Labels: mapOf(orNull(text, '')),
  Data: text,
  Templating: driver,
})

export function configHandlers(swarm: SwarmBackend) {
  const list: Handler = async (exchange) => {
    const filters = exchange.query.filters(listFilters)
    const found = (await swarm.control().listConfigs()).filter(
      ({ id, spec }) =>
        filters.prefix('id', id) &&
        filters.prefix('name', spec.name) &&
        filters.exact('names', spec.name) &&
        filters.labels('label', spec.labels),
    )
    exchange.json(200, found.map(encodeConfig))
  }

  const inspect: Handler = async (exchange) => {
    exchange.json(200, encodeConfig(await swarm.control().getConfig(exchange.param('id'))))
  }

  const create: Handler = async (exchange) => {
    const control = swarm.control()
    const created = await control.createConfig(decodeConfigSpec(await exchange.readJson(specShape)))
    // The definition says `Id`, Docker's daemon answers `ID`, and clients read the one or the other.
    exchange.json(201, { ID: created.id, Id: created.id })
  }

  /** Labels alone can change; the control API says so. */
  const update: Handler = async (exchange) => {
    const version = exchange.query.wholeNeeded('version', 'config version')
    const control = swarm.control()
    const spec = decodeConfigSpec(await exchange.readJson(specShape))
    const { id } = await control.getConfig(exchange.param('id'))
    await control.updateConfig(id, version, spec)
    exchange.empty(200)
  }

  const remove: Handler = async (exchange) => {
    await swarm.control().removeConfig(exchange.param('id'))
    exchange.empty(204)
  }

  return { list, inspect, create, update, remove }
}
