import { withTimeout, type Clock } from '../../../src/base/clock.js'
import { messageOf, StatusError, unavailable } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import type { Network } from '../../../src/model/network.js'
import type { NetworkEndpoint } from '../../../src/model/network-table.js'
import { TimeSlice } from '../../kernel/time-slice.js'
import type { NetworkController } from '../controller.js'
import { macOfIpv4 } from '../endpoint.js'
import { IngressRouter } from '../lb/ingress-router.js'
import { VipBalancer } from '../lb/vip-balancer.js'
import { macOfNode } from '../overlay/data-path.js'
import type { Reachable } from '../overlay/forwarding.js'
import type { TableRow, Touched } from './cluster-tables.js'
import { storedNetwork } from './stored-network.js'

export interface ClusterNetworkingGiven {
  controller: NetworkController
  clock: Clock
  log: Logger
}

/** The managers tell of a network when a task of this node is on it, with the task or just after. */
const tableWaitMs = 10_000

/**
 * This node's part in the networks of the cluster: brings forwarding entries, virtual IPs, published ports
 * and names to what the managers' tables say. All of an update is in effect when `apply` returns.
 */
export class ClusterNetworking implements Disposable {
  private readonly balancer: VipBalancer
  private readonly ingress: IngressRouter
  private readonly awaited = new Map<string, Set<() => void>>()

  constructor(private readonly given: ClusterNetworkingGiven) {
    const { controller, log } = given
    const { tables } = controller
    this.balancer = new VipBalancer(tables, () => controller.dataPath?.nodeId ?? '', log)
    this.ingress = new IngressRouter(controller, log)
    controller.watch(this.balancer)
    controller.watch(this.ingress)
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
    this.ingress.end()
    const touched = tables.apply('complete', [])
    await this.balancer.update(touched.services)
    for (const id of touched.gone) controller.networks.overlayDriver.forgetRemotes(id)
    for (const { id, driver } of controller.networks.all()) if (driver === 'overlay') await controller.networks.forgetCluster(id)
    await controller.setDataPath(undefined)
  }

  /** Takes an update of the tables; `port` is the data path's UDP port. Throws when part of it could not be carried out. */
  async apply(kind: 'complete' | 'incremental', rows: readonly TableRow[], port: number): Promise<void> {
    const { controller } = this.given
    const { tables } = controller
    const dataPath = controller.dataPath
    if (dataPath && port > 0 && dataPath.port !== port) await controller.setDataPath({ ...dataPath, port })
    const slice = new TimeSlice()
    const touched = tables.apply(kind, rows)
    await slice.pause()
    const failures: unknown[] = []
    const attempt = async (act: () => Promise<void> | void): Promise<void> => {
      try {
        await act()
      } catch (thrown) {
        failures.push(thrown)
      }
    }
    // New ways first: flows are led to a backend only when it can be reached.
    for (const id of touched.whole) await attempt(() => this.forward(id))
    for (const id of touched.networks) if (!touched.whole.has(id)) await attempt(() => this.move(id, touched.moves.filter(({ networkId }) => networkId === id)))
    if (touched.peers) for (const [id, { network }] of tables.networks) if (network.spec.ingress) await attempt(() => this.forward(id))
    await attempt(() => this.balancer.update(touched.services))
    await attempt(() => this.ingress.update(touched))
    await this.forgetNetworks(touched)
    for (const id of touched.networks) this.arrived(id)
    if (failures.length > 0) throw failures[0]
  }

  /**
   * Makes a network known to this host and gives its name; waits until the managers have sent its tables.
   * Throws `unavailable` when they do not, `conflict` when the host has another network of that name,
   * `unsupported` for a network that asks for encryption.
   */
  async ensure(network: Network): Promise<string> {
    const { clock, controller } = this.given
    const { tables } = controller
    if (isEncrypted(network)) {
      throw new StatusError('unsupported', `network ${network.spec.name} is to be encrypted, which this node cannot do: its containers are not started rather than run in the clear`)
    }
    if (!tables.networks.has(network.id)) {
      const arrival = new Promise<void>((resolve) => {
        const waiting = this.awaited.get(network.id) ?? new Set()
        this.awaited.set(network.id, waiting.add(resolve))
      })
      await withTimeout(clock, tableWaitMs, arrival, () => unavailable(`waiting for the managers to tell who is on network ${network.spec.name}`))
    }
    await controller.networks.ensureCluster(storedNetwork(network))
    return network.spec.name
  }

  /** Lets go of sockets; what is in the kernel stays. */
  [Symbol.dispose](): void {
    this.balancer[Symbol.dispose]()
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
        if (nodeId !== own && address !== '') places.push({ mac: macOfNode(address), addresses: [address], via: { node: address } })
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
  private placeOf({ nodeId, nodeAddress, addresses }: NetworkEndpoint): Reachable[] {
    const ipv4 = addresses.find((address) => !address.includes(':'))
    return nodeId === this.given.controller.dataPath?.nodeId || ipv4 === undefined ? [] : [{ mac: macOfIpv4(ipv4), addresses, via: { node: nodeAddress } }]
  }

  private async forgetNetworks({ gone }: Touched): Promise<void> {
    const { networks } = this.given.controller
    for (const id of gone) {
      networks.overlayDriver.forgetRemotes(id)
      await networks.forgetCluster(id).catch((thrown: unknown) => this.given.log.warn(`a network could not be removed: ${messageOf(thrown)}`, { network: id }))
    }
  }
}

/** `--opt encrypted`, with or without a value. */
function isEncrypted({ spec }: Network): boolean {
  const asked = spec.driver.options['encrypted']
  return asked !== undefined && !/^(0|f|false)$/i.test(asked)
}
