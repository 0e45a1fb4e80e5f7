import { parseAddress } from '../../kernel/address-bytes.js'
import type { Links } from '../../kernel/link.js'
import type { KernelWireguard } from '../../kernel/wireguard-netlink.js'
import { keepaliveSeconds } from './device.js'
import type { DeviceChange, DeviceState, TunnelDevice } from './device.js'
import { bytesOfKey } from './keys.js'

/** An interface of the kernel's own WireGuard. */
export class KernelDevice implements TunnelDevice {
  constructor(
    private readonly wireguard: KernelWireguard,
    private readonly links: Links,
    private readonly name: string,
  ) {}

  async read(): Promise<DeviceState> {
    const { publicKey, port, peers } = this.wireguard.get(this.index())
    return {
      publicKey: publicKey ? Buffer.from(publicKey).toString('base64') : '',
      port,
      peers: peers.map((peer) => ({ ...peer, publicKey: Buffer.from(peer.publicKey).toString('base64') })),
    }
  }

  async configure({ settings, removed, set }: DeviceChange): Promise<void> {
    this.wireguard.set(this.index(), settings && { privateKey: bytesOfKey(settings.privateKey), port: settings.port }, [
      ...(removed ?? []).map((publicKey) => ({ publicKey: bytesOfKey(publicKey), remove: true })),
      ...(set ?? []).map(({ publicKey, address, port, allowedIp, quiet }) => ({
        publicKey: bytesOfKey(publicKey), endpoint: { address: parseAddress(address), port }, keepaliveSeconds: quiet ? 0 : keepaliveSeconds, allowedIps: [allowedIp],
      })),
    ])
  }

  close(): void {
    this.wireguard.close()
  }

  private index(): number {
    const index = this.links.find(this.name)?.index
    if (index === undefined) throw new Error(`the interface ${this.name} is not there`)
    return index
  }
}
