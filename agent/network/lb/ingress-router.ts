import type { Logger } from '../../../src/base/log.js'
import { messageOf } from '../../../src/base/errors.js'
import type { HeldPort } from '../port-allocator.js'
import { deleteFlows } from '../../kernel/conntrack.js'
import { LinkBatch } from '../../kernel/link.js'
import { writeSysctl } from '../../kernel/sysctl.js'
import type { ClusterNetwork, Touched } from '../cluster/cluster-tables.js'
import { storedNetwork } from '../cluster/stored-network.js'
import type { NetworkController, SandboxWatcher } from '../controller.js'
import type { Endpoint } from '../endpoint.js'
import { macOfNode } from '../overlay/data-path.js'
import { EntryRoutes } from './entry-routes.js'
import { addIngressPort, changeIngressPort, fullIngressTable, ingressDevice, ingressMark, removeIngressPort, removeIngressTable } from './ingress-ruleset.js'
import type { IngressPort } from './ingress-ruleset.js'
import { backendsOf } from './vip-balancer.js'

/** IPPROTO_UDP. */
const udp = 17
/** RT_TABLE_DEFAULT: asked after the main one. */
const defaultTable = 253
const ingressRule = { family: 4, mark: ingressMark, mask: ingressMark, table: ingressMark, priority: 90 } as const
/** The end of the host's pair on the ingress network's bridge. */
const bridgeEnd = 'host'

/**
 * The routing mesh on this node: the ports that services publish lead to their tasks wherever they run.
 * Packets go into the ingress network as they are, so tasks see the client's own address.
 */
export class IngressRouter implements SandboxWatcher {
  private readonly ports = new Map<string, IngressPort>()
  private readonly held = new Map<string, HeldPort>()
  private readonly refused = new Set<string>()
  private readonly tasks: EntryRoutes
  private loaded = false
  private plugged: string | undefined

  constructor(
    private readonly controller: NetworkController,
    private readonly log: Logger,
  ) {
    this.tasks = new EntryRoutes(() => [...controller.tables.peers.values()].map(({ address }) => address).filter((one) => one !== ''), log)
  }

  changed(containerId: string, path: string, endpoints: readonly Endpoint[]): void {
    const ingress = endpoints.find(({ networkId }) => this.controller.networks.get(networkId)?.ingress)
    if (ingress) this.tasks.set(containerId, path, ingress, endpoints)
    else this.tasks.delete(containerId)
  }

  removed(containerId: string): void {
    this.tasks.delete(containerId)
  }

  /** Brings ports and entries to what the tables say. */
  update(touched: Touched): void {
    if (touched.peers) this.tasks.update()
    const table = this.ingressNetwork()
    const concerned = table && (!this.loaded || touched.networks.has(table.network.id) || touched.services.has(table.network.id) || this.refused.size > 0)
    if (!table) {
      if (this.loaded) this.end()
    } else if (concerned) this.bring(table)
  }

  /** No port of the mesh leads anywhere from this node any more. */
  end(): void {
    this.controller.kernel.nft.run(removeIngressTable())
    this.controller.kernel.links.apply(new LinkBatch().deleteRule(ingressRule))
    for (const socket of this.held.values()) socket.close()
    if (this.plugged !== undefined) this.controller.networks.overlayDriver.unplugHost(this.plugged, bridgeEnd)
    this.plugged = undefined
    this.loaded = false
    for (const map of [this.held, this.ports, this.refused]) map.clear()
  }

  private ingressNetwork(): ClusterNetwork | undefined {
    return [...this.controller.tables.networks.values()].find(({ network }) => network.spec.ingress)
  }

  private bring(table: ClusterNetwork): void {
    const wanted = this.hold(this.portsOf(table))
    const { dataPath } = this.controller
    if (!dataPath || dataPath.port === 0) return
    // Without a published port nothing has to be there; once made it stays, for the next one.
    if (wanted.size === 0 && !this.loaded) return
    if (this.plugged !== table.network.id) this.plug(table)
    const { nft } = this.controller.kernel
    if (this.loaded) {
      const commands: string[] = []
      for (const [key, port] of this.ports) if (!wanted.has(key)) commands.push(removeIngressPort(port))
      for (const [key, port] of wanted) {
        const before = this.ports.get(key)
        if (!before) commands.push(addIngressPort(port))
        else if (textOf(before) !== textOf(port)) commands.push(changeIngressPort(port))
      }
      this.loaded = false
      if (commands.length > 0) nft.run(commands.join('\n'))
    } else {
      nft.run(fullIngressTable(wanted.values(), dataPath.address))
    }
    this.loaded = true
    this.forgetFlows(wanted)
    this.ports.clear()
    for (const [key, port] of wanted) this.ports.set(key, port)
  }

