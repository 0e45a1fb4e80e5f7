import { delay, type Clock } from '../../src/base/clock.js'
import { ErrorKind, kindOf, messageOf, StatusError } from '../../src/base/errors.js'
import type { Availability, NodeRole } from '../../src/model/node.js'
import { createCsr } from '../../src/pki/csr.js'
import { parseJoinToken } from '../../src/pki/join-token.js'
import { verifyNodeCertificate } from '../../src/pki/node-certificate.js'
import { rootDigest } from '../../src/pki/root-ca.js'
import { builtInAuthorities } from '../../src/sys/built-in-authorities.js'
import { caService, type CaMethods } from '../../src/wire/ca-service.js'
import { joiningConnection, unverifiedConnection } from '../../src/wire/grpc-client.js'
import type { Client } from '../../src/wire/service-table.js'
import { clientOf } from '../../src/wire/transport.js'
import type { NodeFiles } from './identity-files.js'

/** How a node that has no certificate comes by one. */
export interface JoinOptions {
  token: string
  /** host:port of managers; tried in order. */
  managers: readonly string[]
  availability: Availability
  clock: Clock
  signal: AbortSignal
}

/** Managers bound how often they are asked; a crowd of joining nodes takes turns for this long. */
const crowdPatienceMs = 60_000
const crowdRetryMs = 1_000
/** Each step of joining must be answered within this time. */
const stepTimeoutMs = 10_000
const issueTimeoutMs = 60_000
const statusRetryMs = 500
/** A manager holds a question for a certificate up to 20 s; one that is silent for longer is given up. */
const statusTimeoutMs = 25_000

/** A certificate with its key, and what it says. */
export interface IssuedCertificate extends NodeFiles {
  nodeId: string
  role: NodeRole
  clusterId: string
}

/** A certificate as a manager gave it to a node that joined. */
export interface IssuedIdentity extends IssuedCertificate {
  /** The manager that answered. */
  manager: string
}

/**
 * Gets a certificate with a join token. The root is asked of a manager that cannot be trusted yet, and
 * believed only when its digest is the one in the token. Throws `invalid` for tokens that are malformed,
 * of another swarm or rotated, `unavailable` when no manager answers.
 */
export async function joinCluster(options: JoinOptions): Promise<IssuedIdentity> {
  const { rootDigest: expected } = parseJoinToken(options.token)
  if (options.managers.length === 0) throw new StatusError('invalid', 'the address of a manager to join is missing')
  await builtInAuthorities()
  const failures: string[] = []
  for (const manager of options.managers) {
    try {
      return await joinThrough(manager, expected, options)
    } catch (thrown) {
      options.signal.throwIfAborted()
      const kind = kindOf(thrown)
      // A manager that refuses speaks for the swarm; one that does not answer does not.
      if (kind !== 'unavailable' && kind !== 'deadline') throw thrown
      failures.push(messageOf(thrown))
    }
  }
  throw new StatusError('unavailable', `could not join: ${failures.join('; ')}. Check the address, and that port 2377 is open on the manager`)
}

/** Tries again while the manager has too much to do. */
async function inTurn<T>(attempt: () => Promise<T>, { clock, signal }: Pick<JoinOptions, 'clock' | 'signal'>): Promise<T> {
  const untilMs = clock.monotonicMs() + crowdPatienceMs
  for (;;) {
    try {
      return await attempt()
    } catch (thrown) {
      if (kindOf(thrown) !== 'exhausted' || clock.monotonicMs() >= untilMs) throw thrown
      await delay(clock, crowdRetryMs, signal)
    }
  }
}

async function joinThrough(manager: string, expected: string, options: JoinOptions): Promise<IssuedIdentity> {
  const rootsPem = await inTurn(() => fetchRoot(manager, expected, options), options)
  using connection = joiningConnection(manager, rootsPem, options.clock)
  const ca = clientOf(caService, connection)
  const issued = await requestCertificate(() => ca, rootsPem, options)
  return { ...issued, manager }
}

async function fetchRoot(manager: string, expected: string, { clock, signal }: JoinOptions): Promise<string> {
  using connection = unverifiedConnection(manager, clock)
  const { certificatePem } = await clientOf(caService, connection).getRootCaCertificate({}, { signal, timeoutMs: stepTimeoutMs })
  if (rootDigest(certificatePem) !== expected) {
    throw new StatusError(
      'invalid',
      `remote CA does not match fingerprint. Expected: ${expected.replace('sha256:', '')}. ` +
        `The join token is of another swarm than the manager at ${manager}, or from before its root CA was rotated`,
    )
  }
  return certificatePem
}

/**
 * Asks the managers for a certificate of a new key and waits for it: with a token for a new node, without
 * one to renew that of the node that the connection belongs to. `ca` chooses a manager for each question: the
 * one that took the request may be none any more when it is answered, and every other knows the answer as well.
 */
export async function requestCertificate(
  ca: () => Client<CaMethods>,
  rootsPem: string,
  options: { token?: string; availability?: Availability; clock: Clock; signal: AbortSignal },
): Promise<IssuedCertificate> {
  const { clock, signal } = options
  const first = ca()
  const { csrPem, keyPem } = await createCsr()
  const request = { csrPem, token: options.token ?? '', availability: options.availability ?? '' } as const
  const { nodeId } = await inTurn(() => first.issueNodeCertificate(request, { signal, timeoutMs: stepTimeoutMs }), options)
  const answer = await certificateOf(ca, nodeId, clock, signal)
  if (answer.state !== 'issued') throw new StatusError('internal', `the managers could not issue a certificate: ${answer.message}`)
  const trusted = rootsPem + answer.rootCaPem
  const identity = verifyNodeCertificate(answer.certificatePem, keyPem, trusted, clock.nowMs())
  if (identity.nodeId !== nodeId) throw new StatusError('internal', `the managers issued a certificate for node ${identity.nodeId} instead of ${nodeId}`)
  return { certPem: answer.certificatePem, keyPem, rootsPem: answer.rootCaPem, nodeId, role: identity.role, clusterId: identity.clusterId }
}

/** What says nothing of the certificate itself. */
const askedAgain: ReadonlySet<string> = new Set<ErrorKind>([ErrorKind.unavailable, ErrorKind.exhausted, ErrorKind.deadline])

/** Asks again while it is not issued yet: a change of leader, or the end of the manager that was asked, may come between. */
async function certificateOf(ca: () => Client<CaMethods>, nodeId: string, clock: Clock, signal: AbortSignal) {
  const untilMs = clock.monotonicMs() + issueTimeoutMs
  for (;;) {
    try {
      return await ca().nodeCertificateStatus({ nodeId }, { signal, timeoutMs: statusTimeoutMs })
    } catch (thrown) {
      signal.throwIfAborted()
      if (!askedAgain.has(kindOf(thrown)) || clock.monotonicMs() >= untilMs) throw thrown
      await delay(clock, statusRetryMs, signal)
    }
  }
}
