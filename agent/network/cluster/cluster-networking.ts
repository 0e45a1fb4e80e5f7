import { withTimeout, type Clock } from '../../../src/base/clock.js'
import { messageOf, unavailable } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import { Serial } from '../../../src/base/serial.js'
import { TimeLimit } from '../../../src/base/time-limit.js'
import type { Network } from '../../../src/model/network.js'
import type { NetworkEndpoint } from '../../../src/model/network-table.js'
import { TimeSlice } from '../../kernel/time-slice.js'
import type { NetworkController } from '../controller.js'
import { macOfIpv4 } from '../endpoint.js'
import { isEncrypted } from '../../../src/model/encrypted-option.js'
import { entryAddressOf } from '../lb/entry-address.js'
import { IngressRouter } from '../lb/ingress-router.js'
import { VipBalancer } from '../lb/vip-balancer.js'
import { macOfNode } from '../overlay/data-path.js'
import type { Reachable } from '../overlay/forwarding.js'
import type { TableRow, Touched } from './cluster-tables.js'
import { Repairs, type Part } from './repairs.js'
import { storedNetwork } from './stored-network.js'

export interface ClusterNetworkingGiven {
  controller: NetworkController
  clock: Clock
  log: Logger
  /** What this node says of itself has changed: the managers are to be told. */
  announce?: () => void
}

/** The managers tell of a network when a task of this node is on it, with the task or just after. */
const tableWaitMs = 10_000
/** Longer than most tasks take to end. */
const nameWaitMs = 60_000

/**
 * This node's part in the networks of the cluster: brings forwarding entries, virtual IPs, published ports
 * and names to what the managers' tables say. What the kernel refuses for one network is tried again for
 * that one alone: the others are not held up.
 */
export class ClusterNetworking implements Disposable {
  private readonly balancer: VipBalancer
  private readonly ingress: IngressRouter
  private readonly awaited = new Map<string, Set<() => void>>()
  private readonly repairs: Repairs
  /** One update, or repair, after another. */
  private readonly work = new Serial()
  /** Why published ports do not answer here; undefined while they do. */
  private noIngress: string | undefined

  constructor(private readonly given: ClusterNetworkingGiven) {
    const { controller, log } = given
    const { tables } = controller
    this.balancer = new VipBalancer(tables, () => controller.dataPath?.nodeId ?? '', log)
    this.ingress = new IngressRouter(controller, { clock: given.clock, rng: controller.rng, log })
    this.repairs = new Repairs({ clock: given.clock, rng: controller.rng, log, exclusively: (act) => this.work.run(act) })
    controller.tables.troubles = () => this.repairs.troubles
    controller.watch(this.balancer)
    controller.watch(this.ingress)
    controller.encryption.listen({ announce: () => given.announce?.(), moved: () => this.forwardEncrypted() })
  }

  /** This node's place on the data path; undefined when it leaves its swarm. */
  async begin(nodeId: string, address: string): Promise<void> {
    const { controller } = this.given
    await controller.setDataPath({ nodeId, address, port: controller.dataPath?.port ?? 0 })
  }

  /** The node left its swarm and its tasks are gone: so go the networks. */
  async end(): Promise<void> {
    const { controller } = this.given
    const { tables } = controller
    await this.ingress.end()
    tables.lose(new Set())
    const touched = tables.apply('complete', [])
    await this.balancer.update(touched.services)
    for (const id of touched.gone) {
      this.repairs.settle(`network ${id}`)
      controller.networks.overlayDriver.forgetRemotes(id)
    }
    for (const { id, driver } of controller.networks.all()) if (driver === 'overlay') await controller.networks.forgetCluster(id)
    await controller.encryption.end()
    await controller.setDataPath(undefined)
  }

