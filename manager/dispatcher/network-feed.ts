import type { Task } from '../../src/model/task.js'
import type { NetworkChange } from '../../src/wire/dispatcher-service.js'
import type { ReadTx } from '../store/store.js'
import { AssignmentSequence, type SetMessage } from './assignment-messages.js'
import { isPlaced, overlaysOf, type NetworkTables, type TableChange } from './network-tables.js'

/** Sequences that are remembered for a node that does not acknowledge. */
const sentMax = 1_000

/**
 * What one node is told of networks: those that its tasks are on, the ingress networks, and the other
 * nodes. The newest change of each row is kept until it is sent; how far the node's kernel has come is
 * known from its acknowledgements.
 */
export class NetworkFeed {
  /** The tasks of this node on each network. */
  private readonly users = new Map<string, Set<string>>()
  private readonly known = new Set<string>()
  private readonly pending = new Map<string, NetworkChange>()
  private readonly sequence: AssignmentSequence<NetworkChange>
  private complete = true
  /** Counts changes as they are queued; what was sent and acknowledged is told by the same count. */
  private queued = 0
  private acknowledged = 0
  private readonly sent: { sequence: string; queued: number }[] = []
  private readonly waiting = new Set<{ until: number; resolve: (done: boolean) => void }>()
  private closed = false

  /** `stream` is another one for each feed: what an earlier stream's acknowledgement says is not taken for this one's. */
  constructor(
    readonly nodeId: string,
    private readonly tables: NetworkTables,
    stream: number,
  ) {
    this.sequence = new AssignmentSequence(`${stream}.`)
  }

  get isEmpty(): boolean {
    return this.pending.size === 0 && !this.complete
  }

  /** Starts over: everything is pending. */
  reset(tx: ReadTx): void {
    this.users.clear()
    this.known.clear()
    this.pending.clear()
    this.complete = true
    this.queued++
    for (const peer of this.tables.peers.values()) this.put({ action: 'update', peer })
    for (const id of this.tables.ingressIds()) this.show(id)
    for (const task of tx.tasksByNode(this.nodeId)) this.taskChanged(task)
  }

  /** A task of this node, as it is now. */
  taskChanged(task: Task): void {
    if (!isPlaced(task)) return this.taskGone(task)
    for (const networkId of overlaysOf(task)) {
      const users = this.users.get(networkId) ?? new Set()
      this.users.set(networkId, users.add(task.id))
      this.show(networkId)
    }
  }

  taskGone(task: Task): void {
    for (const networkId of overlaysOf(task)) {
      const users = this.users.get(networkId)
      if (!users?.delete(task.id) || users.size > 0) continue
      this.users.delete(networkId)
      this.hide(networkId)
    }
  }

  tableChanged({ networkId, change }: TableChange): void {
    if (networkId === undefined) return this.put(change)
    if (change.network && change.action === 'update' && change.network.spec.ingress) return this.known.has(networkId) ? this.put(change) : this.show(networkId)
    if (!this.known.has(networkId)) return
    this.put(change)
    if (change.network && change.action === 'remove') this.known.delete(networkId)
  }

  /** The messages with everything that is pending. */
  take(): SetMessage<NetworkChange>[] {
    const changes = [...this.pending.values()]
    this.pending.clear()
    const type = this.complete ? 'complete' : 'incremental'
    this.complete = false
    // Networks come before their rows and go after them.
    const ordered = [
      ...changes.filter(({ network, action }) => network && action === 'update'),
      ...changes.filter(({ network }) => !network),
      ...changes.filter(({ network, action }) => network && action === 'remove'),
    ]
    const messages = this.sequence.messages(type, type === 'complete' ? ordered.filter(({ action }) => action === 'update') : ordered)
    this.sent.push({ sequence: this.sequence.last, queued: this.queued })
    if (this.sent.length > sentMax) this.sent.shift()
    return messages
  }

  /** The node's kernel is at this sequence. */
  acknowledge(sequence: string): void {
    const at = this.sent.findIndex((one) => one.sequence === sequence)
    if (at < 0) return
    this.acknowledged = Math.max(this.acknowledged, this.sent[at]?.queued ?? 0)
    this.sent.splice(0, at + 1)
    for (const waiter of this.waiting) if (waiter.until <= this.acknowledged) waiter.resolve(true)
  }

  /** True when the node has done everything that is queued by now; false when the stream ends before, or the waiting. */
  async caughtUp(ended: AbortSignal): Promise<boolean> {
    const until = this.queued
    if (until <= this.acknowledged) return true
    if (this.closed || ended.aborted) return false
    let waiter: { until: number; resolve: (done: boolean) => void } | undefined
    let onEnd = (): void => undefined
    try {
      return await new Promise<boolean>((resolve) => {
        waiter = { until, resolve }
        onEnd = () => resolve(false)
        this.waiting.add(waiter)
        ended.addEventListener('abort', onEnd, { once: true })
      })
    } finally {
      if (waiter) this.waiting.delete(waiter)
      ended.removeEventListener('abort', onEnd)
    }
  }

  /** The stream has ended: its node is to be told everything again. */
  close(): void {
    this.closed = true
    for (const { resolve } of this.waiting) resolve(false)
  }

  private show(networkId: string): void {
    if (this.known.has(networkId) || !this.tables.networks.has(networkId)) return
    this.known.add(networkId)
    for (const change of this.tables.rowsOf(networkId)) this.put(change)
  }

  private hide(networkId: string): void {
    const table = this.tables.networks.get(networkId)
    if (!table || table.network.spec.ingress || !this.known.delete(networkId)) return
    for (const [key, change] of this.pending) if (networkIdOf(change) === networkId) this.pending.delete(key)
    this.put({ action: 'remove', network: table.network })
  }

  private put(change: NetworkChange): void {
    const key = keyOf(change)
    // The newest is sent last.
    this.pending.delete(key)
    this.pending.set(key, change)
    this.queued++
  }
}

function networkIdOf({ network, endpoint, service }: NetworkChange): string | undefined {
  return network?.id ?? endpoint?.networkId ?? service?.networkId
}

function keyOf({ network, endpoint, service, peer }: NetworkChange): string {
  if (network) return `network/${network.id}`
  if (endpoint) return `endpoint/${endpoint.networkId}/${endpoint.taskId}`
  if (service) return `service/${service.networkId}/${service.serviceId}`
  return `peer/${peer?.nodeId ?? ''}`
}

