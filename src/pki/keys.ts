import { createPrivateKey, webcrypto } from 'node:crypto'
import { StatusError } from '../base/errors.js'

/** A key pair on the curve P-256, for ECDSA with SHA-256: what every key of the cluster is. */
export type KeyPair = webcrypto.CryptoKeyPair

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
/** How every certificate and request is signed (WebCrypto's names). */
export const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' } as const

/** A new key pair from the operating system's generator. */
export function generateKeyPair(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify'])
}

/** The private key as PKCS #8 in PEM (`PRIVATE KEY`). */
export async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  return `-----BEGIN PRIVATE KEY-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`
}

/** Reads a private key on P-256 (PKCS #8 or SEC 1); throws `invalid` for anything else. */
export async function readPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  try {
    const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
    return await webcrypto.subtle.importKey('pkcs8', der, keyAlgorithm, false, ['sign'])
  } catch (cause) {
    throw new StatusError('invalid', 'not a private key in PEM on the curve P-256', { cause })
  }
}
