import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import type { Socket as UdpSocket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LinkBatch, Links } from '../../agent/kernel/link.js'
import { createNetns, deleteNetns, inNetns, listNetns, Netns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import { writeSysctlIfPresent } from '../../agent/kernel/sysctl.js'
import { NetworkController } from '../../agent/network/controller.js'
import type { NetworkStore } from '../../agent/network/store.js'
import type { NetworkOptions } from '../../agent/network/types.js'
import { idSource } from '../../src/base/id.js'
import { nullLogger } from '../../src/base/log.js'
import type { Logger } from '../../src/base/log.js'
import { seededRng } from '../../src/base/rng.js'
import { ManualClock } from './manual-clock.js'

/** A store in memory that keeps copies, as one on disk does. */
export class MemoryNetworkStore implements NetworkStore {
  readonly entries = new Map<string, string>()

  get(key: string): unknown {
    const text = this.entries.get(key)
    return text === undefined ? undefined : JSON.parse(text)
  }
  put(key: string, value: unknown): Promise<void> {
    this.entries.set(key, JSON.stringify(value))
    return Promise.resolve()
  }
  delete(key: string): Promise<void> {
    this.entries.delete(key)
    return Promise.resolve()
  }
  list(prefix: string): { key: string; value: unknown }[] {
    return [...this.entries].filter(([key]) => key.startsWith(prefix)).sort().map(([key, text]) => ({ key, value: JSON.parse(text) as unknown }))
  }
}

/**
 * A host for tests in namespaces of its own: `host` (192.0.2.1/24) with a neighbour `client`
 * (192.0.2.2/24) on a veth pair. Nothing touches the machine's own namespace.
 */
export class NetworkHost implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'skep-network-test-'))
  readonly host = join(this.folder, 'host')
  readonly client = join(this.folder, 'client')
  readonly netnsDir = join(this.folder, 'netns')
  readonly store = new MemoryNetworkStore()
  readonly clock = new ManualClock()
  readonly rng = seededRng(randomBytes(4).readUInt32LE())
  private readonly controllers: NetworkController[] = []
  private readonly servers: { close(): void }[] = []

  /** `bridgeNetfilter` is whether frames on bridges pass the host's IP rules, where the kernel can do that. */
  constructor(bridgeNetfilter = false) {
    createNetns(this.host)
    createNetns(this.client)
    inNetns(this.host, () => {
      for (const family of ['ip', 'ip6']) writeSysctlIfPresent(`net/bridge/bridge-nf-call-${family}tables`, bridgeNetfilter ? '1' : '0')
    })
    for (const netns of [this.host, this.client]) inNetns(netns, () => writeSysctlIfPresent('net/ipv6/conf/default/accept_dad', '0'))
    using client = Netns.open(this.client)
    using inHost = inNetns(this.host, () => Links.open())
    using inClient = inNetns(this.client, () => Links.open())
    inHost.apply(new LinkBatch().addLink({ name: 'uplink0', up: true }, { kind: 'veth', peer: { name: 'uplink0', netnsFd: client.fd } }))
    for (const [links, address, ipv6] of [[inHost, '192.0.2.1', '2001:db8::1'], [inClient, '192.0.2.2', '2001:db8::2']] as const) {
      const index = links.find('uplink0')?.index ?? 0
      links.apply(new LinkBatch().addAddress({ index, address, prefixLength: 24 }).addAddress({ index, address: ipv6, prefixLength: 64 }).setLink(index, { up: true }))
    }
  }

  async controller(options: NetworkOptions = {}, log: Logger = nullLogger): Promise<NetworkController> {
    const controller = await NetworkController.open({
      store: this.store, netnsDir: this.netnsDir, log, clock: this.clock, rng: this.rng, ids: idSource(this.rng), hostNetns: this.host, options,
    })
    this.controllers.push(controller)
    return controller
  }

  /** Serves one line with the peer's address on a port of a namespace. */
  async serve(netns: string, port: number, text: string, address = '0.0.0.0'): Promise<void> {
    const server: Server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end(`${text} ${socket.remoteAddress ?? ''}`)
    })
    const fd = inNetns(netns, () =>
      openSocket({ protocol: 'tcp', family: address.includes(':') ? 6 : 4, bind: { address, port, reuseAddress: true }, backlog: 16 }),
    )
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ fd }, resolve)
    })
    this.servers.push(server)
  }

  /** Answers UDP datagrams with the text. */
  serveUdp(netns: string, port: number, text: string): void {
    const socket = this.udpSocket(netns, port)
    socket.on('message', (_, peer) => socket.send(text, peer.port, peer.address))
  }

  /** A UDP socket of a namespace, bound to a port or to any (0); closed with the host. */
  udpSocket(netns: string, port: number): UdpSocket {
    const fd = inNetns(netns, () => openSocket({ protocol: 'udp', family: 4, bind: { address: '0.0.0.0', port } }))
    const socket = createSocket('udp4')
    socket.bind({ fd })
    this.servers.push(socket)
    return socket
  }

  /** What a server answers to a connection from a namespace; undefined when none comes about within `timeoutMs`. */
  async ask(netns: string, address: string, port: number, timeoutMs = 3_000): Promise<string | undefined> {
    const fd = inNetns(netns, () => openSocket({ protocol: 'tcp', family: address.includes(':') ? 6 : 4 }))
    const socket = new Socket({ fd })
    try {
      return await new Promise((resolve) => {
        let text = ''
        socket.setTimeout(timeoutMs, () => resolve(undefined))
        socket.on('error', () => resolve(undefined))
        socket.on('data', (chunk) => (text += chunk.toString()))
        socket.on('end', () => resolve(text))
        socket.connect(port, address)
      })
    } finally {
      socket.destroy()
    }
  }

  /** Removes everything, whatever state it is in. */
  [Symbol.dispose](): void {
    for (const server of this.servers) server.close()
    for (const controller of this.controllers) controller[Symbol.dispose]()
    for (const name of listNetns(this.netnsDir)) deleteNetns(join(this.netnsDir, name))
    for (const name of [this.host, this.client]) deleteNetns(name)
    rmSync(this.folder, { recursive: true })
  }
}
