import { strict as assert } from 'node:assert'
import { defaultIngressNetwork } from '../../../../manager/allocator/ingress.js'
import { vniOption } from '../../../../manager/allocator/allocations.js'
import type { IpamConfig, NetworkSpec } from '../../../../src/model/network.js'
import type { PortConfig, ServiceSpec } from '../../../../src/model/service.js'
import { TaskState } from '../../../../src/model/task-state.js'
import { testNode, TestManager } from '../../../support/manager-loops.js'
import { network, networkSpec, taskSpec } from '../../../support/objects.js'

const port = (over: Partial<PortConfig> = {}): PortConfig => ({ name: '', protocol: 'tcp', targetPort: 80, publishedPort: 0, publishMode: 'ingress', ...over })
const on = (...targets: string[]) => taskSpec({ networks: targets.map((target) => ({ target, aliases: ['db'], addresses: [], driverOptions: {} })) })
const withSubnet = (subnet: string): Partial<NetworkSpec> => ({ ipam: { driver: { name: 'default', options: {} }, configs: [{ subnet, range: '', gateway: '', auxAddresses: {} } satisfies IpamConfig] } })

async function addNetwork(manager: TestManager, name: string, over: Partial<NetworkSpec> = {}): Promise<void> {
  await manager.store.update((tx) => tx.create('network', network(name, { spec: networkSpec(name, over) })))
  await manager.quiet()
}
const replicas = (count: number): Partial<ServiceSpec> => ({ mode: { kind: 'replicated', replicas: count } })
const addresses = (manager: TestManager, name: string) => manager.running(name).flatMap((task) => task.networks.map((one) => `${one.network.spec.name} ${one.addresses.join(' ')}`)).sort()

