import { createHash } from 'node:crypto'
import { closeSync, existsSync } from 'node:fs'
import { errnoOf, messageOf, StatusError } from '../../../src/base/errors.js'
import { LinkBatch } from '../../kernel/link.js'
import { openSocket } from '../../kernel/socket.js'
import { KernelWireguard } from '../../kernel/wireguard-netlink.js'
import type { HostKernel } from '../host-kernel.js'
import { isEmpty, peerChanges } from './device.js'
import type { DeviceState, Peer, TunnelDevice } from './device.js'
import type { OpenTunnel } from './host-tunnels.js'
import { KernelDevice } from './kernel-device.js'
import type { Slot, StoredKey } from './key-store.js'
import { tunnelAddressOf } from './keys.js'
import type { TunnelSpace } from './tunnel-space.js'
import { endUserspace, findUserspace, startUserspace, widenSockets, type UserspaceGiven } from './userspace.js'

export interface TunnelGiven extends UserspaceGiven {
  space: TunnelSpace
}

/** Headers around a packet in a tunnel: outer IP, UDP, WireGuard's own and its authentication tag. */
const overheadBytes = { ipv4: 60, ipv6: 80 }
const usualPort = 51_820
const portsTried = 20

/** The MTU of tunnels on top of a device with this MTU. */
export function tunnelMtu(underlayMtu: number, address: string): number {
  return underlayMtu - (address.includes(':') ? overheadBytes.ipv6 : overheadBytes.ipv4)
}

/** A name that no other daemon on this kernel uses, not even in another network namespace: sockets are named after it. */
export function interfaceName(folder: string, slot: Slot): string {
  return `skwg${createHash('sha256').update(folder).digest('hex').slice(0, 8)}${slot}`
}

/** One of this host's WireGuard interfaces. */
export class Tunnel implements OpenTunnel {
  readonly address: string
  /** Peers as they were last set, by public key; undefined when the interface has to be asked. */
  private peers: Map<string, Peer> | undefined

  private constructor(
    readonly key: StoredKey,
    readonly name: string,
    private readonly device: TunnelDevice,
    readonly ended: Promise<void> | undefined,
  ) {
    this.address = tunnelAddressOf(key.publicKey)
  }

  /**
   * Takes over the interface of an earlier daemon if it has this key, or makes one. Rejects with `unsupported`
   * and the reason when this host has no WireGuard that works.
   */
  static async open(key: StoredKey, mtu: number, given: TunnelGiven): Promise<Tunnel> {
    const name = interfaceName(given.folder, key.slot)
    const found = await Tunnel.adopt(key, name, given)
    if (found) return found
    await removeInterface(name, given)
    if (!existsSync('/proc/net/if_inet6')) throw new StatusError('unsupported', 'this kernel runs without IPv6, which is needed inside of tunnels: start it without ipv6.disable=1')
    try {
      const tunnel = await Tunnel.make(key, name, mtu, given)
      await tunnel.device.configure({ settings: { privateKey: key.privateKey, port: key.port } })
      given.space.bringUp(name, tunnel.address)
      if (tunnel.ended) await widenSockets(name, key.port, given)
      tunnel.peers = new Map()
      return tunnel
    } catch (thrown) {
      await removeInterface(name, given)
      throw thrown
    }
  }

  read(): Promise<DeviceState> {
    return this.device.read()
  }

  async add(wanted: readonly Peer[]): Promise<void> {
    await this.bring(wanted, true)
  }

  async keepOnly(wanted: readonly Peer[]): Promise<void> {
    await this.bring(wanted, false)
  }

  get isQuiet(): boolean {
    return [...(this.peers?.values() ?? [])].some(({ quiet }) => quiet)
  }

  async nudge(): Promise<void> {
    const quiet = [...(this.peers?.values() ?? [])].flatMap(({ quiet: left, ...peer }) => (left ? [peer] : []))
    if (quiet.length === 0) return
    await this.device.configure({ set: quiet })
    for (const peer of quiet) this.peers?.set(peer.publicKey, peer)
  }

  close(): void {
    this.device.close()
  }

  private async bring(wanted: readonly Peer[], keepStale: boolean): Promise<void> {
    const { peers } = this
    try {
      if (peers) await this.change(peers, wanted, keepStale)
      else {
        const change = peerChanges(await this.device.read(), wanted, keepStale)
        if (!isEmpty(change)) await this.device.configure(change)
        this.peers = new Map(wanted.map((peer) => [peer.publicKey, peer]))
        // Whoever is there beyond these is found when they are to go.
        if (keepStale) this.peers = undefined
      }
    } catch (thrown) {
      this.peers = undefined
      throw thrown
    }
  }

