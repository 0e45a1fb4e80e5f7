import { Backoff } from '../../src/base/backoff.js'
import { delay, rfc3339, type Clock } from '../../src/base/clock.js'
import { messageOf, StatusError } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import { NodeRole } from '../../src/model/node.js'
import { readNodeCertificate, verifyNodeCertificate, type NodeIdentity as CertificateIdentity } from '../../src/pki/node-certificate.js'
import { backdateMs, parseCertificate, splitPem } from '../../src/pki/root-ca.js'
import type { CaMethods } from '../../src/wire/ca-service.js'
import type { Client } from '../../src/wire/service-table.js'
import type { IdentitySource, TlsIdentity } from '../../src/wire/tls-identity.js'
import type { IdentityFiles, NodeFiles } from './identity-files.js'
import { requestCertificate, type IssuedCertificate } from './join.js'

/** What an identity is made with. */
export interface NodeIdentityDeps {
  files: IdentityFiles
  clock: Clock
  rng: Rng
  log: Logger
  /** Called with the identity of a manager that was just issued, before its key is written to disk: how keys are kept can be settled then. */
  beforeManager?: (identity: TlsIdentity) => Promise<void>
}

/**
 * Who this node is: its certificate in use, on disk and on every connection, renewed in time and when
 * the managers ask for it.
 */
export class NodeIdentity implements IdentitySource {
  private readonly listeners = new Set<() => void>()
  private readonly roleListeners = new Set<(role: NodeRole) => void>()
  private wake: (() => void) | undefined
  private wanted = false
  /** The role that the managers asked for last. */
  private soughtRole: NodeRole | undefined
  /** Another role is asked for than the last try was for: it does not wait for its turn. */
  private urgent = false
  private underWay = 0

  private constructor(
    private readonly deps: NodeIdentityDeps,
    private held: NodeFiles,
    private identity: CertificateIdentity,
  ) {}

  /**
   * The identity on disk; undefined when this node is not part of a swarm. Throws `invalid` when the
   * certificate has expired or does not belong to its key or root.
   */
  static async load(deps: NodeIdentityDeps): Promise<NodeIdentity | undefined> {
    const files = await deps.files.load()
    if (!files) return undefined
    return new NodeIdentity(deps, files, verifyNodeCertificate(files.certPem, files.keyPem, files.rootsPem, deps.clock.nowMs()))
  }

  /** Takes up an identity that was just issued, and saves it. */
  static async adopt(deps: NodeIdentityDeps, { certPem, keyPem, rootsPem }: NodeFiles): Promise<NodeIdentity> {
    const identity = verifyNodeCertificate(certPem, keyPem, rootsPem, deps.clock.nowMs())
    const files = { certPem, keyPem, rootsPem }
    if (identity.role === NodeRole.manager) await deps.beforeManager?.({ ...files, clusterId: identity.clusterId, nodeId: identity.nodeId })
    await deps.files.save(files)
    return new NodeIdentity(deps, files, identity)
  }

  get nodeId(): string {
    return this.identity.nodeId
  }
  get clusterId(): string {
    return this.identity.clusterId
  }
  /** The role in the certificate. */
  get role(): NodeRole {
    return this.identity.role
  }
  get expiresAtMs(): number {
    return this.identity.notAfterMs
  }
  /** A certificate was asked for, and is not there yet. */
  get renewing(): boolean {
    return this.underWay > 0
  }

