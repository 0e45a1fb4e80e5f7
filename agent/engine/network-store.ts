import type { Bucket } from '../../src/base/key-value.js'
import type { NetworkStore } from '../network/store.js'

/** The networks' records in a bucket: reads come from memory, so they see a write at once. */
export class BucketNetworkStore implements NetworkStore {
  private readonly entries = new Map<string, unknown>()

  constructor(private readonly bucket: Bucket<unknown>) {
    for (const { key, value } of bucket.list()) this.entries.set(key, value)
  }

  get(key: string): unknown {
    return structuredClone(this.entries.get(key))
  }

  put(key: string, value: unknown): Promise<void> {
    const kept = structuredClone(value)
    this.entries.set(key, kept)
    return this.bucket.put(key, kept)
  }

  delete(key: string): Promise<void> {
    this.entries.delete(key)
    return this.bucket.delete(key)
  }

  list(prefix: string): { key: string; value: unknown }[] {
    const keys = [...this.entries.keys()].filter((key) => key.startsWith(prefix)).sort()
    return keys.map((key) => ({ key, value: structuredClone(this.entries.get(key)) }))
  }
}
