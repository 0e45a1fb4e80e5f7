import type { Config as ConfigJson, ConfigSpec as ConfigSpecJson } from '../../model/engine-api/secret.js'
import { configBytesMax, type Config, type ConfigSpec } from '../../model/secret.js'
import { decodeBase64 } from '../base64.js'
import { decodeDriver, encodeBytes, encodeDriver, encodeMeta } from '../encode.js'

/** A config as clients see it, with its data. */
export function encodeConfig(config: Config): ConfigJson {
  return { ...encodeMeta(config.id, config.meta), Spec: encodeConfigSpec(config.spec) }
}

export function encodeConfigSpec(spec: ConfigSpec): ConfigSpecJson {
  return {
    Name: spec.name,
    Labels: spec.labels,
    ...(spec.data.length > 0 && { Data: encodeBytes(spec.data) }),
    ...(spec.templating && { Templating: encodeDriver(spec.templating) }),
  }
}

/** Throws `invalid` for data that is not base 64 or too large. */
export function decodeConfigSpec(json: ConfigSpecJson): ConfigSpec {
  return {
    name: json.Name ?? '',
    labels: json.Labels ?? {},
    data: decodeBase64(json.Data ?? '', 'config', configBytesMax),
    ...(json.Templating && { templating: decodeDriver(json.Templating) }),
  }
}
