import { delay, type Clock } from '../../src/base/clock.js'
import { defaults } from '../../src/model/defaults.js'
import type { NetworksMessage } from '../../src/wire/dispatcher-service.js'
import type { ReadTx, Store, StoreEvent } from '../store/store.js'
import { DrainWatch } from './drain-watch.js'
import { NetworkFeed } from './network-feed.js'
import { NetworkTables } from './network-tables.js'
import type { Session, Sessions } from './sessions.js'

export interface NetworkDispatchDeps {
  store: Pick<Store, 'view'>
  clock: Clock
  sessions: Sessions
}

/** The dispatcher's part for networks: a feed for each node with a session. */
export class NetworkDispatch {
  private readonly tables = new NetworkTables()
  private readonly feeds = new Map<string, NetworkFeed>()
  private readonly drains: DrainWatch
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
      const changes = this.tables.observe(tx, event)
      for (const change of changes) for (const feed of this.feeds.values()) feed.tableChanged(change)
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
    for (const change of this.tables.leave(this.deps.store.view(), taskId, nodeId)) for (const feed of this.feeds.values()) feed.tableChanged(change)
    this.notify()
    await this.drains.done(async (ended) => {
      // The agent may hear of the end before the tables do: both come from the same change.
      while (this.tables.isServing(taskId) && !ended.aborted) await delay(this.deps.clock, 5, ended).catch(() => undefined)
      return this.tables.nodesBeside(taskId)
    }, signal)
  }

  private notify(): void {
    for (const [nodeId, feed] of this.feeds) if (!feed.isEmpty) this.deps.sessions.streamOf(nodeId, 'networks')?.notify()
  }
}
