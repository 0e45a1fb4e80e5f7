import type { IncomingHttpHeaders } from 'node:http'
import type { AuthConfig } from '../model/engine-api/image.js'
import { decodeBase64 } from './base64.js'
import { shape, text } from './json-check.js'

const headerBytesMax = 64 * 1024

/** Credentials as Docker's clients send them, in `POST /auth` and, encoded, in `X-Registry-Auth`. */
export const authConfig = shape<AuthConfig>({
  username: text,
  password: text,
  auth: text,
  email: text,
  serveraddress: text,
  identitytoken: text,
  registrytoken: text,
})

/**
 * The credentials of the header `X-Registry-Auth`: JSON in base 64, of either alphabet. Without the header
 * there are none, as with one that is no such text. Throws `invalid` for fields of a wrong type.
 */
export function registryAuth(headers: IncomingHttpHeaders): AuthConfig {
  const header = headers['x-registry-auth']
  const encoded = Array.isArray(header) ? header[0] : header
  if (encoded === undefined || encoded === '' || encoded === 'null') return {}
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(decodeBase64(encoded, 'X-Registry-Auth header', headerBytesMax)).toString('utf8'))
  } catch {
    // Some clients put a placeholder there when they have none: Docker takes it so.
    return {}
  }
  return parsed === null ? {} : withPair(authConfig(parsed, 'X-Registry-Auth'))
}

/** `auth` holds `name:password` where they are not given one by one. */
export function withPair(config: AuthConfig): AuthConfig {
  if (!config.auth || config.username) return config
  const pair = Buffer.from(config.auth, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon <= 0 ? config : { ...config, username: pair.slice(0, colon), password: pair.slice(colon + 1) }
}
