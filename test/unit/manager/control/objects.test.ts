import { strict as assert } from 'node:assert'
import type { ClusterEvent } from '../../../../src/model/control.js'
import type { NodeId, ServiceId } from '../../../../src/model/ids.js'
import type { NodeSpec, NodeState } from '../../../../src/model/node.js'
import { TaskState } from '../../../../src/model/task-state.js'
import { cluster, containerSpec, network, networkSpec, node, serviceSpec, task, taskSpec } from '../../../support/objects.js'
import { testNode } from '../../../support/manager-loops.js'
import { controlFixture, refused } from './fixture.js'

const spec = (over: Partial<NodeSpec> = {}): NodeSpec => ({ name: '', labels: {}, role: 'worker', availability: 'active', ...over })
const noRotation = { workerToken: false, managerToken: false, managerUnlockKey: false }

describe('control: nodes', () => {
  async function threeNodes() {
    const fixture = controlFixture()
    await fixture.store.update((tx) => {
      tx.create('cluster', cluster())
      tx.create('node', node('m1', { spec: spec({ role: 'manager' }) }))
      tx.create('node', node('m2', { spec: spec({ role: 'manager' }) }))
      tx.create('node', node('w1'))
    })
    fixture.members.add('m1').add('m2')
    return fixture
  }

  it('refuses to demote the last manager, and one the quorum needs', async () => {
    const { control, removable } = await threeNodes()
    const { meta } = await control.getNode('m1')
    await refused('invalid', "can't remove member from the raft: this would result in a loss of quorum", control.updateNode('m1', meta.version, spec()))
    removable.add('m1').add('m2')
    assert.equal((await control.updateNode('m1', meta.version, spec())).spec.role, 'worker')
    await refused('invalid', 'attempting to demote the last manager of the swarm', control.updateNode('m2', meta.version, spec()))
  })

  it('two managers demoted at once: one stays', async () => {
    const { control, removable, cluster } = await threeNodes()
    removable.add('m1').add('m2')
    const { version } = (await control.getNode('m1')).meta
    cluster.hold()
    const first = control.updateNode('m1', version, spec())
    await refused('invalid', 'the last manager', control.updateNode('m2', version, spec()))
    cluster.release()
    await first
  })

  it('removes only workers that are down, unless forced', async () => {
    const { control, store } = await threeNodes()
    await refused('invalid', 'node m1 is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal', control.removeNode('m1', true))
    await refused('invalid', "node w1 is not down and can't be removed", control.removeNode('w1', false))
    await store.update((tx) => {
      tx.create('task', task('t1', { nodeId: 'w1' as NodeId, status: { ...task('x').status, state: TaskState.running } }))
      tx.create('task', task('t2', { nodeId: 'w1' as NodeId, status: { ...task('x').status, state: TaskState.failed } }))
    })
    await control.removeNode('w1', true)
    await refused('notFound', 'node w1 not found', control.getNode('w1'))
    assert.deepEqual((await control.listTasks()).map(({ status }) => status.state), [TaskState.orphaned, TaskState.failed])
    assert.ok((await control.getCluster()).blacklistedCertificates['w1' as NodeId])
  })

  it('a node that was demoted stays until the Raft group has let it go', async () => {
    const { control, members, removable } = await threeNodes()
    removable.add('m1')
    await control.updateNode('m1', (await control.getNode('m1')).meta.version, spec())
    await refused('invalid', 'Its demotion is under way: try again in a moment', control.removeNode('m1', true))
    members.delete('m1')
    await control.removeNode('m1', true)
  })

  it('takes an update made before the managers wrote to the node, and none made before its spec was changed', async () => {
    const { control, store, cluster } = await threeNodes()
    const { version } = (await control.getNode('w1')).meta
    const heard = () => store.update((tx) => tx.update('node', { ...tx.get('node', 'w1')!, status: { state: 'ready', message: '', address: `10.0.0.${tx.get('node', 'w1')!.status.address.length}` } }))
    await heard()
    // The second write is still under way when the update is decided.
    cluster.hold()
    const writing = heard()
    const updating = control.updateNode('w1', version, spec({ availability: 'drain' }))
    cluster.release()
    await writing
    const updated = await updating
    assert.equal(updated.spec.availability, 'drain')
    assert.equal(updated.status.state, 'ready')
    await refused('outOfSequence', 'update out of sequence', control.updateNode('w1', version, spec()))
    await refused('outOfSequence', 'update out of sequence', control.updateNode('w1', updated.meta.version - 1, spec()))
    await refused('outOfSequence', 'update out of sequence', control.updateNode('w1', updated.meta.version + 1, spec()))
    assert.equal((await control.updateNode('w1', updated.meta.version, spec())).spec.availability, 'active')
  })

  it('refuses words that are no role or availability', async () => {
    const { control } = await threeNodes()
    const { version } = (await control.getNode('w1')).meta
    await refused('invalid', 'invalid Availability: "gone": use "active", "pause", "drain"', control.updateNode('w1', version, spec({ availability: 'gone' as never })))
  })
})

