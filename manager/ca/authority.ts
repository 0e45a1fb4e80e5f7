import { delay, type Clock } from '../../src/base/clock.js'
import { StatusError } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import type { Cluster } from '../../src/model/cluster.js'
import type { NodeId } from '../../src/model/ids.js'
import { Availability, CertificateState, NodeRole, NodeState, type Node, type NodeCertificate } from '../../src/model/node.js'
import { readCsr } from '../../src/pki/csr.js'
import { parseJoinToken, sameToken } from '../../src/pki/join-token.js'
import type { CaMethods, IssueNodeCertificateRequest, NodeCertificateStatusResponse } from '../../src/wire/ca-service.js'
import type { CallContext, Caller, Handlers } from '../../src/wire/service-table.js'
import type { Store } from '../store/store.js'
import { CallLimit } from './call-limit.js'
import { trustedRoots } from './trust.js'

/** A request to be told of a certificate is held at most this long. */
const statusWaitMs = 20_000
/** And at most so many at once by callers without a certificate. */
const waitingMax = 500
/** A request for a certificate of a P-256 key is some 400 bytes. */
const csrBytesMax = 8 * 1024
/** Whose disks the unlock key opens. */
const managerSubsystem = 'swarm-manager'

export interface AuthorityDeps {
  store: Store
  clock: Clock
  ids: IdSource
}

/**
 * The cluster's certificate authority, as nodes call it; the leader serves it. It only writes requests
 * into the store: `signingLoop` answers them, so that one that was accepted survives a change of leader.
 */
export class Authority {
  private readonly limit: CallLimit
  private waiting = 0

  constructor(private readonly deps: AuthorityDeps) {
    this.limit = new CallLimit(deps.clock)
  }

  /** What `LeaderRouter.served(caService, ...)` takes. */
  handlers(): Handlers<CaMethods> {
    return {
      getRootCaCertificate: async (_request, call) => {
        this.bound(call)
        return { certificatePem: this.cluster().rootCa.certPem }
      },
      issueNodeCertificate: async (request, call) => {
        this.bound(call)
        return { nodeId: await this.issue(request, call) }
      },
      nodeCertificateStatus: async ({ nodeId }, call) => {
        this.bound(call)
        return this.status(nodeId, call)
      },
      getUnlockKey: async () => {
        const cluster = this.cluster()
        const key = cluster.unlockKeys.find(({ subsystem }) => subsystem === managerSubsystem)?.key
        return { key: key ?? new Uint8Array(), version: cluster.meta.version }
      },
    }
  }

  private bound({ caller, remoteAddress }: CallContext): void {
    if (!caller) this.limit.take(remoteAddress)
  }

  private async issue(request: IssueNodeCertificateRequest, call: CallContext): Promise<string> {
    if (request.csrPem.length > csrBytesMax) throw new StatusError('invalid', `CSR of ${request.csrPem.length} bytes is too long`)
    if (request.token === '') {
      if (!call.caller) throw new StatusError('unauthorized', 'a valid join token is necessary to join this cluster')
      return this.renew(call.caller, request.csrPem)
    }
    const role = roleOfToken(this.cluster(), request.token)
    await readCsr(request.csrPem)
    return this.admit(role, request, call.remoteAddress)
  }

  /** A new node. The token is looked at again as it is written: it may have been rotated meanwhile. */
  private admit(role: NodeRole, { csrPem, token, availability }: IssueNodeCertificateRequest, address: string): Promise<string> {
    if (availability !== '' && !(availability in Availability)) {
      throw new StatusError('invalid', `invalid availability "${availability}": it is active, pause or drain`)
    }
    const id = this.deps.ids.objectId() as NodeId
    return this.deps.store.update((tx) => {
      const cluster = tx.list('cluster')[0]
      if (!cluster || roleOfToken(cluster, token) !== role) throw staleToken()
      tx.create('node', {
        id,
        spec: { name: '', labels: {}, role, availability: availability || Availability.active },
        status: { state: NodeState.unknown, message: '', address },
        observedRole: role,
        certificate: { state: CertificateState.pending, message: '', role, csrPem, commonName: id },
      })
      return id
    })
  }

