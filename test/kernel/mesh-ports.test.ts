import { strict as assert } from 'node:assert'
import { createSocket } from 'node:dgram'
import { Socket } from 'node:net'
import { inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import { readSysctl } from '../../agent/kernel/sysctl.js'
import { markOfNode } from '../../agent/network/overlay/data-path.js'
import { ask } from '../e2e/network-support.js'
import { eventually } from '../support/eventually.js'
import { Mesh, port } from '../support/mesh.js'
import { serviceRow } from '../support/network-rows.js'
import { ChunkType, RawSctp } from '../support/sctp.js'

describe('ports of the routing mesh in the kernel', function () {
  this.timeout(60_000)
  let mesh: Mesh

  afterEach(() => mesh.close())

  it('begin connections with a PROXY protocol header where a service asks for it', async () => {
    mesh = new Mesh({ proxyProtocolPorts: [8080] })
    await mesh.start()
    const task = await mesh.task()
    await mesh.serve(task, 81, 4, 'proxied', (socket) => {
      let bytes = Buffer.alloc(0)
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk])
        const length = 16 + (bytes.length >= 16 ? bytes.readUInt16BE(14) : Infinity)
        if (bytes.length > length) socket.end(`${bytes.toString('hex', 0, length)} ${bytes.toString('latin1', length).trim()}`)
      })
    })
    const [one] = mesh.nodes
    await one.apply('incremental', [{ action: 'update', service: serviceRow('ingress', 'web', '10.0.0.2', { ports: [port('tcp', 8080, 81)], proxyProtocolPorts: [8080] }) }])
    const signature = '0d0a0d0a000d0a515549540a'
    // Version and command, family and protocol, length, source, destination, their ports.
    const ipv4 = new RegExp(`^${signature}2111000c0a4d00c80a4d0001....1f90 GET`)
    const ipv6 = new RegExp(`^${signature}21210024fd7700000000000000000000000000c8fd770000000000000000000000000001....1f90 GET`)
    assert.match(await askRaw(mesh.outside, '10.77.0.1', 8080), ipv4)
    assert.match(await askRaw(mesh.outside, 'fd77::1', 8080), ipv6)
    assert.match(await askRaw(one.hostNetns, '127.0.0.1', 8080), new RegExp(`^${signature}2111000c7f0000017f000001`))
    // A task that does not answer is passed over; without any the connection is refused.
    await one.apply('incremental', [mesh.place('ingress', 'dead', ['10.0.0.77'], 2)])
    for (let i = 0; i < 2; i++) assert.match(await askRaw(mesh.outside, '10.77.0.1', 8080, 20_000), ipv4)
    const open = new Socket({ fd: inNetns(mesh.outside, () => openSocket({ protocol: 'tcp', family: 4 })) })
    let got = ''
    open.on('data', (chunk) => (got += chunk.toString()))
    await new Promise<void>((resolve) => open.connect(8080, '10.77.0.1', resolve))
    await one.apply('incremental', [mesh.place('ingress', 'dead', ['10.0.0.77'], 2, { serving: false }), mesh.place('ingress', 'web', ['10.0.0.10'], 2, { serving: false })])
    assert.match(await ask(mesh.outside, '10.77.0.1', 8080), /ECONNRESET|ECONNREFUSED/)
    // From the kernel to the daemon and back, at once.
    await one.apply('incremental', [
      mesh.place('ingress', 'web', ['10.0.0.10'], 2),
      { action: 'update', service: serviceRow('ingress', 'web', '10.0.0.2', { ports: [port('tcp', 8080, 80)] }) },
    ])
    assert.equal(await ask(mesh.outside, '10.77.0.1', 8080), 'web asked by 10.77.0.200')
    open.write('GET')
    await eventually('a connection from before goes on', () => ipv4.test(got))
    open.destroy()
  })

  it('carry SCTP with the client\'s address, also where the kernel has no sockets of it', async () => {
    mesh = new Mesh()
    await mesh.start()
    const task = await mesh.task()
    const shell = await mesh.shell()
    for (const [client, source, target, served, seen] of [
      [mesh.outside, '10.77.0.200', '10.77.0.1', '10.0.0.10', { source: '10.77.0.200', destinationPort: 7001 }],
      [mesh.outside, 'fd77::c8', 'fd77::1', 'fd00:1::10', { source: '', destinationPort: 7001 }],
      // By a virtual IP the port stays.
      [shell, '10.0.1.20', '10.0.1.2', '10.0.1.10', { source: '10.0.1.20', destinationPort: 7000 }],
      [shell, 'fd00:2::20', 'fd00:2::2', 'fd00:2::10', { source: '', destinationPort: 7000 }],
    ] as const) {
      using from = new RawSctp(client, source)
      using to = new RawSctp(task, served, client === mesh.outside ? markOfNode('10.77.0.1') : undefined)
      from.send(target, { sourcePort: 40_000, destinationPort: 7000, verificationTag: 0, chunk: ChunkType.init, initiateTag: 7 })
      const init = await eventually(`the task gets the packet to ${target}`, () => to.receive())
      assert.deepEqual(init, { ...seen, sourcePort: 40_000, verificationTag: 0, chunk: ChunkType.init, initiateTag: 7, checksumRight: true })
      to.send(source, { sourcePort: init.destinationPort, destinationPort: 40_000, verificationTag: 7, chunk: ChunkType.initAck, initiateTag: 9 })
      const answer = await eventually(`the client gets the answer from ${target}`, () => from.receive())
      const from4 = target.includes(':') ? '' : target
      assert.deepEqual(answer, { source: from4, sourcePort: 7000, destinationPort: 40_000, verificationTag: 7, chunk: ChunkType.initAck, initiateTag: 9, checksumRight: true })
    }
  })

  it('move datagrams on when their task is gone, over both families and for virtual IPs', async () => {
    mesh = new Mesh()
    await mesh.start()
    await mesh.task('web', 1, 10)
    await mesh.task('other', 1, 11)
    const shell = await mesh.shell()
    const other = (serving: boolean) => [mesh.place('ingress', 'other', ['10.0.0.11', 'fd00:1::11'], 2, { serving }), mesh.place('back', 'other', ['10.0.1.11', 'fd00:2::11'], 2, { serving })]
    const web = (serving: boolean) => [mesh.place('ingress', 'web', ['10.0.0.10', 'fd00:1::10'], 2, { serving }), mesh.place('back', 'web', ['10.0.1.10', 'fd00:2::10'], 2, { serving })]
    for (const [netns, address, udpPort] of [[mesh.outside, '10.77.0.1', 5300], [mesh.outside, 'fd77::1', 5300], [shell, '10.0.1.2', 53], [shell, 'fd00:2::2', 53]] as const) {
      await mesh.both('incremental', [...web(true), ...other(false)])
      const family = address.includes(':') ? 6 : 4
      const client = createSocket(`udp${family}`)
      mesh.closers.push(client)
      client.bind({ fd: inNetns(netns, () => openSocket({ protocol: 'udp', family, bind: { address: family === 4 ? '0.0.0.0' : '::', port: 6000 } })) })
      const answers: string[] = []
      client.on('message', (message) => answers.push(message.toString()))
      const sendUntil = (name: string): Promise<unknown> =>
        eventually(`${name} answers at ${address}`, () => {
          client.send('?', udpPort, address)
          return answers.at(-1)?.startsWith(`${name} `)
        })
      await sendUntil('web')
      await mesh.both('incremental', [...web(false), ...other(true)])
      await sendUntil('other')
      client.removeAllListeners('message')
    }
  })

  it('keep idle connections: no namespace that tracks them forgets one in an hour', async () => {
    mesh = new Mesh()
    await mesh.start()
    const task = await mesh.task()
    const shell = await mesh.shell()
    for (const netns of [task, shell, ...mesh.nodes.map(({ hostNetns }) => hostNetns)]) {
      const seconds = Number(inNetns(netns, () => readSysctl('net/netfilter/nf_conntrack_tcp_timeout_established')))
      assert(seconds >= 3_600, `${netns}: ${seconds} s`)
    }
  })
})

/** Everything that a server answers to a request. */
function askRaw(netns: string, address: string, tcpPort: number, timeoutMs?: number): Promise<string> {
  return ask(netns, address, tcpPort, '/', timeoutMs)
}
