import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../src/base/clock.js'
import type { HostKernel } from '../host-kernel.js'
import type { DeviceState, Peer } from './device.js'
import type { Slot, StoredKey } from './key-store.js'
import { choosePort, interfaceName, isFree, removeInterface, Tunnel } from './tunnel.js'
import { removeTunnelSpace, TunnelSpace } from './tunnel-space.js'

/** One of a node's WireGuard interfaces, with one key, to every other node. */
export interface OpenTunnel {
  readonly key: StoredKey
  readonly name: string
  /** Its address inside. */
  readonly address: string
  /** Resolves when the interface is gone by itself; undefined for those that cannot. */
  readonly ended: Promise<void> | undefined
  /** There are peers that were left to begin. */
  readonly isQuiet: boolean
  read(): Promise<DeviceState>
  /** Adds peers, and brings those that moved to where they are; others stay as they are. */
  add(wanted: readonly Peer[]): Promise<void>
  /** Takes away all peers but these. */
  keepOnly(wanted: readonly Peer[]): Promise<void>
  /** Begins with peers that were left to begin. */
  nudge(): Promise<void>
  /** Lets go of sockets; the interface and its flows go on. */
  close(): void
}

/** Where tunnels are made. */
export interface Tunnels {
  /** The namespace that the insides of tunnels lie in, from the first `open` to `end`. */
  readonly space: TunnelSpace | undefined
  /** A free UDP port, none of these. Throws `unsupported` when there is none. */
  choosePort(taken: readonly number[]): number
  /** Whether a key's interface is there, or its port is free for it. */
  hasRoomFor(key: StoredKey): boolean
  /** Takes an interface over, or makes it. Rejects with `unsupported` and the reason when this host cannot. */
  open(key: StoredKey, mtu: number): Promise<OpenTunnel>
  /** Leads packets for another node's key through a tunnel. */
  route(destination: string, tunnel: OpenTunnel): void
  unroute(destination: string): void
  /** The destinations that packets are led to, also by an earlier daemon. */
  routed(): string[]
  remove(slot: Slot): Promise<void>
  /** Takes everything away, also what an earlier daemon left. */
  end(): Promise<void>
  /** Lets go of sockets. */
  close(): void
}

export interface HostTunnelsGiven {
  kernel: HostKernel
  clock: Clock
  /** A folder that is empty after a reboot. */
  folder: string
  /** The path of wireguard-go; undefined when it is not installed. */
  program: () => Promise<string | undefined>
}

/** The tunnels of this host. */
export class HostTunnels implements Tunnels {
  private opened: TunnelSpace | undefined

  constructor(private readonly given: HostTunnelsGiven) {}

  get space(): TunnelSpace | undefined {
    return this.opened
  }

  choosePort(taken: readonly number[]): number {
    return choosePort(this.given.kernel, taken)
  }

  hasRoomFor({ slot, port }: StoredKey): boolean {
    return this.need().links.find(interfaceName(this.given.folder, slot)) !== undefined || isFree(this.given.kernel, port)
  }

  open(key: StoredKey, mtu: number): Promise<OpenTunnel> {
    return Tunnel.open(key, mtu, { ...this.given, space: this.need() })
  }

  route(destination: string, { name, address }: OpenTunnel): void {
    this.opened?.route(destination, name, address)
  }

  unroute(destination: string): void {
    this.opened?.unroute(destination)
  }

  routed(): string[] {
    return this.opened?.routed() ?? []
  }

  remove(slot: Slot): Promise<void> {
    return removeInterface(interfaceName(this.given.folder, slot), { ...this.given, ...(this.opened && { space: this.opened }) })
  }

  async end(): Promise<void> {
    for (const slot of ['a', 'b'] as const) await this.remove(slot)
    this.close()
    removeTunnelSpace(this.path)
  }

  close(): void {
    this.opened?.close()
    this.opened = undefined
  }

  private get path(): string {
    return join(this.given.folder, 'netns')
  }

  private need(): TunnelSpace {
    mkdirSync(this.given.folder, { recursive: true, mode: 0o700 })
    return (this.opened ??= TunnelSpace.open(this.path))
  }
}
