import { createPrivateKey } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { invalid } from '../../src/base/errors.js'
import type { Cluster, ClusterSpec, RootCa } from '../../src/model/cluster.js'
import { readPrivateKey } from '../../src/pki/keys.js'
import { createRootCa, crossSign, parseCertificate, splitPem, type SigningCa } from '../../src/pki/root-ca.js'

/**
 * The root CA of a cluster after its spec was changed: the same, or with a rotation begun, replaced or
 * called off. A rotation begins to a new root when `forceRotate` changes, and to the signing CA that
 * the spec gives, with its key or with an external CA that names it; giving the present root calls one off. The join tokens
 * and the root that joining nodes are told stay until every node has moved. Throws `invalid` for a CA that cannot sign.
 */
export async function nextRootCa({ rootCa, spec: before }: Cluster, { ca }: ClusterSpec, nowMs: number): Promise<RootCa> {
  const next = await changedRoot({ rootCa, spec: before }, ca, nowMs)
  const { certPem, keyPem } = next.rotation ?? next
  const changed = next !== rootCa || !isDeepStrictEqual(ca.externalCas, before.ca.externalCas)
  if (changed && keyPem === '' && !ca.externalCas.some(({ caCertPem }) => caCertPem === '' || sameCertificate(caCertPem, certPem))) {
    throw invalid('the key of the root is not with the swarm, and none of its external CAs is for that root: nobody could sign')
  }
  return next
}

async function changedRoot({ rootCa, spec: before }: Pick<Cluster, 'rootCa' | 'spec'>, ca: ClusterSpec['ca'], nowMs: number): Promise<RootCa> {
  const given = givenCa(before, ca)
  const forced = ca.forceRotate !== rootCa.lastForcedRotation
  const counted: RootCa = { ...rootCa, lastForcedRotation: ca.forceRotate }
  if (!given) return forced ? rotateTo(counted, await createRootCa(nowMs), nowMs) : rootCa
  await validateSigningCa(given, nowMs)
  if (sameCertificate(given.certPem, rootCa.certPem)) {
    const { rotation: _, ...settled } = counted
    // The key of a root that an external CA signs for may come later: only with it can the root be left.
    return { ...settled, keyPem: settled.keyPem || given.keyPem }
  }
  if (rootCa.rotation && sameCertificate(given.certPem, rootCa.rotation.certPem)) return counted
  return rotateTo(counted, given, nowMs)
}

/** The spec as it is kept: the key is with the root alone, and a certificate only as long as its root is meant. */
export function withoutSigningKey(spec: ClusterSpec, { certPem, rotation }: RootCa): ClusterSpec {
  const { signingCaCertPem } = spec.ca
  const kept = signingCaCertPem !== '' && sameCertificate(signingCaCertPem, rotation?.certPem ?? certPem)
  return { ...spec, ca: { ...spec.ca, signingCaCertPem: kept ? signingCaCertPem : '', signingCaKeyPem: '' } }
}

/** Clients send back the certificate that they were shown, never with its key: that asks for nothing. */
function givenCa(before: ClusterSpec, ca: ClusterSpec['ca']): SigningCa | undefined {
  if (ca.signingCaKeyPem !== '' && ca.signingCaCertPem !== '') return { certPem: ca.signingCaCertPem, keyPem: ca.signingCaKeyPem }
  if (ca.signingCaKeyPem !== '') throw invalid('the key of the signing CA is given without its certificate')
  if (ca.signingCaCertPem !== '' && ca.signingCaCertPem !== before.ca.signingCaCertPem) {
    if (ca.externalCas.some(({ caCertPem }) => caCertPem !== '' && sameCertificate(caCertPem, ca.signingCaCertPem))) return { certPem: ca.signingCaCertPem, keyPem: '' }
    throw invalid('the certificate of the signing CA is given without its key, and no external CA names it as its root')
  }
  return undefined
}

async function rotateTo(rootCa: RootCa, to: SigningCa, nowMs: number): Promise<RootCa> {
  if (rootCa.keyPem === '') throw invalid('the present root cannot sign for its successor, as its key is with an external CA: give it with its certificate first')
  const certPem = splitPem(to.certPem)[0] ?? ''
  return { ...rootCa, rotation: { certPem, keyPem: to.keyPem, crossSignedPem: await crossSign(certPem, rootCa, nowMs) } }
}

async function validateSigningCa({ certPem, keyPem }: SigningCa, nowMs: number): Promise<void> {
  if (splitPem(certPem).length !== 1) throw invalid('the signing CA must be one certificate in PEM: a chain cannot be the root of a swarm')
  const certificate = parseCertificate(certPem)
  if (keyPem !== '') await readPrivateKey(keyPem)
  if (keyPem !== '' && !certificate.checkPrivateKey(createPrivateKey(keyPem))) throw invalid('the certificate and the key of the signing CA do not belong together')
  if (!certificate.ca || !certificate.verify(certificate.publicKey)) throw invalid('the signing CA is not a root: its certificate must be signed by itself and be one of a CA')
  if (nowMs < Date.parse(certificate.validFrom) || nowMs >= Date.parse(certificate.validTo)) {
    throw invalid(`the signing CA is valid from ${certificate.validFrom} to ${certificate.validTo}, not now`)
  }
}

function sameCertificate(a: string, b: string): boolean {
  return parseCertificate(a).raw.equals(parseCertificate(b).raw)
}
