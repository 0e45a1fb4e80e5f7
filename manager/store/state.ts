import type { StoreAction } from './change.js'
import { SortedMap } from './sorted-map.js'
import type { TableName, Tables } from './store.js'
import { indexKey, type TableDeclaration } from './table.js'
import { clusterTable } from './tables/cluster.js'
import { configTable } from './tables/config.js'
import { networkTable } from './tables/network.js'
import { nodeTable } from './tables/node.js'
import { secretTable } from './tables/secret.js'
import { serviceTable } from './tables/service.js'
import { taskTable } from './tables/task.js'
import { volumeTable } from './tables/volume.js'

/** All tables, in the order a snapshot holds them: what others refer to comes first. */
export const tableNames = ['cluster', 'node', 'network', 'secret', 'config', 'volume', 'service', 'task'] as const satisfies TableName[]

export const declarations: { readonly [K in TableName]: TableDeclaration<Tables[K]> } = {
  node: nodeTable,
  service: serviceTable,
  task: taskTable,
  network: networkTable,
  secret: secretTable,
  config: configTable,
  volume: volumeTable,
  cluster: clusterTable,
}

interface TableState<T> {
  readonly rows: SortedMap<T>
  /** Index key, then the object's id: the id. */
  readonly names: SortedMap<string>
  readonly indexes: Readonly<Record<string, SortedMap<string>>>
}

/** Every table at one moment; immutable. */
export type State = { readonly [K in TableName]: TableState<Tables[K]> }

function emptyTable<K extends TableName>(name: K): TableState<Tables[K]> {
  const indexes = Object.fromEntries(Object.keys(declarations[name].indexes).map((index) => [index, SortedMap.empty<string>()]))
  return { rows: SortedMap.empty(), names: SortedMap.empty(), indexes }
}

export const emptyState: State = {
  node: emptyTable('node'),
  service: emptyTable('service'),
  task: emptyTable('task'),
  network: emptyTable('network'),
  secret: emptyTable('secret'),
  config: emptyTable('config'),
  volume: emptyTable('volume'),
  cluster: emptyTable('cluster'),
}

/** How a name is written in the index of names. */
function foldName(name: string): string {
  return name.toLowerCase()
}

/** The state with the object in place of the one with its id, if there is one. */
export function put<K extends TableName>(state: State, name: K, object: Tables[K]): State {
  const table: TableState<Tables[K]> = state[name]
  const old = table.rows.get(object.id)
  return { ...state, [name]: { rows: table.rows.set(object.id, object), ...reindexed(name, table, object.id, old, object) } }
}

/** The state without the object; the same state when there is none. */
export function drop<K extends TableName>(state: State, name: K, id: string): State {
  const table: TableState<Tables[K]> = state[name]
  const old = table.rows.get(id)
  if (old === undefined) return state
  return { ...state, [name]: { rows: table.rows.delete(id), ...reindexed(name, table, id, old, undefined) } }
}

/** The state after one write. */
export function perform(state: State, action: StoreAction): State {
  return action.action === 'remove' ? drop(state, action.table, action.id) : put(state, action.table, action.object)
}

/** Ids of the objects under an index key, or under every key that starts with `key` as its first parts. */
export function idsIn(state: State, name: TableName, index: string, key: string): string[] {
  return state[name].indexes[index]?.withPrefix(`${key}\0`) ?? []
}

/** Ids of the objects with that name. */
export function idsNamed(state: State, name: TableName, objectName: string): string[] {
  return state[name].names.withPrefix(`${foldName(objectName)}\0`)
}

function reindexed<K extends TableName>(
  name: K,
  table: TableState<Tables[K]>,
  id: string,
  old: Tables[K] | undefined,
  next: Tables[K] | undefined,
): Pick<TableState<Tables[K]>, 'names' | 'indexes'> {
  const declaration: TableDeclaration<Tables[K]> = declarations[name]
  const nameKeys = (object: Tables[K] | undefined): string[] => {
    const given = object && declaration.name(object)
    return given ? [foldName(given)] : []
  }
  const names = moved(table.names, id, nameKeys(old), nameKeys(next))
  let indexes = table.indexes
  for (const [index, keysOf] of Object.entries(declaration.indexes)) {
    const before = table.indexes[index] as SortedMap<string>
    const after = moved(before, id, old ? keysOf(old) : [], next ? keysOf(next) : [])
    if (after !== before) indexes = { ...indexes, [index]: after }
  }
  return { names, indexes }
}

/** Most writes leave the keys as they are: then the index itself is given back. */
function moved(index: SortedMap<string>, id: string, before: readonly string[], after: readonly string[]): SortedMap<string> {
  if (before.length === after.length && before.every((key, at) => key === after[at])) return index
  for (const key of before) if (!after.includes(key)) index = index.delete(indexKey(key, id))
  for (const key of after) if (!before.includes(key)) index = index.set(indexKey(key, id), id)
  return index
}
