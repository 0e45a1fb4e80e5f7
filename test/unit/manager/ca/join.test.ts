import { strict as assert } from 'node:assert'
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IdentityFiles } from '../../../../agent/identity/identity-files.js'
import { joinCluster } from '../../../../agent/identity/join.js'
import { NodeIdentity } from '../../../../agent/identity/node-identity.js'
import { Authority } from '../../../../manager/ca/authority.js'
import { foundCluster, type FoundedCluster } from '../../../../manager/ca/found-cluster.js'
import { signingLoop } from '../../../../manager/ca/signing-loop.js'
import { isBlacklisted } from '../../../../manager/ca/trust.js'
import { MemoryStore } from '../../../../manager/store/memory-store.js'
import type { StoreLoop } from '../../../../manager/store/store-loop.js'
import { idSource } from '../../../../src/base/id.js'
import { nullLogger } from '../../../../src/base/log.js'
import { seededRng } from '../../../../src/base/rng.js'
import { Scope } from '../../../../src/base/scope.js'
import { defaultClusterSpec } from '../../../../src/model/defaults.js'
import type { Cluster } from '../../../../src/model/cluster.js'
import { createCsr } from '../../../../src/pki/csr.js'
import { createJoinToken } from '../../../../src/pki/join-token.js'
import { createRootCa, crossSign, splitPem } from '../../../../src/pki/root-ca.js'
import { systemClock } from '../../../../src/sys/system-clock.js'
import { systemRng } from '../../../../src/sys/system-rng.js'
import { caService } from '../../../../src/wire/ca-service.js'
import { ConnectionPool, joiningConnection } from '../../../../src/wire/grpc-client.js'
import { GrpcServer } from '../../../../src/wire/grpc-server.js'
import { clientOf, servedMethods } from '../../../../src/wire/transport.js'
import { fixedIdentity } from '../../../../src/wire/tls-identity.js'
import { eventually } from '../../../support/eventually.js'
import { ManualClock } from '../../../support/manual-clock.js'
import { MemoryCluster, testCodec } from '../../../support/memory-cluster.js'

/** A manager's CA on a real port over a store in memory. */
class TestAuthority {
  readonly ids = idSource(systemRng)
  readonly store: MemoryStore
  founded!: FoundedCluster
  server!: GrpcServer

  private signing: StoreLoop | undefined

  constructor(private readonly scope: Scope) {
    const raft = new MemoryCluster()
    this.store = new MemoryStore(raft, testCodec, systemClock)
    raft.add(this.store)
  }

  async start(): Promise<this> {
    this.founded = await foundCluster({
      spec: defaultClusterSpec(),
      defaultAddressPool: ['10.0.0.0/8'],
      subnetSize: 24,
      dataPathPort: 4789,
      availability: 'active',
      address: '127.0.0.1',
      nowMs: systemClock.nowMs(),
      ids: this.ids,
    })
    await this.store.update((tx) => {
      tx.create('cluster', this.founded.cluster)
      tx.create('node', this.founded.node)
    })
    this.sign()
    this.server = await this.serve()
    return this
  }

  /** Begins to sign what is asked for. */
  sign(): void {
    this.signing = this.scope.use(signingLoop({ store: this.store, clock: systemClock, rng: seededRng(1), ids: this.ids, log: nullLogger }))
    this.signing.start()
  }
  async stopSigning(): Promise<void> {
    await this.signing?.[Symbol.asyncDispose]()
  }

  /** One more port where the authority is asked, as each manager has one. */
  async serve(): Promise<GrpcServer> {
    const options = {
      address: '127.0.0.1:0',
      identity: fixedIdentity(this.founded.identity),
      isRevoked: (id: string) => isBlacklisted(this.cluster, id),
      clock: systemClock,
      log: nullLogger,
    }
    const { store, ids } = this
    return this.scope.use(await GrpcServer.listen(options, servedMethods(caService, new Authority({ store, ids, clock: systemClock }).handlers())))
  }

  get address(): string {
    return `127.0.0.1:${this.server.port}`
  }
  get cluster(): Cluster {
    return this.store.view().list('cluster')[0] as Cluster
  }
  get tokens() {
    return this.cluster.rootCa.joinTokens
  }
  join(token: string, managers = [this.address]) {
    return joinCluster({ token, managers, availability: 'active', clock: systemClock, signal: new AbortController().signal })
  }
  change(cluster: (old: Cluster) => Cluster): Promise<void> {
    return this.store.update((tx) => tx.update('cluster', cluster(tx.list('cluster')[0] as Cluster)))
  }
}