  /**
   * Takes an update of the tables; `port` is the data path's UDP port. All of it is in effect when this resolves, but for
   * what is `incomplete` then.
   */
  async apply(kind: 'complete' | 'incremental', rows: readonly TableRow[], port: number): Promise<void> {
    await this.work.run(async () => {
      const { controller } = this.given
      const { tables } = controller
      const dataPath = controller.dataPath
      if (dataPath && port > 0 && dataPath.port !== port) await controller.setDataPath({ ...dataPath, port })
      const slice = new TimeSlice()
      const touched = tables.apply(kind, rows)
      await slice.pause()
      // New ways first: flows are led to a backend only when it can be reached.
      if (touched.peers) await this.attempt(this.encryptionPart, () => this.tellEncryption())
      for (const id of touched.networks) {
        const moves = touched.moves.filter(({ networkId }) => networkId === id)
        await this.attempt(this.waysOf(id), () => (touched.whole.has(id) ? this.forward(id) : this.move(id, moves)))
      }
      if (touched.peers) for (const [id, { network }] of tables.networks) if (network.spec.ingress && !touched.whole.has(id)) await this.attempt(this.waysOf(id))
      await this.lead(touched)
      await this.forgetNetworks(touched)
      for (const id of touched.networks) this.arrived(id)
    })
  }

  /**
   * These nodes, and no others, do not answer on the data path: new flows are led to tasks elsewhere, as far as there
   * are some, and flows that have begun stay.
   */
  async lose(nodeIds: ReadonlySet<string>): Promise<void> {
    await this.work.run(() => this.lead(this.given.controller.tables.lose(nodeIds)))
  }

  /**
   * Resolves when this node leads new flows as the tables say, or has not been able to for so long that nobody
   * is to wait for it.
   */
  led(): Promise<void> {
    return this.repairs.led()
  }

  /** The parts of this node's networks that could not be brought to what the tables say, and are tried again. */
  get incomplete(): string[] {
    return this.repairs.incomplete
  }

  /**
   * Makes a network known to this host and gives its name; waits until the managers have sent its tables, and until a
   * removed network of that name is gone here. Throws `unavailable` when one of them does not come about, `conflict`
   * when the host has another network of that name, `unsupported` with the reason when the network is to be encrypted and this host cannot do that.
   */
  async ensure(network: Network): Promise<string> {
    const { controller } = this.given
    const { tables } = controller
    if (!tables.networks.has(network.id)) await this.arrival(network)
    const stored = storedNetwork(network)
    using limit = new TimeLimit(this.given.clock, nameWaitMs, () => unavailable(`waiting for the tasks of an earlier network ${stored.name} on this node to end`))
    await controller.networks.nameLeft(stored, limit.signal)
    await controller.networks.overlayDriver.prepare(stored)
    // Before other nodes know this node's key, they do not listen to it.
    if (isEncrypted(stored.options)) await controller.encryption.untilSpread()
    await controller.networks.ensureCluster(stored)
    return network.spec.name
  }

  /** Lets go of sockets; what is in the kernel stays. */
  [Symbol.dispose](): void {
    this.repairs[Symbol.dispose]()
    this.balancer[Symbol.dispose]()
    this.ingress[Symbol.dispose]()
  }

  private attempt(part: Part, act = part.again): Promise<void> {
    return this.repairs.attempt(part, act)
  }

  /** Brings virtual IPs and published ports to what is said of these services. */
  private async lead(touched: Touched): Promise<void> {
    await this.attempt(
      { key: 'virtual IPs', trouble: 'virtual IPs of containers could not be set', leads: true, again: () => this.balancer.again() },
      () => this.balancer.update(touched.services),
    )
    await this.attempt(
      { key: 'published ports', trouble: 'published ports could not be brought to their state', leads: true, again: () => this.bringIngress() },
      () => this.bringIngress(touched),
    )
  }

  /** Without an update, all of it. */
  private async bringIngress(touched?: Touched): Promise<void> {
    if (await this.canIngress()) await (touched ? this.ingress.update(touched) : this.ingress.again())
  }

  /** The ways to what is on a network elsewhere. */
  private waysOf(id: string): Part {
    const name = this.given.controller.tables.networks.get(id)?.network.spec.name ?? id
    return { key: `network ${id}`, network: name, networkId: id, trouble: 'not everything on a network can be reached', leads: false, again: () => this.forward(id) }
  }

  private get encryptionPart(): Part {
    return { key: 'encryption', trouble: 'encrypted networks could not be brought to their state', leads: false, again: () => this.tellEncryption() }
  }

  private async arrival({ id, spec }: Network): Promise<void> {
    const waiting = this.awaited.get(id) ?? new Set()
    let arrived = (): void => undefined
    const arrival = new Promise<void>((resolve) => (arrived = resolve))
    this.awaited.set(id, waiting.add(arrived))
    try {
      await withTimeout(this.given.clock, tableWaitMs, arrival, () => unavailable(`waiting for the managers to tell who is on network ${spec.name}`))
    } finally {
      waiting.delete(arrived)
      if (waiting.size === 0 && this.awaited.get(id) === waiting) this.awaited.delete(id)
    }
  }

