import { invalid } from '../../base/errors.js'
import type { Service, ServiceSpec } from '../../model/service.js'
import type { Exchange } from '../exchange.js'
import type { Filters } from '../filters.js'
import { registryAuth } from '../registry-auth.js'
import type { Handler } from '../route.js'
import type { SwarmBackend } from '../swarm/backend.js'
import { decodeServiceSpec } from './decode.js'
import { encodeService, withDefaults } from './encode.js'
import { serviceSpec } from './shape.js'

const listFilters = ['id', 'label', 'mode', 'name', 'runtime'] as const

const modeNames = { replicated: 'replicated', global: 'global', replicatedJob: 'replicated-job', globalJob: 'global-job' } as const

export function serviceHandlers(swarm: SwarmBackend, randomName: () => string) {
  const list: Handler = async (exchange) => {
    const filters = exchange.query.filters(listFilters)
    for (const mode of filters.get('mode')) {
      if (!Object.values(modeNames).some((one) => one === mode)) throw invalid(`invalid filter 'mode=${mode}'`)
    }
    const control = swarm.control()
    const services = (await control.listServices()).filter((service) => passes(service, filters))
    const counts = exchange.query.flag('status') ? await control.serviceStatuses(services.map(({ id }) => id)) : undefined
    const none = { running: 0, desired: 0, completed: 0 }
    exchange.json(200, services.map((service) => encodeService(service, counts && (counts[service.id] ?? none))))
  }

  const inspect: Handler = async (exchange) => {
    const service = await swarm.control().getService(exchange.param('id'))
    const filled = exchange.query.flag('insertDefaults') ? { ...service, spec: withDefaults(service.spec) } : service
    exchange.json(200, encodeService(filled))
  }

  const create: Handler = async (exchange) => {
    const control = swarm.control()
    const spec = withAuth(decodeServiceSpec(await exchange.readJson(serviceSpec)), authOf(exchange))
    const created = await control.createService(spec.name === '' ? { ...spec, name: randomName() } : spec)
    exchange.json(201, { ID: created.id })
  }

  /** `version` guards against lost updates; `rollback=previous` puts the previous spec back. */
  const update: Handler = async (exchange) => {
    const { query } = exchange
    const version = query.wholeNeeded('version', 'service version')
    const rollback = query.text('rollback')
    if (rollback !== undefined && rollback !== 'previous') throw invalid(`unrecognized rollback option ${rollback}: use "previous"`)
    const authFrom = query.text('registryAuthFrom')
    if (authFrom !== undefined && authFrom !== 'spec' && authFrom !== 'previous-spec') {
      throw invalid(`unsupported registryAuthFrom ${authFrom}: use "spec" or "previous-spec"`)
    }
    const control = swarm.control()
    const spec = decodeServiceSpec(await exchange.readJson(serviceSpec))
    const service = await control.getService(exchange.param('id'))
    if (authFrom === 'previous-spec' && !service.previousSpec) throw invalid('service does not have a previous spec')
    // Without new ones it keeps those that it has.
    const known = authFrom === 'previous-spec' ? service.previousSpec : service.spec
    const auth = authOf(exchange) ?? known?.task.container?.registryAuth
    await control.updateService(service.id, version, withAuth(spec, auth), rollback !== undefined)
    exchange.json(200, { Warnings: [] })
  }

  const remove: Handler = async (exchange) => {
    await swarm.control().removeService(exchange.param('id'))
    exchange.empty(200)
  }

  return { list, inspect, create, update, remove }
}

/** The header `X-Registry-Auth` as it came, once it was seen to be one. Undefined when it says nothing. Throws `invalid`. */
function authOf({ headers }: Exchange): string | undefined {
  const { serveraddress: _server, email: _email, ...credentials } = registryAuth(headers)
  if (Object.values(credentials).every((value) => !value)) return undefined
  return String(headers['x-registry-auth'])
}

/** What the agents pull the image with. */
function withAuth(spec: ServiceSpec, registryAuth: string | undefined): ServiceSpec {
  const { container } = spec.task
  if (!container || registryAuth === undefined) return spec
  return { ...spec, task: { ...spec.task, container: { ...container, registryAuth } } }
}

function passes(service: Service, filters: Filters): boolean {
  return (
    filters.prefix('id', service.id) &&
    filters.prefix('name', service.spec.name) &&
    filters.labels('label', service.spec.labels) &&
    filters.exact('mode', modeNames[service.spec.mode.kind]) &&
    filters.exact('runtime', service.spec.task.runtime === '' ? 'container' : service.spec.task.runtime)
  )
}
