import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import { eventually } from '../support/eventually.js'
import { NetworkHost } from '../support/network-host.js'
import { ChunkType, RawSctp } from '../support/sctp.js'
import type { NetworkController } from '../../agent/network/controller.js'
import type { EndpointInfo, PortBinding, PublishedPort } from '../../agent/network/types.js'

const ids = { one: '1'.repeat(64), two: '2'.repeat(64), three: '3'.repeat(64) }

/** Asks the kernel with the usual tools, from inside a namespace. */
function tool(netns: string, ...command: string[]): string {
  return execFileSync('nsenter', [`--net=${netns}`, ...command], { encoding: 'utf8' })
}

for (const bridgeNetfilter of [false, true]) describe(`bridge networks in the kernel, br_netfilter ${bridgeNetfilter ? 'on' : 'off'}`, () => {
  let host: NetworkHost
  let networks: NetworkController

  beforeEach(async () => {
    host = new NetworkHost(bridgeNetfilter)
    networks = await host.controller()
    await networks.recover(new Set())
  })
  afterEach(() => host[Symbol.dispose]())

  async function start(id: string, name: string, network: string, ports: PortBinding[] = []): Promise<{ path: string; endpoint: EndpointInfo; ports: PublishedPort[] }> {
    const sandbox = await networks.createSandbox(id)
    const endpoint = await networks.connect(id, network, { containerName: name })
    const published = await networks.publish(id, ports)
    assert(sandbox.path)
    return { path: sandbox.path, endpoint, ports: published }
  }
  const web = (hostPort: string, hostIp = ''): PortBinding => ({ containerPort: 80, protocol: 'tcp', hostPort, hostIp })

  it('gives a container its address, route and MAC, as ip shows them', async () => {
    const { path, endpoint } = await start(ids.one, 'one', 'bridge')
    const subnet = networks.inspect('bridge').ipam.config[0]
    const [link] = JSON.parse(tool(path, 'ip', '-json', 'addr', 'show', 'eth0')) as [{ address: string; mtu: number; operstate: string; addr_info: unknown[] }]
    assert.equal(link.address, endpoint.macAddress)
    assert.equal(link.operstate, 'UP')
    assert.equal(link.addr_info.length, 1, 'no link-local IPv6 address without IPv6')
    const [route] = JSON.parse(tool(path, 'ip', '-json', 'route', 'show', 'default')) as [{ gateway: string; dev: string }]
    assert.deepEqual([route.gateway, route.dev], [subnet?.gateway, 'eth0'])
    const [lo] = JSON.parse(tool(path, 'ip', '-json', 'link', 'show', 'lo')) as [{ flags: string[] }]
    assert(lo.flags.includes('UP'))
  })

  it('has packets as small as a network asks for, also below what IPv6 needs', async () => {
    await networks.createNetwork({ name: 'narrow', options: { 'com.docker.network.driver.mtu': '1000' } })
    const { path } = await start(ids.one, 'one', 'narrow')
    const [link] = JSON.parse(tool(path, 'ip', '-json', 'link', 'show', 'eth0')) as [{ mtu: number; operstate: string }]
    assert.deepEqual([link.mtu, link.operstate], [1000, 'UP'])
  })

  it('lets containers of a network talk, and hides them from the outside', async () => {
    const one = await start(ids.one, 'one', 'bridge')
    const two = await start(ids.two, 'two', 'bridge')
    await host.serve(one.path, 80, 'one')
    assert.equal(await host.ask(two.path, one.endpoint.ipv4Address, 80), `one ${two.endpoint.ipv4Address}`)
    tool(host.client, 'ip', 'route', 'add', '172.16.0.0/12', 'via', '192.0.2.1')
    assert.equal(await host.ask(host.client, one.endpoint.ipv4Address, 80, 400), undefined)
  })

  it('masquerades what leaves', async () => {
    const one = await start(ids.one, 'one', 'bridge')
    await host.serve(host.client, 80, 'outside')
    assert.equal(await host.ask(one.path, '192.0.2.2', 80), 'outside 192.0.2.1')
  })

  it('publishes a port to other hosts, the host itself and other containers', async () => {
    const one = await start(ids.one, 'one', 'bridge', [web('8080')])
    const two = await start(ids.two, 'two', 'bridge')
    await networks.createNetwork({ name: 'other' })
    const three = await start(ids.three, 'three', 'other')
    assert.deepEqual(one.ports, ['0.0.0.0', '::'].map((hostIp) => ({ containerPort: 80, protocol: 'tcp', hostIp, hostPort: 8080 })))
    await host.serve(one.path, 80, 'one')
    assert.equal(await host.ask(host.client, '192.0.2.1', 8080), 'one 192.0.2.2', 'from another host, with its address')
    assert.match((await host.ask(host.host, '127.0.0.1', 8080)) ?? '', /^one /, 'from the host by loopback')
    assert.match((await host.ask(host.host, '192.0.2.1', 8080)) ?? '', /^one /, 'from the host by its address')
    assert.match((await host.ask(two.path, '192.0.2.1', 8080)) ?? '', /^one /, 'from a container of the same network')
    assert.match((await host.ask(one.path, '192.0.2.1', 8080)) ?? '', /^one /, 'from the container itself')
    assert.match((await host.ask(three.path, '192.0.2.1', 8080)) ?? '', /^one /, 'from a container of another network')
    assert.equal(await host.ask(three.path, one.endpoint.ipv4Address, 80, 400), undefined, 'networks are kept apart')
  })

  it('publishes on one address only when asked to', async () => {
    const one = await start(ids.one, 'one', 'bridge', [web('8080', '127.0.0.1')])
    await host.serve(one.path, 80, 'one')
    assert.match((await host.ask(host.host, '127.0.0.1', 8080)) ?? '', /^one /)
    assert.equal(await host.ask(host.client, '192.0.2.1', 8080, 400), undefined)
  })

  it('keeps containers off the host\'s loopback, though published ports route it', async () => {
    const one = await start(ids.one, 'one', 'bridge')
    await host.serve(host.host, 9, 'secret', '127.0.0.1')
    tool(one.path, 'sysctl', '-qw', 'net.ipv4.conf.all.route_localnet=1')
    tool(one.path, 'ip', 'addr', 'del', '127.0.0.1/8', 'dev', 'lo')
    tool(one.path, 'ip', 'route', 'add', '127.0.0.1/32', 'via', one.endpoint.ipv4Gateway, 'src', one.endpoint.ipv4Address)
    assert.equal(await host.ask(one.path, '127.0.0.1', 9, 400), undefined)
  })

  it('withdraws a port with its container and gives it to the next', async () => {
    const one = await start(ids.one, 'one', 'bridge', [web('8080')])
    await host.serve(one.path, 80, 'one')
    await networks.removeSandbox(ids.one)
    assert.equal(await host.ask(host.client, '192.0.2.1', 8080, 400), undefined)
    const two = await start(ids.two, 'two', 'bridge', [web('8080')])
    await host.serve(two.path, 80, 'two')
    assert.equal(await host.ask(host.client, '192.0.2.1', 8080), 'two 192.0.2.2')
  })

  it('leads UDP clients that never stop sending to the container that has the port now', async () => {
    const dns = (hostPort: string): PortBinding => ({ containerPort: 53, protocol: 'udp', hostPort })
    const client = host.udpSocket(host.client, 5000)
    const answers: string[] = []
    client.on('message', (message) => answers.push(message.toString()))
    const answer = (text: string): Promise<boolean> =>
      eventually(`an answer of ${text}`, () => {
        client.send('?', 5353, '192.0.2.1')
        return answers.at(-1) === text
      })
    // A flow from before the port was published is tracked without translation.
    client.send('?', 5353, '192.0.2.1')
    const one = await start(ids.one, 'one', 'bridge', [dns('5353')])
    host.serveUdp(one.path, 53, 'one')
    await answer('one')
    await networks.removeSandbox(ids.one)
    const two = await start(ids.two, 'two', 'bridge', [dns('5353')])
    host.serveUdp(two.path, 53, 'two')
    await answer('two')
  })

  it('leaves a device alone whose name a network asks for', async () => {
    await assert.rejects(networks.createNetwork({ name: 'bad', options: { 'com.docker.network.bridge.name': 'uplink0' } }), {
      kind: 'conflict', message: 'cannot make network bad: a device uplink0 exists and is not a bridge; choose another name',
    })
    assert.match(tool(host.host, 'ip', 'link'), /uplink0/)
  })

  it('uses a bridge that was there before, and leaves it there', async () => {
    tool(host.host, 'ip', 'link', 'add', 'mine', 'type', 'bridge')
    await networks.createNetwork({ name: 'adopted', options: { 'com.docker.network.bridge.name': 'mine' } })
    const one = await start(ids.one, 'one', 'adopted')
    await host.serve(one.path, 80, 'one')
    assert.match((await host.ask(host.host, one.endpoint.ipv4Address, 80)) ?? '', /^one /)
    await networks.removeSandbox(ids.one)
    await networks.removeNetwork('adopted')
    assert.match(tool(host.host, 'ip', 'link'), /mine/)
  })

  it('refuses to remove a network in use, and predefined ones; a removed one is gone', async () => {
    const { id } = await networks.createNetwork({ name: 'used' })
    await start(ids.one, 'one', 'used')
    await assert.rejects(networks.removeNetwork('used'), { kind: 'forbidden', message: /network used has active endpoints \(name:"one"/ })
    await assert.rejects(networks.removeNetwork('bridge'), { kind: 'forbidden', message: 'bridge is a pre-defined network and cannot be removed' })
    await networks.disconnect(ids.one, 'used')
    const removal = networks.removeNetwork(id.slice(0, 10))
    await assert.rejects(networks.connect(ids.one, 'used', { containerName: 'one' }), { kind: 'notFound' })
    await removal
    assert.doesNotMatch(tool(host.host, 'ip', 'link'), new RegExp(`br-${id.slice(0, 12)}`))
    await networks.createNetwork({ name: 'used' })
  })

  it('names an interface as its endpoint asks, unless the container has one of that name', async () => {
    const named = (name: string) => ({ containerName: 'one', driverOptions: { 'com.docker.network.endpoint.ifname': name } })
    await networks.createNetwork({ name: 'net' })
    const { path = '' } = await networks.createSandbox(ids.one)
    await networks.connect(ids.one, 'bridge', named('wan0'))
    await assert.rejects(networks.connect(ids.one, 'net', named('wan0')), /it has an interface wan0 already/)
    await networks.connect(ids.one, 'net', { containerName: 'one' })
    const shown = tool(path, 'ip', '-br', 'addr')
    assert.match(shown, /^wan0@/m)
    assert.match(shown, /^eth0@/m)
    await networks.disconnect(ids.one, 'net')
    tool(path, 'ip', 'link', 'add', 'tun5', 'type', 'veth', 'peer', 'tun6')
    await assert.rejects(networks.connect(ids.one, 'net', named('tun5')), /it has an interface tun5 already/)
  })

  it('sets parameters of an interface as its endpoint asks, or refuses it', async () => {
    const asked = (sysctls: string) => ({ containerName: 'one', driverOptions: { 'com.docker.network.endpoint.sysctls': sysctls } })
    await networks.createNetwork({ name: 'net' })
    const { path = '' } = await networks.createSandbox(ids.one)
    await networks.connect(ids.one, 'bridge', asked('net.ipv4.conf.ifname.log_martians=1,net.ipv4.conf.IFNAME.forwarding=0'))
    await assert.rejects(networks.connect(ids.one, 'net', asked('net.ipv4.conf.IFNAME.nothing=1')), { kind: 'invalid', message: /^cannot set net\.ipv4\.conf\.eth1\.nothing to "1": ENOENT/ })
    assert.equal(tool(path, 'cat', '/proc/sys/net/ipv4/conf/eth0/log_martians', '/proc/sys/net/ipv4/conf/eth0/forwarding').trim(), '1\n0')
    assert.equal(networks.endpointsOf(ids.one).length, 1)
  })

  it('undoes an attachment that the kernel refuses', async () => {
    await networks.createSandbox(ids.one)
    tool(host.host, 'ip', 'link', 'del', 'skep0')
    await assert.rejects(networks.connect(ids.one, 'bridge', { containerName: 'one' }), /its bridge skep0 is gone/)
    assert.deepEqual(networks.endpointsOf(ids.one), [])
    assert.deepEqual(networks.inspect('bridge').containers, {})
    assert.deepEqual(host.store.list('endpoint/'), [])
  })

  it('refuses a port that a container or another program has, in Docker\'s words', async () => {
    await start(ids.one, 'one', 'bridge', [web('8080')])
    await networks.createSandbox(ids.two)
    const endpoint = await networks.connect(ids.two, 'bridge', { containerName: 'two' })
    await assert.rejects(networks.publish(ids.two, [web('9090'), web('8080')]), {
      message: `driver failed programming external connectivity on endpoint two (${endpoint.endpointId}): Bind for 0.0.0.0:8080 failed: port is already allocated`,
    })
    await host.serve(host.host, 7070, 'foreign')
    await assert.rejects(networks.publish(ids.two, [web('7070')]), /0\.0\.0\.0:7070:.*: address already in use$/)
    assert.equal((await networks.publish(ids.two, [web('9090')]))[0]?.hostPort, 9090, 'nothing of the refused ones stays')
  })

  it('holds published ports against other programs', async () => {
    await start(ids.one, 'one', 'bridge', [web('8080')])
    await assert.rejects(host.serve(host.host, 8080, 'foreign'), { code: 'EADDRINUSE' })
  })

  it('chooses free ports, and the first free one of a range', async () => {
    await host.serve(host.host, 8000, 'foreign')
    const { ports } = await start(ids.one, 'one', 'bridge', [web(''), web(''), web('8000-8002'), web('8000-8002')])
    assert.deepEqual(ports.filter(({ hostIp }) => hostIp === '0.0.0.0').map((port) => port.hostPort), [32768, 32769, 8001, 8002])
  })

  it('keeps containers apart where inter-container traffic is off, except by published ports', async () => {
    await networks.createNetwork({ name: 'quiet', options: { 'com.docker.network.bridge.enable_icc': 'false' } })
    const one = await start(ids.one, 'one', 'quiet', [web('8080')])
    const two = await start(ids.two, 'two', 'quiet')
    await host.serve(one.path, 80, 'one')
    assert.equal(await host.ask(two.path, one.endpoint.ipv4Address, 80, 400), undefined)
    // With br_netfilter the redirected frame would have to cross the bridge, where the ports are isolated.
    if (!bridgeNetfilter) assert.match((await host.ask(two.path, '192.0.2.1', 8080)) ?? '', /^one /)
  })

  it('lets nothing out of an internal network', async () => {
    await networks.createNetwork({ name: 'inside', internal: true })
    const one = await start(ids.one, 'one', 'inside', [web('8080')])
    const two = await start(ids.two, 'two', 'inside')
    await host.serve(one.path, 80, 'one')
    await host.serve(host.client, 80, 'outside')
    assert.deepEqual(one.ports, [])
    assert.match((await host.ask(two.path, one.endpoint.ipv4Address, 80)) ?? '', /^one /)
    assert.equal(await host.ask(one.path, '192.0.2.2', 80, 400), undefined)
    tool(host.client, 'ip', 'route', 'add', '172.16.0.0/12', 'via', '192.0.2.1')
    tool(one.path, 'ip', 'route', 'add', 'default', 'via', networks.inspect('inside').ipam.config[0]?.gateway ?? '')
    assert.equal(await host.ask(one.path, '192.0.2.2', 80, 400), undefined, 'not by a route of its own either')
  })

  it('carries IPv6 as IPv4', async () => {
    await networks.createNetwork({ name: 'six', enableIpv6: true })
    const one = await start(ids.one, 'one', 'six', [web('8080')])
    const two = await start(ids.two, 'two', 'six')
    await host.serve(one.path, 80, 'one', '::')
    assert.deepEqual(one.ports.map((port) => `${port.hostIp} ${port.hostPort}`), ['0.0.0.0 8080', ':: 8080'])
    assert.equal(await host.ask(two.path, one.endpoint.ipv6Address, 80), `one ${two.endpoint.ipv6Address}`)
    assert.equal(await host.ask(host.client, '2001:db8::1', 8080), 'one 2001:db8::2')
    await host.serve(host.client, 80, 'outside', '::')
    assert.equal(await host.ask(one.path, '2001:db8::2', 80), 'outside 2001:db8::1')
  })

  it('publishes to ::1, and over IPv6 to containers without it', async () => {
    await networks.createNetwork({ name: 'six', enableIpv6: true })
    const one = await start(ids.one, 'one', 'six', [web('8080')])
    await host.serve(one.path, 80, 'one', '::')
    const gateway = networks.inspect('six').ipam.config.find(({ gateway: one }) => one.includes(':'))?.gateway ?? ''
    const seen = (await host.ask(host.host, '::1', 8080)) ?? ''
    assert(seen === `one ${gateway}`, `the container is asked by its gateway: ${seen}`)
    const dns = (hostIp: string): PortBinding => ({ containerPort: 53, protocol: 'udp', hostPort: '5353', hostIp })
    const two = await start(ids.two, 'two', 'bridge', [web('9090', '::1'), web('9091'), dns('::')])
    await host.serve(two.path, 80, 'two')
    host.serveUdp(two.path, 53, 'two')
    const askUdp = async (address: string): Promise<unknown> => {
      const fd = inNetns(host.client, () => openSocket({ protocol: 'udp', family: 6, bind: { address: '::', port: 0 } }))
      const socket = createSocket('udp6').bind({ fd })
      const answer = once(socket, 'message')
      socket.send('?', 5353, address)
      const [message] = (await answer) as [Buffer]
      socket.close()
      return message.toString()
    }
    const all = async (): Promise<void> => {
      assert.match((await host.ask(host.host, '::1', 9090)) ?? '', /^two /)
      assert.equal(await host.ask(host.client, '2001:db8::1', 9090, 400), undefined, 'on one address alone')
      assert.match((await host.ask(host.client, '2001:db8::1', 9091)) ?? '', /^two /)
      assert.equal(await host.ask(host.client, '192.0.2.1', 9091), 'two 192.0.2.2')
      assert.equal(await askUdp('2001:db8::1'), 'two')
    }
    await all()
    networks[Symbol.dispose]()
    networks = await host.controller()
    await networks.recover(new Set([ids.one, ids.two]))
    await all()
    await networks.removeSandbox(ids.two)
    assert.equal(await host.ask(host.host, '::1', 9090), undefined)
    await start(ids.three, 'three', 'bridge', [web('9090', '::1'), web('9091')])
  })

  it('publishes SCTP, also where the kernel has no sockets of it', async () => {
    await networks.createNetwork({ name: 'six', enableIpv6: true })
    const one = await start(ids.one, 'one', 'six', [{ containerPort: 1235, protocol: 'sctp', hostPort: '1234' }])
    for (const [from, to, own] of [['192.0.2.2', '192.0.2.1', one.endpoint.ipv4Address], ['2001:db8::2', '2001:db8::1', one.endpoint.ipv6Address]] as const) {
      using client = new RawSctp(host.client, from)
      using server = new RawSctp(one.path, own)
      client.send(to, { sourcePort: 4000, destinationPort: 1234, verificationTag: 0, chunk: ChunkType.init, initiateTag: 7 })
      const init = await eventually(`the container gets the packet to ${to}`, () => server.receive())
      assert.deepEqual([init.source, init.destinationPort, init.checksumRight], [from.includes(':') ? '' : from, 1235, true])
      server.send(from, { sourcePort: 1235, destinationPort: 4000, verificationTag: 7, chunk: ChunkType.initAck, initiateTag: 9 })
      const answer = await eventually(`the client gets the answer from ${to}`, () => client.receive())
      assert.deepEqual([answer.sourcePort, answer.checksumRight], [1234, true])
    }
  })

  it('moves default route and ports when the network that gives them is left', async () => {
    await networks.createNetwork({ name: 'a-net' })
    await networks.createNetwork({ name: 'b-net' })
    const one = await start(ids.one, 'one', 'b-net')
    await networks.connect(ids.one, 'a-net', { containerName: 'one' })
    await networks.publish(ids.one, [web('8080')])
    await host.serve(one.path, 80, 'one')
    const route = (): string => tool(one.path, 'ip', 'route', 'show', 'default')
    assert.match(route(), /dev eth1/)
    assert.match((await host.ask(host.client, '192.0.2.1', 8080)) ?? '', /^one /)
    await networks.createNetwork({ name: 'c-net' })
    await networks.connect(ids.one, 'c-net', { containerName: 'one', gatewayPriority: 1 })
    assert.match(route(), /dev eth2/)
    assert.match((await host.ask(host.client, '192.0.2.1', 8080)) ?? '', /^one /, 'ports follow the default route to a network that is joined')
    await networks.disconnect(ids.one, 'c-net')
    assert.match(route(), /dev eth1/)
    await networks.disconnect(ids.one, 'a-net')
    assert.match(route(), /dev eth0/)
    assert.match((await host.ask(host.client, '192.0.2.1', 8080)) ?? '', /^one /)
  })

  it('comes back after a crash: what lives goes on, what died leaves nothing', async () => {
    const one = await start(ids.one, 'one', 'bridge', [web('8080')])
    await start(ids.two, 'two', 'bridge', [web('9090')])
    await host.serve(one.path, 80, 'one')
    networks[Symbol.dispose]()
    tool(host.host, 'nft', 'flush', 'ruleset')
    networks = await host.controller()
    await networks.recover(new Set([ids.one]))
    assert.match((await host.ask(host.client, '192.0.2.1', 8080)) ?? '', /^one /)
    await assert.rejects(host.serve(host.host, 8080, 'foreign'), { code: 'EADDRINUSE' })
    assert.deepEqual(Object.keys(networks.inspect('bridge').containers), [ids.one])
    const ruleset = tool(host.host, 'nft', 'list', 'ruleset')
    assert.match(ruleset, /tcp \. 8080/)
    assert.doesNotMatch(ruleset, /tcp \. 9090/)
    const three = await start(ids.three, 'three', 'bridge', [web('9090')])
    assert.notEqual(three.endpoint.ipv4Address, one.endpoint.ipv4Address)
  })

  it('makes an interface again that was lost while the daemon was away', async () => {
    const one = await start(ids.one, 'one', 'bridge', [web('8080')])
    await host.serve(one.path, 80, 'one')
    networks[Symbol.dispose]()
    tool(host.host, 'ip', 'link', 'del', 'skep0')
    tool(one.path, 'ip', 'link', 'del', 'eth0')
    networks = await host.controller()
    await networks.recover(new Set([ids.one]))
    assert.match((await host.ask(host.client, '192.0.2.1', 8080)) ?? '', /^one /)
  })

  it('loads its table again when somebody flushed it, and leaves other tables alone', async () => {
    tool(host.host, 'nft', 'add', 'table', 'inet', 'foreign')
    const one = await start(ids.one, 'one', 'bridge', [web('8080')])
    await host.serve(one.path, 80, 'one')
    tool(host.host, 'nft', 'delete', 'table', 'inet', 'skep')
    await start(ids.two, 'two', 'bridge', [web('9090')])
    assert.match((await host.ask(host.client, '192.0.2.1', 8080)) ?? '', /^one /)
    await networks.tearDown()
    assert.equal(tool(host.host, 'nft', 'list', 'tables').trim(), 'table inet foreign')
    assert.doesNotMatch(tool(host.host, 'ip', 'link'), /skep0/)
  })

  it('chooses subnets beside the host\'s routes, and refuses overlapping ones', async () => {
    tool(host.host, 'ip', 'route', 'add', '172.18.0.0/15', 'dev', 'uplink0')
    const network = await networks.createNetwork({ name: 'free' })
    assert.equal(network.ipam.config[0]?.subnet, '172.20.0.0/16')
    await assert.rejects(networks.createNetwork({ name: 'clash', ipam: { config: [{ subnet: '172.20.5.0/24' }] } }), {
      kind: 'forbidden', message: /Pool overlaps with other one on this address space/,
    })
    assert.equal(networks.list().some((one) => one.name === 'clash'), false)
  })
})
