import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deleteNetns, inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import type { TableRow } from '../../agent/network/cluster/cluster-tables.js'
import type { NetworkService } from '../../src/model/network-table.js'
import type { PortConfig } from '../../src/model/service.js'
import { ask, askUdp, serveUdp } from '../e2e/network-support.js'
import { Underlay } from '../lab/underlay.js'
import { ClusterNode } from '../support/cluster-node.js'
import { eventually } from '../support/eventually.js'
import { clusterNetwork, endpointRow, serviceRow } from '../support/network-rows.js'

const ingress = clusterNetwork('ingress', { ingress: true, ipv6Enabled: true }, '10.0.0.0/24')
ingress.ipam?.configs.push({ subnet: 'fd00:1::/64', range: '', gateway: 'fd00:1::1', auxAddresses: {} })
ingress.driverState = { name: 'overlay', options: { 'com.docker.network.driver.overlay.vxlanid_list': '4096' } }
const back = clusterNetwork('back', { ipv6Enabled: true })
back.ipam?.configs.push({ subnet: 'fd00:2::/64', range: '', gateway: 'fd00:2::1', auxAddresses: {} })

const port = (protocol: PortConfig['protocol'], publishedPort: number, targetPort: number): PortConfig => ({ name: '', protocol, publishedPort, targetPort, publishMode: 'ingress' })

/** Two nodes and a client outside on one wire, with a service published on both nodes whose task runs on the second. */
class Mesh {
  readonly folder = mkdtempSync(join(tmpdir(), 'skep-mesh-test-'))
  readonly nodes: [ClusterNode, ClusterNode]
  readonly outside = join(this.folder, 'outside')
  readonly closers: { close(): void }[] = []
  readonly service: Partial<NetworkService>

  constructor(over: Partial<NetworkService> = {}) {
    const underlay = Underlay.create(this.folder)
    const plug = (n: number): ClusterNode => {
      const netns = join(this.folder, `host${n}`)
      underlay.plug(n, netns)
      return new ClusterNode(`n${n}`, `10.77.0.${n}`, netns, this.folder)
    }
    this.nodes = [plug(1), plug(2)]
    underlay.plug(200, this.outside)
    this.service = { ports: [port('tcp', 8080, 80), port('udp', 5300, 53), port('sctp', 7000, 7001)], ...over }
  }

  place(network: string, task: string, addresses: string[], node: number, over = {}): TableRow {
    return { action: 'update', endpoint: endpointRow(network, task, '', { addresses, nodeId: `n${node}` as never, nodeAddress: `10.77.0.${node}`, ...over }) }
  }

  rows(): TableRow[] {
    return [
      ...[1, 2].map((n): TableRow => ({ action: 'update', peer: { nodeId: `n${n}` as never, hostname: `n${n}`, address: `10.77.0.${n}` } })),
      { action: 'update', network: ingress },
      { action: 'update', network: back },
      { action: 'update', service: serviceRow('ingress', 'web', '10.0.0.2', this.service) },
      { action: 'update', service: serviceRow('back', 'web', '10.0.1.2', { ...this.service, virtualIpv6: 'fd00:2::2' }) },
      this.place('ingress', 'web', ['10.0.0.10', 'fd00:1::10'], 2),
      this.place('back', 'web', ['10.0.1.10', 'fd00:2::10'], 2),
      this.place('back', 'shell', ['10.0.1.20', 'fd00:2::20'], 1, { serviceId: '' }),
    ]
  }

  async both(kind: 'complete' | 'incremental', rows: TableRow[]): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.apply(kind, rows)))
  }

  async start(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.start()))
    await this.both('complete', this.rows())
  }

  /** The task's container with its servers, which tell the asker's address. */
  async task(name = 'web', node = 1, last = 10): Promise<string> {
    const on = this.nodes[node] as ClusterNode
    await on.controller?.createSandbox(name)
    await on.attach(name, ingress, `10.0.0.${last}`, `fd00:1::${last}`)
    const path = await on.attach(name, back, `10.0.1.${last}`, `fd00:2::${last}`)
    for (const family of [4, 6] as const) {
      await this.serve(path, 80, family, name)
      this.closers.push(serveUdp(path, 53, family))
    }
    return path
  }

  async shell(node = 0): Promise<string> {
    const on = this.nodes[node] as ClusterNode
    await on.controller?.createSandbox('shell')
    return on.attach('shell', back, '10.0.1.20', 'fd00:2::20')
  }

  async serve(netns: string, tcpPort: number, family: 4 | 6, name: string): Promise<void> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(`${name} asked by ${socket.remoteAddress ?? ''}`))
    })
    const fd = inNetns(netns, () => openSocket({ protocol: 'tcp', family, bind: { address: family === 4 ? '0.0.0.0' : '::', port: tcpPort, reuseAddress: true }, backlog: 64 }))
    await new Promise<void>((resolve) => server.listen({ fd }, resolve))
    this.closers.push(server)
  }

  close(): void {
    for (const closer of this.closers) closer.close()
    for (const node of this.nodes) {
      node.clean()
      deleteNetns(node.hostNetns)
    }
    for (const name of [this.outside, join(this.folder, 'underlay')]) deleteNetns(name)
    rmSync(this.folder, { recursive: true })
  }
}