describe('control: networks', () => {
  const ipam = (subnet: string, over = {}) => ({
    driver: { name: '', options: {} },
    configs: [{ subnet, range: '', gateway: '', auxAddresses: {}, ...over }],
  })

  it('creates and removes; names and subnets are unique', async () => {
    const { control } = controlFixture()
    await control.createNetwork(networkSpec('back', { ipam: ipam('10.1.0.0/24') }))
    await refused('conflict', 'network with name back already exists', control.createNetwork(networkSpec('back')))
    await refused('forbidden', 'Pool overlaps with other one on this address space', control.createNetwork(networkSpec('b2', { ipam: ipam('10.1.0.128/25') })))
    await control.removeNetwork('back')
    assert.deepEqual(await control.listNetworks(), [])
  })

  it('refuses identifiers that others have, and subnets with addresses of nodes', async () => {
    const { control, store } = controlFixture()
    await store.update((tx) => tx.create('node', node('n1', { spec: { name: 'host1', labels: {}, role: 'worker', availability: 'active' }, status: { state: 'ready', message: '', address: '192.0.2.7' } })))
    const vni = (value: string) => ({ driver: { name: 'overlay', options: { 'com.docker.network.driver.overlay.vxlanid_list': value } } })
    await control.createNetwork(networkSpec('one', vni('5000')))
    await refused('conflict', 'VXLAN network identifier 5000 is in use by network one', control.createNetwork(networkSpec('two', vni('5000'))))
    for (const bad of ['0', '-1', 'x', '16777216', '']) await refused('invalid', `invalid VXLAN network identifier "${bad}"`, control.createNetwork(networkSpec('two', vni(bad))))
    await refused('forbidden', '192.0.2.0/24 has the address 192.0.2.7 of node host1', control.createNetwork(networkSpec('two', { ipam: ipam('192.0.2.0/24') })))
    await control.createNetwork(networkSpec('two', { ...vni('5001'), ipam: ipam('192.0.2.128/25') }))
  })

  it('refuses subnets that hosts of nodes are on themselves, but for those of nodes that are down', async () => {
    const { control, store } = controlFixture()
    const on = (id: string, state: NodeState, ...subnets: string[]) => {
      const { description, ...rest } = testNode(id, { status: { state, message: '', address: '192.0.2.1' } })
      return { ...rest, ...(description && { description: { ...description, hostNetworks: { subnets } } }) }
    }
    await store.update((tx) => {
      tx.create('node', on('h1', 'ready', '10.20.0.0/16', 'fd00:9::/64'))
      tx.create('node', on('h2', 'down', '10.30.0.0/16'))
    })
    await refused('forbidden', '10.20.7.0/24 overlaps with 10.20.0.0/16, which the host of node h1 is on; choose another subnet', control.createNetwork(networkSpec('one', { ipam: ipam('10.20.7.0/24') })))
    await refused('forbidden', 'fd00:9::/48 overlaps with fd00:9::/64, which the host of node h1 is on', control.createNetwork(networkSpec('one', { ipam: ipam('fd00:9::/48') })))
    await control.createNetwork(networkSpec('one', { ipam: ipam('10.30.0.0/24') }))
    await control.createNetwork(networkSpec('two', { ipam: ipam('10.21.0.0/24') }))
  })

  it('refuses malformed and reserved ones', async () => {
    const { control } = controlFixture()
    const create = (over: Parameters<typeof networkSpec>[1], name = 'net') => control.createNetwork(networkSpec(name, over))
    await refused('forbidden', 'operation is not permitted on predefined host network', create({}, 'host'))
    await refused('invalid', 'ipam configuration: invalid subnet 10.1.0.0', create({ ipam: ipam('10.1.0.0') }))
    await refused('invalid', 'ipam configuration: subnet 10.1.0.0/24 does not contain gateway 10.2.0.1', create({ ipam: ipam('10.1.0.0/24', { gateway: '10.2.0.1' }) }))
    await refused('invalid', 'ipam configuration: subnet 10.1.0.0/24 does not contain range 10.1.0.0/16', create({ ipam: ipam('10.1.0.0/24', { range: '10.1.0.0/16' }) }))
    await refused('invalid', 'ingress network cannot be attachable', create({ ingress: true, attachable: true }))
    const mtu = (value: string) => ({ driver: { name: 'overlay', options: { 'com.docker.network.driver.mtu': value } } })
    for (const bad of ['abc', '67', '99999', '-1', '1500.5']) await refused('invalid', `invalid com.docker.network.driver.mtu: "${bad}"`, create(mtu(bad)))
    await refused('invalid', 'IPv6 needs at least 1280', create({ ...mtu('1279'), ipv6Enabled: true }))
    await create(mtu('1000'), 'narrow')
    await refused('invalid', 'network driver "weave" is not supported', create({ driver: { name: 'weave', options: {} } }))
  })

  it('stays while services or running tasks use it', async () => {
    const { control, store } = controlFixture()
    const net = await control.createNetwork(networkSpec('back'))
    const networks = [{ target: 'back', aliases: [], addresses: [], driverOptions: {} }]
    await control.createService(serviceSpec('web', { task: taskSpec({ networks }) }))
    await refused('invalid', 'network back is in use by service web', control.removeNetwork('back'))
    await control.removeService('web')
    const attachment = { network: net, addresses: [], aliases: [], driverOptions: {} }
    await store.update((tx) => tx.create('task', task('t1', { networks: [attachment], serviceAnnotations: { name: 'web', labels: {} } })))
    await refused('invalid', 'network back is in use by task web.1.t1', control.removeNetwork('back'))
    await store.update((tx) => tx.remove('task', 't1'))
    await control.removeNetwork('back')
  })

  it('goes at once for everybody, and from the store when its last task has ended', async () => {
    const { control, store } = controlFixture()
    const net = await control.createNetwork(networkSpec('back'))
    const attachment = { network: net, addresses: [], aliases: [], driverOptions: {} }
    await store.update((tx) => tx.create('task', { ...task('t1', { networks: [attachment] }), desiredState: TaskState.remove }))
    await control.removeNetwork('back')
    assert.equal(store.view().get('network', net.id)?.pendingDelete, true)
    assert.deepEqual(await control.listNetworks(), [])
    await refused('notFound', 'network back not found: it is being removed', control.removeNetwork(net.id))
    const again = await control.createNetwork(networkSpec('back'))
    assert.deepEqual((await control.listNetworks()).map(({ id }) => id), [again.id])
  })

  it('leaves its subnet and identifier to the next while its last tasks end', async () => {
    const { control, store } = controlFixture()
    const fixed = { driver: { name: 'overlay', options: { 'com.docker.network.driver.overlay.vxlanid_list': '5000' } }, ipam: { driver: { name: 'default', options: {} }, configs: [{ subnet: '10.7.0.0/24', range: '', gateway: '', auxAddresses: {} }] } }
    const net = await control.createNetwork(networkSpec('back', fixed))
    await refused('forbidden', '10.7.0.0/24 is in use by network back', control.createNetwork(networkSpec('other', fixed)))
    const attachment = { network: net, addresses: [], aliases: [], driverOptions: {} }
    await store.update((tx) => tx.create('task', { ...task('t1', { networks: [attachment] }), desiredState: TaskState.remove }))
    await control.removeNetwork('back')
    const again = await control.createNetwork(networkSpec('back', fixed))
    assert.notEqual(again.id, net.id)
    await refused('forbidden', '10.7.0.0/24 is in use by network back', control.createNetwork(networkSpec('third', fixed)))
  })
})

