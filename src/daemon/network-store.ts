import type { Bucket } from '../base/key-value.js'
import type { NetworkStore } from '../../agent/network/store.js'

/** The networks' state in a bucket of the database, with what was just written readable at once. */
export function networkStore(bucket: Bucket<unknown>): NetworkStore {
  const values = new Map(bucket.list().map(({ key, value }) => [key, value]))
  return {
    get: (key) => values.get(key),
    put: (key, value) => {
      values.set(key, value)
      return bucket.put(key, value)
    },
    delete: (key) => {
      values.delete(key)
      return bucket.delete(key)
    },
    list: (prefix) =>
      [...values]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value })),
  }
}
