import type { Logger } from '../../../src/base/log.js'
import { LinkBatch, Links } from '../../kernel/link.js'
import { Netns } from '../../kernel/netns.js'
import type { Route, Rule } from '../../kernel/netlink-route.js'
import { Nft } from '../../kernel/nft.js'
import { NftElements } from '../../kernel/nft-elements.js'
import { writeSysctl, writeSysctlIfPresent } from '../../kernel/sysctl.js'
import { gatewayEndpoint } from '../endpoint.js'
import type { Endpoint } from '../endpoint.js'
import { macOfNode, markOfNode, zoneOfNode } from '../overlay/data-path.js'
import type { Protocol } from '../types.js'
import { entryAddressOf } from './entry-address.js'
import { entryTables, fullEntryTable, nearEntry } from './entry-ruleset.js'
import type { TaskIngress } from './entry-ruleset.js'

/** Before the main table, after the kernel's own. */
const rulePriority = 100
const anyMark = 0xffff_ffff
/** After the main table. */
const lastPriority = 40_000
/** Where answers without connections look for a way before they have their mark, if there is no default route. */
const datagramTable = 0x0200_0000

/** A port that a task serves without connections of the kernel's. */
export interface DatagramPort {
  protocol: Protocol
  port: number
}

interface Task {
  path: string
  ingress: Endpoint
  outside: string[]
  /** Its endpoint on a bridge of this host, by which its default route leads. */
  near: Endpoint | undefined
  /** The nodes it has routes for, by address. */
  routed: Set<string>
  /** The families whose datagrams have no other way out. */
  closed: readonly Family[]
  /** The ports it has rules for, as text. */
  ports: Map<string, FamilyPort>
  /** What its table is made of, as text; undefined before that is known. */
  rules: string | undefined
}

type Family = 4 | 6
type FamilyPort = DatagramPort & { family: Family }

/**
 * Ways back out of tasks that are on the ingress network: what came in by a node goes back by it. Each node
 * has a mark, a rule and a routing table for each family, whose numbers follow from its address alone.
 */
export class EntryRoutes {
  private readonly tasks = new Map<string, Task>()
  /** The kernel can keep flows of different nodes apart. */
  private apart = true

  constructor(
    private readonly given: {
      /** The addresses of all nodes on the data path. */
      nodes: () => string[]
      /** The ports for UDP and SCTP of the service whose task has this address on the ingress network. */
      datagramPorts: (address: string) => DatagramPort[]
      log: Logger
    },
  ) {}

  /** `near` is the task's endpoint on a bridge of this host, if that has its default route. */
  set(containerId: string, path: string, ingress: Endpoint, endpoints: readonly Endpoint[], near: Endpoint | undefined): void {
    const outside = [gatewayEndpoint(endpoints, 4)?.ipv4Address, gatewayEndpoint(endpoints, 6)?.ipv6Address].filter((one) => one !== undefined)
    const before = this.tasks.get(containerId)
    const same = before?.ingress.endpointId === ingress.endpointId && before.near?.endpointId === near?.endpointId
    if (same && before.outside.join() === outside.join()) return
    // Routes go with their interface.
    const kept = before?.ingress.endpointId === ingress.endpointId ? before.routed : new Set<string>()
    this.tasks.set(containerId, { path, ingress, outside, near, routed: kept, closed: before?.closed ?? [], ports: before?.ports ?? new Map<string, FamilyPort>(), rules: before?.rules })
    this.attempt(containerId)
  }

  delete(containerId: string): void {
    this.tasks.delete(containerId)
  }

  /** Nodes came or went. */
  update(): void {
    for (const containerId of this.tasks.keys()) this.attempt(containerId)
  }

  /** Services publish other ports now. */
  updatePorts(): void {
    for (const [containerId, task] of this.tasks) {
      const wanted = this.portsOf(task)
      if (wanted.size !== task.ports.size || [...wanted.keys()].some((key) => !task.ports.has(key))) this.attempt(containerId)
    }
  }

  private attempt(containerId: string): void {
    const task = this.tasks.get(containerId)
    if (!task) return
    try {
      this.bring(task)
    } catch (err) {
      this.given.log.error('answers of a task to published ports cannot be routed', { container: containerId, err })
    }
  }

