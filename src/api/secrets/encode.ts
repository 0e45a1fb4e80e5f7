import type { Secret as SecretJson, SecretSpec as SecretSpecJson } from '../../model/engine-api/secret.js'
import { secretBytesMax, type Secret, type SecretSpec } from '../../model/secret.js'
import { decodeBase64 } from '../base64.js'
import { decodeDriver, encodeBytes, encodeDriver, encodeMeta } from '../encode.js'

/** A secret as clients see it: never with its data. */
export function encodeSecret(secret: Secret): SecretJson {
  const { Data: _, ...spec } = encodeSecretSpec(secret.spec)
  return { ...encodeMeta(secret.id, secret.meta), Spec: spec }
}

export function encodeSecretSpec(spec: SecretSpec): SecretSpecJson {
  return {
    Name: spec.name,
    Labels: spec.labels,
    ...(spec.data.length > 0 && { Data: encodeBytes(spec.data) }),
    ...(spec.driver && { Driver: encodeDriver(spec.driver) }),
    ...(spec.templating && { Templating: encodeDriver(spec.templating) }),
  }
}

/** Throws `invalid` for data that is not base 64 or too large. */
export function decodeSecretSpec(json: SecretSpecJson): SecretSpec {
  return {
    name: json.Name ?? '',
    labels: json.Labels ?? {},
    data: decodeBase64(json.Data ?? '', 'secret', secretBytesMax),
    ...(json.Driver && { driver: decodeDriver(json.Driver) }),
    ...(json.Templating && { templating: decodeDriver(json.Templating) }),
  }
}