describe('control: secrets and configs', () => {
  const data = new Uint8Array([1])

  it('never gives out a secret and changes labels only', async () => {
    const { control, store } = controlFixture()
    const secret = await control.createSecret({ name: 'key', labels: {}, data })
    for (const given of [secret, await control.getSecret('key'), ...(await control.listSecrets())]) assert.equal(given.spec.data.length, 0)
    assert.deepEqual(store.view().get('secret', secret.id)?.spec.data, data)
    const updated = await control.updateSecret('key', secret.meta.version, { ...secret.spec, labels: { a: 'b' } })
    assert.deepEqual([updated.spec.labels, updated.spec.data.length], [{ a: 'b' }, 0])
    assert.deepEqual(store.view().get('secret', secret.id)?.spec.data, data)
    await refused('invalid', 'only updates to Labels are allowed', control.updateSecret('key', updated.meta.version, { ...secret.spec, data: new Uint8Array([2]) }))
    await refused('invalid', 'only updates to Labels are allowed', control.updateSecret('key', updated.meta.version, { ...secret.spec, name: 'k2' }))
    await refused('conflict', 'secret key already exists', control.createSecret({ name: 'key', labels: {}, data }))
  })

  it('have limits', async () => {
    const { control } = controlFixture()
    await refused('invalid', 'secret data must be larger than 0 and less than 512000 bytes', control.createSecret({ name: 'a', labels: {}, data: new Uint8Array(512_001) }))
    await refused('invalid', 'config data must be larger than 0', control.createConfig({ name: 'a', labels: {}, data: new Uint8Array(0) }))
    await refused('invalid', 'invalid name, only 64 [a-zA-Z0-9-_.] characters allowed', control.createConfig({ name: '-a', labels: {}, data }))
    await control.createConfig({ name: 'big', labels: {}, data: new Uint8Array(1000 * 1024) })
  })

  it('stay while services use them', async () => {
    const { control } = controlFixture()
    const { id } = await control.createConfig({ name: 'conf', labels: {}, data })
    const container = containerSpec({ configs: [{ id, name: 'conf', file: { name: 'c', uid: '0', gid: '0', mode: 0o444 } }] })
    for (const name of ['a', 'b']) await control.createService(serviceSpec(name, { task: taskSpec({ container }) }))
    await refused('invalid', /config 'conf' is in use by the following services: (a, b|b, a)$/, control.removeConfig('conf'))
  })
})

