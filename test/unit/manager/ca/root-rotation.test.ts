import { strict as assert } from 'node:assert'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IdentityFiles } from '../../../../agent/identity/identity-files.js'
import { joinCluster, type IssuedIdentity } from '../../../../agent/identity/join.js'
import { NodeIdentity } from '../../../../agent/identity/node-identity.js'
import { ManagerList } from '../../../../agent/managers.js'
import { Reporter } from '../../../../agent/reporter.js'
import { Session } from '../../../../agent/session.js'
import { foundCluster } from '../../../../manager/ca/found-cluster.js'
import { Manager } from '../../../../manager/manager.js'
import { must } from '../../../../src/base/assert.js'
import { idSource } from '../../../../src/base/id.js'
import { nullLogger } from '../../../../src/base/log.js'
import { Scope } from '../../../../src/base/scope.js'
import type { Cluster } from '../../../../src/model/cluster.js'
import { defaultClusterSpec } from '../../../../src/model/defaults.js'
import { issuerOf } from '../../../../src/pki/issuer.js'
import { parseJoinToken } from '../../../../src/pki/join-token.js'
import { createRootCa, rootDigest, splitPem } from '../../../../src/pki/root-ca.js'
import { systemClock } from '../../../../src/sys/system-clock.js'
import { systemRng } from '../../../../src/sys/system-rng.js'
import { caService } from '../../../../src/wire/ca-service.js'
import { ConnectionPool } from '../../../../src/wire/grpc-client.js'
import { clientOf } from '../../../../src/wire/transport.js'
import { eventually } from '../../../support/eventually.js'

const noRotation = { workerToken: false, managerToken: false, managerUnlockKey: false }

