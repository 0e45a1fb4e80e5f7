import { delay, type Clock, type Timer } from '../../src/base/clock.js'
import { defaults } from '../../src/model/defaults.js'
import type { NetworksMessage } from '../../src/wire/dispatcher-service.js'
import type { ReadTx, Store, StoreEvent } from '../store/store.js'
import { DrainWatch } from './drain-watch.js'
import { NetworkFeed } from './network-feed.js'
import { NetworkTables, type TableChange } from './network-tables.js'
import type { Session, Sessions } from './sessions.js'

export interface NetworkDispatchDeps {
  store: Pick<Store, 'view'>
  clock: Clock
  sessions: Sessions
}

/** A task that is still there so long after the end of its stop grace was not stopped: its node has begun anew. */
const staysAfterMs = 60_000

/** The dispatcher's part for networks: a feed for each node with a session. */
export class NetworkDispatch {
  private readonly tables = new NetworkTables()
  private readonly feeds = new Map<string, NetworkFeed>()
  private readonly drains: DrainWatch
  /** Tasks that their nodes are about to stop, until that should be done. */
  private readonly leaving = new Map<string, Timer>()
  /** Streams begun so far. */
  private streams = 0

  constructor(private readonly deps: NetworkDispatchDeps) {
    const { clock, store } = deps
    const isUp = (id: string): boolean => (store.view().get('node', id)?.status.state ?? 'down') !== 'down'
    this.drains = new DrainWatch({ clock, feedOf: (id) => this.feeds.get(id), isUp })
  }

  /** Starts over from a view: every node is told everything again. */
  reset(tx: ReadTx): void {
    this.tables.reset(tx)
    for (const feed of this.feeds.values()) feed.reset(tx)
    this.notify()
  }

  observe(tx: ReadTx, batch: readonly StoreEvent[]): void {
    for (const event of batch) {
      this.tell(this.tables.observe(tx, event))
      if (event.table === 'node') {
        if (event.action === 'remove') this.drains.forget(event.object.id)
        else this.drains.changed()
      }
      if (event.table !== 'task') continue
      const feed = this.feeds.get(event.object.nodeId)
      const task = tx.get('task', event.object.id)
      if (task) feed?.taskChanged(task)
      else feed?.taskGone(event.object)
    }
    this.notify()
  }

  close(): void {
    for (const feed of this.feeds.values()) feed.close()
    this.feeds.clear()
    this.drains.clear()
    for (const timer of this.leaving.values()) timer.cancel()
    this.leaving.clear()
    this.tables.forgetLeaving()
  }

  /** The node showed a sign of life. */
  heard(nodeId: string): void {
    this.drains.heard(nodeId)
  }

  /** The stream of one node's tables. */
  async *stream(session: Session, signal: AbortSignal): AsyncGenerator<NetworksMessage, void, undefined> {
    using wakeup = this.deps.sessions.stream(session, 'networks', signal)
    const feed = new NetworkFeed(session.nodeId, this.tables, ++this.streams)
    this.feeds.get(session.nodeId)?.close()
    this.feeds.set(session.nodeId, feed)
    this.heard(session.nodeId)
    try {
      feed.reset(this.deps.store.view())
      this.drains.changed()
      wakeup.notify()
      while (await wakeup.wait()) {
        if (feed.isEmpty) continue
        const dataPathPort = this.deps.store.view().list('cluster')[0]?.dataPathPort ?? defaults.dataPathPort
        for (const message of feed.take()) yield { ...message, dataPathPort }
      }
    } finally {
      feed.close()
      if (this.feeds.get(session.nodeId) === feed) this.feeds.delete(session.nodeId)
      this.drains.changed()
    }
  }

  acknowledge(session: Session, sequence: string): void {
    this.heard(session.nodeId)
    this.feeds.get(session.nodeId)?.acknowledge(sequence)
  }

  /**
   * Takes a task out that its node is about to stop. Resolves when no node sends new flows to it any more: all nodes on
   * its networks have acknowledged, but for those that are down, silent or late beyond a bound.
   */
  async drained(taskId: string, nodeId: string, signal: AbortSignal): Promise<void> {
    this.leave(taskId, nodeId)
    await this.drains.done(async (ended) => {
      // The agent may hear of the end before the tables do: both come from the same change.
      while (this.tables.isServing(taskId) && !ended.aborted) await delay(this.deps.clock, 5, ended).catch(() => undefined)
      return this.tables.nodesBeside(taskId)
    }, signal)
  }

  private leave(taskId: string, nodeId: string): void {
    const { clock, store } = this.deps
    const view = store.view()
    const changes = this.tables.leave(view, taskId, nodeId)
    if (changes.length === 0) return
    this.tell(changes)
    this.notify()
    const graceMs = (view.get('task', taskId)?.spec.container?.stopGracePeriodNs ?? defaults.stopGracePeriodNs) / 1e6
    this.leaving.get(taskId)?.cancel()
    this.leaving.set(taskId, clock.setTimer(graceMs + staysAfterMs, () => {
      this.leaving.delete(taskId)
      this.tell(this.tables.stay(store.view(), taskId))
      this.notify()
    }))
  }

  private tell(changes: readonly TableChange[]): void {
    for (const change of changes) for (const feed of this.feeds.values()) feed.tableChanged(change)
  }

  private notify(): void {
    for (const [nodeId, feed] of this.feeds) if (!feed.isEmpty) this.deps.sessions.streamOf(nodeId, 'networks')?.notify()
  }
}
