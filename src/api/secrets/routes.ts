import type { SecretSpec } from '../../model/engine-api/secret.js'
import type { ApiDeps } from '../backends.js'
import { fileRoutes } from '../file-objects.js'
import { mapOf, orNull, shape, text } from '../json-check.js'
import type { Route } from '../route.js'
import { driver } from '../services/shape.js'
import { decodeSecretSpec, encodeSecret } from './encode.js'

export function secretRoutes({ swarm }: Pick<ApiDeps, 'swarm'>): Route[] {
  return fileRoutes(swarm, {
    noun: 'secret',
    body: shape<SecretSpec>({ Name: text, Labels: mapOf(orNull(text, '')), Data: text, Driver: driver, Templating: driver }),
    encode: encodeSecret,
    decode: decodeSecretSpec,
    list: (control) => control.listSecrets(),
    get: (control, ref) => control.getSecret(ref),
    create: (control, spec) => control.createSecret(spec),
    update: (control, id, version, spec) => control.updateSecret(id, version, spec),
    remove: (control, ref) => control.removeSecret(ref),
  })
}
