import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { LinkBatch, Links } from '../../kernel/link.js'
import { createNetns, deleteNetns, Netns } from '../../kernel/netns.js'
import { writeSysctlIfPresent } from '../../kernel/sysctl.js'

/** RT_TABLE_MAIN. */
const mainTable = 254

/**
 * The namespace that the insides of tunnels lie in: WireGuard interfaces and the VXLAN sockets of encrypted
 * networks, nothing else. The interfaces send and take their encrypted packets in the host's namespace, so
 * no packet gets from the wire to these VXLAN sockets but through a tunnel, and none gets from them to the
 * wire in the clear, whatever the host's routes and firewall are.
 */
export class TunnelSpace implements Disposable {
  readonly links: Links
  private constructor(
    readonly netns: Netns,
  ) {
    this.links = netns.run(() => Links.open())
  }

  /** Opens it, made if it is not there. */
  static open(path: string): TunnelSpace {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    createNetns(path)
    const netns = Netns.open(path)
    netns.run(() => {
      // Nothing is passed on here, and addresses are unique by the way they are made.
      for (const name of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding', 'ipv6/conf/default/forwarding']) writeSysctlIfPresent(`net/${name}`, '0')
      for (const name of ['accept_ra', 'accept_dad', 'accept_redirects', 'disable_ipv6']) writeSysctlIfPresent(`net/ipv6/conf/default/${name}`, '0')
      for (const name of ['all', 'lo']) writeSysctlIfPresent(`net/ipv6/conf/${name}/disable_ipv6`, '0')
    })
    return new TunnelSpace(netns)
  }

  /** Gives an interface that was moved here its one address, and brings it up. */
  bringUp(name: string, address: string): void {
    const index = this.links.find(name)?.index
    if (index === undefined) throw new Error(`the interface ${name} is not there`)
    this.links.apply(new LinkBatch().setLink(index, { linkLocalIpv6: false }).addAddress({ index, address, prefixLength: 128 }).setLink(index, { up: true }))
  }

  /** Leads packets for the other end's address through an interface, with the address that the other end expects of us. */
  route(destination: string, name: string, source: string): void {
    const index = this.links.find(name)?.index
    if (index === undefined) return
    this.links.apply(new LinkBatch().setRoute({ family: 6, destination: `${destination}/128`, index, source }))
  }

  /** The other ends' addresses that packets are led to, also by an earlier daemon. */
  routed(): string[] {
    // Those that the kernel makes for the interfaces' own addresses name no source.
    return this.links.routes().flatMap(({ destination, source, table }) => (table === mainTable && source !== undefined && destination.endsWith('/128') ? [destination.slice(0, -'/128'.length)] : []))
  }

  unroute(destination: string): void {
    this.links.apply(new LinkBatch().deleteRoute({ family: 6, destination: `${destination}/128` }))
  }

  close(): void {
    this.links.close()
    this.netns.close()
  }
  [Symbol.dispose](): void {
    this.close()
  }
}

/** Takes the namespace away with what is in it; one that is not there is fine. */
export function removeTunnelSpace(path: string): void {
  deleteNetns(path)
}
