import { parseCertificate, splitPem } from './root-ca.js'
import { x509 } from './x509.js'

/** The first certificate's subject and public key as DER: what `docker node inspect` shows of the issuer. */
export async function issuerOf(rootsPem: string): Promise<{ subject: Uint8Array; publicKey: Uint8Array }> {
  const pem = splitPem(rootsPem)[0] ?? ''
  const library = await x509()
  const certificate = new library.X509Certificate(pem)
  return {
    subject: new Uint8Array(certificate.subjectName.toArrayBuffer()),
    publicKey: new Uint8Array(parseCertificate(pem).publicKey.export({ type: 'spki', format: 'der' })),
  }
}
