import { must } from '../../src/base/assert.js'
import { conflict, invalid } from '../../src/base/errors.js'
import { deepEqual } from '../../src/model/equality.js'
import type { ConfigId, SecretId } from '../../src/model/ids.js'
import { configBytesMax, secretBytesMax, type Config, type ConfigSpec, type Secret, type SecretSpec } from '../../src/model/secret.js'
import { madeFrom, resolve } from '../store/resolve.js'
import type { ReadTx } from '../store/store.js'
import { validateFileAnnotations } from './annotations-validate.js'
import type { ControlDeps } from './deps.js'

/** The control API's methods for secrets. What is given out never holds the data. */
export class SecretControl {
  constructor(private readonly deps: ControlDeps) {}

  list(): Secret[] {
    return this.deps.store.view().list('secret').filter(({ internal }) => !internal).map(withoutData)
  }

  get(ref: string): Secret {
    return withoutData(resolve(this.deps.store.view(), 'secret', ref))
  }

  async create(spec: SecretSpec): Promise<Secret> {
    const id = this.deps.ids.objectId() as SecretId
    const secret = await this.deps.store.update((tx) => {
      validateFileAnnotations(spec)
      if (spec.driver) {
        if (spec.data.length > 0) throw invalid('data and driver cannot both be specified for a secret')
        if (spec.driver.name === '') throw invalid('secret driver must have a name')
      } else validateSize('secret', spec.data, secretBytesMax)
      if (tx.byName('secret', spec.name)) throw conflict(`secret ${spec.name} already exists`)
      tx.create('secret', { id, spec, internal: false })
      return must(tx.get('secret', id), 'a created secret is there')
    })
    return withoutData(secret)
  }

  async update(ref: string, version: number, spec: SecretSpec): Promise<Secret> {
    const secret = await this.deps.store.update((tx) => {
      const current = resolve(tx, 'secret', ref)
      checkOnlyLabels(current.spec, spec)
      tx.update('secret', madeFrom({ ...current, spec: { ...current.spec, labels: spec.labels } }, version))
      return must(tx.get('secret', current.id), 'an updated secret is there')
    })
    return withoutData(secret)
  }

  async remove(ref: string): Promise<void> {
    await this.deps.store.update((tx) => {
      const { id, spec } = resolve(tx, 'secret', ref)
      checkUnused(tx, 'secret', id, spec.name)
      tx.remove('secret', id)
    })
  }
}

/** The control API's methods for configs. */
export class ConfigControl {
  constructor(private readonly deps: ControlDeps) {}

  list(): Config[] {
    return this.deps.store.view().list('config')
  }

  get(ref: string): Config {
    return resolve(this.deps.store.view(), 'config', ref)
  }

  create(spec: ConfigSpec): Promise<Config> {
    const id = this.deps.ids.objectId() as ConfigId
    return this.deps.store.update((tx) => {
      validateFileAnnotations(spec)
      validateSize('config', spec.data, configBytesMax)
      if (tx.byName('config', spec.name)) throw conflict(`config ${spec.name} already exists`)
      tx.create('config', { id, spec })
      return must(tx.get('config', id), 'a created config is there')
    })
  }

  update(ref: string, version: number, spec: ConfigSpec): Promise<Config> {
    return this.deps.store.update((tx) => {
      const current = resolve(tx, 'config', ref)
      checkOnlyLabels(current.spec, spec)
      tx.update('config', madeFrom({ ...current, spec: { ...current.spec, labels: spec.labels } }, version))
      return must(tx.get('config', current.id), 'an updated config is there')
    })
  }

  async remove(ref: string): Promise<void> {
    await this.deps.store.update((tx) => {
      const { id, spec } = resolve(tx, 'config', ref)
      checkUnused(tx, 'config', id, spec.name)
      tx.remove('config', id)
    })
  }
}

function withoutData(secret: Secret): Secret {
  return { ...secret, spec: { ...secret.spec, data: new Uint8Array(0) } }
}

function validateSize(kind: 'secret' | 'config', data: Uint8Array, bytesMax: number): void {
  if (data.length === 0 || data.length > bytesMax) {
    throw invalid(`${kind} data must be larger than 0 and less than ${bytesMax} bytes: it has ${data.length}`)
  }
}

/** Clients may leave the data out: they are not given a secret's. */
function checkOnlyLabels(current: SecretSpec | ConfigSpec, spec: SecretSpec | ConfigSpec): void {
  const sameData = spec.data.length === 0 || deepEqual(spec.data, current.data)
  const sameRest = deepEqual({ ...spec, labels: {}, data: null }, { ...current, labels: {}, data: null })
  if (!sameData || !sameRest) throw invalid('only updates to Labels are allowed')
}

function checkUnused(tx: ReadTx, kind: 'secret' | 'config', id: string, name: string): void {
  const users = tx.servicesUsing(kind, id).map((service) => service.spec.name)
  if (users.length > 0) {
    throw invalid(`${kind} '${name}' is in use by the following service${users.length > 1 ? 's' : ''}: ${users.join(', ')}`)
  }
}
