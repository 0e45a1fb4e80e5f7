import type { Logger } from '../../../src/base/log.js'
import { LinkBatch, Links } from '../../kernel/link.js'
import { Netns } from '../../kernel/netns.js'
import { Nft } from '../../kernel/nft.js'
import { writeSysctl } from '../../kernel/sysctl.js'
import { gatewayEndpoint } from '../endpoint.js'
import type { Endpoint } from '../endpoint.js'
import { macOfNode, markOfNode } from '../overlay/data-path.js'
import { fullEntryTable } from './ingress-ruleset.js'

/** Before the main table, after the kernel's own. */
const rulePriority = 100
const anyMark = 0xffff_ffff

interface Task {
  path: string
  ingress: Endpoint
  outside: string | undefined
  /** The nodes it has routes for, by address. */
  routed: Set<string>
}

/**
 * Ways back out of tasks that are on the ingress network: what came in by a node goes back by it. Each node
 * has a mark, a rule and a routing table, whose numbers follow from its address alone.
 */
export class EntryRoutes {
  private readonly tasks = new Map<string, Task>()

  constructor(
    /** The addresses of all nodes on the data path. */
    private readonly nodes: () => string[],
    private readonly log: Logger,
  ) {}

  set(containerId: string, path: string, ingress: Endpoint, endpoints: readonly Endpoint[]): void {
    const outside = gatewayEndpoint(endpoints, 4)?.ipv4Address
    const before = this.tasks.get(containerId)
    if (before && before.ingress.endpointId === ingress.endpointId && before.outside === outside) return
    // Routes go with their interface.
    const kept = before?.ingress.endpointId === ingress.endpointId ? before.routed : new Set<string>()
    this.tasks.set(containerId, { path, ingress, outside, routed: kept })
    this.attempt(containerId)
  }

  delete(containerId: string): void {
    this.tasks.delete(containerId)
  }

  /** Nodes came or went. */
  update(): void {
    for (const containerId of this.tasks.keys()) this.attempt(containerId)
  }

  private attempt(containerId: string): void {
    const task = this.tasks.get(containerId)
    if (!task) return
    try {
      this.bring(task)
    } catch (err) {
      this.log.error('answers of a task to published ports cannot be routed', { container: containerId, err })
    }
  }

  private bring(task: Task): void {
    const { path, ingress, outside, routed } = task
    const nodes = this.nodes()
    // Not told yet: after a start of the daemon the rules stay as they are until then.
    if (nodes.length === 0) return
    using netns = Netns.open(path)
    using links = netns.run(() => Links.open())
    using nft = netns.run(() => Nft.open())
    const device = ingress.interfaceName
    const index = links.find(device)?.index
    if (index === undefined) return
    netns.run(() => {
      // Answers of a connection are sent by the mark that its first packet had.
      writeSysctl('net/ipv4/tcp_fwmark_accept', '1')
      writeSysctl('net/ipv4/fwmark_reflect', '1')
      // Clients come in by this device from addresses whose route is another one.
      writeSysctl(`net/ipv4/conf/${device}/rp_filter`, '2')
    })
    const wanted = new Set(nodes)
    // A batch for each node: the kernel's answers to all of them at once might not fit its buffer.
    for (const node of wanted) {
      const table = markOfNode(node)
      if (routed.has(node)) continue
      links.apply(
        new LinkBatch()
          .addRule({ family: 4, mark: table, mask: anyMark, table, priority: rulePriority })
          .setRoute({ family: 4, destination: '0.0.0.0/0', gateway: node, index, table, onLink: true }),
      )
    }
    for (const node of routed) {
      if (wanted.has(node)) continue
      const table = markOfNode(node)
      links.apply(
        new LinkBatch()
          .deleteRule({ family: 4, mark: table, mask: anyMark, table, priority: rulePriority })
          .deleteRoute({ family: 4, destination: '0.0.0.0/0', gateway: node, index, table }),
      )
    }
    task.routed = wanted
    nft.run(fullEntryTable({ device, address: ingress.ipv4Address, outside, entries: nodes.map((node) => ({ mac: macOfNode(node), mark: markOfNode(node) })) }))
  }
}
