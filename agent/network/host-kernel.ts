import type { HoldPort } from './port-allocator.js'
import { PortSocket } from '../kernel/socket.js'
import { Links } from '../kernel/link.js'
import { inNetns, Netns } from '../kernel/netns.js'
import { Nft } from '../kernel/nft.js'

/**
 * The host's network namespace: the daemon's own, or the one of the file that was given. Sockets to the
 * kernel are opened there once and stay with it.
 */
export class HostKernel implements Disposable {
  readonly links: Links
  readonly nft: Nft
  private readonly netns: Netns | undefined

  constructor(hostNetns?: string) {
    this.netns = hostNetns === undefined ? undefined : Netns.open(hostNetns)
    this.links = this.run(() => Links.open())
    this.nft = this.run(() => Nft.open())
  }

  /** Runs `act` synchronously in the host's namespace. */
  run<T>(act: () => T): T {
    return this.netns ? inNetns(this.netns, act) : act()
  }

  get holdPort(): HoldPort {
    return (protocol, hostIp, port) => this.run(() => PortSocket.hold(protocol, hostIp, port))
  }

  [Symbol.dispose](): void {
    this.links.close()
    this.nft.close()
    this.netns?.close()
  }
}
