import { strict as assert } from 'node:assert'
import { createServer, Socket } from 'node:net'
import { join } from 'node:path'
import { Links } from '../../agent/kernel/link.js'
import { inNetns } from '../../agent/kernel/netns.js'
import { Nft } from '../../agent/kernel/nft.js'
import { openSocket } from '../../agent/kernel/socket.js'
import type { TableRow } from '../../agent/network/cluster/cluster-tables.js'
import { traceService } from '../../agent/network/cluster/trace.js'
import { vipTables } from '../../agent/network/lb/vip-ruleset.js'
import { systemClock } from '../../src/sys/system-clock.js'
import { ask } from '../e2e/network-support.js'
import { eventually } from '../support/eventually.js'
import { ClusterNode } from '../support/cluster-node.js'
import { NetworkHost } from '../support/network-host.js'
import { clusterNetwork, endpointRow, serviceRow } from '../support/network-rows.js'

describe('overlay networks in the kernel', function () {
  this.timeout(30_000)
  let hosts: NetworkHost
  let one: ClusterNode
  let two: ClusterNode
  const place = (task: string, address: string, node: ClusterNode, over = {}): TableRow => ({
    action: 'update', endpoint: endpointRow('back', task, address, { nodeId: node.id as never, nodeAddress: node.address, ...over }),
  })
  const base = (): TableRow[] => [
    { action: 'update', network: clusterNetwork('back') },
    { action: 'update', service: serviceRow('back', 'web', '10.0.1.2') },
    place('a', '10.0.1.3', one, { serviceId: '' }),
    place('b', '10.0.1.4', two),
    place('c', '10.0.1.5', two),
  ]
  const both = async (kind: 'complete' | 'incremental', rows: TableRow[]): Promise<void> => {
    await one.apply(kind, rows)
    await two.apply(kind, rows)
  }

  beforeEach(async () => {
    hosts = new NetworkHost()
    one = new ClusterNode('n1', '192.0.2.1', hosts.host, hosts.folder)
    two = new ClusterNode('n2', '192.0.2.2', hosts.client, hosts.folder)
    await one.start()
    await two.start()
    await both('complete', base())
  })
  afterEach(() => {
    one.clean()
    two.clean()
    hosts[Symbol.dispose]()
  })

  it('carry packets of the size that is asked for, also below what IPv6 needs', async () => {
    const plain = clusterNetwork('narrow', {}, '10.0.9.0/24')
    const options = { 'com.docker.network.driver.overlay.vxlanid_list': '4998', 'com.docker.network.driver.mtu': '1000' }
    const network = { ...plain, driverState: { name: 'overlay', options } }
    const row = (task: string, address: string, node: ClusterNode): TableRow => ({
      action: 'update', endpoint: endpointRow('narrow', task, address, { nodeId: node.id as never, nodeAddress: node.address, serviceId: '' }),
    })
    await both('incremental', [{ action: 'update', network }, row('d', '10.0.9.3', one), row('e', '10.0.9.4', two)])
    const d = await one.container('d', '10.0.9.3', network)
    const e = await two.container('e', '10.0.9.4', network)
    await hosts.serve(e, 80, 'e')
    assert.match((await hosts.ask(d, '10.0.9.4', 80)) ?? '', /^e /)
    using links = inNetns(d, () => Links.open())
    assert.equal(links.find('eth0')?.mtu, 1000)
  })

  it('are brought to their state one by one: what the kernel refuses for one holds up no other', async () => {
    const other = clusterNetwork('narrow', {}, '10.0.9.0/24')
    const network = { ...other, driverState: { name: 'overlay', options: { 'com.docker.network.driver.overlay.vxlanid_list': '4998' } } }
    const row = (task: string, address: string, node: ClusterNode): TableRow => ({
      action: 'update', endpoint: endpointRow('narrow', task, address, { nodeId: node.id as never, nodeAddress: node.address, serviceId: '' }),
    })
    await both('incremental', [{ action: 'update', network }, row('d', '10.0.9.3', one)])
    await one.container('a', '10.0.1.3')
    const d = await one.container('d', '10.0.9.3', network)
    const e = await two.container('e', '10.0.9.4', network)
    await hosts.serve(e, 80, 'e')
    // The devices of this network carry IPv4 outside.
    const broken = place('x', '10.0.1.9', two, { nodeAddress: 'fd00::2' })
    await one.apply('incremental', [broken, row('e', '10.0.9.4', two)])
    assert.deepEqual(one.cluster?.incomplete, ['network back'])
    const controller = one.controller ?? assert.fail()
    const { tables } = controller
    assert.match(tables.troublesOf('back').join(), /^not everything on a network can be reached: ./)
    assert.deepEqual(tables.troublesOf('narrow'), [])
    const given = { controller, networks: tables.networks, peers: tables.peers, hostname: 'h1', clock: systemClock, rng: controller.rng }
    assert.match((await traceService(given, { service: 'web' }, undefined)).Problems[0] ?? '', /^on node h1: not everything on a network can be reached: .*; it is tried again$/)
    assert.match((await hosts.ask(d, '10.0.9.4', 80)) ?? '', /^e /)
    await one.cluster?.led()
    await one.apply('incremental', [place('x', '10.0.1.9', two)])
    assert.deepEqual(one.cluster?.incomplete, [])
  })

  it('have their virtual IPs put back by themselves where they could not be set, and nobody waits for that for ever', async () => {
    const a = await one.container('a', '10.0.1.3')
    const b = await two.container('b', '10.0.1.4')
    await hosts.serve(b, 80, 'b')
    inNetns(a, () => {
      using nft = Nft.open()
      nft.run(vipTables.map((name) => `table inet ${name}\ndelete table inet ${name}`).join('\n'))
    })
    await one.apply('incremental', [place('c', '10.0.1.5', two, { serving: false })])
    assert.deepEqual(one.cluster?.incomplete, ['virtual IPs'])
    await one.cluster?.led()
    assert.deepEqual(one.cluster?.incomplete, [])
    for (let i = 0; i < 5; i++) assert.match((await hosts.ask(a, '10.0.1.2', 80)) ?? '', /^b /)
  })

  it('carry connections between nodes, to addresses and to virtual IPs alike', async () => {
    const a = await one.container('a', '10.0.1.3')
    const b = await two.container('b', '10.0.1.4')
    const c = await two.container('c', '10.0.1.5')
    await hosts.serve(b, 80, 'b')
    await hosts.serve(c, 80, 'c')
    assert.match((await hosts.ask(a, '10.0.1.4', 80)) ?? '', /^b .*10\.0\.1\.3/)
    const answers = new Map<string, number>()
    for (let i = 0; i < 200; i++) {
      const task = (await hosts.ask(a, '10.0.1.2', 80))?.slice(0, 1) ?? 'none'
      answers.set(task, (answers.get(task) ?? 0) + 1)
    }
    assert.deepEqual([...answers.keys()].sort(), ['b', 'c'])
    // 200 draws with a chance of a half: five standard deviations are 35.
    assert((answers.get('b') ?? 0) > 65 && (answers.get('b') ?? 0) < 135, JSON.stringify([...answers]))
    // A backend reaches its own service, itself too.
    for (let i = 0; i < 10; i++) assert.match((await hosts.ask(b, '10.0.1.2', 80)) ?? '', /^[bc] /)
  })

  it('lead new flows away from a task that ends and leave those that are under way', async () => {
    const a = await one.container('a', '10.0.1.3')
    const b = await two.container('b', '10.0.1.4')
    const c = await two.container('c', '10.0.1.5')
    await hosts.serve(c, 80, 'c')
    await one.apply('incremental', [place('c', '10.0.1.5', two, { serving: false })])
    await hosts.serve(b, 80, 'b')
    const socket = new Socket({ fd: inNetns(a, () => openSocket({ protocol: 'tcp', family: 4 })) })
    const echoed: string[] = []
    const echo = await echoServer(b, 81)
    socket.on('data', (chunk) => echoed.push(chunk.toString()))
    socket.connect(81, '10.0.1.2')
    socket.write('before')
    await eventually('the flow is there', () => echoed.join('') === 'before')
    await one.apply('incremental', [place('b', '10.0.1.4', two, { serving: false }), place('c', '10.0.1.5', two)])
    socket.write(' after')
    await eventually('the flow goes on', () => echoed.join('') === 'before after')
    for (let i = 0; i < 20; i++) assert.match((await hosts.ask(a, '10.0.1.2', 80)) ?? '', /^c /)
    await one.apply('incremental', [place('c', '10.0.1.5', two, { serving: false })])
    assert.match(await ask(a, '10.0.1.2', 80), /ECONNREFUSED/, 'nobody serves: it is refused, not left without an answer')
    socket.destroy()
    echo.close()
  })

  it('move datagrams of a client that goes on sending to a task that serves', async () => {
    const a = await one.container('a', '10.0.1.3')
    const b = await two.container('b', '10.0.1.4')
    const c = await two.container('c', '10.0.1.5')
    hosts.serveUdp(b, 53, 'b')
    hosts.serveUdp(c, 53, 'c')
    await one.apply('incremental', [place('c', '10.0.1.5', two, { serving: false })])
    const client = hosts.udpSocket(a, 5000)
    const answers: string[] = []
    client.on('message', (message) => answers.push(message.toString()))
    const sendUntil = (text: string): Promise<unknown> =>
      eventually(`${text} answers`, () => {
        client.send('?', 53, '10.0.1.2')
        return answers.at(-1) === text
      })
    await sendUntil('b')
    await one.apply('incremental', [place('b', '10.0.1.4', two, { serving: false }), place('c', '10.0.1.5', two)])
    await sendUntil('c')
  })

  it('know every neighbour and ask nobody: what is unknown goes nowhere', async () => {
    const a = await one.container('a', '10.0.1.3')
    await two.container('b', '10.0.1.4')
    using links = inNetns(join(one.overlayDir, 'back'), () => Links.open())
    const vxlan = links.find('vxlan0')
    assert(vxlan)
    const entries = links.forwardingEntries().filter(({ index, bridge }) => index === vxlan.index && bridge === 'self')
    assert.deepEqual(entries.map(({ mac, address }) => [mac, address]).sort(), [['02:42:0a:00:01:04', '192.0.2.2'], ['02:42:0a:00:01:05', '192.0.2.2']])
    using outer = new OuterPackets(hosts.host)
    assert.equal(await hosts.ask(a, '10.0.1.77', 80, 500), undefined)
    assert.equal(outer.count, 0, 'no packet leaves for an address that nobody has')
    await hosts.ask(a, '10.0.1.4', 80, 500)
    assert(outer.count > 0)
    // What the managers take back is gone from the kernel.
    await one.apply('incremental', [{ action: 'remove', endpoint: endpointRow('back', 'c', '10.0.1.5') }])
    assert.equal(links.forwardingEntries().some(({ mac }) => mac === '02:42:0a:00:01:05'), false)
    assert.equal(links.neighbours().some(({ address }) => address === '10.0.1.5'), false)
  })

  it('survive the end of the daemon, and lose what the managers no longer name', async () => {
    const a = await one.container('a', '10.0.1.3')
    const b = await two.container('b', '10.0.1.4')
    const echo = await echoServer(b, 80)
    await one.apply('incremental', [place('c', '10.0.1.5', two, { serving: false })])
    const socket = new Socket({ fd: inNetns(a, () => openSocket({ protocol: 'tcp', family: 4 })) })
    const echoed: string[] = []
    socket.on('data', (chunk) => echoed.push(chunk.toString()))
    socket.connect(80, '10.0.1.2')
    socket.write('1')
    await eventually('the flow is there', () => echoed.join('') === '1')
    one.stop()
    socket.write('2')
    await eventually('it goes on without a daemon', () => echoed.join('') === '12')
    await one.start(['a'])
    socket.write('3')
    await eventually('it goes on over the start', () => echoed.join('') === '123')
    using links = inNetns(join(one.overlayDir, 'back'), () => Links.open())
    assert(links.neighbours().some(({ address }) => address === '10.0.1.5'), 'believed until the managers speak')
    await one.apply('complete', base().filter(({ endpoint }) => endpoint?.taskId !== 'c'))
    socket.write('4')
    await eventually('it goes on over the first tables', () => echoed.join('') === '1234')
    assert.equal(links.neighbours().some(({ address }) => address === '10.0.1.5'), false)
    socket.destroy()
    echo.close()
  })

  it('are made with their first container and taken down with the last', async () => {
    assert.deepEqual(one.segmentDevices(), [])
    await one.container('a', '10.0.1.3')
    assert.deepEqual(one.segmentDevices(), ['back'])
    await one.controller?.removeSandbox('a')
    assert.deepEqual(one.segmentDevices(), [])
    // At once again: the identifier is free.
    await one.container('a', '10.0.1.3')
    assert.deepEqual(one.segmentDevices(), ['back'])
    await one.controller?.disconnect('a', 'back')
    assert.deepEqual(one.segmentDevices(), [])
    assert.deepEqual(one.controller?.endpointsOf('a'), [])
    await one.apply('incremental', [{ action: 'remove', network: clusterNetwork('back') }])
    assert.equal(one.controller?.list().some(({ name }) => name === 'back'), false)
  })

  it('wait for the name of one that was removed until its last container is gone', async () => {
    await one.container('a', '10.0.1.3')
    const plain = clusterNetwork('again', {}, '10.0.1.0/24')
    const network = { ...plain, spec: { ...plain.spec, name: 'back' }, driverState: { name: 'overlay', options: { 'com.docker.network.driver.overlay.vxlanid_list': '4998' } } }
    const row = endpointRow('again', 'd', '10.0.1.3', { nodeId: one.id as never, nodeAddress: one.address, serviceId: '' })
    await one.apply('incremental', [{ action: 'update', network }, { action: 'update', endpoint: row }])
    let ensured = false
    const ensuring = one.cluster?.ensure(network).then(() => (ensured = true))
    // What is done here takes longer than a name that is free.
    await two.container('b', '10.0.1.4')
    assert.equal(ensured, false)
    await one.controller?.removeSandbox('a')
    await ensuring
    await one.container('d', '10.0.1.3', network)
    assert.deepEqual(one.segmentDevices(), ['again'])
    await one.controller?.createNetwork({ name: 'local' })
    await assert.rejects(async () => one.cluster?.ensure({ ...network, spec: { ...network.spec, name: 'local' } }), /this host has a network of that name; rename or remove it/)
  })

  it('give containers a way out, unless they are internal', async () => {
    const a = await one.container('a', '10.0.1.3')
    await hosts.serve(hosts.client, 8000, 'outside')
    assert.match((await hosts.ask(a, '192.0.2.2', 8000)) ?? '', /^outside .*192\.0\.2\.1/)
    const internal = clusterNetwork('inner', { internal: true }, '10.0.2.0/24')
    internal.driverState = { name: 'overlay', options: { 'com.docker.network.driver.overlay.vxlanid_list': '4098' } }
    await one.apply('incremental', [{ action: 'update', network: internal }])
    const inner = await one.container('i', '10.0.2.3', internal)
    assert.equal(await hosts.ask(inner, '192.0.2.2', 8000, 500), undefined)
    using links = inNetns(inner, () => Links.open())
    assert.equal(links.routes().some(({ destination }) => destination === '0.0.0.0/0'), false)
  })

  it('are not used in the clear when they are to be encrypted', async () => {
    const secret = clusterNetwork('back', { driver: { name: 'overlay', options: { encrypted: '' } } })
    await assert.rejects(async () => one.cluster?.ensure(secret), /network back is encrypted, which this node cannot do/)
  })

  it('refuse a data path address that is none of the host', async () => {
    await one.cluster?.begin('n1', '192.0.2.99')
    await one.apply('incremental', [])
    await one.cluster?.ensure(clusterNetwork('back'))
    await one.controller?.createSandbox('x')
    await assert.rejects(
      async () => one.controller?.connect('x', 'back', { containerName: 'x', ipv4Address: '10.0.1.8' }),
      /its data path address 192\.0\.2\.99 is none of this host's/,
    )
  })
})

async function echoServer(netns: string, port: number): Promise<{ close(): void }> {
  const server = createServer((socket) => socket.on('error', () => undefined).pipe(socket))
  const fd = inNetns(netns, () => openSocket({ protocol: 'tcp', family: 4, bind: { address: '0.0.0.0', port, reuseAddress: true }, backlog: 16 }))
  await new Promise<void>((resolve) => server.listen({ fd }, resolve))
  return server
}

/** Counts the packets of the data path that leave a host. */
class OuterPackets implements Disposable {
  private readonly nft: Nft
  constructor(netns: string) {
    this.nft = inNetns(netns, () => Nft.open())
    this.nft.run('table inet watch { counter outer { }; chain out { type filter hook output priority 0; udp dport 4789 counter name outer; }; }')
  }
  get count(): number {
    const found = this.nft.list('list counters table inet watch').find((one) => one['counter'] !== undefined)?.['counter'] as { packets: number } | undefined
    return found?.packets ?? -1
  }
  [Symbol.dispose](): void {
    this.nft.close()
  }
}
