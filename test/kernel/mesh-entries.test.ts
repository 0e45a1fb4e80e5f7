import { strict as assert } from 'node:assert'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { inNetns } from '../../agent/kernel/netns.js'
import { NftElements } from '../../agent/kernel/nft-elements.js'
import { anyAddress } from '../../agent/kernel/address-bytes.js'
import { openSocket } from '../../agent/kernel/socket.js'
import { macOfIpv4 } from '../../agent/network/endpoint.js'
import { entryAddressOf } from '../../agent/network/lb/entry-address.js'
import { entryTables } from '../../agent/network/lb/entry-ruleset.js'
import { macOfNode } from '../../agent/network/overlay/data-path.js'
import { ask } from '../e2e/network-support.js'
import { eventually } from '../support/eventually.js'
import { ingress, Mesh, port } from '../support/mesh.js'
import { serviceRow } from '../support/network-rows.js'

describe('flows of the routing mesh by several nodes in the kernel', function () {
  this.timeout(60_000)
  let mesh: Mesh

  beforeEach(async () => {
    mesh = new Mesh()
    await mesh.start()
  })
  afterEach(() => mesh.close())

  /** A connection from a port of the client's machine, and what came by it. */
  const open = async (clientPort: number, address: string, meshPort: number): Promise<{ socket: Socket; got: () => string }> => {
    const family = address.includes(':') ? 6 : 4
    const bind = { address: anyAddress[family], port: clientPort, reuseAddress: true }
    const socket = new Socket({ fd: inNetns(mesh.outside, () => openSocket({ protocol: 'tcp', family, bind })) })
    mesh.closers.push({ close: () => socket.destroy() })
    let got = ''
    socket.on('error', () => undefined).on('data', (chunk) => (got += chunk.toString()))
    socket.connect(meshPort, address)
    await once(socket, 'connect')
    return { socket, got: () => got }
  }

  it('are apart also when a client uses one port for all of them, and stay so over a restart', async () => {
    const [, two] = mesh.nodes
    const task = await mesh.task()
    for (const family of [4, 6] as const) await mesh.serve(task, 81, family, 'echo', (socket) => socket.pipe(socket))
    await mesh.both('incremental', [{ action: 'update', service: serviceRow('ingress', 'web', '10.0.0.2', { ports: [port('tcp', 8080, 80), port('udp', 5300, 53), port('tcp', 8081, 81)] }) }])
    const flows: { socket: Socket; got: () => string }[] = []
    for (const [clientPort, ...addresses] of [[6001, '10.77.0.1', '10.77.0.2'], [6002, '10.77.0.2', '10.77.0.1'], [6003, 'fd77::1', 'fd77::2']] as const) {
      for (const address of addresses) flows.push(await open(clientPort, address, 8081))
    }
    let said = ''
    const echo = async (what: string): Promise<void> => {
      said += '!'
      for (const { socket } of flows) socket.write('!')
      await eventually(what, () => flows.every(({ got }) => got() === said))
    }
    await echo('each has its own answers')
    two.stop()
    await two.start(['web'])
    await echo('they go on without a daemon that knows of them')
    await two.apply('complete', [...mesh.rows(), { action: 'update', service: serviceRow('ingress', 'web', '10.0.0.2', { ports: [port('tcp', 8080, 80), port('tcp', 8081, 81)] }) }])
    await echo('they go on once the managers have told everything')
    await two.apply('incremental', [{ action: 'update', peer: { nodeId: 'n3' as never, hostname: 'n3', address: '10.77.0.3' } }])
    await echo('they go on when a node comes')
    using elements = inNetns(task, () => new NftElements())
    assert.equal(elements.tables().filter((name) => (entryTables as readonly string[]).includes(name)).length, 1)
    assert.equal(await ask(mesh.outside, '10.77.0.1', 8080), 'web asked by 10.77.0.200')
  })

  it('answer datagrams of one port from the node that each was sent to', async () => {
    await mesh.task()
    const client = createSocket('udp4')
    mesh.closers.push(client)
    client.bind({ fd: inNetns(mesh.outside, () => openSocket({ protocol: 'udp', family: 4, bind: { address: '0.0.0.0', port: 6000 } })) })
    const answers = new Set<string>()
    client.on('message', (message, peer) => answers.add(`${message.toString()} from ${peer.address}`))
    for (const node of ['10.77.0.1', '10.77.0.2']) {
      client.send('?', 5300, node)
      await eventually(`${node} answers`, () => answers.has(`web asked by 10.77.0.200 from ${node}`))
    }
    assert.equal(answers.size, 2)
  })

  it("have a way back to a node from its restart on, before its daemon has come to the node's own device", async () => {
    const [, two] = mesh.nodes
    // The first node's task is the only one that serves; the second has one on the ingress network as well.
    await mesh.both('incremental', [...mesh.placesOf('web', 2, 10, { serving: false }), ...mesh.placesOf('other', 1, 12)])
    await mesh.task('web', 1, 10)
    await mesh.task('other', 0, 12)
    assert.equal(await ask(mesh.outside, '10.77.0.2', 8080), 'other asked by 10.77.0.200')
    two.stop()
    await two.start(['web'])
    await two.controller?.networks.overlayDriver.setRemotes(ingress.id, [
      { mac: macOfIpv4('10.0.0.12'), addresses: ['10.0.0.12', 'fd00:1::12'], via: { node: '10.77.0.1' } },
      { mac: macOfNode('10.77.0.1'), addresses: ['10.77.0.1', entryAddressOf('10.77.0.1')], via: { node: '10.77.0.1' } },
    ])
    for (const address of ['10.77.0.2', 'fd77::2']) assert.match(await ask(mesh.outside, address, 8080), /^other asked by/)
  })
})