describe('the routing mesh in the kernel', function () {
  this.timeout(60_000)
  let mesh: Mesh

  afterEach(() => mesh.close())

  it("tells tasks the client's own address on every path, over both families", async () => {
    mesh = new Mesh()
    await mesh.start()
    const task = await mesh.task()
    const shell = await mesh.shell()
    const [one, two] = mesh.nodes
    for (const [n, node] of [[1, one], [2, two]] as const) {
      const where = `node ${n}`
      assert.equal(await ask(mesh.outside, `10.77.0.${n}`, 8080), 'web asked by 10.77.0.200', `from outside, IPv4, ${where}`)
      assert.equal(await ask(mesh.outside, `fd77::${n}`, 8080), 'web asked by fd77::c8', `from outside, IPv6, ${where}`)
      assert.equal(await askUdp(mesh.outside, `10.77.0.${n}`, 5300), `asked by 10.77.0.200 from 10.77.0.${n}`, where)
      assert.equal(await askUdp(mesh.outside, `fd77::${n}`, 5300), `asked by fd77::c8 from fd77::${n}`, where)
      for (const [address, seen] of [[`10.77.0.${n}`, `10.77.0.${n}`], ['127.0.0.1', `10.77.0.${n}`], [`fd77::${n}`, `fd77::${n}`], ['::1', `fd77::${n}`]] as const) {
        assert.equal(await ask(node.hostNetns, address, 8080), `web asked by ${seen}`, `from the host to ${address}, ${where}`)
        assert.equal(await askUdp(node.hostNetns, address, 5300), `asked by ${seen} from ${address}`, `from the host to ${address}, ${where}`)
      }
    }
    assert.equal(await ask(shell, '10.77.0.1', 8080), 'web asked by 10.0.1.20', 'from a container')
    assert.equal(await askUdp(shell, '10.77.0.1', 5300), 'asked by 10.77.0.1 from 10.77.0.1', 'datagrams from a container')
    // Tasks are called by their own networks as before.
    assert.equal(await askUdp(shell, '10.0.1.10', 53), 'asked by 10.0.1.20 from 10.0.1.10')
    assert.equal(await askUdp(shell, 'fd00:2::10', 53), 'asked by fd00:2::20 from fd00:2::10')
    assert.equal(await ask(shell, 'fd00:2::2', 80), 'web asked by fd00:2::20', 'by the virtual IP')
    assert.equal(await ask(shell, '10.77.0.2', 8080), 'web asked by 10.77.0.1', 'a container that asks another host leaves by its own')
    assert.equal(await ask(task, '10.77.0.2', 8080), 'web asked by 10.77.0.2', 'a task that asks itself')
    await two.controller?.createSandbox('plain')
    const plain = await two.controller?.connect('plain', 'bridge', { containerName: 'plain' })
    const seen = plain?.ipv4Address ?? ''
    assert.equal(await ask(join(two.netnsDir, 'plain'), '10.77.0.2', 8080), `web asked by ${seen}`, 'a container without a network of the cluster, from the task\'s host')
    assert.equal(await askUdp(join(two.netnsDir, 'plain'), '10.77.0.2', 5300), `asked by ${seen} from 10.77.0.2`)
  })

  it('comes back at once when another program flushes nftables, and cuts no flow', async () => {
    mesh = new Mesh()
    await mesh.start()
    const task = await mesh.task()
    const [one] = mesh.nodes
    const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket))
    const fd = inNetns(task, () => openSocket({ protocol: 'tcp', family: 4, bind: { address: '0.0.0.0', port: 81 }, backlog: 8 }))
    await new Promise<void>((resolve) => echo.listen({ fd }, resolve))
    mesh.closers.push(echo)
    await one.apply('incremental', [{ action: 'update', service: serviceRow('ingress', 'web', '10.0.0.2', { ports: [port('tcp', 8080, 80), port('tcp', 8081, 81)] }) }])
    const flow = new Socket({ fd: inNetns(mesh.outside, () => openSocket({ protocol: 'tcp', family: 4 })) })
    mesh.closers.push({ close: () => flow.destroy() })
    let echoed = 0
    let sent = 0
    const ends: string[] = []
    flow.on('data', (chunk) => (echoed += chunk.length))
    flow.on('error', (thrown) => ends.push(thrown.message)).on('close', () => ends.push('closed'))
    await new Promise<void>((resolve) => flow.connect(8081, '10.77.0.1', resolve))
    const send = (): void => {
      sent += 1_000
      flow.write(Buffer.alloc(1_000))
    }
    send()
    await eventually('the flow is there', () => echoed === sent)
    for (const command of ['flush ruleset', 'delete table inet skep-ingress', 'flush chain inet skep-ingress publish', 'flush ruleset']) {
      // Packets come while there are no rules: the event loop, which puts them back, only turns after this.
      for (let i = 0; i < 5; i++) send()
      execFileSync('nsenter', [`--net=${one.hostNetns}`, 'nft', command])
      for (let i = 0; i < 5; i++) send()
      await eventually(`${command}: new flows are served again`, async () => (await ask(mesh.outside, '10.77.0.1', 8080)) === 'web asked by 10.77.0.200')
      await eventually(`${command}: the flow goes on`, () => echoed === sent, { timeoutMs: 5_000 })
    }
    assert.deepEqual(ends, [])
  })
})