  private arrived(networkId: string): void {
    if (!this.given.controller.tables.networks.has(networkId)) return
    for (const resolve of this.awaited.get(networkId) ?? []) resolve()
    this.awaited.delete(networkId)
  }

  private async forward(networkId: string): Promise<void> {
    const { controller } = this.given
    const { tables } = controller
    const table = tables.networks.get(networkId)
    if (!table) return
    const own = controller.dataPath?.nodeId
    const slice = new TimeSlice()
    const places: Reachable[] = []
    for (const endpoint of table.endpoints.values()) {
      places.push(...this.placeOf(endpoint))
      const pause = slice.pause()
      if (pause) await pause
    }
    if (table.network.spec.ingress) {
      for (const { nodeId, address } of tables.peers.values()) {
        if (nodeId !== own && address !== '') places.push({ mac: macOfNode(address), addresses: [...new Set([address, entryAddressOf(address)])], via: { node: this.wayTo(table.network, nodeId, address) } })
      }
    }
    await slice.pause()
    await controller.networks.overlayDriver.setRemotes(networkId, places)
  }

  /** A few endpoints came, went or moved: the others are not looked at. */
  private async move(networkId: string, moves: Touched['moves']): Promise<void> {
    const gone = moves.flatMap(({ before }) => (before ? this.placeOf(before) : []))
    const come = moves.flatMap(({ after }) => (after ? this.placeOf(after) : []))
    await this.given.controller.networks.overlayDriver.changeRemotes(networkId, gone, come)
  }

  /** How an endpoint on another node is reached. */
  private placeOf({ networkId, nodeId, nodeAddress, addresses }: NetworkEndpoint): Reachable[] {
    const ipv4 = addresses.find((address) => !address.includes(':'))
    if (nodeId === this.given.controller.dataPath?.nodeId || ipv4 === undefined) return []
    const network = this.given.controller.tables.networks.get(networkId)?.network
    return [{ mac: macOfIpv4(ipv4), addresses, via: { node: network ? this.wayTo(network, nodeId, nodeAddress) : nodeAddress } }]
  }

  /** Where packets of a network to a node are sent; empty when they cannot be: never in the clear. */
  private wayTo({ spec }: Network, nodeId: string, address: string): string {
    return isEncrypted(spec.driver.options) ? (this.given.controller.encryption.addressOf(nodeId) ?? '') : address
  }

  /** False when the ingress network is encrypted, has published ports, and this host cannot encrypt. */
  private async canIngress(): Promise<boolean> {
    const { networks, tables } = this.given.controller
    const table = [...tables.networks.values()].find(({ network: { spec } }) => spec.ingress && isEncrypted(spec.driver.options))
    if (!table || ![...table.services.values()].some(({ ports }) => ports.some(({ publishMode }) => publishMode === 'ingress'))) return true
    try {
      await networks.overlayDriver.prepare(storedNetwork(table.network))
      this.noIngress = undefined
      return true
    } catch (thrown) {
      const reason = messageOf(thrown)
      if (this.noIngress !== reason) this.given.log.error(`published ports do not answer on this node: ${reason}`)
      this.noIngress = reason
      return false
    }
  }

  private async forwardEncrypted(): Promise<void> {
    for (const [id, { network }] of this.given.controller.tables.networks) if (isEncrypted(network.spec.driver.options)) await this.attempt(this.waysOf(id))
  }

  /** Who is on encrypted networks is in the rows of the nodes. */
  private async tellEncryption(): Promise<void> {
    const { encryption, tables, dataPath } = this.given.controller
    const nodes = [...tables.peers.values()].flatMap(({ nodeId, address, encryption: offered }) => (offered ? [{ nodeId, address, keys: offered.keys }] : []))
    await encryption.setNodes(nodes, dataPath?.nodeId ?? '')
  }

  private async forgetNetworks({ gone }: Touched): Promise<void> {
    const { networks } = this.given.controller
    for (const id of gone) {
      this.repairs.settle(`network ${id}`)
      networks.overlayDriver.forgetRemotes(id)
      await networks.forgetCluster(id).catch((thrown: unknown) => this.given.log.warn(`a network could not be removed: ${messageOf(thrown)}`, { network: id }))
    }
  }
}
