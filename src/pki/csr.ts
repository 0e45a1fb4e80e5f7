import type { Pkcs10CertificateRequest } from '@peculiar/x509'
import { StatusError } from '../base/errors.js'
import { generateKeyPair, privateKeyPem, signingAlgorithm } from './keys.js'
import { x509 } from './x509.js'

/** A new key and the request for a certificate of it, both PEM. The authority decides on all names. */
export async function createCsr(): Promise<{ csrPem: string; keyPem: string }> {
  const { Pkcs10CertificateRequestGenerator } = await x509()
  const keys = await generateKeyPair()
  const request = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=swarm-node', keys, signingAlgorithm })
  return { csrPem: `${request.toString('pem').trim()}\n`, keyPem: await privateKeyPem(keys.privateKey) }
}

/**
 * Reads a request and checks that the asker holds the key; throws `invalid` otherwise, and for keys
 * that are not ECDSA on P-256.
 */
export async function readCsr(pem: string): Promise<Pkcs10CertificateRequest> {
  const library = await x509()
  let request: Pkcs10CertificateRequest
  let signed: boolean
  try {
    request = new library.Pkcs10CertificateRequest(pem)
    signed = await request.verify()
  } catch (cause) {
    throw new StatusError('invalid', 'CSR is malformed: not a certificate request in PEM', { cause })
  }
  if (!signed) throw new StatusError('invalid', 'CSR is not signed by the key it is for')
  const algorithm = request.publicKey.algorithm
  if (algorithm.name !== 'ECDSA' || !('namedCurve' in algorithm) || algorithm.namedCurve !== 'P-256') {
    throw new StatusError('invalid', 'CSR is for a key that is not ECDSA on the curve P-256')
  }
  return request
}
