import { strict as assert } from 'node:assert'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { parseAddress } from '../../agent/kernel/address-bytes.js'
import { inNetns } from '../../agent/kernel/netns.js'
import { nativeU32 } from '../../agent/kernel/netlink-message.js'
import { NftElements } from '../../agent/kernel/nft-elements.js'
import { openSocket } from '../../agent/kernel/socket.js'
import { ingressMark, ingressTables } from '../../agent/network/lb/ingress-ruleset.js'
import { vipTables } from '../../agent/network/lb/vip-ruleset.js'
import { ask } from '../e2e/network-support.js'
import { eventually } from '../support/eventually.js'
import { Mesh, port } from '../support/mesh.js'
import { serviceRow } from '../support/network-rows.js'

/** Flows that a distribution is judged by. */
const flows = 1_200

describe('balancing of the routing mesh in the kernel', function () {
  this.timeout(60_000)
  let mesh: Mesh

  beforeEach(async () => {
    mesh = new Mesh()
    await mesh.start()
    await mesh.both('incremental', [
      ...mesh.placesOf('other', 2, 11), ...mesh.placesOf('near', 1, 12),
    ])
  })
  afterEach(() => mesh.close())

  const tasks = async (): Promise<void> => {
    await mesh.task('web', 1, 10)
    await mesh.task('other', 1, 11)
    await mesh.task('near', 0, 12)
  }

  it('spreads flows evenly over the tasks, by published ports and by virtual IPs', async () => {
    await tasks()
    const shell = await mesh.shell()
    for (const [netns, address, tcpPort] of [[mesh.outside, '10.77.0.1', 8080], [mesh.outside, 'fd77::1', 8080], [shell, '10.0.1.2', 80], [shell, 'fd00:2::2', 80]] as const) {
      const counts = new Map<string, number>()
      const line = async (): Promise<void> => {
        for (let i = 0; i < flows / 8; i++) {
          const name = (await ask(netns, address, tcpPort)).split(' ')[0] ?? ''
          counts.set(name, (counts.get(name) ?? 0) + 1)
        }
      }
      await Promise.all(Array.from({ length: 8 }, line))
      assert.deepEqual([...counts.keys()].sort(), ['near', 'other', 'web'], address)
      const expected = flows / 3
      const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
      // Two degrees of freedom: an even spread exceeds this once in a million times.
      assert(chiSquare < 27.6, `${address}: ${JSON.stringify([...counts])}`)
    }
  })

  it('keeps a flow with its task, of datagrams and of connections, while others come and go', async () => {
    await tasks()
    const ends: string[] = []
    const open: { socket: Socket; got: string }[] = []
    await mesh.both('incremental', [{ action: 'update', service: serviceRow('ingress', 'web', '10.0.0.2', { ports: [port('tcp', 8080, 80), port('udp', 5300, 53)] }) }])
    for (let i = 0; i < 20; i++) {
      const socket = new Socket({ fd: inNetns(mesh.outside, () => openSocket({ protocol: 'tcp', family: i % 2 === 0 ? 4 : 6 })) })
      const one = { socket, got: '' }
      socket.on('error', (thrown) => ends.push(thrown.message))
      socket.on('data', (chunk) => (one.got += chunk.toString()))
      socket.connect(8080, i % 2 === 0 ? '10.77.0.1' : 'fd77::1')
      await once(socket, 'connect')
      open.push(one)
    }
    const client = createSocket('udp4')
    mesh.closers.push(client)
    client.bind({ fd: inNetns(mesh.outside, () => openSocket({ protocol: 'udp', family: 4, bind: { address: '0.0.0.0', port: 6000 } })) })
    const answers: string[] = []
    client.on('message', (message) => answers.push(message.toString().split(' ')[0] ?? ''))
    const datagrams = async (): Promise<void> => {
      const before = answers.length
      client.send('?', 5300, '10.77.0.1')
      await eventually('an answer', () => answers.length > before)
    }
    for (let i = 0; i < 10; i++) await datagrams()
    const first = answers[0]
    // Everything but the task of the datagrams leaves the set, and comes back.
    for (const serving of [false, true]) {
      const others = ([['web', 2, 10], ['other', 2, 11], ['near', 1, 12]] as const).filter(([name]) => name !== first)
      await mesh.both('incremental', others.flatMap(([name, node, last]) => mesh.placesOf(name, node, last, { serving })))
      for (let i = 0; i < 5; i++) await datagrams()
    }
    assert.deepEqual([...new Set(answers)], [first])
    for (const { socket } of open) socket.write('GET')
    await eventually('every connection is answered by its task', () => open.every(({ got }) => got.includes(' asked by ')))
    assert.deepEqual(ends, [])
  })

  it('refuses nobody whose packet is between an old number of backends and a new one', async () => {
    await tasks()
    const shell = await mesh.shell()
    const [host] = mesh.nodes
    // What a packet sees that is looked up on both sides of a change: three backends, and the third is gone.
    const takeLast = (netns: string, tables: readonly string[], last: { set: string; key: number[] }[]): void =>
      inNetns(netns, () => {
        using elements = new NftElements()
        const table = tables.find((name) => elements.tables().includes(name)) ?? ''
        elements.change(last.map(({ set, key }) => ({ action: 'delete', table, set, elements: [{ key: Uint8Array.from(key) }] })))
      })
    const published = [6, 0, 0, 0, 8080 >> 8, 8080 & 0xff, 0, 0, ...nativeU32(ingressMark + 2)]
    takeLast(host.hostNetns, ingressTables, [{ set: 'backends4', key: published }, { set: 'backends6', key: published }])
    takeLast(shell, vipTables, ['10.0.1.2', 'fd00:2::2'].map((vip) => ({ set: vip.includes(':') ? 'backends6' : 'backends', key: [...parseAddress(vip), ...nativeU32(2)] })))
    for (const [netns, address, tcpPort] of [[mesh.outside, '10.77.0.1', 8080], [mesh.outside, 'fd77::1', 8080], [shell, '10.0.1.2', 80], [shell, 'fd00:2::2', 80]] as const) {
      for (let i = 0; i < 20; i++) assert.match(await ask(netns, address, tcpPort), / asked by /)
    }
  })

  it('leads new flows past nodes that are not reached while there are others, and leaves flows that have begun', async () => {
    await tasks()
    const shell = await mesh.shell()
    const [{ cluster }] = mesh.nodes
    const seen = async (): Promise<string[]> => {
      const names = new Set<string>()
      for (let i = 0; i < 20; i++) {
        for (const [netns, address, tcpPort] of [[mesh.outside, '10.77.0.1', 8080], [shell, '10.0.1.2', 80], [shell, 'fd00:2::2', 80]] as const) names.add((await ask(netns, address, tcpPort)).split(' ')[0] ?? '')
      }
      return [...names].sort()
    }
    const begun: { socket: Socket; got: string }[] = []
    for (let i = 0; i < 40; i++) {
      const one = { socket: new Socket({ fd: inNetns(shell, () => openSocket({ protocol: 'tcp', family: 4 })) }), got: '' }
      one.socket.on('data', (chunk) => (one.got += chunk.toString()))
      one.socket.connect(80, '10.0.1.2')
      await once(one.socket, 'connect')
      begun.push(one)
    }
    await cluster?.lose(new Set(['n2']))
    assert.deepEqual(await seen(), ['near'])
    // The managers' tables are taken in as before, and what is known of nodes stays.
    await mesh.both('complete', [...mesh.rows(), ...mesh.placesOf('other', 2, 11), ...mesh.placesOf('near', 1, 12)])
    assert.deepEqual(await seen(), ['near'])
    for (const { socket } of begun) socket.write('GET')
    await eventually('flows that had begun are answered by all', () => new Set(begun.map(({ got }) => got.split(' ')[0])).size === 3 && begun.every(({ got }) => got !== ''))
    await cluster?.lose(new Set(['n1', 'n2']))
    assert.deepEqual(await seen(), ['near', 'other', 'web'], 'nobody is left')
    await cluster?.lose(new Set())
    assert.deepEqual(await seen(), ['near', 'other', 'web'])
  })

  it("prefers a node's own tasks while there are some, when the service asks for it", async () => {
    await tasks()
    const shell = await mesh.shell()
    await mesh.both('incremental', [
      { action: 'update', service: serviceRow('ingress', 'web', '10.0.0.2', { ...mesh.service, preferLocal: true }) },
      { action: 'update', service: serviceRow('back', 'web', '10.0.1.2', { ...mesh.service, virtualIpv6: 'fd00:2::2', preferLocal: true }) },
    ])
    const seen = async (netns: string, address: string, tcpPort: number): Promise<string[]> => {
      const names = new Set<string>()
      for (let i = 0; i < 40; i++) names.add((await ask(netns, address, tcpPort)).split(' ')[0] ?? '')
      return [...names].sort()
    }
    for (const address of ['10.77.0.1', 'fd77::1']) assert.deepEqual(await seen(mesh.outside, address, 8080), ['near'])
    for (const address of ['10.77.0.2', 'fd77::2']) assert.deepEqual(await seen(mesh.outside, address, 8080), ['other', 'web'])
    for (const address of ['10.0.1.2', 'fd00:2::2']) assert.deepEqual(await seen(shell, address, 80), ['near'])
    await mesh.both('incremental', mesh.placesOf('near', 1, 12, { serving: false }))
    assert.deepEqual(await seen(mesh.outside, '10.77.0.1', 8080), ['other', 'web'], 'others serve when the node has none')
    assert.deepEqual(await seen(shell, '10.0.1.2', 80), ['other', 'web'])
  })
})
