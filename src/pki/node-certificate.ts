import { createPrivateKey } from 'node:crypto'
import { rfc3339 } from '../base/clock.js'
import { StatusError } from '../base/errors.js'
import type { NodeRole } from '../model/node.js'
import { readCsr } from './csr.js'
import { readPrivateKey, signingAlgorithm } from './keys.js'
import { backdateMs, parseCertificate, pemOf, splitPem, wholeSeconds, type SigningCa } from './root-ca.js'
import { x509 } from './x509.js'

/** Organizational units that say what the holder of a certificate may do; also names it answers to. */
export const roleUnits = { manager: 'swarm-manager', worker: 'swarm-worker' } as const satisfies Record<NodeRole, string>

/** Who a certificate is for, and until when. */
export interface NodeIdentity {
  nodeId: string
  role: NodeRole
  clusterId: string
  notBeforeMs: number
  notAfterMs: number
}

/** What a node's certificate is to say. The request's own subject is not believed. */
export interface IssueOptions {
  csrPem: string
  nodeId: string
  role: NodeRole
  clusterId: string
  /** How long from now it is valid. */
  validityMs: number
  nowMs: number
}

/**
 * Signs a node's certificate: CN is the node's id, OU its role, O the cluster's id, and it answers to
 * the names of its role and id. Throws `invalid` for a bad request.
 */
export async function issueNodeCertificate(ca: SigningCa, options: IssueOptions): Promise<string> {
  const library = await x509()
  const request = await readCsr(options.csrPem)
  const issuer = new library.X509Certificate(ca.certPem)
  const certificate = await library.X509CertificateGenerator.create({
    subject: [{ O: [options.clusterId] }, { OU: [roleUnits[options.role]] }, { CN: [options.nodeId] }],
    issuer: issuer.subjectName,
    publicKey: request.publicKey,
    signingKey: await readPrivateKey(ca.keyPem),
    signingAlgorithm,
    notBefore: wholeSeconds(options.nowMs - backdateMs),
    notAfter: wholeSeconds(options.nowMs + options.validityMs),
    extensions: [
      new library.BasicConstraintsExtension(false, undefined, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.digitalSignature, true),
      new library.ExtendedKeyUsageExtension([library.ExtendedKeyUsage.serverAuth, library.ExtendedKeyUsage.clientAuth]),
      new library.SubjectAlternativeNameExtension([
        { type: 'dns', value: roleUnits[options.role] },
        { type: 'dns', value: options.nodeId },
      ]),
      await library.SubjectKeyIdentifierExtension.create(request.publicKey),
      await library.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  return pemOf(certificate)
}

/** Reads the first certificate of a PEM text; throws `invalid` when it is not one of a node. */
export function readNodeCertificate(pem: string): NodeIdentity {
  const certificate = parseCertificate(pem)
  const identity = identityOfSubject(certificate.toLegacyObject().subject)
  if (!identity) throw new StatusError('invalid', 'certificate is not one of a cluster node: its subject has no node id and role')
  return { ...identity, notBeforeMs: Date.parse(certificate.validFrom), notAfterMs: Date.parse(certificate.validTo) }
}

/** The identity in a certificate's subject as Node gives it (`CN`, `OU`, `O`); undefined when it is not one of a node. */
export function identityOfSubject(subject: object | undefined): Pick<NodeIdentity, 'nodeId' | 'role' | 'clusterId'> | undefined {
  const { CN, OU, O } = (subject ?? {}) as Record<string, unknown>
  if (typeof CN !== 'string' || typeof O !== 'string' || CN === '' || O === '') return undefined
  const role = OU === roleUnits.manager ? 'manager' : OU === roleUnits.worker ? 'worker' : undefined
  return role && { nodeId: CN, role, clusterId: O }
}

/** Checks that the first certificate of a PEM text leads, by those after it, to one of the roots. Throws `invalid` otherwise. */
export function checkChain(chainPem: string, rootsPem: string): void {
  const chain = splitPem(chainPem).map(parseCertificate)
  const roots = splitPem(rootsPem).map(parseCertificate)
  for (const [i, certificate] of chain.entries()) {
    const issuers = [...roots, ...chain.slice(i + 1)]
    const issuer = issuers.find((one) => one.ca && certificate.checkIssued(one) && certificate.verify(one.publicKey))
    if (!issuer) throw new StatusError('invalid', "certificate is not signed by the cluster's root CA")
    if (roots.includes(issuer)) return
  }
}

/**
 * Checks that a node certificate (with intermediates after it) leads to one of the roots, is valid
 * now and belongs to the key. Throws `invalid` with the reason.
 */
export function verifyNodeCertificate(chainPem: string, keyPem: string, rootsPem: string, nowMs: number): NodeIdentity {
  const identity = readNodeCertificate(chainPem)
  checkChain(chainPem, rootsPem)
  if (!parseCertificate(chainPem).checkPrivateKey(createPrivateKey(keyPem))) throw new StatusError('invalid', 'certificate and key do not belong together')
  if (nowMs >= identity.notAfterMs) {
    throw new StatusError(
      'invalid',
      `certificate expired at ${rfc3339(identity.notAfterMs)} (it is ${rfc3339(nowMs)}): ` +
        'leave the swarm with --force and join again with a join token',
    )
  }
  if (nowMs < identity.notBeforeMs) {
    throw new StatusError(
      'invalid',
      `certificate is not valid before ${rfc3339(identity.notBeforeMs)} (it is ${rfc3339(nowMs)}): check this machine's clock`,
    )
  }
  return identity
}