  private bring(task: Task): void {
    const { path, ingress, outside, routed } = task
    const nodes = this.given.nodes()
    // Not told yet: after a start of the daemon the rules stay as they are until then.
    if (nodes.length === 0) return
    using netns = Netns.open(path)
    using links = netns.run(() => Links.open())
    const device = ingress.interfaceName
    const index = links.find(device)?.index
    if (index === undefined) return
    const nearIndex = task.near && links.find(task.near.interfaceName)?.index
    const near = task.near && nearIndex !== undefined ? { ...task.near, index: nearIndex } : undefined
    const ipv6 = links.addresses().some((one) => one.index === index && one.address === ingress.ipv6Address)
    netns.run(() => {
      // Answers of a connection are sent by the mark that its first packet had.
      writeSysctl('net/ipv4/tcp_fwmark_accept', '1')
      writeSysctl('net/ipv4/fwmark_reflect', '1')
      if (ipv6) writeSysctlIfPresent('net/ipv6/fwmark_reflect', '1')
      // Clients come in by this device from addresses whose route is another one.
      for (const name of [device, ...(near ? [near.interfaceName] : [])]) {
        writeSysctl(`net/ipv4/conf/${name}/rp_filter`, '2')
        // Where the task has no default route, there is one to them by the mark alone.
        writeSysctl(`net/ipv4/conf/${name}/src_valid_mark`, '1')
      }
    })
    if (near) links.apply(new LinkBatch().addRule(nearRule).setRoute({ family: 4, destination: '0.0.0.0/0', gateway: near.ipv4Gateway, index: near.index, table: nearEntry, onLink: true }))
    const wanted = new Set(nodes)
    // A batch for each node: the kernel's answers to all of them at once might not fit its buffer.
    for (const node of wanted) if (!routed.has(node)) links.apply(addWay(new LinkBatch(), node, index, ipv6))
    for (const node of routed) if (!wanted.has(node)) links.apply(deleteWay(new LinkBatch(), node, index, ipv6))
    task.routed = wanted
    const addresses = [ingress.ipv4Address, ...(ipv6 ? [ingress.ipv6Address] : [])].filter((one) => one !== '')
    task.closed = ([4, 6] as const).filter((family) => (family === 4 || ipv6) && !outside.some((one) => one.includes(':') === (family === 6)))
    this.bringPorts(task, links, index)
    const entries = nodes.map((node) => ({ mac: macOfNode(node), mark: markOfNode(node), zone: zoneOfNode(node) }))
    this.bringRules(task, netns, { device, addresses, outside, entries, ...(near && { near: near.interfaceName }) })
  }

  /** Flows go on: there is a table at every moment, and one that says the same already is left alone. */
  private bringRules(task: Task, netns: Netns, rules: Omit<TaskIngress, 'apart'>): void {
    const text = JSON.stringify(rules)
    if (task.rules === text) return
    task.rules = undefined
    using nft = netns.run(() => Nft.open())
    using elements = netns.run(() => new NftElements())
    const present = elements.tables()
    const table = entryTables.find((name) => !present.includes(name)) ?? entryTables[0]
    this.load(nft, table, rules)
    const outdated = entryTables.filter((name) => name !== table && present.includes(name))
    if (outdated.length > 0) nft.run(outdated.map((name) => `delete table inet ${name}`).join('\n'))
    task.rules = text
  }

  private load(nft: Nft, table: string, rules: Omit<TaskIngress, 'apart'>): void {
    try {
      nft.run(fullEntryTable(table, { ...rules, apart: this.apart }))
    } catch (err) {
      if (!this.apart) throw err
      nft.run(fullEntryTable(table, { ...rules, apart: false }))
      this.apart = false
      this.given.log.info('this kernel has no zones of connection tracking: a client that uses one port for connections to several nodes may wait for answers', { err })
    }
  }

  /**
   * An answer to a datagram has no mark before it has a route. Tasks have a default route of a family only if a
   * network of theirs gives one: else answers from the ports that the service publishes, and nothing else, get one here.
   */
  private bringPorts(task: Task, links: Links, index: number): void {
    const wanted = this.portsOf(task)
    const batch = new LinkBatch()
    if (wanted.size > 0) for (const family of task.closed) batch.setRoute({ family, destination: family === 4 ? '0.0.0.0/0' : '::/0', index, table: datagramTable })
    for (const [key, port] of wanted) if (!task.ports.has(key)) batch.addRule(datagramRule(port))
    for (const [key, port] of task.ports) if (!wanted.has(key)) batch.deleteRule(datagramRule(port))
    if (batch.requests.length > 0) links.apply(batch)
    task.ports = wanted
  }

  private portsOf({ ingress, closed }: Task): Map<string, FamilyPort> {
    const ports = this.given.datagramPorts(ingress.ipv4Address)
    return new Map(closed.flatMap((family) => ports.map((one) => [`${family}/${one.protocol}/${one.port}`, { ...one, family }] as const)))
  }
}

const nearRule: Rule = { family: 4, mark: nearEntry, mask: anyMark, table: nearEntry, priority: rulePriority }
const datagramRule = ({ family, protocol, port }: FamilyPort): Rule => ({ family, mark: 0, mask: anyMark, table: datagramTable, priority: lastPriority, from: { protocol, port } })

function addWay(batch: LinkBatch, node: string, index: number, ipv6: boolean): LinkBatch {
  for (const { rule, route } of waysTo(node, index, ipv6)) batch.addRule(rule).setRoute(route)
  return batch
}

function deleteWay(batch: LinkBatch, node: string, index: number, ipv6: boolean): LinkBatch {
  for (const { rule, route } of waysTo(node, index, ipv6)) batch.deleteRule(rule).deleteRoute(route)
  return batch
}

function waysTo(node: string, index: number, ipv6: boolean): { rule: Rule; route: Route }[] {
  const table = markOfNode(node)
  return ([4, 6] as const).filter((family) => family === 4 || ipv6).map((family) => ({
    rule: { family, mark: table, mask: anyMark, table, priority: rulePriority },
    route: {
      family, index, table, onLink: true,
      destination: family === 4 ? '0.0.0.0/0' : '::/0',
      // On a data path of IPv6 a node has no IPv4 address that all know: packets need but its MAC address.
      gateway: family === 4 && !node.includes(':') ? node : entryAddressOf(node),
    },
  }))
}