describe('control: the cluster', () => {
  it('rotates tokens and makes an unlock key when locked', async () => {
    const { control, store } = controlFixture()
    await refused('unavailable', 'the swarm is not set up yet', control.getCluster())
    await store.update((tx) => tx.create('cluster', cluster()))
    const first = await control.getCluster()
    const second = await control.updateCluster(first.meta.version, first.spec, { ...noRotation, workerToken: true })
    assert.notEqual(second.rootCa.joinTokens.worker, first.rootCa.joinTokens.worker)
    assert.equal(second.rootCa.joinTokens.manager, first.rootCa.joinTokens.manager)
    const locked = await control.updateCluster(second.meta.version, { ...first.spec, encryption: { autoLockManagers: true } }, noRotation)
    assert.equal(locked.unlockKeys.length, 1)
    const same = await control.updateCluster(locked.meta.version, locked.spec, noRotation)
    assert.deepEqual(same.unlockKeys, locked.unlockKeys)
    const rotated = await control.updateCluster(same.meta.version, locked.spec, { ...noRotation, managerUnlockKey: true })
    assert.notDeepEqual(rotated.unlockKeys, locked.unlockKeys)
    assert.deepEqual((await control.updateCluster(rotated.meta.version, first.spec, noRotation)).unlockKeys, [])
    await refused('outOfSequence', 'update out of sequence', control.updateCluster(1, first.spec, noRotation))
  })

  it('refuses settings that cannot work', async () => {
    const { control, store } = controlFixture()
    await store.update((tx) => tx.create('cluster', cluster()))
    const { spec, meta } = await control.getCluster()
    const update = (over: object) => control.updateCluster(meta.version, { ...spec, ...over }, noRotation)
    await refused('invalid', 'minimum certificate expiry time is: 1h0m0s', update({ ca: { ...spec.ca, nodeCertExpiryNs: 1e9 } }))
    await refused('invalid', 'heartbeat time period cannot be a negative duration', update({ dispatcher: { heartbeatPeriodNs: -1 } }))
    await refused('invalid', 'modification of cluster name is not allowed', update({ name: 'mine' }))
  })
})

describe('control: watch', () => {
  it("tells what changed, in Docker's words", async () => {
    const { control, store } = controlFixture()
    const stop = new AbortController()
    const stream = control.watch(stop.signal)
    const web = await control.createService(serviceSpec('web'))
    const next = serviceSpec('web', { mode: { kind: 'replicated', replicas: 3 } })
    await control.updateService(web.id, web.meta.version, next, false)
    await store.update((tx) => tx.create('node', node('n1', { description: { hostname: 'host1' } as never })))
    await store.update((tx) => {
      const n1 = tx.get('node', 'n1')
      if (n1) tx.update('node', { ...n1, status: { ...n1.status, state: 'down' } })
    })
    await store.update((tx) => tx.create('task', task('t1', { serviceId: 's' as ServiceId })))
    await store.update((tx) => tx.create('network', network('back')))
    await control.removeService('web')
    stop.abort()
    const seen: ClusterEvent[] = []
    for await (const event of stream) seen.push(event)
    assert.deepEqual(
      seen.map(({ table, action, attributes }) => [`${table} ${action}`, attributes]),
      [
        ['service create', { name: 'web' }],
        ['service update', { name: 'web', 'replicas.old': '1', 'replicas.new': '3' }],
        ['node create', { name: 'host1' }],
        ['node update', { name: 'host1', 'state.old': 'ready', 'state.new': 'down' }],
        ['network create', { name: 'back' }],
        ['service remove', { name: 'web' }],
      ],
    )
  })
})
