import type { Control } from '../model/control.js'
import type { Annotations } from '../model/object.js'
import type { Check } from './json-check.js'
import type { Handler, Route } from './route.js'
import type { SwarmBackend } from './swarm/backend.js'

/** What the endpoints of secrets and those of configs differ in: both are files that the managers keep. */
export interface FileObjects<Model extends { id: string; spec: Annotations }, Spec, Json> {
  /** In the paths with an `s` behind it. */
  noun: 'secret' | 'config'
  body: Check<Json>
  encode(object: Model): unknown
  /** Throws `invalid`. */
  decode(json: Json): Spec
  list(control: Control): Promise<Model[]>
  get(control: Control, ref: string): Promise<Model>
  create(control: Control, spec: Spec): Promise<Model>
  update(control: Control, id: string, version: number, spec: Spec): Promise<Model>
  remove(control: Control, ref: string): Promise<void>
}

const listFilters = ['id', 'label', 'name', 'names'] as const

/** The endpoints of secrets or of configs. */
export function fileRoutes<Model extends { id: string; spec: Annotations }, Spec, Json>(swarm: SwarmBackend, files: FileObjects<Model, Spec, Json>): Route[] {
  const list: Handler = async (exchange) => {
    const filters = exchange.query.filters(listFilters)
    const found = (await files.list(swarm.control())).filter(
      ({ id, spec }) =>
        filters.prefix('id', id) &&
        filters.prefix('name', spec.name) &&
        filters.exact('names', spec.name) &&
        filters.labels('label', spec.labels),
    )
    exchange.json(200, found.map((one) => files.encode(one)))
  }

  const inspect: Handler = async (exchange) => {
    exchange.json(200, files.encode(await files.get(swarm.control(), exchange.param('id'))))
  }

  const create: Handler = async (exchange) => {
    const control = swarm.control()
    const { id } = await files.create(control, files.decode(await exchange.readJson(files.body)))
    // The definition says `Id`, Docker's daemon answers `ID`, and clients read the one or the other.
    exchange.json(201, { ID: id, Id: id })
  }

  /** Labels alone can change; the control API says so. */
  const update: Handler = async (exchange) => {
    const version = exchange.query.wholeNeeded('version', `${files.noun} version`)
    const control = swarm.control()
    const spec = files.decode(await exchange.readJson(files.body))
    const { id } = await files.get(control, exchange.param('id'))
    await files.update(control, id, version, spec)
    exchange.empty(200)
  }

  const remove: Handler = async (exchange) => {
    await files.remove(swarm.control(), exchange.param('id'))
    exchange.empty(204)
  }

  const path = `/${files.noun}s`
  return [
    { method: 'GET', path, handle: list },
    { method: 'POST', path: `${path}/create`, handle: create },
    { method: 'GET', path: `${path}/:id`, handle: inspect },
    { method: 'POST', path: `${path}/:id/update`, handle: update },
    { method: 'DELETE', path: `${path}/:id`, handle: remove },
  ]
}
