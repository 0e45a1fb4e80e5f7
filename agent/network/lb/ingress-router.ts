import type { Clock } from '../../../src/base/clock.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'
import { Serial } from '../../../src/base/serial.js'
import { TrackedFlows } from '../../kernel/conntrack.js'
import type { ClusterNetwork, Touched } from '../cluster/cluster-tables.js'
import { storedNetwork } from '../cluster/stored-network.js'
import type { NetworkController } from '../controller.js'
import type { SandboxWatcher } from '../sandbox-watchers.js'
import { gatewayEndpoint } from '../endpoint.js'
import type { Endpoint } from '../endpoint.js'
import { backendsOf } from './backends.js'
import { EntryRoutes } from './entry-routes.js'
import type { DatagramPort } from './entry-routes.js'
import { IngressCallers } from './ingress-callers.js'
import { IngressDevice } from './ingress-device.js'
import { IngressPorts } from './ingress-ports.js'
import type { MeshPort } from './ingress-ports.js'
import { ingressTables } from './ingress-ruleset.js'
import type { IngressPort } from './ingress-ruleset.js'
import { IngressTable } from './ingress-table.js'
import { NearRoutes } from './near-routes.js'
import { StaleFlows } from './stale-flows.js'

/**
 * The routing mesh on this node: the ports that services publish lead to their tasks wherever they run.
 * Packets go into the ingress network as they are, so tasks see the client's own address.
 */
export class IngressRouter implements SandboxWatcher, Disposable {
  /** What the rules say. */
  private readonly ports = new Map<string, IngressPort>()
  private readonly held: IngressPorts
  private readonly tasks: EntryRoutes
  private readonly near: NearRoutes
  private readonly stale: StaleFlows<'host'>
  private readonly callers: IngressCallers
  private readonly device: IngressDevice
  private readonly table: IngressTable
  private loaded = false
  /** One thing after another. */
  private readonly work = new Serial()
  private datagrams: { table: ClusterNetwork; version: number; byAddress: Map<string, DatagramPort[]> } | undefined

  constructor(
    private readonly controller: NetworkController,
    private readonly given: { clock: Clock; rng: Rng; log: Logger },
  ) {
    const { kernel, tables, networks } = controller
    this.held = new IngressPorts({ kernel, ...given })
    this.device = new IngressDevice(kernel, networks.overlayDriver)
    this.callers = new IngressCallers((id) => networks.get(id))
    this.table = new IngressTable(kernel)
    this.near = new NearRoutes(kernel, given.log)
    this.stale = new StaleFlows({ open: () => kernel.run(() => new TrackedFlows()), target: ({ destinationPort }) => `${destinationPort}`, log: given.log })
    for (const name of ingressTables) controller.guard.add(name, () => this.restore())
    this.tasks = new EntryRoutes({
      nodes: () => [...tables.peers.values()].map(({ address }) => address).filter((one) => one !== ''),
      datagramPorts: (address) => this.datagramPorts(address),
      log: given.log,
    })
  }

  changed(containerId: string, path: string, endpoints: readonly Endpoint[]): void {
    const ingress = endpoints.find(({ networkId }) => this.controller.networks.get(networkId)?.ingress)
    const gateway = gatewayEndpoint(endpoints, 4)
    const near = gateway && this.controller.networks.get(gateway.networkId)?.driver === 'bridge' ? gateway : undefined
    if (ingress) this.tasks.set(containerId, path, ingress, endpoints, near)
    else this.tasks.delete(containerId)
    if (ingress && near && ingress.ipv4Address !== '') this.near.set(containerId, ingress.ipv4Address, near)
    else this.near.delete(containerId)
    // Answers first: they need their way when a flow comes.
    if (this.loaded) this.near.bring()
    this.callers.set(containerId, endpoints)
    this.bringCallers()
  }

  removed(containerId: string): void {
    this.tasks.delete(containerId)
    if (this.near.delete(containerId) && this.loaded) this.near.bring()
    this.callers.delete(containerId)
    this.bringCallers()
  }

  /** Brings ports and entries to what the tables say. Rejects with the kernel's reason. */
  update(touched: Touched): Promise<void> {
    if (touched.peers) this.tasks.update()
    return this.bringNow((table) => touched.networks.has(table.network.id) || touched.services.has(table.network.id) || this.held.incomplete)
  }

  /** Brings all of them to what the tables say, after a failure. Rejects with the kernel's reason. */
  again(): Promise<void> {
    this.tasks.update()
    return this.bringNow(() => true)
  }

  /** Another program changed the rules of this host: they are put back as they should be. */
  restore(): void {
    this.work.run(async () => {
      const table = this.ingressNetwork()
      if (!this.loaded || !table) return
      this.loaded = false
      await this.bring(table)
    }).catch((err: unknown) => this.given.log.error('published ports could not be put back', { err }))
  }

  /** No port of the mesh leads anywhere from this node any more. */
  end(): Promise<void> {
    return this.work.run(() => this.takeDown())
  }

  private bringNow(concerns: (table: ClusterNetwork) => boolean): Promise<void> {
    return this.work.run(async () => {
      const table = this.ingressNetwork()
      if (!table) {
        if (this.loaded) this.takeDown()
      } else if (!this.loaded || concerns(table)) {
        await this.bring(table)
        this.tasks.updatePorts()
      }
    })
  }