  /** A node that has a certificate gets one for the role that it is to have. */
  private async renew(caller: Caller, csrPem: string): Promise<string> {
    await readCsr(csrPem)
    return this.deps.store.update((tx) => {
      const node = tx.get('node', caller.nodeId)
      if (!node) {
        throw new StatusError('notFound', `node ${caller.nodeId} is not part of this swarm any more: leave with --force and join again`)
      }
      const { role, certificatePem } = node.certificate
      const certificate: NodeCertificate = { state: CertificateState.pending, message: '', role, csrPem, commonName: node.id }
      // Until the new one is there the old one tells until when a removed node is to be refused.
      tx.update('node', { ...node, certificate: { ...certificate, ...(certificatePem !== undefined && { certificatePem }) } })
      return node.id
    })
  }

  private async status(nodeId: string, call: CallContext): Promise<NodeCertificateStatusResponse> {
    if (!call.caller && this.waiting >= waitingMax) throw new StatusError('exhausted', 'too many nodes wait for their certificates: try again later')
    this.waiting++
    try {
      const node = await this.settled(nodeId, call.signal)
      const { state, message, role, certificatePem } = node.certificate
      return {
        state: state === CertificateState.failed ? 'failed' : 'issued',
        message,
        role,
        certificatePem: certificatePem ?? '',
        rootCaPem: trustedRoots(this.cluster().rootCa),
      }
    } finally {
      this.waiting--
    }
  }

  /** The node once its request is answered. */
  private async settled(nodeId: string, signal: AbortSignal): Promise<Node> {
    const { tx, events } = this.deps.store.viewAndWatch((event) => event.table === 'node' && event.object.id === nodeId)
    const ended = new AbortController()
    const timeout = delay(this.deps.clock, statusWaitMs, AbortSignal.any([signal, ended.signal])).then(
      () => events.close(),
      () => events.close(),
    )
    try {
      let node = tx.get('node', nodeId)
      if (!node) throw new StatusError('notFound', `node ${nodeId} not found`)
      if (isSettled(node)) return node
      for await (const event of events) {
        if (event.table !== 'node') continue
        if (event.action === 'remove') throw new StatusError('notFound', `node ${nodeId} was removed`)
        node = event.object
        if (isSettled(node)) return node
      }
      throw new StatusError('unavailable', `the certificate of node ${nodeId} is not issued yet: ask again`)
    } finally {
      ended.abort()
      await timeout
    }
  }

  private cluster(): Cluster {
    const cluster = this.deps.store.view().list('cluster')[0]
    if (!cluster) throw new StatusError('unavailable', 'the swarm is being set up: try again')
    return cluster
  }
}

/**
 * The request has its answer. A certificate that was issued may be asked to be renewed before its node
 * has fetched it: it is handed out all the same, for the node asks again only after that.
 */
function isSettled({ certificate: { state, certificatePem } }: Node): boolean {
  if (state === CertificateState.issued || state === CertificateState.failed) return true
  return (state === CertificateState.renew || state === CertificateState.rotate) && certificatePem !== undefined
}

/** The role that a token stands for; throws `invalid` with the reason when it stands for none. */
function roleOfToken({ rootCa }: Cluster, token: string): NodeRole {
  const given = token.trim()
  // Both are compared always: the time taken tells nothing.
  const [manager, worker] = [sameToken(given, rootCa.joinTokens.manager), sameToken(given, rootCa.joinTokens.worker)]
  if (manager) return NodeRole.manager
  if (worker) return NodeRole.worker
  if (parseJoinToken(given).rootDigest !== rootCa.digest) {
    throw new StatusError('invalid', 'invalid join token: it is of another swarm, or from before the root CA of this one was rotated')
  }
  throw staleToken()
}

function staleToken(): StatusError {
  return new StatusError(
    'invalid',
    'invalid join token: it is wrong or was rotated. Print the current one on a manager with "swarm join-token worker" or "swarm join-token manager"',
  )
}
