import type { HoldPort } from './port-allocator.js'
import { PortSocket } from '../kernel/socket.js'
import { deleteFlows } from '../kernel/conntrack.js'
import { LinkRemover, Links } from '../kernel/link.js'
import { inNetns, Netns } from '../kernel/netns.js'
import { Nft } from '../kernel/nft.js'
import { readSysctl, writeSysctl } from '../kernel/sysctl.js'

/** IPPROTO_UDP. */
const udp = 17

/**
 * The host's network namespace: the daemon's own, or the one of the file that was given. Sockets to the
 * kernel are opened there once and stay with it.
 */
export class HostKernel implements Disposable {
  readonly links: Links
  readonly nft: Nft
  readonly remover: LinkRemover
  private readonly netns: Netns | undefined

  constructor(hostNetns?: string) {
    this.netns = hostNetns === undefined ? undefined : Netns.open(hostNetns)
    this.links = this.run(() => Links.open())
    this.nft = this.run(() => Nft.open())
    this.remover = this.run(() => new LinkRemover())
  }

  /** Runs `act` synchronously in the host's namespace. */
  run<T>(act: () => T): T {
    return this.netns ? inNetns(this.netns, act) : act()
  }

  /**
   * Lets this host hand on IPv6 packets. A host that does so ignores router advertisements, and would lose
   * its own route, unless told "2".
   */
  forwardIpv6(): void {
    this.run(() => {
      if (readSysctl('net/ipv6/conf/all/forwarding') !== '0') return
      for (const { name } of this.links.list()) {
        const parameter = `net/ipv6/conf/${name}/accept_ra`
        if (readSysctl(parameter) === '1') writeSysctl(parameter, '2')
      }
      writeSysctl('net/ipv6/conf/all/forwarding', '1')
    })
  }

  get holdPort(): HoldPort {
    return (protocol, hostIp, port) => this.run(() => PortSocket.hold(protocol, hostIp, port))
  }

  /**
   * Forgets tracked UDP flows to these ports of the host. UDP has no connections: a client that goes on
   * sending would be led to where the port led when it started, for as long as it sends.
   */
  forgetUdpFlows(hostPorts: ReadonlySet<number>): void {
    if (hostPorts.size === 0) return
    this.run(() => deleteFlows(({ original }) => original.protocol === udp && hostPorts.has(original.destinationPort)))
  }

  [Symbol.dispose](): void {
    this.links.close()
    this.remover[Symbol.dispose]()
    this.nft.close()
    this.netns?.close()
  }
}