describe('the allocator', () => {
  it('a service without networks and with host ports only has no attachments', async () => {
    await using manager = await TestManager.lead(1)
    await manager.create('web', { endpoint: { mode: 'vip', ports: [port({ publishMode: 'host', publishedPort: 8080 })] } })
    const [task] = manager.running('web')
    assert.deepEqual(task?.networks, [])
    assert.deepEqual(task?.endpoint?.ports, [port({ publishMode: 'host', publishedPort: 8080 })])
    assert.deepEqual(manager.service('web').endpoint?.virtualIps, [])
  })

  it('networks get a subnet and an identifier, services a virtual IP, tasks an address', async () => {
    await using manager = await TestManager.lead(2)
    await addNetwork(manager, 'back')
    const made = manager.store.view().get('network', 'back')
    assert.equal(made?.driverState?.options[vniOption], '4096')
    assert.deepEqual(made?.ipam?.configs, [{ subnet: '10.0.0.0/24', range: '', gateway: '10.0.0.1', auxAddresses: {} }])
    await manager.create('db', { ...replicas(3), task: on('back') })
    assert.deepEqual(manager.service('db').endpoint?.virtualIps, [{ networkId: 'back', address: '10.0.0.2/24' }])
    assert.deepEqual(addresses(manager, 'db'), ['back 10.0.0.3/24', 'back 10.0.0.4/24', 'back 10.0.0.5/24'])
    assert.deepEqual(manager.running('db')[0]?.networks[0]?.aliases, ['db'])
  })

  it('networks with IPv6 give services a virtual IP of each family, also those that came before', async () => {
    await using manager = await TestManager.lead(1)
    await addNetwork(manager, 'back', { ipv6Enabled: true })
    await manager.create('db', { ...replicas(1), task: on('back') })
    const both = [{ networkId: 'back', address: '10.0.0.2/24' }, { networkId: 'back', address: 'fd5e:c3a1:7b00::2/64' }]
    assert.deepEqual(manager.service('db').endpoint?.virtualIps, both)
    assert.deepEqual(addresses(manager, 'db'), ['back 10.0.0.3/24 fd5e:c3a1:7b00::3/64'])
    // As an allocator that knew one family left it.
    const id = manager.service('db').id
    await manager.store.update((tx) => {
      const service = tx.get('service', id)
      if (service?.endpoint) tx.update('service', { ...service, endpoint: { ...service.endpoint, virtualIps: both.slice(0, 1) } })
    })
    await manager.quiet()
    const [ipv4, ipv6] = manager.service('db').endpoint?.virtualIps ?? []
    assert.deepEqual(ipv4, both[0])
    assert.match(ipv6?.address ?? '', /^fd5e:c3a1:7b00::/)
  })

  it('dnsrr has no virtual IP', async () => {
    await using manager = await TestManager.lead(1)
    await addNetwork(manager, 'back')
    await manager.create('db', { task: on('back'), endpoint: { mode: 'dnsrr', ports: [] } })
    assert.equal(manager.service('db').endpoint, undefined)
    assert.deepEqual(addresses(manager, 'db'), ['back 10.0.0.2/24'])
  })

  it('ingress ports bring the ingress network', async () => {
    await using manager = await TestManager.lead(1)
    await manager.store.update((tx) => tx.create('network', defaultIngressNetwork(manager.ids)))
    await manager.quiet()
    await manager.create('web', { endpoint: { mode: 'vip', ports: [port(), port({ targetPort: 443, publishedPort: 8443 })] } })
    assert.deepEqual(manager.service('web').endpoint?.ports.map(({ publishedPort }) => publishedPort), [30000, 8443])
    assert.equal(manager.service('web').endpoint?.virtualIps.length, 1)
    assert.deepEqual(addresses(manager, 'web'), ['ingress 10.0.0.3/24 fd5e:c3a1:7b00::2/64'])
    assert.deepEqual(manager.running('web')[0]?.endpoint?.ports, manager.service('web').endpoint?.ports)
  })

  it('what a task waits for is said on it, and others go on', async () => {
    await using manager = await TestManager.lead(1)
    await manager.create('web', { task: on('missing') })
    await manager.create('edge', { endpoint: { mode: 'vip', ports: [port()] } })
    await manager.create('plain', {})
    const told = (name: string) => manager.tasks(name).map((task) => `${task.status.state} ${task.status.message}: ${task.status.err}`)
    assert.deepEqual(told('web'), ['0 waiting for networks and ports: network missing not found'])
    assert.match(told('edge')[0] ?? '', /there is no ingress network/)
    assert.equal(manager.running('plain').length, 1)
    await addNetwork(manager, 'missing')
    assert.equal(manager.running('web').length, 1)
    await manager.store.update((tx) => tx.create('network', defaultIngressNetwork(manager.ids)))
    await manager.quiet()
    assert.equal(manager.running('edge').length, 1)
  })

  it('a network that cannot have its subnet holds up only its own services', async () => {
    await using manager = await TestManager.lead(1)
    await addNetwork(manager, 'one', withSubnet('10.5.0.0/24'))
    await addNetwork(manager, 'two', withSubnet('10.5.0.0/16'))
    await manager.create('web', { task: on('two') })
    assert.match(manager.tasks('web')[0]?.status.err ?? '', /network two: the subnet 10\.5\.0\.0\/16 of network two overlaps with 10\.5\.0\.0\/24/)
    await manager.store.update((tx) => tx.remove('network', 'one'))
    await manager.quiet()
    assert.equal(manager.running('web').length, 1)
  })

  it('subnets avoid the networks of all hosts, the same under each leader', async () => {
    await using manager = await TestManager.lead(0)
    const hostOn = (id: string, ...subnets: string[]) => {
      const { description, ...rest } = testNode(id)
      return { ...rest, ...(description && { description: { ...description, hostNetworks: { subnets } } }) }
    }
    const subnetOf = (id: string) => manager.store.view().get('network', id)?.ipam?.configs[0]?.subnet
    await manager.store.update((tx) => {
      tx.create('node', hostOn('h1', '10.0.0.0/24'))
      tx.create('node', { ...hostOn('h2', '10.0.2.0/23'), status: { state: 'down', message: '', address: '' } })
    })
    for (const name of ['a', 'b']) await addNetwork(manager, name)
    assert.deepEqual([subnetOf('a'), subnetOf('b')], ['10.0.1.0/24', '10.0.4.0/24'])
    await manager.stop()
    // A host that comes to be on a network's subnet changes nothing for that network.
    await manager.store.update((tx) => tx.create('node', hostOn('h3', '10.0.1.0/24', '10.0.5.0/24')))
    manager.start()
    await addNetwork(manager, 'c')
    assert.deepEqual([subnetOf('a'), subnetOf('b'), subnetOf('c')], ['10.0.1.0/24', '10.0.4.0/24', '10.0.6.0/24'])
  })

  it('subnets of hosts that are down are used when there is nothing else, those of others never', async () => {
    await using manager = await TestManager.lead(0)
    const hostOn = (id: string, state: 'down' | 'ready', subnet: string) => {
      const { description, ...rest } = testNode(id)
      return { ...rest, status: { state, message: '', address: '' }, ...(description && { description: { ...description, hostNetworks: { subnets: [subnet] } } }) }
    }
    const subnetOf = (id: string) => manager.store.view().get('network', id)?.ipam?.configs[0]?.subnet
    await manager.store.update((tx) => {
      tx.create('node', hostOn('gone', 'down', '10.0.0.0/8'))
      tx.create('node', hostOn('here', 'ready', '10.0.0.0/24'))
    })
    await addNetwork(manager, 'a')
    assert.equal(subnetOf('a'), '10.0.1.0/24')
    await manager.store.update((tx) => tx.update('node', { ...tx.get('node', 'gone')!, status: { state: 'ready', message: '', address: '' } }))
    await addNetwork(manager, 'b')
    await manager.create('web', { task: on('b') })
    assert.equal(subnetOf('b'), undefined)
    assert.match(manager.tasks('web')[0]?.status.err ?? '', /where nodes are on networks of their own \(10\.0\.0\.0\/8 on gone, 10\.0\.0\.0\/24 on here\)/)
  })

  it('two services cannot publish the same port', async () => {
    await using manager = await TestManager.lead(1)
    await manager.store.update((tx) => tx.create('network', defaultIngressNetwork(manager.ids)))
    const endpoint = { mode: 'vip', ports: [port({ publishedPort: 80 })] } as const
    await manager.create('a', { endpoint: { ...endpoint, ports: [...endpoint.ports] } })
    await manager.create('b', { endpoint: { ...endpoint, ports: [...endpoint.ports] } })
    assert.equal(manager.tasks('b')[0]?.status.err, "port '80' is already in use by service 'a' (a) as an ingress port")
    await manager.store.update((tx) => tx.remove('service', 'a'))
    await manager.quiet()
    assert.equal(manager.running('b').length, 1)
  })

  it('addresses run out with a sentence, and are used again after their rest', async () => {
    await using manager = await TestManager.lead(1)
    await addNetwork(manager, 'tiny', withSubnet('10.7.0.0/29'))
    const restart = { condition: 'none', maxAttempts: 0, windowNs: 0 } as const
    await manager.create('db', { ...replicas(5), task: { ...on('tiny'), restart }, endpoint: { mode: 'dnsrr', ports: [] } })
    await manager.create('more', { task: on('tiny'), endpoint: { mode: 'dnsrr', ports: [] } })
    assert.match(manager.tasks('more')[0]?.status.err ?? '', /no address is free in subnet 10\.7\.0\.0\/29/)
    await manager.agent.end(manager.running('db')[0]!.id, TaskState.complete)
    await manager.pass(9000, 500)
    assert.equal(manager.running('more').length, 0)
    await manager.pass(7000, 500)
    assert.equal(manager.running('more').length, 1)
  })

  it('a new leader gives nothing twice', async () => {
    await using manager = await TestManager.lead(1)
    await addNetwork(manager, 'back')
    await manager.create('a', { ...replicas(4), task: on('back') })
    await manager.stop()
    manager.start()
    await addNetwork(manager, 'front')
    await manager.create('b', { ...replicas(4), task: on('back', 'front') })
    const vips = ['a', 'b'].flatMap((name) => (manager.service(name).endpoint?.virtualIps ?? []).map((vip) => `${vip.networkId === 'back' ? 'back' : 'front'} ${vip.address}`))
    const all = [...vips, ...addresses(manager, 'a'), ...addresses(manager, 'b')]
    assert.equal(all.length, 1 + 4 + 2 + 8)
    assert.equal(new Set(all).size, all.length, all.join(', '))
    assert.equal(manager.store.view().get('network', 'front')?.driverState?.options[vniOption], '4097')
  })

  it('a new leader does not give the identifier of a removed network next, whose tasks were given up', async () => {
    await using manager = await TestManager.lead(1)
    await addNetwork(manager, 'old')
    manager.agent.behave = () => 'stubborn'
    await manager.create('web', { task: on('old'), endpoint: { mode: 'dnsrr', ports: [] } })
    const [task] = manager.tasks('web')
    assert.equal(task?.networks[0]?.network.driverState?.options[vniOption], '4096')
    await manager.store.update((tx) => {
      tx.update('task', { ...task, status: { ...task.status, state: TaskState.orphaned } })
      tx.remove('service', 'web')
      tx.remove('network', 'old')
    })
    await manager.stop()
    manager.start()
    await addNetwork(manager, 'new')
    assert.equal(manager.store.view().get('network', 'new')?.driverState?.options[vniOption], '4097')
  })

  it('a network that goes before its tasks keeps their addresses until they stopped', async () => {
    await using manager = await TestManager.lead(1)
    await addNetwork(manager, 'old', withSubnet('10.8.0.0/24'))
    manager.agent.behave = () => 'stubborn'
    await manager.create('web', { task: on('old'), endpoint: { mode: 'dnsrr', ports: [] } })
    await manager.store.update((tx) => {
      tx.remove('service', 'web')
      tx.remove('network', 'old')
    })
    await addNetwork(manager, 'new', withSubnet('10.8.0.0/24'))
    assert.equal(manager.store.view().get('network', 'new')?.ipam, undefined)
    manager.agent.behave = () => 'run'
    await manager.agent.poke()
    await manager.pass(6000, 500)
    assert.equal(manager.store.view().get('network', 'new')?.ipam?.configs[0]?.subnet, '10.8.0.0/24')
  })

  it('a network waits for the subnet of one that is being removed, its tasks say so, and go on with it', async () => {
    await using manager = await TestManager.lead(1)
    await addNetwork(manager, 'old', withSubnet('10.8.0.0/24'))
    manager.agent.behave = () => 'stubborn'
    await manager.create('web', { task: on('old') })
    await manager.store.update((tx) => {
      tx.remove('service', 'web')
      tx.update('network', { ...tx.get('network', 'old')!, pendingDelete: true })
    })
    await addNetwork(manager, 'new', withSubnet('10.8.0.0/24'))
    await manager.create('again', { task: on('new') })
    const why = /waiting for the tasks of network old to end: it is being removed, and has the subnet 10\.8\.0\.0\/24/
    assert.match(manager.tasks('again')[0]?.status.err ?? '', why)
    await manager.stop()
    manager.start()
    await manager.quiet()
    assert.match(manager.tasks('again')[0]?.status.err ?? '', why, 'under the next leader, too')
    manager.agent.behave = () => 'run'
    await manager.agent.poke()
    await manager.quiet()
    assert.deepEqual(addresses(manager, 'again'), ['new 10.8.0.3/24'])
    assert.equal(manager.store.view().get('network', 'old'), undefined)
  })

  it('a virtual IP stays while other things change', async () => {
    await using manager = await TestManager.lead(1)
    await addNetwork(manager, 'a')
    await manager.create('web', { task: on('a') })
    const before = manager.service('web').endpoint?.virtualIps
    await manager.updateSpec('web', (spec) => ({ ...spec, endpoint: { mode: 'vip', ports: [port({ publishMode: 'host', publishedPort: 81 })] } }))
    assert.deepEqual(manager.service('web').endpoint?.virtualIps, before)
    assert.equal(manager.service('web').endpoint?.ports[0]?.publishedPort, 81)
  })

  it('a change of networks gives and takes virtual IPs', async () => {
    await using manager = await TestManager.lead(1)
    await addNetwork(manager, 'a')
    await addNetwork(manager, 'b')
    await manager.create('web', { task: on('a') })
    await manager.updateSpec('web', (spec) => ({ ...spec, task: on('b') }))
    await manager.quiet()
    assert.deepEqual(manager.service('web').endpoint?.virtualIps.map(({ networkId }) => networkId), ['b'])
    assert.match(addresses(manager, 'web')[0] ?? '', /^b 10\.0\.1\./)
  })
})