  /** The host's own device on the ingress network: packets leave by it with the client's address. */
  private plug(table: ClusterNetwork): void {
    const { controller } = this
    const { dataPath, kernel } = controller
    if (!dataPath) return
    const network = storedNetwork(table.network)
    const { address } = dataPath
    controller.networks.overlayDriver.plugHost(network, { name: ingressDevice, mac: macOfNode(address), bridgeEnd, addresses: [address] })
    this.plugged = network.id
    // Remembered, so that the next daemon leaves the devices as they are.
    controller.networks.ensureCluster(network).catch((err: unknown) => this.log.error('the ingress network could not be recorded', { err }))
    const index = kernel.links.find(ingressDevice)?.index ?? 0
    kernel.run(() => {
      writeSysctl('net/ipv4/ip_forward', '1')
      // Answers to connections from 127.0.0.1 come back by this device.
      writeSysctl(`net/ipv4/conf/${ingressDevice}/route_localnet`, '1')
      writeSysctl(`net/ipv4/conf/${ingressDevice}/rp_filter`, '2')
    })
    const batch = new LinkBatch().setLink(index, { linkLocalIpv6: false }).addAddress({ index, address, prefixLength: 32 }).setLink(index, { up: true })
    for (const { subnet } of network.ipam.config) {
      if (subnet.includes(':')) continue
      const route = { family: 4, destination: subnet, index, source: address } as const
      batch.setRoute({ ...route, table: ingressMark })
      // Of last resort: where nothing else is known of the subnet, answers must not look as if from nowhere.
      batch.setRoute({ ...route, table: defaultTable })
    }
    batch.addRule(ingressRule)
    kernel.links.apply(batch)
  }

  private portsOf(table: ClusterNetwork): Map<string, IngressPort> {
    const ports = new Map<string, IngressPort>()
    for (const { serviceId, ports: published, preferLocal } of table.services.values()) {
      const serving = this.controller.tables.backends(table.network.id, serviceId)
      const addresses = backendsOf(serving, preferLocal ? this.controller.dataPath?.nodeId : undefined)
      for (const { protocol, publishedPort, targetPort, publishMode } of published) {
        if (publishMode !== 'ingress' || publishedPort === 0) continue
        const backends = addresses.map((address) => ({ address, port: targetPort }))
        ports.set(`${protocol}/${publishedPort}`, { protocol, port: publishedPort, backends })
      }
    }
    return ports
  }

  /** Keeps other programs off the ports, and ports that others have as they are. Gives those that are ours. */
  private hold(wanted: ReadonlyMap<string, IngressPort>): Map<string, IngressPort> {
    for (const [key, socket] of this.held) {
      if (wanted.has(key)) continue
      socket.close()
      this.held.delete(key)
    }
    const ours = new Map<string, IngressPort>()
    const refused = new Set<string>()
    for (const [key, port] of wanted) {
      try {
        if (!this.held.has(key)) this.held.set(key, this.controller.kernel.holdPort(port.protocol, '0.0.0.0', port.port))
        ours.set(key, port)
      } catch (thrown) {
        // SCTP sockets need a module that is not everywhere; the rules do not.
        if (port.protocol === 'sctp') ours.set(key, port)
        else refused.add(key)
        if (!this.refused.has(key)) this.log.warn(`published port ${key} does not lead to its service on this node: ${messageOf(thrown)}`)
      }
    }
    this.refused.clear()
    for (const key of refused) this.refused.add(key)
    return ours
  }

  /** UDP flows whose backend is gone, or that began before the port was published, find another one. */
  private forgetFlows(wanted: ReadonlyMap<string, IngressPort>): void {
    const left = new Map<number, ReadonlySet<string>>()
    for (const [key, port] of wanted) {
      const before = this.ports.get(key)
      if (port.protocol !== 'udp' || (before && textOf(before) === textOf(port))) continue
      left.set(port.port, new Set(port.backends.map(({ address }) => address)))
    }
    for (const [key, port] of this.ports) if (port.protocol === 'udp' && !wanted.has(key)) left.set(port.port, new Set())
    if (left.size === 0) return
    this.controller.kernel.run(() =>
      deleteFlows(({ original, reply }) => original.protocol === udp && left.get(original.destinationPort)?.has(reply.source) === false),
    )
  }
}

function textOf({ backends }: IngressPort): string {
  return backends.map(({ address, port }) => `${address}:${port}`).join()
}
