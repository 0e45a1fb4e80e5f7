/**
 * A small durable key-value store, as the parts of the engine are handed one: reads are synchronous,
 * a write resolves once it is durable. Values are plain data (what JSON can hold, and `Uint8Array`).
 */
export interface KeyValueStore {
  /** The bucket of this name; made by its first write. */
  bucket<T>(name: string): Bucket<T>
}

/** Records of one kind by key. Keys are at most 500 bytes. */
export interface Bucket<T> {
  /** A copy of the record, or undefined. */
  get(key: string): T | undefined
  /** Every record, ordered by key. */
  list(): { key: string; value: T }[]
  put(key: string, value: T): Promise<void>
  /** Deleting what is not there does nothing. */
  delete(key: string): Promise<void>
}
