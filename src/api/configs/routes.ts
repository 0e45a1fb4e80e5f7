import type { ConfigSpec } from '../../model/engine-api/secret.js'
import type { ApiDeps } from '../backends.js'
import { fileRoutes } from '../file-objects.js'
import { mapOf, orNull, shape, text } from '../json-check.js'
import type { Route } from '../route.js'
import { driver } from '../services/shape.js'
import { decodeConfigSpec, encodeConfig } from './encode.js'

export function configRoutes({ swarm }: Pick<ApiDeps, 'swarm'>): Route[] {
  return fileRoutes(swarm, {
    noun: 'config',
    body: shape<ConfigSpec>({ Name: text, Labels: mapOf(orNull(text, '')), Data: text, Templating: driver }),
    encode: encodeConfig,
    decode: decodeConfigSpec,
    list: (control) => control.listConfigs(),
    get: (control, ref) => control.getConfig(ref),
    create: (control, spec) => control.createConfig(spec),
    update: (control, id, version, spec) => control.updateConfig(id, version, spec),
    remove: (control, ref) => control.removeConfig(ref),
  })
}