  private takeDown(): void {
    this.table.remove()
    this.near.end()
    this.held.end()
    this.device.unplug()
    this.loaded = false
    this.ports.clear()
  }

  /** Lets go of sockets; the rules stay. */
  [Symbol.dispose](): void {
    this.held.end(true)
    this.table[Symbol.dispose]()
  }

  private ingressNetwork(): ClusterNetwork | undefined {
    return [...this.controller.tables.networks.values()].find(({ network }) => network.spec.ingress)
  }

  private async bring(table: ClusterNetwork): Promise<void> {
    const { dataPath } = this.controller
    const published = this.portsOf(table)
    if (!dataPath || dataPath.port === 0) return
    // Without a published port nothing has to be there; once made it stays, for the next one.
    if (published.size === 0 && !this.loaded) return
    this.plug(table)
    const wanted = this.held.hold(published)
    const fresh = !this.loaded
    if (fresh) {
      await this.table.load([...wanted.values()], dataPath.address, (name) => this.callers.changes(name, true))
    } else {
      const gone = [...this.ports].flatMap(([key, port]) => (sameText(port, wanted.get(key)) ? [] : [port]))
      const come = [...wanted].flatMap(([key, port]) => (sameText(port, this.ports.get(key)) ? [] : [port]))
      // Loaded whole the next time if this fails.
      this.loaded = false
      this.table.change(gone, come)
    }
    this.loaded = true
    if (fresh) this.near.bring()
    this.forgetFlows(wanted)
    this.ports.clear()
    for (const [key, port] of wanted) this.ports.set(key, port)
  }

  private plug({ network }: ClusterNetwork): void {
    const { controller } = this
    const { dataPath } = controller
    if (!dataPath) return
    const stored = storedNetwork(network)
    this.device.plug(stored, dataPath.address)
    // Remembered, so that the next daemon leaves the devices as they are.
    if (!controller.networks.get(stored.id)) {
      controller.networks.ensureCluster(stored).catch((err: unknown) => this.given.log.error('the ingress network could not be recorded', { err }))
    }
  }

  private bringCallers(): void {
    if (!this.loaded) return
    try {
      this.table.changeElements((name) => this.callers.changes(name, false))
    } catch (err) {
      this.given.log.warn('the table of published ports is not as it was left; loading it again', { err })
      this.restore()
    }
  }

  private portsOf(table: ClusterNetwork): Map<string, MeshPort> {
    const ports = new Map<string, MeshPort>()
    for (const { serviceId, ports: published, preferLocal, proxyProtocolPorts } of table.services.values()) {
      const { tables, dataPath } = this.controller
      const serving = tables.backends(table.network.id, serviceId)
      const choice = { preferredNode: preferLocal ? dataPath?.nodeId : undefined, lost: tables.lost }
      const addresses = ([4, 6] as const).flatMap((family) => backendsOf(serving, choice, family))
      for (const { protocol, publishedPort, targetPort, publishMode } of published) {
        if (publishMode !== 'ingress' || publishedPort === 0) continue
        const backends = addresses.map((address) => ({ address, port: targetPort }))
        ports.set(`${protocol}/${publishedPort}`, { protocol, port: publishedPort, backends, proxied: protocol === 'tcp' && proxyProtocolPorts.includes(publishedPort) })
      }
    }
    return ports
  }

  /** The ports without connections of the service whose task has this address. */
  private datagramPorts(address: string): DatagramPort[] {
    const table = this.ingressNetwork()
    if (!table) return []
    if (this.datagrams?.table !== table || this.datagrams.version !== table.version) {
      const byAddress = new Map<string, DatagramPort[]>()
      for (const { serviceId, ports } of table.services.values()) {
        const served = ports
          .filter(({ protocol, publishMode }) => protocol !== 'tcp' && publishMode === 'ingress')
          .map(({ protocol, targetPort }) => ({ protocol, port: targetPort }))
        if (served.length === 0) continue
        for (const { addresses } of table.byService.get(serviceId) ?? []) for (const one of addresses) byAddress.set(one, served)
      }
      this.datagrams = { table, version: table.version, byAddress }
    }
    return this.datagrams.byAddress.get(address) ?? []
  }

  /** UDP flows whose backend is gone, or that began before the port was published, find another one. */
  private forgetFlows(wanted: ReadonlyMap<string, IngressPort>): void {
    const left = new Map<string, ReadonlySet<string>>()
    for (const [key, port] of wanted) {
      const before = this.ports.get(key)
      if (port.protocol !== 'udp' || sameText(port, before)) continue
      left.set(`${port.port}`, new Set(port.backends.map(({ address }) => address)))
    }
    for (const [key, port] of this.ports) if (port.protocol === 'udp' && !wanted.has(key)) left.set(`${port.port}`, new Set())
    this.stale.forget('host', left)
  }
}

function sameText(one: IngressPort, other: IngressPort | undefined): boolean {
  return other !== undefined && textOf(one) === textOf(other)
}

function textOf({ backends }: IngressPort): string {
  return backends.map(({ address, port }) => `${address}:${port}`).join()
}
