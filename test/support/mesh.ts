import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deleteNetns, inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import type { TableRow } from '../../agent/network/cluster/cluster-tables.js'
import type { NetworkService } from '../../src/model/network-table.js'
import type { PortConfig } from '../../src/model/service.js'
import { serveUdp } from '../e2e/network-support.js'
import { Underlay } from '../lab/underlay.js'
import { ClusterNode } from './cluster-node.js'
import { clusterNetwork, endpointRow, serviceRow } from './network-rows.js'

/** Networks with both families. */
export const ingress = clusterNetwork('ingress', { ingress: true, ipv6Enabled: true }, '10.0.0.0/24')
ingress.ipam?.configs.push({ subnet: 'fd00:1::/64', range: '', gateway: 'fd00:1::1', auxAddresses: {} })
ingress.driverState = { name: 'overlay', options: { 'com.docker.network.driver.overlay.vxlanid_list': '4096' } }
export const back = clusterNetwork('back', { ipv6Enabled: true })
back.ipam?.configs.push({ subnet: 'fd00:2::/64', range: '', gateway: 'fd00:2::1', auxAddresses: {} })

export const port = (protocol: PortConfig['protocol'], publishedPort: number, targetPort: number): PortConfig => ({ name: '', protocol, publishedPort, targetPort, publishMode: 'ingress' })

/** Two nodes and a client outside on one wire, with a service published on both nodes whose task runs on the second. */
export class Mesh {
  readonly folder = mkdtempSync(join(tmpdir(), 'skep-mesh-test-'))
  readonly nodes: [ClusterNode, ClusterNode]
  readonly outside = join(this.folder, 'outside')
  readonly closers: { close(): void }[] = []
  readonly service: Partial<NetworkService>

  constructor(
    over: Partial<NetworkService> = {},
    /** The n-th node's address on the data path. */
    private readonly dataPath: (n: number) => string = (n) => `10.77.0.${n}`,
  ) {
    const underlay = Underlay.create(this.folder)
    const plug = (n: number): ClusterNode => {
      const netns = join(this.folder, `host${n}`)
      underlay.plug(n, netns)
      return new ClusterNode(`n${n}`, this.dataPath(n), netns, this.folder)
    }
    this.nodes = [plug(1), plug(2)]
    underlay.plug(200, this.outside)
    this.service = { ports: [port('tcp', 8080, 80), port('udp', 5300, 53), port('sctp', 7000, 7001)], ...over }
  }

  place(network: string, task: string, addresses: string[], node: number, over = {}): TableRow {
    return { action: 'update', endpoint: endpointRow(network, task, '', { addresses, nodeId: `n${node}` as never, nodeAddress: this.dataPath(node), ...over }) }
  }

  /** The rows of a task on both networks. */
  placesOf(task: string, node: number, last: number, over = {}): TableRow[] {
    return [this.place('ingress', task, [`10.0.0.${last}`, `fd00:1::${last}`], node, over), this.place('back', task, [`10.0.1.${last}`, `fd00:2::${last}`], node, over)]
  }

  rows(): TableRow[] {
    return [
      ...[1, 2].map((n): TableRow => ({ action: 'update', peer: { nodeId: `n${n}` as never, hostname: `n${n}`, address: this.dataPath(n) } })),
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
      this.closers.push(serveUdp(path, 53, family, `${name} `))
    }
    return path
  }

  async shell(node = 0): Promise<string> {
    const on = this.nodes[node] as ClusterNode
    await on.controller?.createSandbox('shell')
    return on.attach('shell', back, '10.0.1.20', 'fd00:2::20')
  }

  /** A server that tells the asker's address; with `take` whatever is made of its connections. */
  async serve(netns: string, tcpPort: number, family: 4 | 6, name: string, take?: (socket: Socket) => void): Promise<void> {
    const tell = (socket: Socket): void => void socket.once('data', () => socket.end(`${name} asked by ${socket.remoteAddress ?? ''}`))
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      ;(take ?? tell)(socket)
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
