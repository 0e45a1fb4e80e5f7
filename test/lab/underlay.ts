import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { LinkBatch, Links } from '../../agent/kernel/link.js'
import { createNetns, inNetns, Netns } from '../../agent/kernel/netns.js'
import { writeSysctlIfPresent } from '../../agent/kernel/sysctl.js'

/** Addresses of the n-th machine on the underlay. */
export const ipv4Of = (n: number): string => `10.77.0.${n}`
export const ipv6Of = (n: number): string => `fd77::${n.toString(16)}`
const gateway = 254

/**
 * The switch between the hosts: a bridge in a namespace of its own. Each host has an `eth0` whose
 * other end is a port of it. The machine's own namespace is left as it is.
 */
export class Underlay {
  private constructor(private readonly folder: string) {}

  static create(folder: string): Underlay {
    const underlay = new Underlay(folder)
    createNetns(underlay.path)
    using links = inNetns(underlay.path, () => Links.open())
    quietIpv6(underlay.path)
    sayUnreachable(underlay.path)
    links.apply(new LinkBatch().addLink({ name: 'br0' }, { kind: 'bridge', multicastSnooping: false }))
    const index = indexOf(links, 'br0')
    const batch = new LinkBatch().addAddress({ index, address: ipv4Of(gateway), prefixLength: 24 })
    links.apply(batch.addAddress({ index, address: ipv6Of(gateway), prefixLength: 64 }).setLink(index, { up: true }))
    return underlay
  }

  /** Makes the namespace of the n-th machine, plugged in and with a default route. */
  plug(n: number, netns: string): void {
    createNetns(netns)
    quietIpv6(netns)
    // Bridges of one network namespace do not see another's settings: tests start as most hosts are.
    inNetns(netns, () => {
      for (const family of ['ip', 'ip6']) writeSysctlIfPresent(`net/bridge/bridge-nf-call-${family}tables`, '0')
    })
    using host = Netns.open(netns)
    using ports = inNetns(this.path, () => Links.open())
    using links = host.run(() => Links.open())
    ports.apply(new LinkBatch().addLink({ name: portOf(n), master: indexOf(ports, 'br0') }, { kind: 'veth', peer: { name: 'eth0', netnsFd: host.fd } }))
    this.setPort(n, true)
    const index = indexOf(links, 'eth0')
    const batch = new LinkBatch()
      .addAddress({ index, address: ipv4Of(n), prefixLength: 24 })
      .addAddress({ index, address: ipv6Of(n), prefixLength: 64 })
      .setLink(index, { up: true })
      .setRoute({ family: 4, destination: '0.0.0.0/0', gateway: ipv4Of(gateway), index })
      .setRoute({ family: 6, destination: '::/0', gateway: ipv6Of(gateway), index })
    links.apply(batch)
  }

  /** Plugs a machine's cable in or out. */
  setPort(n: number, up: boolean): void {
    using ports = inNetns(this.path, () => Links.open())
    ports.apply(new LinkBatch().setLink(indexOf(ports, portOf(n)), { up }))
  }

  private get path(): string {
    return join(this.folder, 'underlay')
  }
}

const portOf = (n: number): string => `host${n}`

function indexOf(links: Links, name: string): number {
  const link = links.find(name)
  if (!link) throw new Error(`no link ${name}`)
  return link.index
}

/**
 * The gateway leads nowhere, and says so at once: looking for a registry must not wait for an answer.
 * Every address beyond it is its own, with no port open: closed ports are what all programs understand
 * (UDP sockets do not hear of networks that cannot be reached).
 */
function sayUnreachable(netns: string): void {
  inNetns(netns, () => {
    writeSysctlIfPresent('net/ipv4/icmp_ratelimit', '0')
    writeSysctlIfPresent('net/ipv6/icmp/ratelimit', '0')
    for (const family of ['-4', '-6']) {
      execFileSync('ip', ['link', 'set', 'lo', 'up'])
      execFileSync('ip', [family, 'route', 'add', 'local', 'default', 'dev', 'lo'])
    }
  })
}

/** Addresses of the lab are unique: looking for duplicates only delays them. */
function quietIpv6(netns: string): void {
  inNetns(netns, () => writeSysctlIfPresent('net/ipv6/conf/default/accept_dad', '0'))
}
