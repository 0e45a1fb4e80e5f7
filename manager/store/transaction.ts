import { conflict, ErrorKind, notFound, StatusError } from '../../src/base/errors.js'
import type { StoreAction } from './change.js'
import { declarations, drop, put, type State } from './state.js'
import type { TableName, Tables, WriteTx } from './store.js'
import type { TableDeclaration } from './table.js'
import { View } from './view.js'

/**
 * A view with changes on top. Objects written here have a provisional `meta.version` (negative, one
 * for each transaction) until the change is applied; the store then fills in the index.
 */
export class Transaction extends View implements WriteTx {
  private readonly written = new Map<string, StoreAction>()
  private open = true

  constructor(
    state: State,
    index: number,
    private readonly nowMs: number,
    private readonly provisionalVersion: number,
  ) {
    super(state, index)
  }

  create<K extends TableName>(table: K, object: Omit<Tables[K], 'meta'>): void {
    this.checkOpen()
    if (this.get(table, object.id)) throw conflict(`${declarations[table].kind} ${object.id} already exists`)
    const meta = { version: this.provisionalVersion, createdAtMs: this.nowMs, updatedAtMs: this.nowMs }
    const created = { ...object, meta } as unknown as Tables[K]
    this.checkName(table, created)
    this.write(table, 'create', created)
  }

  update<K extends TableName>(table: K, object: Tables[K]): void {
    this.checkOpen()
    const current = this.get(table, object.id)
    if (!current) throw notFound(`${declarations[table].kind} ${object.id} not found`)
    if (current.meta.version !== object.meta.version) {
      throw new StatusError(ErrorKind.outOfSequence, 'update out of sequence')
    }
    const meta = { version: this.provisionalVersion, createdAtMs: current.meta.createdAtMs, updatedAtMs: this.nowMs }
    const updated: Tables[K] = { ...object, meta }
    this.checkName(table, updated, current)
    this.write(table, 'update', updated)
  }

  remove(table: TableName, id: string): void {
    this.checkOpen()
    if (!this.get(table, id)) throw notFound(`${declarations[table].kind} ${id} not found`)
    const key = `${table}\0${id}`
    const earlier = this.written.get(key)
    this.written.delete(key)
    // An object that this transaction itself made leaves no trace.
    if (earlier?.action !== 'create') this.written.set(key, { table, action: 'remove', id })
    this.state = drop(this.state, table, id)
  }

  /** Ends the transaction; gives what it wrote, each object once, and the state with it. */
  finish(): { actions: StoreAction[]; state: State } {
    this.open = false
    return { actions: [...this.written.values()], state: this.state }
  }

  private write<K extends TableName>(table: K, action: 'create' | 'update', object: Tables[K]): void {
    const key = `${table}\0${object.id}`
    const earlier = this.written.get(key)
    // Removed and made again under the same id is an update to everyone else.
    const kind = earlier?.action === 'create' ? 'create' : earlier?.action === 'remove' ? 'update' : action
    this.written.delete(key)
    this.written.set(key, { table, action: kind, object } as StoreAction)
    this.state = put(this.state, table, object)
  }

  private checkName<K extends TableName>(table: K, object: Tables[K], current?: Tables[K]): void {
    const declaration: TableDeclaration<Tables[K]> = declarations[table]
    const name = declaration.name(object)
    if (!declaration.uniqueNames || !name || (current && declaration.name(current) === name)) return
    if (this.allByName(table, name).some((other) => other.id !== object.id)) {
      throw conflict(`name conflicts with an existing object: ${declaration.kind} ${name} already exists`)
    }
  }

  private checkOpen(): void {
    if (!this.open) throw new StatusError(ErrorKind.internal, 'a transaction was written to after it ended')
  }
}
