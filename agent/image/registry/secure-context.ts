import { createSecureContext, type SecureContext } from 'node:tls'
import { builtInAuthorities } from '../../../src/sys/built-in-authorities.js'
import { TimeSlice } from '../../kernel/time-slice.js'
import type { Trust } from './transport.js'

/** What lists of authorities are made of: one certificate each, with anything that stands before it. */
const betweenCertificates = /(?<=-----END [A-Z0-9 ]*CERTIFICATE-----)/

/** What Node.js's own object holds, by which it reads authorities itself. It is not documented. */
interface Handle {
  addCACert?: (pem: string) => void
}

/**
 * What connections are checked by. Reading the authorities of a host takes a tenth of a second: that happens one by one, so that
 * the event loop goes on meanwhile. Throws what OpenSSL says of a certificate or a key that it cannot use.
 */
export async function secureContextOf({ insecure, ca, cert, key }: Trust, slice = new TimeSlice(), builtIn = builtInAuthorities): Promise<SecureContext> {
  const own = { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) }
  // Nothing is checked: no authority is needed, and without an empty list Node.js would read its own ones.
  if (insecure) return createSecureContext({ ...own, ca: [] })
  await builtIn()
  if (!ca) return createSecureContext(own)
  const context = createSecureContext({ ...own, ca: [] })
  const handle = context.context as Handle
  if (typeof handle.addCACert !== 'function') return createSecureContext({ ...own, ca: [...ca] })
  for (const list of ca) {
    for (const certificate of list.split(betweenCertificates)) {
      handle.addCACert(certificate)
      const pause = slice.pause()
      if (pause) await pause
    }
  }
  return context
}
