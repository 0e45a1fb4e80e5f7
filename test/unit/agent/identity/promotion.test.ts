import { strict as assert } from 'node:assert'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IdentityFiles } from '../../../../agent/identity/identity-files.js'
import { joinCluster } from '../../../../agent/identity/join.js'
import { NodeIdentity } from '../../../../agent/identity/node-identity.js'
import { ManagerList } from '../../../../agent/managers.js'
import { Reporter } from '../../../../agent/reporter.js'
import { Session } from '../../../../agent/session.js'
import { foundCluster } from '../../../../manager/ca/found-cluster.js'
import { Manager } from '../../../../manager/manager.js'
import { idSource } from '../../../../src/base/id.js'
import { nullLogger } from '../../../../src/base/log.js'
import { Scope } from '../../../../src/base/scope.js'
import { defaultClusterSpec } from '../../../../src/model/defaults.js'
import type { Node, NodeRole } from '../../../../src/model/node.js'
import { systemClock } from '../../../../src/sys/system-clock.js'
import { systemRng } from '../../../../src/sys/system-rng.js'
import { caService } from '../../../../src/wire/ca-service.js'
import { ConnectionPool } from '../../../../src/wire/grpc-client.js'
import { clientOf } from '../../../../src/wire/transport.js'
import { eventually } from '../../../support/eventually.js'

/** A real manager and a real agent's session over loopback: certificates follow what users ask of a node. */
describe('a node between joining, promotion and removal', () => {
  let scope: Scope
  const ids = idSource(systemRng)
  const deps = { clock: systemClock, rng: systemRng, log: nullLogger }
  beforeEach(() => (scope = new Scope()))
  afterEach(() => scope[Symbol.asyncDispose]())

  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'skep-node-'))
    scope.defer(() => rm(path, { recursive: true, force: true }))
    return path
  }

  async function manager() {
    const founded = await foundCluster({
      spec: defaultClusterSpec(),
      defaultAddressPool: ['10.0.0.0/8'],
      subnetSize: 24,
      dataPathPort: 4789,
      availability: 'active',
      address: '127.0.0.1',
      nowMs: systemClock.nowMs(),
      ids,
    })
    const root = await folder()
    const identity = await NodeIdentity.adopt({ ...deps, files: new IdentityFiles(root) }, founded.identity)
    const options = { dir: join(root, 'raft'), identity, listenAddress: '127.0.0.1:0', advertiseAddress: '127.0.0.1:2377', ids, ...deps }
    const started = scope.use(await Manager.start({ ...options, start: { kind: 'found', founded } }))
    await started.leaderKnown(scope.signal)
    return { control: started.control, address: `127.0.0.1:${started.port}` }
  }

  it('joins, becomes ready, takes up a new role and is refused once it was removed', async () => {
    const { control, address } = await manager()
    const { rootCa } = await control.getCluster()
    const signal = scope.signal
    const joined = await joinCluster({ token: rootCa.joinTokens.worker, managers: [address], availability: 'pause', clock: systemClock, signal })
    const identity = await NodeIdentity.adopt({ ...deps, files: new IdentityFiles(await folder()) }, joined)
    const connections = scope.use(new ConnectionPool(identity, systemClock))
    const managers = new ManagerList(systemRng, [{ nodeId: '', address, weight: 1 }])
    // This manager's advertised address is not the port the system chose: its list is of no use here.
    const only = Object.assign(managers, { update: () => undefined })
    const nodes: Node[] = []
    const roles: NodeRole[] = []
    identity.onRole((role) => roles.push(role))
    const session = new Session({
      ...deps,
      identity,
      managers: only,
      connections,
      consumer: { onAssignments: async () => undefined },
      reporter: new Reporter(),
      describe: () => ({ hostname: 'host2', platform: { architecture: 'x86_64', os: 'linux' }, resources: { nanoCpus: 1, memoryBytes: 1, generic: [] }, engineVersion: '', engineLabels: {}, plugins: [] }),
      advertiseAddress: '',
      onNode: (node) => nodes.push(node),
    })
    const work = [session.run(signal), identity.keepRenewed(() => clientOf(caService, connections.to(address)), signal)]
    scope.defer(() => Promise.all(work))

    const ready = await eventually('the node is ready', async () => {
      const node = await control.getNode(identity.nodeId)
      return node.status.state === 'ready' && node.description?.hostname === 'host2' ? node : undefined
    })
    assert.deepEqual([ready.spec.availability, ready.spec.role, ready.status.address], ['pause', 'worker', '127.0.0.1'])

    // The managers write to the node as well: whoever is out of sequence reads again.
    const setRole = (role: NodeRole) =>
      eventually(`${role} is asked for`, async () => {
        const { id, meta, spec } = await control.getNode(identity.nodeId)
        return control.updateNode(id, meta.version, { ...spec, role })
      })
    await setRole('manager')
    await eventually('the certificate of a manager', () => roles.at(-1) === 'manager')
    await eventually('the managers know of it', async () => {
      const node = await control.getNode(identity.nodeId)
      return node.observedRole === 'manager' && node.certificate.state === 'issued'
    })
    assert.equal((await clientOf(caService, connections.to(address)).getUnlockKey({})).key.length, 0)

    await setRole('worker')
    await eventually('the certificate of a worker', () => roles.at(-1) === 'worker')
    await assert.rejects(clientOf(caService, connections.to(address)).getUnlockKey({}), { kind: 'forbidden' })
    assert.deepEqual(roles, ['manager', 'worker'])

    await control.removeNode(identity.nodeId, true)
    await eventually('the session is refused', () => !session.state.connected && /removed from the swarm/.test(session.state.error))
  })
})