/** A real manager and real agents' sessions over loopback, moved from one root CA to another. */
describe('a rotation of the root CA', function () {
  this.timeout(60_000)
  let scope: Scope
  let started: Manager
  let address: string
  const ids = idSource(systemRng)
  const deps = { clock: systemClock, rng: systemRng, log: nullLogger }

  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'skep-root-'))
    scope.defer(() => rm(path, { recursive: true, force: true }))
    return path
  }

  /** The agent's part of a node; gives what ends it. */
  function agent(identity: NodeIdentity): Scope {
    const alive = new Scope()
    scope.use(alive)
    const connections = alive.use(new ConnectionPool(identity, systemClock))
    // The manager's advertised address is not the port the system chose: its list is of no use here.
    const managers = Object.assign(new ManagerList(systemRng, [{ nodeId: '', address, weight: 1 }]), { update: () => undefined })
    const session = new Session({
      ...deps, identity, managers, connections,
      consumer: { onAssignments: async () => undefined },
      reporter: new Reporter(),
      describe: async () => {
        const { certPem, rootsPem } = identity.current()
        const { subject, publicKey } = await issuerOf(certPem, rootsPem)
        const tls = { trustRootPem: rootsPem, issuerSubject: subject, issuerPublicKey: publicKey }
        return { hostname: 'h', platform: { architecture: 'x86_64', os: 'linux' }, resources: { nanoCpus: 1, memoryBytes: 1, generic: [] }, engineVersion: '', engineLabels: {}, plugins: [], tls }
      },
      advertiseAddress: '',
    })
    alive.defer(identity.onChange(() => session.refresh()))
    const work = [session.run(alive.signal), identity.keepRenewed(() => clientOf(caService, connections.to(address)), alive.signal)]
    alive.defer(() => Promise.all(work))
    return alive
  }

  const cluster = (): Promise<Cluster> => started.control.getCluster()
  const enter = async (): Promise<IssuedIdentity> =>
    joinCluster({ token: (await cluster()).rootCa.joinTokens.worker, managers: [address], availability: 'active', clock: systemClock, signal: scope.signal })
  const adopt = async (issued: Parameters<typeof NodeIdentity.adopt>[1]) => NodeIdentity.adopt({ ...deps, files: new IdentityFiles(await folder()) }, issued)
  async function change(edit: (ca: Cluster['spec']['ca']) => Partial<Cluster['spec']['ca']>): Promise<Cluster> {
    const { meta, spec } = await cluster()
    return started.control.updateCluster(meta.version, { ...spec, ca: { ...spec.ca, ...edit(spec.ca) } }, noRotation)
  }
  const settled = () => eventually('the rotation is complete', async () => ((await cluster()).rootCa.rotation ? undefined : cluster()), { timeoutMs: 20_000 })

  let own: NodeIdentity
  beforeEach(async () => {
    scope = new Scope()
    const founded = await foundCluster({
      spec: defaultClusterSpec(), defaultAddressPool: ['10.0.0.0/8'], subnetSize: 24, dataPathPort: 4789,
      availability: 'active', address: '127.0.0.1', nowMs: systemClock.nowMs(), ids,
    })
    own = await adopt(founded.identity)
    const options = { dir: join(await folder(), 'raft'), identity: own, listenAddress: '127.0.0.1:0', advertiseAddress: '127.0.0.1:2377', ids, ...deps }
    started = scope.use(await Manager.start({ ...options, start: { kind: 'found', founded } }))
    address = `127.0.0.1:${started.port}`
    await started.leaderKnown(scope.signal)
    agent(own)
  })
  afterEach(() => scope[Symbol.asyncDispose]())

  it('waits for every node, then trusts the new root alone and changes the join tokens', async () => {
    const worker = await adopt(await enter())
    const life = agent(worker)
    await eventually('the worker is ready', async () => (await started.control.getNode(worker.nodeId)).status.state === 'ready')
    await life[Symbol.asyncDispose]()

    const before = (await cluster()).rootCa
    const { rootCa } = await change(({ forceRotate }) => ({ forceRotate: forceRotate + 1 }))
    assert.deepEqual([rootCa.certPem, rootCa.joinTokens, rootCa.lastForcedRotation], [before.certPem, before.joinTokens, 1])
    const to = must(rootCa.rotation, 'it begins at once')
    await eventually('the manager shows the new root', async () => (await issuerOf(own.current().certPem, to.certPem).catch(() => undefined)) !== undefined)
    // A node that joins meanwhile knows the old root and is known to both.
    const late = await adopt(await enter())
    assert.equal(splitPem(late.current().rootsPem).length, 2)
    agent(late)
    await eventually('the late one is ready', async () => (await started.control.getNode(late.nodeId)).status.state === 'ready')
    assert.deepEqual((await cluster()).rootCa.rotation, to, 'it waits for the node that is away')

    agent(worker)
    const after = (await settled()).rootCa
    assert.deepEqual([after.certPem, after.keyPem, after.digest], [to.certPem, to.keyPem, rootDigest(to.certPem)])
    for (const role of ['worker', 'manager'] as const) assert.equal(parseJoinToken(after.joinTokens[role]).rootDigest, after.digest)
    for (const identity of [own, worker, late]) {
      await eventually('the new root alone is trusted', () => identity.current().rootsPem === after.certPem)
      await issuerOf(identity.current().certPem, after.certPem)
    }
    const next = await adopt(await enter())
    agent(next)
    await eventually('a node with the new token is ready', async () => (await started.control.getNode(next.nodeId)).status.state === 'ready')
    assert.deepEqual((await change(() => ({}))).rootCa, after, 'nothing is asked for twice')
  })

  it('goes to a CA that is given, and its key is not shown', async () => {
    const mine = await createRootCa(systemClock.nowMs())
    const { spec } = await change(() => ({ signingCaCertPem: mine.certPem, signingCaKeyPem: mine.keyPem, forceRotate: 1 }))
    assert.deepEqual([spec.ca.signingCaCertPem, spec.ca.signingCaKeyPem], [mine.certPem, ''])
    assert.equal((await settled()).rootCa.certPem, mine.certPem)
    // Clients send back what they were shown.
    assert.equal((await change(() => ({ nodeCertExpiryNs: 7200e9 }))).rootCa.rotation, undefined)
    const forced = await change(({ forceRotate }) => ({ forceRotate: forceRotate + 1 }))
    assert.ok(forced.rootCa.rotation)
    assert.equal(forced.spec.ca.signingCaCertPem, '')
  })

  it('is called off by giving the present root, and replaced by another', async () => {
    const { rootCa } = await cluster()
    const away = await adopt(await enter())
    const mine = await createRootCa(systemClock.nowMs())
    const first = await change(() => ({ forceRotate: 1 }))
    const second = await change(() => ({ signingCaCertPem: mine.certPem, signingCaKeyPem: mine.keyPem }))
    assert.notEqual(first.rootCa.rotation?.certPem, mine.certPem)
    assert.equal(second.rootCa.rotation?.certPem, mine.certPem)
    await eventually('the manager shows the other root', async () => (await issuerOf(own.current().certPem, mine.certPem).catch(() => undefined)) !== undefined)
    const off = await change(() => ({ signingCaCertPem: rootCa.certPem, signingCaKeyPem: rootCa.keyPem }))
    assert.deepEqual([off.rootCa.rotation, off.rootCa.certPem, off.rootCa.joinTokens], [undefined, rootCa.certPem, rootCa.joinTokens])
    // What the root that was given up signed still leads to the old one.
    await eventually('the old root alone is trusted', () => own.current().rootsPem === rootCa.certPem)
    agent(away)
    await eventually('both are ready', async () => {
      const nodes = await started.control.listNodes()
      return nodes.length === 2 && nodes.every((node) => node.status.state === 'ready')
    })
  })

  it('refuses a CA that cannot sign', async () => {
    const [one, two] = [await createRootCa(systemClock.nowMs()), await createRootCa(systemClock.nowMs())]
    const old = await createRootCa(systemClock.nowMs() - 30 * 365 * 24 * 3600_000)
    const { certPem } = own.current()
    for (const [ca, message] of [
      [{ signingCaCertPem: one.certPem, signingCaKeyPem: two.keyPem }, /do not belong together/],
      [{ signingCaCertPem: one.certPem }, /without its key/],
      [{ signingCaKeyPem: one.keyPem }, /without its certificate/],
      [{ signingCaCertPem: certPem, signingCaKeyPem: own.current().keyPem }, /is not a root/],
      [{ signingCaCertPem: one.certPem + two.certPem, signingCaKeyPem: one.keyPem }, /one certificate/],
      [{ signingCaCertPem: old.certPem, signingCaKeyPem: old.keyPem }, /not now/],
    ] as const) {
      await assert.rejects(change(() => ca), { kind: 'invalid', message }, String(message))
    }
  })
})
