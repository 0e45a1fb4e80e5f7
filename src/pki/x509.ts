import { webcrypto } from 'node:crypto'
import type * as x509Library from '@peculiar/x509'

/** The library that writes certificates and requests. */
export type X509 = typeof x509Library

let loading: Promise<X509> | undefined

/**
 * Loads it on first use: it costs some 15 MB and a tenth of a second, and a node writes certificates
 * only when it joins and renews. (Reading them is done by `node:crypto`.)
 */
export function x509(): Promise<X509> {
  loading ??= load()
  return loading
}

async function load(): Promise<X509> {
  await import('reflect-metadata')
  const library = await import('@peculiar/x509')
  library.cryptoProvider.set(webcrypto)
  return library
}
