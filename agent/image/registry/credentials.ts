import { createHash } from 'node:crypto'

/** What a user shows a registry, as Docker's clients hand it over. All of it empty: nobody in particular. */
export interface Credentials {
  username?: string
  password?: string
  /** A refresh token that stands in place of a password. */
  identityToken?: string
  /** A bearer token to be sent as it is. */
  registryToken?: string
}

export const anonymous: Credentials = {}

/** The value of an `Authorization` header, or undefined without a name. */
export function basicHeader({ username, password }: Credentials): string | undefined {
  if (username === undefined || username === '') return undefined
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`
}

/** Tells credentials apart without keeping them. */
export function fingerprint({ username = '', password = '', identityToken = '' }: Credentials): string {
  return createHash('sha256').update(JSON.stringify([username, password, identityToken])).digest('hex')
}
