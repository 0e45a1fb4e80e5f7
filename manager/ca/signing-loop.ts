import { messageOf, StatusError } from '../../src/base/errors.js'
import type { NodeId } from '../../src/model/ids.js'
import { CertificateState, type Node, type NodeCertificate } from '../../src/model/node.js'
import { issueNodeCertificate } from '../../src/pki/node-certificate.js'
import type { ReadTx } from '../store/store.js'
import { StoreLoop, type LoopDeps, type LoopHandler, type StoreChange } from '../store/store-loop.js'
import type { SignExternally } from './external-ca.js'
import { signerOf } from './trust.js'

/** So many requests are worked on at a time. */
const atOnce = 16

/** Signs what nodes ask for: `pending` becomes `issued`, or `failed` with the reason. */
class Signing implements LoopHandler {
  readonly name = 'certificate signing'
  private readonly pending = new Set<NodeId>()

  private readonly stopped = new AbortController()

  constructor(
    private readonly deps: LoopDeps,
    private readonly signExternally: SignExternally | undefined,
  ) {}

  stop(): void {
    this.stopped.abort(new StatusError('cancelled', 'this manager does not sign any more'))
  }

  reset(tx: ReadTx): void {
    this.pending.clear()
    for (const node of tx.list('node')) this.note(node)
  }

  observe(change: StoreChange): void {
    if (change.table === 'node' && change.action !== 'remove') this.note(change.object)
  }

  async run(): Promise<void> {
    while (this.pending.size > 0) {
      // An authority outside takes its time: one node does not wait for another.
      const batch = [...this.pending].slice(0, atOnce)
      for (const id of batch) this.pending.delete(id)
      await Promise.all(batch.map((id) => this.sign(id)))
    }
  }

  private note({ id, certificate }: Node): void {
    if (certificate.state === CertificateState.pending && certificate.csrPem !== undefined) this.pending.add(id)
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