describe('joining and renewing', () => {
  let scope: Scope
  let authority: TestAuthority
  let folder: string
  beforeEach(async () => {
    scope = new Scope()
    folder = await mkdtemp(join(tmpdir(), 'skep-identity-'))
    scope.defer(() => rm(folder, { recursive: true, force: true }))
    authority = await new TestAuthority(scope).start()
  })
  afterEach(() => scope[Symbol.asyncDispose]())

  const deps = (clock = systemClock) => ({ files: new IdentityFiles(folder), clock, rng: seededRng(1), log: nullLogger })

  it('hands out a certificate that is to be renewed already: its node asks again only after that', async () => {
    const issued = await authority.join(authority.tokens.worker)
    await authority.store.update((tx) => {
      const node = tx.get('node', issued.nodeId)
      if (node) tx.update('node', { ...node, certificate: { ...node.certificate, state: 'renew', role: 'manager' } })
    })
    const connection = joiningConnection(authority.address, issued.rootsPem, systemClock)
    try {
      const answer = await clientOf(caService, connection).nodeCertificateStatus({ nodeId: issued.nodeId }, { timeoutMs: 5_000 })
      assert.deepEqual([answer.state, answer.certificatePem], ['issued', issued.certPem])
    } finally {
      connection[Symbol.dispose]()
    }
  })

  it('a token gives a certificate for its role, and a node in the store', async () => {
    const worker = await authority.join(authority.tokens.worker)
    assert.equal(worker.role, 'worker')
    assert.equal(worker.clusterId, authority.cluster.id)
    const manager = await authority.join(authority.tokens.manager)
    assert.equal(manager.role, 'manager')
    const node = authority.store.view().get('node', worker.nodeId)
    assert.equal(node?.spec.role, 'worker')
    assert.equal(node?.certificate.state, 'issued')
    assert.equal(node?.status.address, '127.0.0.1')
    assert.equal(authority.store.view().list('node').length, 3)
  })

  it('wrong, rotated, foreign and malformed tokens are refused with the reason', async () => {
    const other = await new TestAuthority(scope).start()
    await assert.rejects(authority.join('SWMTKN-1-nonsense'), { kind: 'invalid', message: /^invalid join token/ })
    await assert.rejects(authority.join(other.tokens.worker), { kind: 'invalid', message: /remote CA does not match fingerprint. Expected: [0-9a-f]{64}/ })
    const old = authority.tokens.worker
    await authority.change((cluster) => ({
      ...cluster,
      rootCa: { ...cluster.rootCa, joinTokens: { ...cluster.rootCa.joinTokens, worker: createJoinToken(cluster.rootCa.digest) } },
    }))
    await assert.rejects(authority.join(old), { kind: 'invalid', message: /invalid join token: it is wrong or was rotated/ })
    await authority.join(authority.tokens.worker)
    const connection = scope.use(joiningConnection(authority.address, authority.cluster.rootCa.certPem, systemClock))
    const ca = clientOf(caService, connection)
    const { csrPem } = await createCsr()
    await assert.rejects(ca.issueNodeCertificate({ csrPem, token: other.tokens.worker, availability: '' }), { kind: 'invalid', message: /of another swarm/ })
    await assert.rejects(ca.issueNodeCertificate({ csrPem, token: '', availability: '' }), { kind: 'unauthorized', message: /join token is necessary/ })
    await assert.rejects(ca.issueNodeCertificate({ csrPem: 'x', token: authority.tokens.worker, availability: '' }), { kind: 'invalid', message: /CSR is malformed/ })
    await assert.rejects(ca.issueNodeCertificate({ csrPem: 'x'.repeat(9000), token: authority.tokens.worker, availability: '' }), { kind: 'invalid', message: /too long/ })
    await assert.rejects(ca.issueNodeCertificate({ csrPem: 'x'.repeat(20_000), token: '', availability: '' }), { kind: 'invalid', message: /over the limit/ })
    await assert.rejects(ca.getUnlockKey({}), { kind: 'unauthorized' })
    await assert.rejects(ca.nodeCertificateStatus({ nodeId: 'none' }), { kind: 'notFound' })
    assert.equal(authority.store.view().list('node').length, 2)
  })

  it('goes on to the next manager when one does not answer, and says so when none does', async () => {
    const joined = await authority.join(authority.tokens.worker, ['127.0.0.1:1', authority.address])
    assert.equal(joined.manager, authority.address)
    await assert.rejects(authority.join(authority.tokens.worker, ['127.0.0.1:1']), { kind: 'unavailable', message: /could not join: cannot connect to 127\.0\.0\.1:1: .*port 2377/ })
  })

  it('bounds calls without a certificate', async () => {
    const ca = clientOf(caService, scope.use(joiningConnection(authority.address, authority.cluster.rootCa.certPem, systemClock)))
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => ca.getRootCaCertificate({})))
    const refused = outcomes.filter((one) => one.status === 'rejected')
    assert.ok(refused.length > 20 && refused.length < 60, `${refused.length} of 100 refused`)
    assert.equal((refused[0]?.reason as { kind?: string }).kind, 'exhausted')
    // A node that joins in this crowd waits for its turn.
    assert.equal((await authority.join(authority.tokens.worker)).role, 'worker')
  })

  it('keeps the identity on disk: readable by root alone, whole after an interruption', async () => {
    const joined = await authority.join(authority.tokens.worker)
    assert.equal(await NodeIdentity.load(deps()), undefined)
    await NodeIdentity.adopt(deps(), joined)
    const path = (name: string) => join(folder, 'swarm', 'certificates', name)
    assert.equal((await stat(path('swarm-node.key'))).mode & 0o777, 0o600)
    assert.equal((await NodeIdentity.load(deps()))?.nodeId, joined.nodeId)
    // As after a crash between the new certificate and its key.
    await rename(path('swarm-node.key'), path('swarm-node.key.next'))
    await writeFile(path('swarm-node.key'), (await createCsr()).keyPem)
    assert.equal((await NodeIdentity.load(deps()))?.current().keyPem, joined.keyPem)
    assert.equal(await readFile(path('swarm-node.key'), 'utf8'), joined.keyPem)
    await writeFile(path('swarm-node.key'), (await createCsr()).keyPem)
    await assert.rejects(NodeIdentity.load(deps()), { kind: 'internal', message: /not complete: restore the files/ })
  })

  it('renews, takes up a new role and tells of it', async () => {
    const identity = await NodeIdentity.adopt(deps(), await authority.join(authority.tokens.worker))
    const pool = scope.use(new ConnectionPool(identity, systemClock))
    const ca = () => clientOf(caService, pool.to(authority.address))
    const before = identity.current().certPem
    const roles: string[] = []
    identity.onRole((role) => roles.push(role))
    await identity.renew(ca, new AbortController().signal)
    assert.notEqual(identity.current().certPem, before)
    assert.deepEqual(roles, [])
    await authority.store.update((tx) => {
      const node = tx.get('node', identity.nodeId)
      assert.ok(node)
      tx.update('node', { ...node, spec: { ...node.spec, role: 'manager' }, certificate: { ...node.certificate, role: 'manager', state: 'renew' } })
    })
    const ended = new AbortController()
    const keeping = identity.keepRenewed(ca, ended.signal)
    identity.renewSoon()
    await eventually('the new role', () => roles.length === 1)
    assert.deepEqual([identity.role, roles], ['manager', ['manager']])
    assert.deepEqual(await ca().getUnlockKey({}), { key: new Uint8Array(), version: authority.cluster.meta.version })
    assert.equal((await NodeIdentity.load(deps()))?.role, 'manager')
    ended.abort()
    await keeping
  })

  it('asks another manager for its certificate when the one that took the request is none any more', async () => {
    const identity = await NodeIdentity.adopt(deps(), await authority.join(authority.tokens.worker))
    const pool = scope.use(new ConnectionPool(identity, systemClock))
    await authority.stopSigning()
    const ending = await authority.serve()
    let chosen = ending
    const before = identity.current().certPem
    const renewed = identity.renew(() => clientOf(caService, pool.to(`127.0.0.1:${chosen.port}`)), new AbortController().signal)
    assert.ok(identity.renewing)
    await eventually('the request is written down', () => authority.store.view().get('node', identity.nodeId)?.certificate.state === 'pending')
    // It ends as that of a manager does that is made a worker.
    await ending[Symbol.asyncDispose]()
    chosen = authority.server
    authority.sign()
    await renewed
    assert.notEqual(identity.current().certPem, before)
    assert.ok(!identity.renewing)
  })

  it('renews by itself around the middle of its life, and tries again after a failure', async () => {
    const joined = await authority.join(authority.tokens.worker)
    const clock = new ManualClock(systemClock.nowMs())
    const identity = await NodeIdentity.adopt(deps(clock as typeof systemClock), joined)
    const askedAtMs: number[] = []
    const ended = new AbortController()
    const startMs = clock.nowMs()
    const keeping = identity.keepRenewed(() => {
      askedAtMs.push(clock.nowMs() - startMs)
      throw new Error('no manager answers')
    }, ended.signal)
    const dayMs = 24 * 3600_000
    await clock.advance(44 * dayMs)
    assert.equal(askedAtMs.length, 0)
    await clock.advance(16 * dayMs)
    assert.ok(askedAtMs.length > 100, `${askedAtMs.length} tries`)
    assert.ok((askedAtMs[0] as number) > 44 * dayMs && (askedAtMs[0] as number) < 61 * dayMs)
    ended.abort()
    await clock.advance(1)
    await keeping
  })

  it('a change of role does not wait for the pause after tries that failed; asking again for the same one does', async () => {
    const joined = await authority.join(authority.tokens.worker)
    const clock = new ManualClock(systemClock.nowMs())
    const identity = await NodeIdentity.adopt(deps(clock as typeof systemClock), joined)
    let tries = 0
    const ended = new AbortController()
    const keeping = identity.keepRenewed(() => {
      tries++
      throw new Error('no manager answers')
    }, ended.signal)
    identity.renewSoon('worker')
    await clock.advance(60 * 60_000)
    const before = tries
    assert.ok(before > 10)
    identity.renewSoon('worker')
    await clock.advance(0)
    assert.equal(tries, before)
    identity.renewSoon('manager')
    await clock.advance(0)
    assert.equal(tries, before + 1)
    identity.renewSoon('manager')
    await clock.advance(0)
    assert.equal(tries, before + 1)
    // As often again as after a first failure.
    await clock.advance(5_000)
    assert.ok(tries >= before + 3)
    identity.renewSoon('worker')
    await clock.advance(0)
    ended.abort()
    await clock.advance(1)
    await keeping
  })

  it('an expired certificate and one whose node was removed say what to do', async () => {
    const joined = await authority.join(authority.tokens.worker)
    const identity = await NodeIdentity.adopt(deps(), joined)
    const later = new ManualClock(identity.expiresAtMs + 1)
    await assert.rejects(NodeIdentity.load(deps(later as typeof systemClock)), { kind: 'invalid', message: /certificate expired at .*join again with a join token/ })
    const pool = scope.use(new ConnectionPool(identity, systemClock))
    await authority.store.update((tx) => tx.remove('node', identity.nodeId))
    await assert.rejects(identity.renew(() => clientOf(caService, pool.to(authority.address)), new AbortController().signal), { kind: 'notFound', message: /not part of this swarm any more/ })
    await authority.change((cluster) => ({ ...cluster, blacklistedCertificates: { [identity.nodeId]: { expiryMs: identity.expiresAtMs } } }))
    await assert.rejects(identity.renew(() => clientOf(caService, pool.to(authority.address)), new AbortController().signal), { kind: 'unauthorized', message: /was removed from the swarm/ })
  })

  it('during a rotation of the root, certificates lead to the old root and the new one', async () => {
    const fresh = await createRootCa(systemClock.nowMs())
    const crossSignedPem = await crossSign(fresh.certPem, authority.cluster.rootCa, systemClock.nowMs())
    await authority.change((cluster) => ({ ...cluster, rootCa: { ...cluster.rootCa, rotation: { ...fresh, crossSignedPem } } }))
    const joined = await authority.join(authority.tokens.worker)
    assert.equal(splitPem(joined.certPem).length, 2)
    assert.equal(splitPem(joined.rootsPem).length, 2)
    const identity = await NodeIdentity.adopt(deps(), joined)
    const pool = scope.use(new ConnectionPool(identity, systemClock))
    // The server trusts the old root alone.
    await identity.renew(() => clientOf(caService, pool.to(authority.address)), new AbortController().signal)
    let changes = 0
    identity.onChange(() => changes++)
    await identity.trustRoots(`${identity.current().rootsPem.replaceAll('-----BEGIN', '\n-----BEGIN')}\n`)
    assert.equal(changes, 0)
    await identity.trustRoots(fresh.certPem)
    assert.equal(changes, 1)
    assert.equal((await NodeIdentity.load(deps()))?.current().rootsPem, fresh.certPem)
    await assert.rejects(identity.trustRoots('nothing'), { kind: 'invalid' })
  })
})