  private async change(peers: Map<string, Peer>, wanted: readonly Peer[], keepStale: boolean): Promise<void> {
    const names = new Set(wanted.map(({ publicKey }) => publicKey))
    const removed = keepStale ? [] : [...peers.keys()].filter((publicKey) => !names.has(publicKey))
    const set = wanted.flatMap((peer) => {
      const before = peers.get(peer.publicKey)
      if (before) return before.address === peer.address && before.port === peer.port ? [] : [peer]
      // Two that begin at once answer each other and wait for the other to go on: one of the two is first.
      return [{ ...peer, quiet: this.key.publicKey > peer.publicKey }]
    })
    if (removed.length + set.length === 0) return
    await this.device.configure({ removed, set })
    for (const publicKey of removed) peers.delete(publicKey)
    for (const peer of set) peers.set(peer.publicKey, peer)
  }

  private static async adopt(key: StoredKey, name: string, given: TunnelGiven): Promise<Tunnel | undefined> {
    const link = given.space.links.find(name)
    if (!link?.up) return undefined
    const kernel = link.kind === 'wireguard' ? given.space.netns.run(() => KernelWireguard.open()) : undefined
    const userspace = kernel ? undefined : await findUserspace(name, given.clock)
    const device = kernel ? new KernelDevice(kernel, given.space.links, name) : userspace
    if (!device) return undefined
    const state = await device.read().catch(() => undefined)
    if (state?.publicKey === key.publicKey && state.port === key.port) {
      given.space.bringUp(name, tunnelAddressOf(key.publicKey))
      return new Tunnel(key, name, device, userspace?.closed)
    }
    device.close()
    return undefined
  }

  private static async make(key: StoredKey, name: string, mtu: number, given: TunnelGiven): Promise<Tunnel> {
    const { kernel, space } = given
    if (madeByKernel(name, mtu, given)) {
      const wireguard = space.netns.run(() => KernelWireguard.open())
      if (wireguard) return new Tunnel(key, name, new KernelDevice(wireguard, space.links, name), undefined)
    }
    const connection = await startUserspace(name, given)
    const index = kernel.links.find(name)?.index
    if (index === undefined) throw new StatusError('unsupported', `the WireGuard program made no interface ${name}`)
    // Its size is read where the program is: it moves afterwards. Its encrypted packets stay where it was made.
    kernel.links.apply(new LinkBatch().setLink(index, { mtu }))
    kernel.links.apply(new LinkBatch().setLink(index, { netnsFd: space.netns.fd }))
    return new Tunnel(key, name, connection, connection.closed)
  }
}

/** False when the kernel has no WireGuard. Made in the host's namespace, where its encrypted packets stay. */
function madeByKernel(name: string, mtu: number, { kernel, space }: TunnelGiven): boolean {
  try {
    kernel.links.apply(new LinkBatch().addLink({ name, mtu, netnsFd: space.netns.fd }, { kind: 'wireguard' }))
    return true
  } catch (thrown) {
    if (['EOPNOTSUPP', 'ENOTSUP', 'ENODEV', 'EAFNOSUPPORT'].includes(errnoOf(thrown) ?? '')) return false
    throw new StatusError('unsupported', `the kernel's WireGuard does not work: ${messageOf(thrown)}`, { cause: thrown })
  }
}

/** Takes an interface away, wherever an interrupted start left it; none is fine. */
export async function removeInterface(name: string, given: Pick<TunnelGiven, 'kernel' | 'clock' | 'folder'> & { space?: TunnelSpace }): Promise<void> {
  await endUserspace(name, given)
  for (const links of [given.kernel.links, given.space?.links]) {
    const index = links?.find(name)?.index
    if (index !== undefined) links?.apply(new LinkBatch().deleteLink(index))
  }
}

/** The first free UDP port from WireGuard's usual one on, which nobody of these uses. */
export function choosePort(kernel: HostKernel, taken: readonly number[]): number {
  for (let port = usualPort; port < usualPort + portsTried; port++) if (!taken.includes(port) && isFree(kernel, port)) return port
  throw new StatusError('unsupported', `the UDP ports ${usualPort} to ${usualPort + portsTried - 1} are all in use on this host: free one of them for encrypted networks`)
}

export function isFree(kernel: HostKernel, port: number): boolean {
  try {
    for (const address of ['0.0.0.0', '::']) {
      const family = address === '::' ? 6 : 4
      closeSync(kernel.run(() => openSocket({ protocol: 'udp', family, bind: { address, port } })))
    }
    return true
  } catch (thrown) {
    // Without IPv6 there is nothing to clash with.
    return errnoOf(thrown) === 'EAFNOSUPPORT'
  }
}
