import { StatusError } from '../base/errors.js'
import { parseCertificate, splitPem } from './root-ca.js'
import { x509 } from './x509.js'

/** The name and public key of a CA, as DER: what `docker node inspect` shows of the issuer. */
export interface Issuer {
  subject: Uint8Array
  publicKey: Uint8Array
}

/** Who the first certificate of a PEM text names and whose key it holds. Throws `invalid` for what is no certificate. */
export async function subjectOf(certPem: string): Promise<Issuer> {
  const publicKey = parseCertificate(certPem).publicKey.export({ type: 'spki', format: 'der' })
  const library = await x509()
  const certificate = new library.X509Certificate(splitPem(certPem)[0] ?? '')
  return { subject: new Uint8Array(certificate.subjectName.toArrayBuffer()), publicKey: new Uint8Array(publicKey) }
}

/**
 * Who signed a node's certificate, found among the intermediates that come with it and the roots.
 * Throws `invalid` when it is none of them.
 */
export async function issuerOf(chainPem: string, rootsPem: string): Promise<Issuer> {
  const [leafPem = '', ...intermediates] = splitPem(chainPem)
  const leaf = parseCertificate(leafPem)
  for (const pem of [...intermediates, ...splitPem(rootsPem)]) {
    if (leaf.verify(parseCertificate(pem).publicKey)) return subjectOf(pem)
  }
  throw new StatusError('invalid', "certificate is not signed by the cluster's root CA")
}
