import { conflict, invalid, notFound } from '../../src/base/errors.js'
import type { Bucket, KeyValueStore } from '../../src/base/key-value.js'
import { familiarName, parseReference, withDefaultTag } from '../image/reference.js'
import { contentKeys, type PluginRecord } from './plugin-record.js'

const fullId = /^[0-9a-f]{64}$/

/** The plugins of this host, as they are stored. */
export class PluginStore {
  private readonly bucket: Bucket<PluginRecord>
  private readonly records = new Map<string, PluginRecord>()

  constructor(store: KeyValueStore) {
    this.bucket = store.bucket('plugins')
    for (const { key, value } of this.bucket.list()) this.records.set(key, value)
  }

  /** Ordered by name. */
  all(): PluginRecord[] {
    return [...this.records.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  byId(id: string): PluginRecord | undefined {
    return this.records.get(id)
  }

  /** Blobs and layers that plugins are made of. */
  contentKeys(): string[] {
    return this.all().flatMap(({ content }) => contentKeys(content))
  }

  /** The plugin of a name, with or without its tag, of an id, or of the beginning of one. Throws `notFound`, and `invalid` when several begin so. */
  find(ref: string): PluginRecord {
    const found = this.lookUp(ref)
    if (!found) throw notFound(`plugin ${JSON.stringify(ref)} not found`)
    return found
  }

  /** The same, or undefined where there is none. */
  lookUp(ref: string): PluginRecord | undefined {
    if (fullId.test(ref)) return this.records.get(ref)
    const name = nameOf(ref)
    const named = name === undefined ? undefined : this.all().find((one) => one.name === name)
    if (named) return named
    const fitting = /^[0-9a-f]+$/.test(ref) ? this.all().filter(({ id }) => id.startsWith(ref)) : []
    if (fitting.length > 1) throw invalid(`multiple plugins found for ${JSON.stringify(ref)}`)
    return fitting[0]
  }

  /** Throws `conflict` when a plugin has this name. */
  checkFree(name: string): void {
    if (this.all().some((one) => one.name === name)) throw conflict(`plugin ${name} already exists`)
  }

  /** Keeps the record as it is now, a new one too; its name is taken at once. What was before is there again when it cannot be written. */
  async save(record: PluginRecord): Promise<void> {
    const before = this.records.get(record.id)
    this.records.set(record.id, record)
    try {
      await this.bucket.put(record.id, record)
    } catch (thrown) {
      if (before) this.records.set(record.id, before)
      else this.records.delete(record.id)
      throw thrown
    }
  }

  async delete(id: string): Promise<void> {
    await this.bucket.delete(id)
    this.records.delete(id)
  }
}

/** The full name that a reference without a digest means: `vieux/sshfs:latest`. */
function nameOf(ref: string): string | undefined {
  try {
    const reference = parseReference(ref)
    return reference.digest === undefined ? familiarName(withDefaultTag(reference)) : undefined
  } catch {
    return undefined
  }
}
