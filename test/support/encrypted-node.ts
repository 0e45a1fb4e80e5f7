import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { deleteNetns, listNetns } from '../../agent/kernel/netns.js'
import { ClusterNetworking } from '../../agent/network/cluster/cluster-networking.js'
import type { TableRow } from '../../agent/network/cluster/cluster-tables.js'
import { NetworkController } from '../../agent/network/controller.js'
import { interfaceName } from '../../agent/network/wireguard/tunnel.js'
import { endUserspace } from '../../agent/network/wireguard/userspace.js'
import { idSource } from '../../src/base/id.js'
import { nullLogger } from '../../src/base/log.js'
import { seededRng } from '../../src/base/rng.js'
import type { Network } from '../../src/model/network.js'
import { systemClock } from '../../src/sys/system-clock.js'
import { MemoryNetworkStore } from './network-host.js'
import { clusterNetwork } from './network-rows.js'

export const wireguardProgram = '/usr/bin/wireguard-go'

/** A cluster network that asks for encryption, with a VXLAN network identifier of its own. */
export function encryptedNetwork(id: string, vni: number, subnet = '10.0.1.0/24'): Network {
  const network = clusterNetwork(id, { driver: { name: 'overlay', options: { encrypted: '' } } }, subnet)
  return { ...network, driverState: { name: 'overlay', options: { 'com.docker.network.driver.overlay.vxlanid_list': String(vni) } } }
}

export interface EncryptedNodeSettings {
  rotationMs?: number
  idleMs?: number
  program?: string | undefined
}

/** One node in a namespace of its own that takes part in encrypted networks. */
export class EncryptedNode {
  controller: NetworkController | undefined
  cluster: ClusterNetworking | undefined
  readonly netnsDir: string
  readonly overlayDir: string
  readonly tunnelDir: string
  readonly keyFile: string
  private readonly store = new MemoryNetworkStore()

  constructor(
    readonly id: string,
    readonly address: string,
    readonly hostNetns: string,
    folder: string,
    private readonly settings: EncryptedNodeSettings = {},
  ) {
    this.netnsDir = join(folder, `${id}-netns`)
    this.overlayDir = join(folder, `${id}-overlay`)
    this.tunnelDir = join(folder, `${id}-tunnels`)
    this.keyFile = join(folder, `${id}-state`, 'keys.json')
  }

  /** `announce` is called when other nodes are to hear of this one's keys. */
  async start(announce: () => void, live: readonly string[] = []): Promise<void> {
    const rng = seededRng(randomBytes(4).readUInt32LE())
    const { rotationMs = 3_600_000, idleMs = 60_000 } = this.settings
    const program = 'program' in this.settings ? this.settings.program : wireguardProgram
    this.controller = await NetworkController.open({
      store: this.store, netnsDir: this.netnsDir, overlayDir: this.overlayDir, log: nullLogger, clock: systemClock, rng, ids: idSource(rng), hostNetns: this.hostNetns,
      encryption: { keyFile: this.keyFile, folder: this.tunnelDir, program: () => Promise.resolve(program), rotationMs, idleMs },
    })
    await this.controller.recover(new Set(live))
    this.cluster = new ClusterNetworking({ controller: this.controller, clock: systemClock, log: nullLogger, announce })
    await this.cluster.begin(this.id, this.address)
  }

  /** As a crash does: nothing in the kernel is touched, and programs go on. */
  stop(): void {
    this.cluster?.[Symbol.dispose]()
    this.controller?.[Symbol.dispose]()
    this.controller = undefined
    this.cluster = undefined
  }

  apply(kind: 'complete' | 'incremental', rows: TableRow[]): Promise<void> {
    return this.cluster?.apply(kind, rows, 4789) ?? Promise.resolve()
  }

  /** Public keys as other nodes are to hear of them. */
  get keys(): string[] {
    return this.controller?.encryption.announcement?.keys.map(({ publicKey }) => publicKey) ?? []
  }

  /** Puts a container on a network; gives its namespace. */
  async container(name: string, network: Network, ipv4Address: string): Promise<string> {
    await this.cluster?.ensure(network)
    await this.controller?.createSandbox(name)
    await this.controller?.connect(name, network.id, { containerName: name, ipv4Address })
    return join(this.netnsDir, name)
  }

  async clean(): Promise<void> {
    this.stop()
    for (const slot of ['a', 'b'] as const) await endUserspace(interfaceName(this.tunnelDir, slot), { clock: systemClock, folder: this.tunnelDir })
    for (const folder of [this.netnsDir, this.overlayDir]) for (const name of listNetns(folder)) deleteNetns(join(folder, name))
    deleteNetns(join(this.tunnelDir, 'netns'))
    rmSync(this.tunnelDir, { recursive: true, force: true })
  }
}
