import { familyOf } from '../../kernel/address-bytes.js'
import { LinkBatch } from '../../kernel/link.js'
import { readSysctl, writeSysctl, writeSysctlIfPresent } from '../../kernel/sysctl.js'
import { loopbackAnswers } from '../bridge/bridge-driver.js'
import type { StoredNetwork } from '../endpoint.js'
import type { HostKernel } from '../host-kernel.js'
import { macOfNode } from '../overlay/data-path.js'
import type { OverlayDriver } from '../overlay/overlay-driver.js'
import { entryAddressOf } from './entry-address.js'
import { ingressDevice, ingressMark } from './ingress-ruleset.js'

/** RT_TABLE_DEFAULT: asked after the main one. */
const defaultTable = 253
const families = [4, 6] as const
const ruleOf = (family: 4 | 6) => ({ family, mark: ingressMark, mask: ingressMark, table: ingressMark, priority: 90 }) as const
/** The end of the host's pair on the ingress network's bridge. */
const bridgeEnd = 'host'

/** The host's own device on the ingress network: packets leave by it with the client's address. */
export class IngressDevice {
  private plugged: string | undefined

  constructor(
    private readonly kernel: HostKernel,
    private readonly driver: OverlayDriver,
  ) {}

  /** Makes it, or takes over what is there; `address` is the node's on the data path. Doing it again is fine. */
  plug(network: StoredNetwork, address: string): void {
    if (this.plugged === network.id) return
    const { kernel } = this
    const entry = entryAddressOf(address)
    this.driver.plugHost(network, { name: ingressDevice, mac: macOfNode(address), bridgeEnd, addresses: [...new Set([address, entry])] })
    this.plugged = network.id
    const index = kernel.links.find(ingressDevice)?.index ?? 0
    // Without an address of the family on it, the device would take no packets: one that the host has anyway.
    const ipv4 = address.includes(':') ? this.ipv4Beside(address) : address
    const ipv6 = kernel.run(() => {
      writeSysctl('net/ipv4/ip_forward', '1')
      // Answers to connections from 127.0.0.1 come back by this device.
      writeSysctl(`net/ipv4/conf/${ingressDevice}/route_localnet`, '1')
      writeSysctl(`net/ipv4/conf/${ingressDevice}/rp_filter`, '2')
      writeSysctlIfPresent(`net/ipv6/conf/${ingressDevice}/accept_ra`, '0')
      // Without IPv6, or with it switched off, the host has no use for the rest.
      return network.enableIpv6 && readSysctl(`net/ipv6/conf/${ingressDevice}/disable_ipv6`) === '0'
    })
    if (ipv6) kernel.forwardIpv6()
    const batch = new LinkBatch().setLink(index, { linkLocalIpv6: false })
    if (ipv4 !== undefined) batch.addAddress({ index, address: ipv4, prefixLength: 32 })
    if (ipv6) batch.addAddress({ index, address: entry, prefixLength: 64 })
    batch.setLink(index, { up: true })
    if (ipv6) batch.setRoute(loopbackAnswers(index))
    for (const { subnet } of network.ipam.config) {
      const family = familyOf(subnet)
      if (family === 6 && !ipv6) continue
      const route = { family, destination: subnet, index, ...(family === 4 && ipv4 !== undefined && { source: ipv4 }) } as const
      batch.setRoute({ ...route, table: ingressMark })
      // Of last resort: where nothing else is known of the subnet, answers must not look as if from nowhere.
      batch.setRoute({ ...route, table: defaultTable })
    }
    for (const family of families) if (family === 4 || ipv6) batch.addRule(ruleOf(family))
    kernel.links.apply(batch)
  }

  /** An IPv4 address of the device that has this one, or else of any other but the loopback. */
  private ipv4Beside(address: string): string | undefined {
    const addresses = this.kernel.links.addresses()
    const device = addresses.find((one) => one.address === address)?.index
    const ipv4 = addresses.filter((one) => !one.address.includes(':') && !one.address.startsWith('127.'))
    return (ipv4.find(({ index }) => index === device) ?? ipv4[0])?.address
  }

  unplug(): void {
    const batch = new LinkBatch()
    for (const family of families) if (family === 4 || this.kernel.run(() => readSysctl('net/ipv6/conf/all/forwarding')) !== undefined) batch.deleteRule(ruleOf(family))
    this.kernel.links.apply(batch)
    if (this.plugged !== undefined) this.driver.unplugHost(this.plugged, bridgeEnd)
    this.plugged = undefined
  }
}
