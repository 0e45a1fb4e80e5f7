import { strict as assert } from 'node:assert'
import { createSocket } from 'node:dgram'
import { createServer, Socket } from 'node:net'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import packet from 'dns-packet'
import type { Answer, DecodedPacket, RecordType } from 'dns-packet'
import { deleteNetns, inNetns, listNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import { ClusterNetworking } from '../../agent/network/cluster/cluster-networking.js'
import type { TableRow } from '../../agent/network/cluster/cluster-tables.js'
import type { NetworkController } from '../../agent/network/controller.js'
import { nullLogger } from '../../src/base/log.js'
import { eventually } from '../support/eventually.js'
import { NetworkHost } from '../support/network-host.js'
import { clusterNetwork, endpointRow, serviceRow } from '../support/network-rows.js'

const [one, two, nobody] = ['192.0.2.2', '192.0.2.3', '192.0.2.4']
const truncated = 1 << 9
const codes = { noError: 0, serverFailure: 2, noSuchName: 3, notImplemented: 4, refused: 5 }

/** What an upstream server makes of a query: an answer, or silence. */
type Serve = (query: DecodedPacket, protocol: 'udp' | 'tcp') => Partial<packet.Packet> | undefined

describe('names in containers', function () {
  this.timeout(30_000)
  let hosts: NetworkHost
  let controller: NetworkController
  let cluster: ClusterNetworking
  let container: string
  const closers: (() => void)[] = []

  beforeEach(async () => {
    hosts = new NetworkHost()
    inNetns(hosts.client, () => {
      for (const address of [two, nobody]) execFileSync('ip', ['addr', 'add', `${address}/24`, 'dev', 'uplink0'])
    })
    controller = await hosts.controller()
    await controller.recover(new Set())
    cluster = new ClusterNetworking({ controller, clock: hosts.clock, log: nullLogger })
    await cluster.begin('n1', '192.0.2.1')
    await cluster.apply('complete', rows(), 4789)
    await cluster.ensure(clusterNetwork('back'))
    await controller.createSandbox('c')
    await controller.connect('c', 'back', { containerName: 'c', ipv4Address: '10.0.1.200' })
    container = join(hosts.netnsDir, 'c')
  })
  afterEach(() => {
    for (const close of closers.splice(0)) close()
    cluster[Symbol.dispose]()
    const overlays = join(hosts.folder, 'overlay')
    for (const name of listNetns(overlays)) deleteNetns(join(overlays, name))
    hosts[Symbol.dispose]()
  })

  const rows = (): TableRow[] => [
    { action: 'update', network: clusterNetwork('back') },
    { action: 'update', service: serviceRow('back', 'web', '10.0.1.2') },
    ...Array.from({ length: 100 }, (_, i): TableRow => ({ action: 'update', endpoint: endpointRow('back', `t${i}`, `10.0.1.${i + 3}`, { nodeId: 'n2' as never, nodeAddress: one }) })),
  ]
  const serveNames = (upstreams: string[], ndotsSet = false): Promise<void> =>
    controller.serveNames('c', { upstreams: upstreams.map((address) => ({ address, fromHost: false })), ndotsSet })

  /** An upstream server on an address beside the host; gives the queries that it got. */
  const upstream = async (address: string, serve: Serve): Promise<string[]> => {
    const asked: string[] = []
    const answer = (bytes: Buffer, protocol: 'udp' | 'tcp'): Buffer | undefined => {
      const query = packet.decode(bytes)
      asked.push(`${protocol} ${query.questions?.[0]?.name ?? ''}`)
      const found = serve(query, protocol)
      return found && packet.encode({ type: 'response', id: query.id ?? 0, questions: query.questions ?? [], ...found })
    }
    const udp = createSocket('udp4')
    udp.bind({ fd: inNetns(hosts.client, () => openSocket({ protocol: 'udp', family: 4, bind: { address, port: 53 } })) })
    udp.on('message', (bytes, peer) => {
      const found = answer(bytes, 'udp')
      if (found) udp.send(found, peer.port, peer.address)
    })
    const tcp = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => {
        const found = answer(bytes.subarray(2), 'tcp')
        if (found) socket.write(Buffer.concat([Buffer.from([found.length >> 8, found.length & 0xff]), found]))
      })
    })
    await new Promise<void>((resolve) => tcp.listen({ fd: inNetns(hosts.client, () => openSocket({ protocol: 'tcp', family: 4, bind: { address, port: 53 }, backlog: 8 })) }, resolve))
    closers.push(() => udp.close(), () => tcp.close())
    return asked
  }

  const queryOf = (name: string, type: RecordType, over: Partial<packet.Packet> = {}): Buffer =>
    packet.encode({ type: 'query', id: 4711, flags: packet.RECURSION_DESIRED, questions: [{ name, type }], ...over })

  /** Asks the container's name server over UDP; time passes until it answers. */
  const ask = async (name: string, type: RecordType = 'A', over: Partial<packet.Packet> = {}): Promise<DecodedPacket> => {
    const socket = createSocket('udp4')
    socket.bind({ fd: inNetns(container, () => openSocket({ protocol: 'udp', family: 4, bind: { address: '0.0.0.0', port: 0 } })) })
    try {
      let answer: Buffer | undefined
      socket.on('message', (message) => (answer = message))
      socket.send(queryOf(name, type, over), 53, '127.0.0.11')
      const bytes = await eventually(`an answer for ${name}`, () => answer)
      return packet.decode(bytes)
    } finally {
      socket.close()
    }
  }
  const askTcp = async (name: string, type: RecordType = 'A'): Promise<DecodedPacket> => {
    const socket = new Socket({ fd: inNetns(container, () => openSocket({ protocol: 'tcp', family: 4 })) })
    try {
      let bytes = Buffer.alloc(0)
      socket.on('error', () => undefined)
      socket.on('data', (chunk) => (bytes = Buffer.concat([bytes, chunk])))
      const query = queryOf(name, type)
      socket.connect(53, '127.0.0.11', () => socket.write(Buffer.concat([Buffer.from([0, query.length]), query])))
      await eventually(`an answer for ${name} over TCP`, () => bytes.length > 2 && bytes.length >= 2 + bytes.readUInt16BE(0))
      return packet.decode(bytes.subarray(2))
    } finally {
      socket.destroy()
    }
  }
  const codeOf = ({ flags }: DecodedPacket): number => (flags ?? 0) & 0xf
  const dataOf = ({ answers }: DecodedPacket): unknown[] => (answers ?? []).map((one) => ('data' in one ? one.data : undefined))
  const address = (name: string, data: string): Answer => ({ type: 'A', name, ttl: 60, data })

  it('that are not of its networks are asked of the upstream server, and the answer comes as it is', async () => {
    const asked = await upstream(one, (query) => ({ flags: packet.AUTHORITATIVE_ANSWER, answers: [address(query.questions?.[0]?.name ?? '', '203.0.113.7')] }))
    await serveNames([one])
    const answer = await ask('Www.Example.ORG')
    assert.equal(answer.id, 4711)
    assert.deepEqual(dataOf(answer), ['203.0.113.7'])
    assert.equal(answer.answers?.[0]?.name, 'Www.Example.ORG')
    assert.deepEqual(asked, ['udp Www.Example.ORG'])
    assert.deepEqual(dataOf(await askTcp('example.org')), ['203.0.113.7'])
    assert.deepEqual(asked.slice(1), ['tcp example.org'])
  })

  it('follow a container that is renamed', async () => {
    await controller.createNetwork({ name: 'own' })
    await controller.createSandbox('d')
    for (const [id, containerName] of [['c', 'asker'], ['d', 'before']] as const) await controller.connect(id, 'own', { containerName })
    await serveNames([])
    const [{ ipv4Address = '' } = {}] = controller.endpointsOf('d')
    assert.deepEqual(dataOf(await ask('before')), [ipv4Address])
    await controller.rename('d', 'after')
    assert.deepEqual(dataOf(await ask('after')), [ipv4Address])
    assert.equal(codeOf(await ask('before')), codes.noSuchName)
    const reverse = `${ipv4Address.split('.').reverse().join('.')}.in-addr.arpa`
    assert.deepEqual(dataOf(await ask(reverse, 'PTR')), ['after.own'])
    assert.deepEqual(Object.values(controller.inspect('own').containers).map(({ name }) => name).sort(), ['after', 'asker'])
    await controller.disconnect('d', 'own')
    assert.equal(codeOf(await ask('after')), codes.noSuchName)
  })

  it('go to the next server when one is silent, not there, or unable', async () => {
    const silent = await upstream(one, () => undefined)
    const asked = await upstream(two, (query) => ({ answers: [address(query.questions?.[0]?.name ?? '', '203.0.113.8')] }))
    await serveNames([one, two])
    const [answer] = await Promise.all([ask('example.org'), passing(() => asked.length > 0)])
    assert.deepEqual(dataOf(answer), ['203.0.113.8'])
    assert.equal(silent.length, 1)
    // Nobody listens there: it is not waited for, and no time passes.
    await serveNames([nobody, two])
    assert.deepEqual(dataOf(await ask('example.org')), ['203.0.113.8'])
  })

  it('get the excuse of a server only when no other has an answer', async () => {
    const unable = await upstream(one, () => ({ flags: codes.serverFailure }))
    const refusing = await upstream(two, (query) => (query.questions?.[0]?.name === 'example.org' ? { answers: [address('example.org', '203.0.113.9')] } : { flags: codes.refused }))
    await serveNames([one, two])
    assert.deepEqual(dataOf(await ask('example.org')), ['203.0.113.9'])
    assert.equal(codeOf(await ask('other.org')), codes.refused)
    assert.deepEqual([unable.length, refusing.length], [2, 2])
  })

  it('fail when no server answers in time', async () => {
    const silent = [await upstream(one, () => undefined), await upstream(two, () => undefined)]
    await serveNames([one, two])
    let answer: DecodedPacket | undefined
    const asking = ask('example.org').then((found) => (answer = found))
    await passing(() => answer !== undefined)
    await asking
    assert.equal(codeOf(answer as unknown as DecodedPacket), codes.serverFailure)
    assert.deepEqual(silent.map((queries) => queries.length), [2, 2])
  })

  it('that lead to more than a datagram holds are told over TCP, from here and from elsewhere', async () => {
    await upstream(one, (_, protocol) =>
      protocol === 'udp' ? { flags: truncated } : { answers: Array.from({ length: 500 }, (__, i) => address('large.org', `198.51.${i >> 8}.${i & 0xff}`)) },
    )
    await serveNames([one])
    for (const name of ['large.org', 'tasks.web']) {
      const short = await ask(name)
      assert.equal((short.flags ?? 0) & truncated, truncated, `${name} is cut`)
      assert.equal(short.answers?.length ?? 0, 0)
    }
    assert.equal((await askTcp('large.org')).answers?.length, 500)
    assert.equal(new Set(dataOf(await askTcp('tasks.web'))).size, 100)
    // Who takes more gets more: 40 addresses are over 512 bytes.
    await cluster.apply('incremental', Array.from({ length: 60 }, (_, i): TableRow => ({ action: 'remove', endpoint: endpointRow('back', `t${i}`, `10.0.1.${i + 3}`) })), 4789)
    const option = { type: 'OPT', name: '.', udpPayloadSize: 4096, flags: 0, options: [], extendedRcode: 0, ednsVersion: 0, flag_do: false } as unknown as Answer
    assert.equal((await ask('tasks.web', 'A', { additionals: [option] })).answers?.length, 40)
  })

  it('that are missing are told from records that are missing', async () => {
    const asked = await upstream(one, () => ({
      flags: codes.noSuchName, authorities: [{ type: 'SOA', name: 'org', ttl: 60, data: { mname: 'a.org', rname: 'b.org', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 60 } }],
    }))
    await serveNames([one])
    for (const type of ['AAAA', 'MX', 'TXT'] as const) {
      const missing = await ask('web', type)
      assert.deepEqual([codeOf(missing), missing.answers?.length ?? 0], [codes.noError, 0], type)
    }
    assert.equal(codeOf(await ask('250.1.0.10.in-addr.arpa', 'PTR')), codes.noSuchName)
    assert.deepEqual(asked, [], 'nobody else was asked')
    const forwarded = await ask('nowhere.org')
    assert.equal(codeOf(forwarded), codes.noSuchName)
    assert.equal(forwarded.authorities?.length, 1)
    assert.equal(codeOf(await ask('web', 'A', { flags: 4 << 11 })), codes.notImplemented)
  })

  it('of one part are left to search domains when the container asks for dots', async () => {
    const asked = await upstream(one, (query) => ({ answers: [address(query.questions?.[0]?.name ?? '', '203.0.113.7')] }))
    await serveNames([one], true)
    assert.equal(codeOf(await ask('printer')), codes.noSuchName)
    assert.deepEqual(asked, [])
    assert.deepEqual(dataOf(await ask('printer.example.org')), ['203.0.113.7'])
    assert.deepEqual(dataOf(await ask('web')), ['10.0.1.2'], 'names of the networks are found all the same')
    await serveNames([one], false)
    assert.deepEqual(dataOf(await ask('printer')), ['203.0.113.7'])
  })

  it('are answered in the case in which they were asked', async () => {
    await serveNames([])
    const answer = await ask('wEb')
    assert.deepEqual(dataOf(answer), ['10.0.1.2'])
    assert.deepEqual([answer.questions?.[0]?.name, answer.answers?.[0]?.name], ['wEb', 'wEb'])
  })

  it('follow the tables: what an update tells is in the next answer', async () => {
    await serveNames([])
    const update = (...changes: TableRow[]): Promise<void> => cluster.apply('incremental', changes, 4789)
    const tasks = async (): Promise<unknown[]> => dataOf(await askTcp('tasks.web')).sort()
    await update({ action: 'update', endpoint: endpointRow('back', 't0', '10.0.1.3', { serving: false }) })
    assert.equal((await tasks()).includes('10.0.1.3'), false)
    await update({ action: 'update', endpoint: endpointRow('back', 't0', '10.0.1.150') })
    assert.equal((await tasks()).includes('10.0.1.150'), true)
    await update({ action: 'update', service: serviceRow('back', 'db', '10.0.1.160', { aliases: ['store'] }) })
    assert.deepEqual(dataOf(await ask('store')), ['10.0.1.160'])
    await update({ action: 'remove', service: serviceRow('back', 'db', '10.0.1.160') })
    assert.notEqual(codeOf(await ask('store')), codes.noError)
  })

  /** Lets time pass in steps until something has happened. */
  function passing(happened: () => boolean): Promise<unknown> {
    return eventually('it happens with time', async () => {
      if (!happened()) await hosts.clock.advance(500)
      return happened()
    })
  }
})
