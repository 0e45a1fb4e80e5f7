import { createHash, X509Certificate } from 'node:crypto'
import type { X509Certificate as WrittenCertificate } from '@peculiar/x509'
import { StatusError } from '../base/errors.js'
import { generateKeyPair, privateKeyPem, readPrivateKey, signingAlgorithm } from './keys.js'
import { x509, type X509 } from './x509.js'

/** A certificate authority that can sign: both as PEM. */
export interface SigningCa {
  certPem: string
  keyPem: string
}

/** A certificate is valid from this long before it was made: clocks of nodes differ. */
export const backdateMs = 3600_000
const rootValidityMs = 20 * 365.25 * 24 * 3600_000

/** A new root for a cluster: ECDSA on P-256, self-signed, valid for 20 years. */
export async function createRootCa(nowMs: number): Promise<SigningCa> {
  const library = await x509()
  const keys = await generateKeyPair()
  const certificate = await library.X509CertificateGenerator.createSelfSigned({
    name: 'CN=swarm-ca',
    keys,
    notBefore: wholeSeconds(nowMs - backdateMs),
    notAfter: wholeSeconds(nowMs + rootValidityMs),
    signingAlgorithm,
    extensions: [...authorityExtensions(library), await library.SubjectKeyIdentifierExtension.create(keys.publicKey)],
  })
  return { certPem: pemOf(certificate), keyPem: await privateKeyPem(keys.privateKey) }
}

/**
 * The new root's name and key in a certificate signed by the old root: during a rotation, nodes that
 * trust only the old root accept what the new one signed when this comes along as an intermediate.
 */
export async function crossSign(newRootPem: string, old: SigningCa, nowMs: number): Promise<string> {
  const library = await x509()
  const newRoot = new library.X509Certificate(newRootPem)
  const oldRoot = new library.X509Certificate(old.certPem)
  const certificate = await library.X509CertificateGenerator.create({
    subject: newRoot.subjectName,
    issuer: oldRoot.subjectName,
    publicKey: newRoot.publicKey,
    signingKey: await readPrivateKey(old.keyPem),
    signingAlgorithm,
    notBefore: wholeSeconds(nowMs - backdateMs),
    notAfter: oldRoot.notAfter < newRoot.notAfter ? oldRoot.notAfter : newRoot.notAfter,
    extensions: [
      ...authorityExtensions(library),
      await library.SubjectKeyIdentifierExtension.create(newRoot.publicKey),
      await library.AuthorityKeyIdentifierExtension.create(oldRoot.publicKey),
    ],
  })
  return pemOf(certificate)
}

/** `sha256:<hex>` of the DER form: what a join token pins. Throws `invalid` for what is no certificate. */
export function rootDigest(certPem: string): string {
  return `sha256:${createHash('sha256').update(parseCertificate(certPem).raw).digest('hex')}`
}

/** Node's view of the first certificate in a PEM text; throws `invalid` for what is none. */
export function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new StatusError('invalid', 'not a certificate in PEM', { cause })
  }
}

/** The certificates of a PEM text, one each. */
export function splitPem(pem: string): string[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((one) => `${one}\n`)
}

/** Certificates hold whole seconds; fractions would be cut off in different places. */
export function wholeSeconds(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000)
}

/** The certificate in PEM, with one newline at its end. */
export function pemOf(certificate: WrittenCertificate): string {
  return `${certificate.toString('pem').trim()}\n`
}

const authorityExtensions = ({ BasicConstraintsExtension, KeyUsagesExtension, KeyUsageFlags }: X509) => [
  new BasicConstraintsExtension(true, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true),
]
