import type { Timer } from '../../src/base/clock.js'
import type { RootCa } from '../../src/model/cluster.js'
import type { NodeId } from '../../src/model/ids.js'
import { CertificateState, type Node } from '../../src/model/node.js'
import { subjectOf, type Issuer } from '../../src/pki/issuer.js'
import { createJoinToken } from '../../src/pki/join-token.js'
import { parseCertificate, rootDigest } from '../../src/pki/root-ca.js'
import { batch } from '../store/batch.js'
import { StoreLoop, type LoopDeps, type LoopHandler, type StoreChange } from '../store/store-loop.js'
import type { ReadTx } from '../store/store.js'

/** A node that was issued a certificate of the new root and does not show it within this time is asked again. */
const takeUpMs = 30_000

/**
 * Moves the nodes to a new root: each is asked for a new certificate, and when all of them show one
 * that the new root signed, the old root is trusted no more and join tokens name the new one. A node
 * that is down holds the rotation up until it comes back or is removed: it would be locked out.
 */
class Rotation implements LoopHandler {
  readonly name = 'root rotation'
  private readonly issuers = new Map<string, Issuer>()
  private readonly waitingSinceMs = new Map<NodeId, number>()
  private timer: Timer | undefined

  constructor(
    private readonly deps: LoopDeps,
    private readonly wake: () => void,
  ) {}

  reset(_tx: ReadTx): void {
    this.stop()
    this.waitingSinceMs.clear()
  }

  observe(_change: StoreChange): void {
    // `run` looks at the store: rotations are rare.
  }

  async run(): Promise<void> {
    const { store, log } = this.deps
    const rotation = store.view().list('cluster')[0]?.rootCa.rotation
    if (!rotation) {
      this.waitingSinceMs.clear()
      return
    }
    const issuer = await this.issuerOf(rotation.certPem)
    const behind = store.view().list('node').filter((node) => !shows(node, issuer))
    if (behind.length === 0) return this.finish(rotation.certPem, issuer)
    const asked = behind.filter((node) => this.isToAsk(node, rotation))
    if (asked.length === 0) return
    log.info(`the root CA is rotated: ${asked.length} nodes are asked for new certificates`, { behind: behind.length })
    await batch(store, asked, (tx, { id, certificate }) => {
      const node = tx.get('node', id)
      if (!node || node.certificate.state !== CertificateState.issued || node.certificate.certificatePem !== certificate.certificatePem) return
      tx.update('node', { ...node, certificate: { ...node.certificate, state: CertificateState.rotate } })
    })
  }

  stop(): void {
    this.timer?.cancel()
    this.timer = undefined
  }

  /** Those that are asked already, or answered lately, have their time. */
  private isToAsk({ id, certificate }: Node, rotation: NonNullable<RootCa['rotation']>): boolean {
    if (certificate.state !== CertificateState.issued) {
      this.waitingSinceMs.delete(id)
      return false
    }
    if (!signedBy(certificate.certificatePem, rotation.certPem)) return true
    const nowMs = this.deps.clock.monotonicMs()
    const sinceMs = this.waitingSinceMs.get(id) ?? nowMs
    this.waitingSinceMs.set(id, sinceMs)
    if (nowMs - sinceMs >= takeUpMs) return this.waitingSinceMs.delete(id)
    this.timer ??= this.deps.clock.setTimer(takeUpMs, () => {
      this.timer = undefined
      this.wake()
    })
    return false
  }

  /** The same nodes are looked at again in the transaction: one may have joined meanwhile. */
  private async finish(certPem: string, issuer: Issuer): Promise<void> {
    const digest = rootDigest(certPem)
    const joinTokens = { worker: createJoinToken(digest), manager: createJoinToken(digest) }
    const done = await this.deps.store.update((tx) => {
      const cluster = tx.list('cluster')[0]
      const rotation = cluster?.rootCa.rotation
      if (!cluster || rotation?.certPem !== certPem || !tx.list('node').every((node) => shows(node, issuer))) return false
      const { lastForcedRotation } = cluster.rootCa
      tx.update('cluster', { ...cluster, rootCa: { certPem, keyPem: rotation.keyPem, digest, joinTokens, lastForcedRotation } })
      return true
    })
    if (done) this.deps.log.info('the rotation of the root CA is complete', { digest })
  }

  private async issuerOf(certPem: string): Promise<Issuer> {
    const known = this.issuers.get(certPem)
    if (known) return known
    const issuer = await subjectOf(certPem)
    this.issuers.clear()
    this.issuers.set(certPem, issuer)
    return issuer
  }
}

/** The node said of itself that its certificate is of this issuer. */
function shows({ description }: Node, { subject, publicKey }: Issuer): boolean {
  const tls = description?.tls
  return tls !== undefined && Buffer.compare(tls.issuerPublicKey, publicKey) === 0 && Buffer.compare(tls.issuerSubject, subject) === 0
}

function signedBy(chainPem: string | undefined, rootPem: string): boolean {
  return chainPem !== undefined && chainPem !== '' && parseCertificate(chainPem).verify(parseCertificate(rootPem).publicKey)
}

/** The loop that carries a rotation of the root CA through; `start` it while leading. */
export function rotationLoop(deps: LoopDeps): StoreLoop {
  const loop: StoreLoop = new StoreLoop(deps, new Rotation(deps, () => loop.wake()))
  return loop
}
