import { invalid, notFound } from '../../src/base/errors.js'
import type { Network } from '../../src/model/network.js'
import type { ReadTx, TableName, Tables } from './store.js'

/** More matches than this are not counted. */
const matchesMax = 1000

/**
 * The object that `ref` means: a full id, else a name, else a unique prefix of an id. Throws
 * `notFound` ("service web not found") and `invalid` ("service a is ambiguous (2 matches found)").
 */
export function resolve<K extends TableName>(tx: ReadTx, table: K, ref: string): Tables[K] {
  if (ref === '') throw invalid(`give the id, the name or the start of the id of a ${table}`)
  const exact = tx.get(table, ref) ?? taskByFullName(tx, table, ref)
  if (exact) return exact
  const named = tx.allByName(table, ref)
  const found = named.length > 0 ? named : tx.byIdPrefix(table, ref, matchesMax)
  if (found.length > 1) throw invalid(`${table} ${ref} is ambiguous (${found.length} matches found)`)
  const [one] = found
  if (!one) throw notFound(`${table} ${ref} not found`)
  return one
}

/** The network that `ref` means, as `resolve` does. Throws `notFound` also for one that only waits for its last tasks to end. */
export function resolveNetwork(tx: ReadTx, ref: string): Network {
  const network = resolve(tx, 'network', ref)
  if (network.pendingDelete) throw notFound(`network ${network.spec.name} not found: it is being removed`)
  return network
}

/** `web.1.<id>`: the id at the end tells the task. */
function taskByFullName<K extends TableName>(tx: ReadTx, table: K, ref: string): Tables[K] | undefined {
  return table === 'task' && ref.includes('.') ? tx.get(table, ref.slice(ref.lastIndexOf('.') + 1)) : undefined
}

/** A copy that claims to have been made from `version`: the store refuses it when that is not the current one. */
export function madeFrom<T extends { meta: { version: number } }>(object: T, version: number): T {
  return { ...object, meta: { ...object.meta, version } }
}
