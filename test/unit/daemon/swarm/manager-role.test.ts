import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IdentityFiles } from '../../../../agent/identity/identity-files.js'
import { joinCluster } from '../../../../agent/identity/join.js'
import { keySeal } from '../../../../agent/identity/key-seal.js'
import { NodeIdentity } from '../../../../agent/identity/node-identity.js'
import { foundCluster } from '../../../../manager/ca/found-cluster.js'
import { Manager } from '../../../../manager/manager.js'
import { must } from '../../../../src/base/assert.js'
import { idSource } from '../../../../src/base/id.js'
import { nullLogger, type Logger } from '../../../../src/base/log.js'
import { Scope } from '../../../../src/base/scope.js'
import { ManagerDisk } from '../../../../src/daemon/swarm/manager-disk.js'
import { ManagerRole } from '../../../../src/daemon/swarm/manager-role.js'
import { defaultClusterSpec } from '../../../../src/model/defaults.js'
import { NodeRole } from '../../../../src/model/node.js'
import { systemClock } from '../../../../src/sys/system-clock.js'
import { systemRng } from '../../../../src/sys/system-rng.js'
import { eventually } from '../../../support/eventually.js'
import { freePort } from '../../../support/free-port.js'

/** Two real managers over loopback. No agent renews a certificate here: it stays a manager's until a test changes it. */
describe('the role of a manager', () => {
  let scope: Scope
  const ids = idSource(systemRng)
  const deps = { clock: systemClock, rng: systemRng, log: nullLogger }
  beforeEach(() => (scope = new Scope()))
  afterEach(() => scope[Symbol.asyncDispose]())

  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'skep-role-'))
    scope.defer(() => rm(path, { recursive: true, force: true }))
    return path
  }

  async function startFirst(address: string): Promise<Manager> {
    const spec = defaultClusterSpec()
    const pool = { defaultAddressPool: ['10.0.0.0/8'], subnetSize: 24, dataPathPort: 4789 }
    const founded = await foundCluster({ spec, ...pool, availability: 'active', address: '127.0.0.1', nowMs: systemClock.nowMs(), ids })
    const root = await folder()
    const identity = await NodeIdentity.adopt({ ...deps, files: new IdentityFiles(root) }, founded.identity)
    const options = { dir: join(root, 'raft'), identity, listenAddress: address, advertiseAddress: address, ids, ...deps }
    const manager = scope.use(await Manager.start({ ...options, start: { kind: 'found', founded } }))
    await manager.leaderKnown(scope.signal)
    return manager
  }

  async function startSecond(first: Manager, joined: string, log: Logger = nullLogger): Promise<{ role: ManagerRole; identity: NodeIdentity; disk: ManagerDisk; keyText: () => string }> {
    const { rootCa } = await first.control.getCluster()
    const issued = await joinCluster({ token: rootCa.joinTokens.manager, managers: [joined], availability: 'active', clock: systemClock, signal: scope.signal })
    const root = await folder()
    const files = new IdentityFiles(root)
    const identity = await NodeIdentity.adopt({ ...deps, files }, issued)
    const address = await freeAddress()
    const disk = new ManagerDisk(join(root, 'swarm'), files, systemClock, nullLogger)
    const state = { listenAddress: address, advertiseAddress: address }
    const role = scope.use(new ManagerRole({ disk, state, identity, otherManagers: () => [joined], signal: scope.signal, ids, ...deps, log }))
    await role.begin({ kind: 'join', managers: [joined] })
    return { role, identity, disk, keyText: () => readFileSync(join(root, 'swarm', 'certificates', 'swarm-node.key'), 'utf8') }
  }

  /** Users' wish for the role of a node; the managers write to the node as well, so it may take a second try. */
  const wish = (first: Manager, nodeId: string, role: NodeRole) =>
    eventually(`${role} is asked for`, async () => {
      const { id, meta, spec } = await first.control.getNode(nodeId)
      return first.control.updateNode(id, meta.version, { ...spec, role })
    })
  const votes = (first: Manager, nodeId: string) =>
    eventually('both take part', () => first.raft.members().filter(({ learner }) => !learner).length === 2 && first.raft.members().some((member) => member.nodeId === nodeId))

  it('comes back when it was promoted again before its certificate was a worker’s', async () => {
    const address = await freeAddress()
    const first = await startFirst(address)
    const { role, identity } = await startSecond(first, address)
    await votes(first, identity.nodeId)
    const before = role.manager
    assert.ok(before)
    await wish(first, identity.nodeId, NodeRole.worker)
    await eventually('it is out of the group', () => first.raft.members().length === 1)
    await wish(first, identity.nodeId, NodeRole.manager)
    await eventually('another manager of it takes part', () => role.manager !== undefined && role.manager !== before)
    await votes(first, identity.nodeId)
    assert.equal(role.failure, '')
  })

  it('is refused as long as it is to be a worker, and then not asked for any more', async () => {
    const address = await freeAddress()
    const first = await startFirst(address)
    const warned: string[] = []
    const log: Logger = { ...nullLogger, warn: (message: string) => void warned.push(message), child: () => log }
    const { role, identity } = await startSecond(first, address, log)
    await votes(first, identity.nodeId)
    await wish(first, identity.nodeId, NodeRole.worker)
    await eventually('it is no manager', () => first.raft.members().length === 1 && role.manager === undefined)
    await eventually('it was refused', () => warned.some((message) => /change of role to manager is tried again: .*was made a worker/.test(message)))
    // It is a worker, and nothing is wrong with that.
    assert.equal(role.failure, '')
    role.change(NodeRole.worker)
    await role[Symbol.asyncDispose]()
    assert.equal(first.raft.members().length, 1)
  })

  it('renews what lay open on its disk when the swarm locks its managers, and the data key with each unlock key', async () => {
    const address = await freeAddress()
    const first = await startFirst(address)
    const { identity, disk, keyText } = await startSecond(first, address)
    await votes(first, identity.nodeId)
    let soon = 0
    identity.renewSoon = () => void soon++
    const change = (autoLockManagers: boolean, managerUnlockKey = false) =>
      eventually('the swarm is changed', async () => {
        const { meta, spec } = await first.control.getCluster()
        return first.control.updateCluster(meta.version, { ...spec, encryption: { autoLockManagers } }, { workerToken: false, managerToken: false, managerUnlockKey })
      })
    const renewedAfter = (id: number | undefined) =>
      eventually('nothing needs the data key of before', () => disk.lock.dataKeys?.length === 1 && disk.lock.dataKeys[0].id !== id && disk.lock.dataKeys[0])
    const open = must(disk.lock.dataKeys, 'there is a data key')
    await change(true)
    const locked = await renewedAfter(open[0].id)
    assert.ok(keyText().includes('SEALED') && disk.lock.sealed)
    assert.throws(() => keySeal(open).open(keyText()))
    assert.equal(soon, 1)
    await change(true, true)
    await renewedAfter(locked.id)
    assert.equal(soon, 1, 'the private key did not lie open this time')
    await change(false)
    await eventually('it lies open again', () => !disk.lock.sealed && !keyText().includes('SEALED'))
  })
})

const freeAddress = async (): Promise<string> => `127.0.0.1:${await freePort()}`