  current(): TlsIdentity {
    return { ...this.held, clusterId: this.clusterId, nodeId: this.nodeId }
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Calls `listener` with the new role after a promotion or demotion took effect in the certificate. */
  onRole(listener: (role: NodeRole) => void): () => void {
    this.roleListeners.add(listener)
    return () => this.roleListeners.delete(listener)
  }

  /**
   * The managers ask for a renewal (a change of role, a new root): it is made soon instead of at its time. Tries that
   * failed keep their pauses, however often it is asked for; one for another `role` than before is made at once.
   */
  renewSoon(role: NodeRole = this.role): void {
    this.wanted = true
    if (role !== (this.soughtRole ?? this.role)) this.urgent = true
    this.soughtRole = role
    this.wake?.()
  }

  /** The roots to trust from now on. Refuses a text without a certificate: trusting nobody cannot be undone. */
  async trustRoots(rootsPem: string): Promise<void> {
    const roots = splitPem(rootsPem)
    if (roots.length === 0) throw new StatusError('invalid', 'the managers sent no root certificate')
    const trusted = roots.join('')
    if (trusted === splitPem(this.held.rootsPem).join('')) return
    for (const root of roots) parseCertificate(root)
    await this.deps.files.saveRoots(trusted)
    this.held = { ...this.held, rootsPem: trusted }
    this.tell()
  }

  /** Gets a certificate for a new key from the managers, now; `ca` chooses one of them for each question. */
  async renew(ca: () => Client<CaMethods>, signal: AbortSignal): Promise<void> {
    const before = this.role
    this.underWay++
    try {
      await this.take(await requestCertificate(ca, this.held.rootsPem, { clock: this.deps.clock, signal }))
    } finally {
      this.underWay--
    }
    this.tell()
    if (this.role !== before) for (const listener of this.roleListeners) listener(this.role)
  }

  private async take(issued: IssuedCertificate): Promise<void> {
    if (issued.nodeId !== this.nodeId) throw new StatusError('internal', `renewal gave the certificate of node ${issued.nodeId}`)
    const { certPem, keyPem, rootsPem } = issued
    if (issued.role === NodeRole.manager) await this.deps.beforeManager?.({ certPem, keyPem, rootsPem, clusterId: this.clusterId, nodeId: this.nodeId })
    await this.deps.files.save({ certPem, keyPem, rootsPem })
    this.held = { certPem, keyPem, rootsPem }
    this.identity = readNodeCertificate(certPem)
    this.deps.log.info('certificate renewed', { role: this.role, expires: rfc3339(this.expiresAtMs) })
  }

  /**
   * Renews at the middle of the certificate's life (later by up to a third of that, so that nodes do not
   * come all at once), or when asked for, and tries again until it succeeds. Ends when aborted.
   */
  async keepRenewed(ca: () => Client<CaMethods>, signal: AbortSignal): Promise<void> {
    const { clock, rng, log } = this.deps
    const backoff = new Backoff(rng, 1_000, 5 * 60_000)
    while (!signal.aborted) {
      if (!this.wanted) await this.pause(Math.max(0, this.renewalAtMs() - clock.nowMs()), () => this.wanted, signal)
      if (signal.aborted) return
      this.wanted = false
      this.urgent = false
      try {
        await this.renew(ca, signal)
        backoff.reset()
      } catch (thrown) {
        if (signal.aborted) return
        this.wanted = true
        log.warn(this.failureSentence(thrown), { err: thrown })
        if (!this.urgent) await this.pause(backoff.nextMs(), () => this.urgent, signal)
        if (this.urgent) backoff.reset()
      }
    }
  }

  private renewalAtMs(): number {
    // The certificate was made an hour after it begins to be valid.
    const madeMs = Math.min(this.identity.notBeforeMs + backdateMs, this.identity.notAfterMs)
    const halfMs = (this.identity.notAfterMs - madeMs) / 2
    return madeMs + halfMs + (halfMs / 3) * (this.deps.rng.below(1000) / 1000)
  }

  private failureSentence(thrown: unknown): string {
    const leftMs = this.identity.notAfterMs - this.deps.clock.nowMs()
    if (leftMs > 0) return `certificate not renewed, it expires at ${rfc3339(this.identity.notAfterMs)}: ${messageOf(thrown)}`
    return (
      `the certificate of this node expired at ${rfc3339(this.identity.notAfterMs)} and the managers refuse it: ` +
      'leave the swarm with --force and join again with a join token'
    )
  }

  /** Ends early once `over`, which `renewSoon` may bring about. */
  private async pause(ms: number, over: () => boolean, signal: AbortSignal): Promise<void> {
    const woken = new AbortController()
    this.wake = () => void (over() && woken.abort(new Error('woken')))
    await delay(this.deps.clock, ms, AbortSignal.any([signal, woken.signal])).catch(() => undefined)
    this.wake = undefined
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}
