import type { SecretSpec } from '../../model/engine-api/swarm.js'
import { mapOf, orNull, shape, text } from '../json-check.js'
import type { Handler } from '../route.js'
import { driver } from '../services/shape.js'
import type { SwarmBackend } from '../swarm/backend.js'
import { decodeSecretSpec, encodeSecret } from './encode.js'

const listFilters = ['id', 'label', 'name', 'names'] as const

const specShape = shape<SecretSpec>({
  Name: text,
  Labels: mapOf(orNull(text, '')),
  Data: text,
  Templating: driver,
  Driver: driver,
})

export function secretHandlers(swarm: SwarmBackend) {
  const list: Handler = async (exchange) => {
    const filters = exchange.query.filters(listFilters)
    const found = (await swarm.control().listSecrets()).filter(
      ({ id, spec }) =>
        filters.prefix('id', id) &&
        filters.prefix('name', spec.name) &&
        filters.exact('names', spec.name) &&
        filters.labels('label', spec.labels),
    )
    exchange.json(200, found.map(encodeSecret))
  }

  const inspect: Handler = async (exchange) => {
    exchange.json(200, encodeSecret(await swarm.control().getSecret(exchange.param('id'))))
  }

  const create: Handler = async (exchange) => {
    const control = swarm.control()
    const created = await control.createSecret(decodeSecretSpec(await exchange.readJson(specShape)))
    // The definition says `Id`, Docker's daemon answers `ID`, and clients read the one or the other.
    exchange.json(201, { ID: created.id, Id: created.id })
  }

  /** Labels alone can change; the control API says so. */
  const update: Handler = async (exchange) => {
    const version = exchange.query.wholeNeeded('version', 'secret version')
    const control = swarm.control()
    const spec = decodeSecretSpec(await exchange.readJson(specShape))
    const { id } = await control.getSecret(exchange.param('id'))
    await control.updateSecret(id, version, spec)
    exchange.empty(200)
  }

  const remove: Handler = async (exchange) => {
    await swarm.control().removeSecret(exchange.param('id'))
    exchange.empty(204)
  }

  return { list, inspect, create, update, remove }
}
