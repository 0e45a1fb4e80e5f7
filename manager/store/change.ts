import type { TableName, Tables } from './store.js'

/** One write of a transaction. `create` and `update` carry the whole object. */
export type StoreAction = {
  [K in TableName]:
    | { readonly table: K; readonly action: 'create' | 'update'; readonly object: Tables[K] }
    | { readonly table: K; readonly action: 'remove'; readonly id: string }
}[TableName]

/** What one transaction writes: the content of one entry of the Raft log. */
export interface StoreChange {
  readonly actions: readonly StoreAction[]
}

/**
 * Bytes of a change and back. `decode` throws on damaged bytes. In the log the objects' versions are
 * 0 (the index of the entry is the version); in a snapshot they are the real ones.
 */
export interface ChangeCodec {
  encode(change: StoreChange): Uint8Array
  decode(data: Uint8Array): StoreChange
}
