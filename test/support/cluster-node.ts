import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { deleteNetns, listNetns } from '../../agent/kernel/netns.js'
import { ClusterNetworking } from '../../agent/network/cluster/cluster-networking.js'
import type { TableRow } from '../../agent/network/cluster/cluster-tables.js'
import { NetworkController } from '../../agent/network/controller.js'
import type { NetworkStore } from '../../agent/network/store.js'
import { idSource } from '../../src/base/id.js'
import { nullLogger } from '../../src/base/log.js'
import type { Logger } from '../../src/base/log.js'
import { seededRng } from '../../src/base/rng.js'
import type { Network } from '../../src/model/network.js'
import { systemClock } from '../../src/sys/system-clock.js'
import { MemoryNetworkStore } from './network-host.js'
import { clusterNetwork } from './network-rows.js'

/** One node: a controller in a namespace of its own, and its part in the cluster's networks. */
export class ClusterNode {
  controller: NetworkController | undefined
  cluster: ClusterNetworking | undefined
  private readonly store: NetworkStore = new MemoryNetworkStore()
  readonly netnsDir: string
  readonly overlayDir: string

  constructor(
    readonly id: string,
    readonly address: string,
    readonly hostNetns: string,
    folder: string,
    private readonly log: Logger = nullLogger,
  ) {
    this.netnsDir = join(folder, `${id}-netns`)
    this.overlayDir = join(folder, `${id}-overlay`)
  }

  async start(live: readonly string[] = []): Promise<void> {
    const rng = seededRng(randomBytes(4).readUInt32LE())
    this.controller = await NetworkController.open({
      store: this.store, netnsDir: this.netnsDir, overlayDir: this.overlayDir, log: this.log, clock: systemClock, rng, ids: idSource(rng), hostNetns: this.hostNetns,
    })
    await this.controller.recover(new Set(live))
    this.cluster = new ClusterNetworking({ controller: this.controller, clock: systemClock, log: this.log })
    await this.cluster.begin(this.id, this.address)
  }

  /** As a crash does: nothing in the kernel is touched. */
  stop(): void {
    this.cluster?.[Symbol.dispose]()
    this.controller?.[Symbol.dispose]()
  }

  apply(kind: 'complete' | 'incremental', rows: TableRow[]): Promise<void> {
    return this.cluster?.apply(kind, rows, 4789) ?? Promise.reject(new Error('not started'))
  }

  /** Starts a container on a network; gives its namespace. */
  async container(name: string, address: string, network = clusterNetwork('back')): Promise<string> {
    await this.controller?.createSandbox(name)
    return this.attach(name, network, address)
  }

  /** Puts a container on one more network. */
  async attach(name: string, network: Network, ipv4Address: string, ipv6Address?: string): Promise<string> {
    await this.cluster?.ensure(network)
    await this.controller?.connect(name, network.id, { containerName: name, ipv4Address, ...(ipv6Address !== undefined && { ipv6Address }) })
    return join(this.netnsDir, name)
  }

  segmentDevices(): string[] {
    return listNetns(this.overlayDir)
  }

  clean(): void {
    this.stop()
    for (const folder of [this.netnsDir, this.overlayDir]) for (const name of listNetns(folder)) deleteNetns(join(folder, name))
  }
}
