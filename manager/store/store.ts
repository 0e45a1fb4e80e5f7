import type { Subscription } from '../../src/base/watch-queue.js'
import type { ObjectKind, ObjectsByKind } from '../../src/model/objects.js'
import type { Service } from '../../src/model/service.js'
import type { Task } from '../../src/model/task.js'

export type Tables = ObjectsByKind
export type TableName = ObjectKind

/** A consistent view: nothing in it changes while it is held. */
export interface ReadTx {
  /** The Raft index this view has reached. */
  readonly index: number
  get<K extends TableName>(table: K, id: string): Tables[K] | undefined
  /** All objects of a table, ordered by id. */
  list<K extends TableName>(table: K): Tables[K][]
  /** How many objects a table has. */
  count(table: TableName): number
  /**
   * By the name people use, without regard to case: a node's host name when its spec has none; a task
   * only by a name it was given (the usual `web.1.<id>` is found by its id). The first one of several.
   */
  byName<K extends TableName>(table: K, name: string): Tables[K] | undefined
  /** All objects of that name, ordered by id: nodes may share one. */
  allByName<K extends TableName>(table: K, name: string): Tables[K][]
  /** At most `limit` (default 2) objects whose id starts so. */
  byIdPrefix<K extends TableName>(table: K, prefix: string, limit?: number): Tables[K][]
  /** Ordered by slot, then id. */
  tasksByService(serviceId: string): Task[]
  /** An empty id gives the tasks that no node has. */
  tasksByNode(nodeId: string): Task[]
  tasksBySlot(serviceId: string, slot: number): Task[]
  /** Services and tasks that use a network, secret or config; tasks that have ended count too. */
  servicesUsing(table: 'network' | 'secret' | 'config', id: string): Service[]
  tasksUsing(table: 'network' | 'secret' | 'config', id: string): Task[]
}

/**
 * A view with changes on top. `meta` is filled in by the store: `create` stamps both times, `update`
 * refuses with `outOfSequence` ("update out of sequence") when the object's `meta.version` is not the
 * current one, and with `notFound` when it is gone. Names are unique per table where the model says
 * so: `create` and `update` throw `conflict` ("name conflicts with an existing object").
 * It sees what other transactions have decided but not yet committed, which `Store.view` does not:
 * read what you change here, not from a view. Objects written here get their version when the
 * change is applied; until then it is negative and means nothing outside.
 */
export interface WriteTx extends ReadTx {
  create<K extends TableName>(table: K, object: Omit<Tables[K], 'meta'>): void
  update<K extends TableName>(table: K, object: Tables[K]): void
  remove(table: TableName, id: string): void
}

/** What a watch delivers, in commit order. `index` is the Raft index of the change. */
export type StoreEvent =
  | {
      [K in TableName]:
        | { table: K; action: 'create'; index: number; object: Tables[K]; old?: undefined }
        | { table: K; action: 'update'; index: number; object: Tables[K]; old: Tables[K] }
        | { table: K; action: 'remove'; index: number; object: Tables[K]; old?: undefined }
    }[TableName]
  /** All changes of one transaction have been delivered: loops reconcile at these. */
  | { table: 'commit'; action: 'commit'; index: number; object?: undefined; old?: undefined }
  /** The whole store was replaced by a snapshot: start again from a fresh view. */
  | { table: 'restore'; action: 'restore'; index: number; object?: undefined; old?: undefined }

/** The replicated store as its users see it. */
export interface Store {
  /** The state applied so far. Cheap: no copy. */
  view(): ReadTx
  /**
   * Decides synchronously against the newest state, then commits what was written through the
   * proposer; resolves with the result of `decide` once it is applied here. Nothing written: nothing
   * proposed, and it resolves once what `decide` saw is committed. What `decide` throws is thrown, and
   * nothing is proposed. Rejects with `unavailable` when this manager does not lead or stops leading
   * before the commit is known.
   */
  update<T>(decide: (tx: WriteTx) => T): Promise<T>
  /** Changes from now on. A reader that falls too far behind is closed with `exhausted`. */
  watch(accept?: (event: StoreEvent) => boolean): Subscription<StoreEvent>
  /** A view and the changes right after it, with none lost between. */
  viewAndWatch(accept?: (event: StoreEvent) => boolean): { tx: ReadTx; events: Subscription<StoreEvent> }
}
