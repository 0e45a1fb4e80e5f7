import { messageOf, StatusError } from '../../src/base/errors.js'
import type { NodeId } from '../../src/model/ids.js'
import { CertificateState, type Node, type NodeCertificate } from '../../src/model/node.js'
import { issueNodeCertificate } from '../../src/pki/node-certificate.js'
import type { ReadTx } from '../store/store.js'
import { StoreLoop, type LoopDeps, type LoopHandler, type StoreChange } from '../store/store-loop.js'
import type { SignExternally } from './external-ca.js'
import { signerOf } from './trust.js'

/** So many requests are worked on at a time: an authority outside takes its time, and no node waits for another's. */
const atOnce = 16

/** Signs what nodes ask for: `pending` becomes `issued`, or `failed` with the reason. */
class Signing implements LoopHandler {
  readonly name = 'certificate signing'
  private readonly pending = new Set<NodeId>()
  /** Those that are worked on. */
  private readonly underWay = new Map<NodeId, Promise<void>>()
  private wake: (() => void) | undefined
  private readonly stopped = new AbortController()

  constructor(
    private readonly deps: LoopDeps,
    private readonly signExternally: SignExternally | undefined,
  ) {}

  stop(): void {
    this.pending.clear()
    this.stopped.abort(new StatusError('cancelled', 'this manager does not sign any more'))
  }

  reset(tx: ReadTx): void {
    this.pending.clear()
    for (const node of tx.list('node')) this.note(node)
  }

  observe(change: StoreChange): void {
    if (change.table === 'node' && change.action !== 'remove') this.note(change.object)
  }

  /** Goes on until nothing is left, also of what is asked for meanwhile. */
  async run(): Promise<void> {
    const failures: unknown[] = []
    do {
      if (failures.length === 0) this.begin(failures)
      if (this.underWay.size > 0) await new Promise<void>((resolve) => (this.wake = resolve))
    } while (this.underWay.size > 0 || (this.pending.size > 0 && failures.length === 0))
    if (failures.length > 0) throw failures[0]
  }

  /** One at a time of each node: it may ask again while its first request is worked on. */
  private begin(failures: unknown[]): void {
    for (const id of this.pending) {
      if (this.underWay.size >= atOnce) return
      if (this.underWay.has(id)) continue
      this.pending.delete(id)
      const ended = (): void => {
        this.underWay.delete(id)
        this.wakeUp()
      }
      this.underWay.set(id, this.sign(id).catch((thrown: unknown) => void failures.push(thrown)).then(ended))
    }
  }

  private note({ id, certificate }: Node): void {
    if (certificate.state !== CertificateState.pending || certificate.csrPem === undefined) return
    this.pending.add(id)
    this.wakeUp()
  }

  private wakeUp(): void {
    const wake = this.wake
    this.wake = undefined
    wake?.()
  }

  private async sign(id: NodeId): Promise<void> {
    const { store } = this.deps
    const asked = store.view().get('node', id)?.certificate
    if (asked?.state !== CertificateState.pending || asked.csrPem === undefined) return
    const answer = await this.answer(id, asked, asked.csrPem)
    await store.update((tx) => {
      const node = tx.get('node', id)
      // Asked again meanwhile, or for another role: that request is signed next.
      if (!node || node.certificate.csrPem !== asked.csrPem || node.certificate.role !== asked.role) return
      tx.update('node', { ...node, certificate: answer })
    })
  }

  private async answer(id: NodeId, asked: NodeCertificate, csrPem: string): Promise<NodeCertificate> {
    const cluster = this.deps.store.view().list('cluster')[0]
    try {
      if (!cluster) throw new StatusError('unavailable', 'the cluster has no root CA yet')
      const signer = signerOf(cluster.rootCa)
      const external = this.signExternally?.(cluster, { csrPem, nodeId: id, role: asked.role }, this.stopped.signal)
      if (!external && signer.keyPem === '') throw new StatusError('unavailable', 'the key of the root is with an external CA, and the cluster names none')
      const certificatePem = await (external ?? issueNodeCertificate(signer, {
        csrPem,
        nodeId: id,
        role: asked.role,
        clusterId: cluster.id,
        validityMs: cluster.spec.ca.nodeCertExpiryNs / 1e6,
        nowMs: this.deps.clock.nowMs(),
      }))
      this.deps.log.info(`certificate issued for node ${id}`, { role: asked.role })
      return { ...asked, state: CertificateState.issued, message: '', certificatePem: certificatePem + signer.intermediatesPem }
    } catch (thrown) {
      // The next leader signs it.
      this.stopped.signal.throwIfAborted()
      this.deps.log.warn(`certificate not issued for node ${id}`, { err: thrown })
      return { ...asked, state: CertificateState.failed, message: messageOf(thrown) }
    }
  }
}

/** The loop that signs certificates, by the external CA where the cluster has one; `start` it while leading. */
export const signingLoop = (deps: LoopDeps, signExternally?: SignExternally): StoreLoop => new StoreLoop(deps, new Signing(deps, signExternally))
