import type { Bucket, KeyValueStore } from '../../src/base/key-value.js'

/** A key-value store that forgets; records are copied in and out, as a real one does. */
export class MemoryKeyValue implements KeyValueStore {
  private readonly buckets = new Map<string, Map<string, unknown>>()

  bucket<T>(name: string): Bucket<T> {
    let records = this.buckets.get(name) as Map<string, T> | undefined
    if (!records) this.buckets.set(name, (records = new Map<string, T>()))
    const held = records
    return {
      get: (key) => {
        const value = held.get(key)
        return value === undefined ? undefined : structuredClone(value)
      },
      list: () =>
        [...held.entries()]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => ({ key, value: structuredClone(value) })),
      put: (key, value) => {
        held.set(key, structuredClone(value))
        return Promise.resolve()
      },
      delete: (key) => {
        held.delete(key)
        return Promise.resolve()
      },
    }
  }
}
