import { request, type RequestOptions } from 'node:https'
import { withTimeout, type Clock } from '../../src/base/clock.js'
import { messageOf, StatusError, unavailable } from '../../src/base/errors.js'
import type { Cluster } from '../../src/model/cluster.js'
import type { NodeRole } from '../../src/model/node.js'
import { readCsr } from '../../src/pki/csr.js'
import { checkChain, readNodeCertificate, roleUnits } from '../../src/pki/node-certificate.js'
import { parseCertificate, splitPem } from '../../src/pki/root-ca.js'
import type { TlsIdentity } from '../../src/wire/tls-identity.js'
import { signerOf, trustedRoots } from './trust.js'

/** What is to be signed, and for whom. */
export interface ExternalRequest {
  csrPem: string
  nodeId: string
  role: NodeRole
}

/** Signs by an authority outside of the swarm; undefined when the cluster has none for its root. */
export type SignExternally = (cluster: Cluster, asked: ExternalRequest, signal: AbortSignal) => Promise<string> | undefined

/** An authority that has not answered by then does not sign. */
const answerMs = 10_000
/** A certificate and its issuers are some KiB. */
const answerBytesMax = 256 * 1024

/**
 * Signs through the cluster's external CAs, the first that answers, by cfssl's API: POST of
 * `{certificate_request, hosts, subject}` to the URL, answered with `{success, result: {certificate}, errors}`
 * (https://github.com/cloudflare/cfssl/blob/master/doc/api/endpoint_sign.txt). Both ends show certificates
 * under the cluster's root. What comes back is checked: it is for this key, node and role, and leads to the root.
 * Rejects with `unavailable` and what each of them said.
 */
export function externalSigner(identity: () => TlsIdentity, clock: Clock): SignExternally {
  return (cluster, asked, signal) => {
    const authorities = externalCasOf(cluster)
    return authorities.length > 0 ? signByOne(authorities, cluster, asked, { identity: identity(), clock, signal }) : undefined
  }
}

/** Those for the root that signs now: an authority that names no root stands for any. */
function externalCasOf({ spec, rootCa }: Cluster): Cluster['spec']['ca']['externalCas'] {
  const root = parseCertificate(signerOf(rootCa).certPem)
  return spec.ca.externalCas.filter(({ caCertPem }) => caCertPem === '' || parseCertificate(caCertPem).raw.equals(root.raw))
}

interface Means {
  identity: TlsIdentity
  clock: Clock
  signal: AbortSignal
}

async function signByOne(authorities: readonly { url: string }[], cluster: Cluster, asked: ExternalRequest, means: Means): Promise<string> {
  const failures: string[] = []
  for (const { url } of authorities) {
    try {
      const certificatePem = await ask(url, bodyFor(cluster, asked), trustedRoots(cluster.rootCa), means)
      await check(certificatePem, cluster, asked)
      return certificatePem
    } catch (thrown) {
      means.signal.throwIfAborted()
      failures.push(`${url}: ${messageOf(thrown)}`)
    }
  }
  throw unavailable(`the external CA did not sign the certificate: ${failures.join('; ')}`)
}

function bodyFor(cluster: Cluster, { csrPem, nodeId, role }: ExternalRequest): string {
  return JSON.stringify({
    certificate_request: csrPem,
    hosts: [roleUnits[role], nodeId],
    subject: { CN: nodeId, names: [{ OU: roleUnits[role], O: cluster.id }] },
  })
}

async function ask(url: string, body: string, rootsPem: string, { identity, clock, signal }: Means): Promise<string> {
  const late = new AbortController()
  const options: RequestOptions = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
    ca: rootsPem,
    cert: identity.certPem,
    key: identity.keyPem,
    signal: AbortSignal.any([signal, late.signal]),
    // Asked for rarely: no connection is kept.
    agent: false,
  }
  try {
    return certificateOf(await withTimeout(clock, answerMs, post(url, options, body), () => unavailable(`no answer within ${answerMs / 1000} s`)))
  } finally {
    late.abort()
  }
}

function post(url: string, options: RequestOptions, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const parts: Buffer[] = []
      let length = 0
      response.on('data', (part: Buffer) => {
        length += part.length
        if (length > answerBytesMax) sent.destroy(unavailable(`its answer is over ${answerBytesMax} bytes`))
        else parts.push(part)
      })
      response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function certificateOf(text: string): string {
  const { success, result, errors } = objectOf(text)
  const { certificate } = (typeof result === 'object' && result !== null ? result : {}) as Record<string, unknown>
  if (success === true && typeof certificate === 'string') return splitPem(certificate).join('')
  const said = Array.isArray(errors) ? errors.map((one: unknown) => (one as { message?: unknown } | null)?.message).filter((one) => typeof one === 'string') : []
  throw new StatusError('unavailable', said.length > 0 ? said.join(', ').slice(0, 500) : 'it answers without a certificate')
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>
  } catch {
    // The sentence below says it.
  }
  throw new StatusError('unavailable', 'its answer is not what cfssl answers')
}

/** An authority that signs something else than it was asked for must not make managers. */
async function check(certificatePem: string, cluster: Cluster, asked: ExternalRequest): Promise<void> {
  const { nodeId, role, clusterId } = readNodeCertificate(certificatePem)
  if (nodeId !== asked.nodeId || role !== asked.role || clusterId !== cluster.id) {
    throw new StatusError('invalid', `it signed for node ${nodeId} as ${role} of ${clusterId} instead of node ${asked.nodeId} as ${asked.role}`)
  }
  const { publicKey } = await readCsr(asked.csrPem)
  if (!parseCertificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' }).equals(Buffer.from(publicKey.rawData))) {
    throw new StatusError('invalid', 'it signed another key than it was asked to')
  }
  checkChain(certificatePem, signerOf(cluster.rootCa).certPem)
}
