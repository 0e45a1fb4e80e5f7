import { strict as assert } from 'node:assert'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { DeviceAttributes } from '../../agent/kernel/device-attribute.js'
import { LinkBatch, Links } from '../../agent/kernel/link.js'
import { inNetns, Netns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import type { TableRow } from '../../agent/network/cluster/cluster-tables.js'
import { tunnelAddressOf } from '../../agent/network/wireguard/keys.js'
import { interfaceName } from '../../agent/network/wireguard/tunnel.js'
import { socketPathOf } from '../../agent/network/wireguard/userspace.js'
import type { Network } from '../../src/model/network.js'
import { EncryptedNode, encryptedNetwork, type EncryptedNodeSettings } from '../support/encrypted-node.js'
import { eventually } from '../support/eventually.js'
import { NetworkHost } from '../support/network-host.js'
import { clusterNetwork, endpointRow } from '../support/network-rows.js'
import { NumberedDatagrams } from '../support/numbered-datagrams.js'
import { PacketCapture } from '../support/packet-capture.js'
import { frameToUdp, vxlanPacket } from '../support/vxlan-packet.js'

const vni = 4097
const secret = encryptedNetwork('secret', vni)
const plain: Network = { ...clusterNetwork('plain', {}, '10.0.2.0/24'), driverState: { name: 'overlay', options: { 'com.docker.network.driver.overlay.vxlanid_list': '4098' } } }
const word = 'a-word-that-nobody-may-read'

describe('encrypted overlay networks in the kernel', function () {
  this.timeout(60_000)
  let hosts: NetworkHost
  let nodes: EncryptedNode[]
  let telling: Promise<void>
  let stopped: boolean
  const servers: { close(): void }[] = []

  const rows = (): TableRow[] => [
    ...nodes.map((node): TableRow => {
      const encryption = node.controller?.encryption.announcement
      return { action: 'update', peer: { nodeId: node.id as never, hostname: node.id, address: node.address, ...(encryption && { encryption }) } }
    }),
    { action: 'update', network: secret },
    { action: 'update', network: plain },
    ...nodes.flatMap((node, n) => [
      { action: 'update' as const, endpoint: endpointRow('secret', `s${n}`, `10.0.1.${n + 3}`, { nodeId: node.id as never, nodeAddress: node.address, serviceId: '' }) },
      { action: 'update' as const, endpoint: endpointRow('plain', `p${n}`, `10.0.2.${n + 3}`, { nodeId: node.id as never, nodeAddress: node.address, serviceId: '' }) },
    ]),
  ]
  /** The managers: whatever a node says of itself, all hear of. */
  const tell = (): void => {
    telling = telling.then(async () => {
      if (!stopped) for (const node of nodes) await node.apply('incremental', rows())
    })
  }
  const begin = async (settings: EncryptedNodeSettings = {}, addresses = ['192.0.2.1', '192.0.2.2']): Promise<[EncryptedNode, EncryptedNode]> => {
    const [one, two] = addresses.map((address, n) => new EncryptedNode(`n${n + 1}`, address, n === 0 ? hosts.host : hosts.client, hosts.folder, settings)) as [EncryptedNode, EncryptedNode]
    nodes = [one, two]
    for (const node of nodes) await node.start(tell)
    for (const node of nodes) await node.apply('complete', rows())
    return [one, two]
  }
  const listen = async (netns: string, port: number, answer: (socket: Socket) => void): Promise<void> => {
    const server: Server = createServer((socket) => answer(socket.on('error', () => undefined)))
    const fd = inNetns(netns, () => openSocket({ protocol: 'tcp', family: 4, bind: { address: '0.0.0.0', port, reuseAddress: true }, backlog: 16 }))
    await new Promise<void>((resolve) => server.listen({ fd }, resolve))
    servers.push(server)
  }
  const flow = (from: string, to: string, address: string): NumberedDatagrams => {
    const datagrams = new NumberedDatagrams(from, to, address, 7)
    servers.push(datagrams)
    return datagrams
  }

  beforeEach(() => {
    hosts = new NetworkHost()
    nodes = []
    telling = Promise.resolve()
    stopped = false
  })
  afterEach(async () => {
    stopped = true
    for (const server of servers.splice(0)) server.close()
    for (const node of nodes) node.stop()
    await telling.catch(() => undefined)
    for (const node of nodes) await node.clean()
    hosts[Symbol.dispose]()
  })

  for (const [family, addresses] of [['IPv4', ['192.0.2.1', '192.0.2.2']], ['IPv6', ['2001:db8::1', '2001:db8::2']]] as const) {
    it(`carry everything over ${family}, and nothing of it can be read on the way`, async () => {
      const [one, two] = await begin({}, [...addresses])
      const [a, b] = [await one.container('s0', secret, '10.0.1.3'), await two.container('s1', secret, '10.0.1.4')]
      const [c, d] = [await one.container('p0', plain, '10.0.2.3'), await two.container('p1', plain, '10.0.2.4')]
      // 64 KiB at once: they are cut where the path is narrowest.
      const large = word.repeat(Math.ceil(65_536 / word.length))
      for (const netns of [b, d]) await listen(netns, 80, (socket) => socket.end(large))
      using capture = new PacketCapture(hosts.host)
      assert.equal(await hosts.ask(c, '10.0.2.4', 80), large)
      assert.equal(capture.holds(word), true, 'what is not encrypted is seen')
      assert.equal(await hosts.ask(a, '10.0.1.4', 80), large)
      const seen = capture.take().filter((frame) => frame.length > 1_000)
      assert(seen.length > 40, `${seen.length} large packets`)
      assert.deepEqual(seen.filter((frame) => frame.includes(word)), [])
      assert(seen.every((frame) => frame.length <= 1_514), 'none is larger than the wire takes')
      using links = inNetns(a, () => Links.open())
      const mtu = links.find('eth0')?.mtu
      assert.equal(mtu, family === 'IPv4' ? 1_500 - 60 - 70 : 1_500 - 80 - 70)
      // The largest datagram that goes in one piece, and one that does not.
      for (const bytes of [mtu - 28, mtu, 8_000]) await flow(a, b, '10.0.1.4').exchange(word.repeat(1_000).slice(0, bytes))
      assert.equal(capture.holds(word), false)
    })
  }

  it('gather the pieces of streams, which come out of the program one by one', async () => {
    const [one] = await begin()
    await one.container('s0', secret, '10.0.1.3')
    await one.container('p0', plain, '10.0.2.3')
    const waitNs = (id: string): number =>
      inNetns(join(one.overlayDir, id), () => {
        using attributes = DeviceAttributes.open()
        return Number(attributes.read('vxlan0', 'gro_flush_timeout'))
      })
    assert.equal(waitNs('plain'), 0)
    assert(waitNs('secret') > 0)
  })

  it('take nothing from the wire that did not come through a tunnel', async () => {
    const [one, two] = await begin()
    await one.container('s0', secret, '10.0.1.3')
    const [b, d] = [await two.container('s1', secret, '10.0.1.4'), await two.container('p1', plain, '10.0.2.4')]
    const received: string[] = []
    for (const [netns, name] of [[b, 'secret'], [d, 'plain']] as const) hosts.udpSocket(netns, 9).on('message', () => received.push(name))
    const attacker = hosts.udpSocket(hosts.host, 0)
    const send = (id: number, source: string, destination: string): void =>
      attacker.send(vxlanPacket(id, frameToUdp({ source, destination, port: 9, text: word })), 4789, '192.0.2.2')
    await eventually('a plain packet for the plain network arrives', () => {
      send(vni, '10.0.1.3', '10.0.1.4')
      send(4098, '10.0.2.3', '10.0.2.4')
      return received.includes('plain')
    })
    assert(!received.includes('secret'), 'never one for the encrypted network')
  })

  it('do not let a node send as another', async () => {
    const [one, two] = await begin()
    await one.container('s0', secret, '10.0.1.3')
    await two.container('s1', secret, '10.0.1.4')
    const [inOne, inTwo] = [join(one.tunnelDir, 'netns'), join(two.tunnelDir, 'netns')]
    const [mine = '', yours = ''] = [two, one].map(({ keys }) => tunnelAddressOf(keys[0] ?? ''))
    const stranger = 'fd73:6b65:7000::77'
    using links = inNetns(inTwo, () => Links.open())
    const index = links.find(interfaceName(two.tunnelDir, 'a'))?.index ?? 0
    links.apply(new LinkBatch().addAddress({ index, address: stranger, prefixLength: 128 }))
    const heard: string[] = []
    const datagrams = new NumberedDatagrams(inTwo, inOne, yours, 9)
    servers.push(datagrams)
    datagrams.onRequest((from) => heard.push(from))
    const [honest, forged] = [datagrams.sender(mine), datagrams.sender(stranger)]
    await eventually('what the node says as itself arrives', () => {
      forged()
      honest()
      return heard.includes(mine)
    })
    forged()
    honest()
    const count = heard.length
    await eventually('what was sent after it too', () => {
      honest()
      return heard.length > count + 1
    })
    assert.deepEqual([...new Set(heard)], [mine])
  })

  it('change their keys under a flow that loses nothing', async () => {
    // Whoever is told late has a quarter of it to follow: more than a busy machine takes.
    const [one, two] = await begin({ rotationMs: 10_000 })
    const [a, b] = [await one.container('s0', secret, '10.0.1.3'), await two.container('s1', secret, '10.0.1.4')]
    const first = new Set([...one.keys, ...two.keys])
    const datagrams = flow(a, b, '10.0.1.4')
    await datagrams.begin()
    const old = (node: EncryptedNode): boolean => node.keys.some((key) => first.has(key))
    await eventually('both have other keys', () => !old(one) && !old(two), { timeoutMs: 40_000 })
    await eventually('the interfaces of the old keys are gone', () => [one, two].every((node) => interfaces(node).length === 1), { timeoutMs: 20_000 })
    await datagrams.atLeast(100)
    assert.deepEqual((await datagrams.end()).lost, [])
  })

  it('go on without a daemon, and the next one takes them over as they are', async () => {
    const [one, two] = await begin()
    const [a, b] = [await one.container('s0', secret, '10.0.1.3'), await two.container('s1', secret, '10.0.1.4')]
    const process = (node: EncryptedNode): string => readFileSync(join(node.tunnelDir, `${interfaceName(node.tunnelDir, 'a')}.process`), 'utf8')
    const [keys, processes] = [nodes.flatMap((node) => node.keys), nodes.map(process)]
    const datagrams = flow(a, b, '10.0.1.4')
    await datagrams.begin()
    for (const node of nodes) node.stop()
    await datagrams.more(20)
    await one.start(tell, ['s0'])
    await two.start(tell, ['s1'])
    await datagrams.more(20)
    for (const node of nodes) await node.apply('complete', rows())
    await datagrams.more(20)
    assert.deepEqual([nodes.flatMap((node) => node.keys), nodes.map(process)], [keys, processes])
    assert.deepEqual((await datagrams.end()).lost, [])
  })

  it('have no ways left to keys that went while no daemon was there', async () => {
    const [one, two] = await begin()
    await one.container('s0', secret, '10.0.1.3')
    await two.container('s1', secret, '10.0.1.4')
    await telling
    const ways = (): string[] =>
      inNetns(join(one.tunnelDir, 'netns'), () => {
        using links = Links.open()
        return links.routes().flatMap(({ family, destination, source }) => (family === 6 && source !== undefined ? [destination] : []))
      })
    const before = two.keys.map((key) => `${tunnelAddressOf(key)}/128`)
    assert.deepEqual(ways(), before)
    one.stop()
    await two.controller?.removeSandbox('s1')
    await two.cluster?.end()
    await one.start(tell, ['s0'])
    assert.deepEqual(ways(), before, 'until the managers have told who is there')
    await one.apply('complete', rows())
    assert.deepEqual(ways(), [])
  })

  it('come back when the program is killed', async () => {
    const [one, two] = await begin()
    const [a, b] = [await one.container('s0', secret, '10.0.1.3'), await two.container('s1', secret, '10.0.1.4')]
    await hosts.serve(b, 80, 'hello')
    assert.match((await hosts.ask(a, '10.0.1.4', 80)) ?? '', /^hello/)
    const { pid } = JSON.parse(readFileSync(join(one.tunnelDir, `${interfaceName(one.tunnelDir, 'a')}.process`), 'utf8')) as { pid: number }
    process.kill(pid, 'SIGKILL')
    await eventually('it answers again', async () => /^hello/.test((await hosts.ask(a, '10.0.1.4', 80, 500)) ?? ''), { timeoutMs: 20_000 })
  })

  it('take a node in again with another key', async () => {
    const [one, two] = await begin()
    const a = await one.container('s0', secret, '10.0.1.3')
    await two.container('s1', secret, '10.0.1.4')
    const before = two.keys
    await two.controller?.removeSandbox('s1')
    await two.cluster?.end()
    assert.deepEqual(two.keys, [])
    two.stop()
    await two.start(tell)
    await two.apply('complete', rows())
    const b = await two.container('s1', secret, '10.0.1.4')
    assert.notDeepEqual(two.keys, before)
    await hosts.serve(b, 80, 'again')
    await eventually('it answers', async () => /^again/.test((await hosts.ask(a, '10.0.1.4', 80, 1_000)) ?? ''))
  })

  it('leave nothing behind after the last of them', async () => {
    const [one] = await begin({ idleMs: 2_000 })
    await one.container('s0', secret, '10.0.1.3')
    const name = interfaceName(one.tunnelDir, 'a')
    assert.equal(statSync(one.keyFile).mode & 0o777, 0o600)
    assert.equal(statSync(one.tunnelDir).mode & 0o077, 0)
    const { pid } = JSON.parse(readFileSync(join(one.tunnelDir, `${name}.process`), 'utf8')) as { pid: number }
    assert(existsSync(socketPathOf(name)))
    await one.controller?.removeSandbox('s0')
    await eventually('the program has ended', () => !existsSync(`/proc/${pid}`))
    await eventually('the keys are gone', () => !existsSync(one.keyFile))
    assert.deepEqual([one.keys, existsSync(socketPathOf(name)), existsSync(join(one.tunnelDir, 'netns'))], [[], false, false])
    // And begin again when they are needed.
    await one.container('s0', secret, '10.0.1.3')
    assert.equal(one.keys.length, 1)
  })

  it('are refused with the reason where nothing can encrypt', async () => {
    const [one] = await begin({ program: undefined })
    await assert.rejects(
      () => one.container('s0', secret, '10.0.1.3'),
      /network secret is encrypted, which this node cannot do: neither the kernel has WireGuard nor is the program wireguard-go installed: install the package wireguard-go/,
    )
    assert.deepEqual([one.keys, existsSync(one.keyFile), existsSync(join(one.tunnelDir, 'netns'))], [[], false, false])
    const [other] = await begin({ program: '/bin/false' })
    await assert.rejects(() => other.container('s0', secret, '10.0.1.3'), /\/bin\/false does not work on this host: it ends at once/)
  })

  /** The interfaces inside of a node's tunnels. */
  function interfaces(node: EncryptedNode): string[] {
    using netns = Netns.open(join(node.tunnelDir, 'netns'))
    using links = netns.run(() => Links.open())
    return links.list().map(({ name }) => name).filter((name) => name !== 'lo')
  }
})
