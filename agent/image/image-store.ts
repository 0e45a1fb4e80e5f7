import type { Clock } from '../../src/base/clock.js'
import { ErrorKind, notFound, StatusError } from '../../src/base/errors.js'
import type { Bucket, KeyValueStore } from '../../src/base/key-value.js'
import type { Snapshotter } from '../snapshot/snapshotter.js'
import type { ContentStore } from './content-store.js'
import { chainIds, formatPlatform, isDigest, type Digest } from './descriptor.js'
import type { ImageEvent, ImageForRun, ImageRecord } from './image-record.js'
import { unpackHere, type LayerUnpacker } from './layer-unpacker.js'
import { canonicalName, familiarName, parseReference, repositoryOf, withDefaultTag, type Reference } from './reference.js'

/**
 * The images of this host: records by id, and names that point to ids. Bytes are kept by the content store,
 * unpacked layers by the snapshotter; both keep nothing that no image (nor a pin) needs once `collect` ran.
 */
export class ImageStore {
  private readonly imageBucket: Bucket<ImageRecord>
  private readonly nameBucket: Bucket<Digest>
  private readonly records = new Map<Digest, ImageRecord>()
  /** Full names (`docker.io/library/busybox:latest`) to ids. */
  private readonly names = new Map<string, Digest>()
  /** Digests and chain ids of images that are being made, with how often each is held. */
  private readonly pins = new Map<string, number>()
  private listener: (event: ImageEvent) => void = () => undefined

  constructor(
    store: KeyValueStore,
    readonly content: ContentStore,
    readonly snapshots: Snapshotter,
    readonly clock: Clock,
    readonly unpacker: LayerUnpacker = unpackHere,
  ) {
    this.imageBucket = store.bucket('images')
    this.nameBucket = store.bucket('image-names')
    for (const { key, value } of this.imageBucket.list()) this.records.set(key, value)
    for (const { key, value } of this.nameBucket.list()) if (this.records.has(value)) this.names.set(key, value)
  }

  /** One listener hears of every change, after it lasts. */
  onEvent(listener: (event: ImageEvent) => void): void {
    this.listener = listener
  }

  emit(action: ImageEvent['action'], id: string, attributes: Record<string, string> = {}): void {
    this.listener({ action, id, attributes })
  }

  list(): ImageRecord[] {
    return [...this.records.values()]
  }

  byId(id: Digest): ImageRecord | undefined {
    return this.records.get(id)
  }

  /**
   * The image that a name, an id or the beginning of an id means. Throws `notFound` ("No such image: x:latest"),
   * and `invalid` for what is no name. The beginning of an id must fit one image only.
   */
  find(ref: string): ImageRecord {
    const found = this.lookUp(ref)
    if (found) return found
    throw notFound(`No such image: ${missingName(ref)}`)
  }

  /** The same, or undefined where there is none. Throws for what is no name. */
  lookUp(ref: string): ImageRecord | undefined {
    const byId = this.byIdPrefix(ref)
    if (byId) return byId
    // What can only be an id is not looked up as a name.
    if (isDigest(ref) || /^[0-9a-f]{64}$/.test(ref)) return undefined
    const id = this.names.get(canonicalName(normalized(ref)))
    return id === undefined ? undefined : this.records.get(id)
  }

  /** True when `ref` is an id or the beginning of one rather than a name: it decides what `rmi` does. */
  isIdReference(ref: string): boolean {
    return this.byIdPrefix(ref) !== undefined && this.names.get(nameOrEmpty(ref)) === undefined
  }

  /** What running a container from it takes. Throws as `find`. */
  forRun(ref: string): ImageForRun {
    const record = this.find(ref)
    const chainId = topChain(record)
    return {
      id: record.id,
      ...(chainId !== undefined && { chainId }),
      config: record.config.config ?? {},
      platform: formatPlatform(record.config),
    }
  }

  /** The names of an image, sorted. */
  namesOf(id: Digest): Reference[] {
    const found: string[] = []
    for (const [name, target] of this.names) if (target === id) found.push(name)
    return found.sort().map(parseReference)
  }

  /** Every tag of a repository, sorted, with the image it points to. */
  tagsOf(repository: Reference): { name: Reference; id: Digest }[] {
    const wanted = repositoryOf(repository)
    return [...this.names]
      .map(([name, id]) => ({ name: parseReference(name), id }))
      .filter(({ name }) => name.digest === undefined && repositoryOf(name) === wanted)
      .sort((a, b) => ((a.name.tag ?? '') < (b.name.tag ?? '') ? -1 : 1))
  }

  /** Images made here on top of this one. */
  childrenOf(id: Digest): ImageRecord[] {
    return this.list().filter((record) => record.parent === id)
  }

  /**
   * Adds an image whose blobs and layers are in place. One that is there already keeps its record. Names that
   * pointed elsewhere move here.
   */
  async add(record: ImageRecord, names: readonly Reference[]): Promise<void> {
    const writes: Promise<void>[] = []
    const known = this.records.get(record.id)
    if (!known) {
      this.records.set(record.id, record)
      writes.push(this.imageBucket.put(record.id, record))
    }
    // The record first: a name without its image would be damage, an image without a name is not.
    await Promise.all(writes)
    for (const name of names) await this.setName(name, record.id)
  }

  /** Points a name to an image. */
  async setName(reference: Reference, id: Digest): Promise<void> {
    const name = canonicalName(withDefaultTag(reference))
    const record = this.records.get(id)
    if (!record) throw notFound(`No such image: ${id}`)
    const writes: Promise<void>[] = []
    // A name that stays where it is need not be written again.
    if (this.names.get(name) !== id) writes.push(this.nameBucket.put(name, id))
    this.names.set(name, id)
    if (reference.digest === undefined) {
      const tagged: ImageRecord = { ...record, taggedAtMs: this.clock.nowMs() }
      this.records.set(id, tagged)
      writes.push(this.imageBucket.put(id, tagged))
    }
    await Promise.all(writes)
  }

  async removeName(reference: Reference): Promise<void> {
    const name = canonicalName(reference)
    if (!this.names.delete(name)) return
    await this.nameBucket.delete(name)
  }

  /** Removes the record. Its names must be gone; its content goes with the next `collect`. */
  async removeRecord(id: Digest): Promise<void> {
    if (!this.records.delete(id)) return
    await this.imageBucket.delete(id)
  }

  /** Keeps blobs and layers of an image that is not recorded yet from being collected, until disposed. */
  pin(keys: Iterable<string>): Disposable {
    const held = [...keys]
    for (const key of held) this.pins.set(key, (this.pins.get(key) ?? 0) + 1)
    return {
      [Symbol.dispose]: () => {
        for (const key of held.splice(0)) {
          const count = (this.pins.get(key) ?? 0) - 1
          if (count > 0) this.pins.set(key, count)
          else this.pins.delete(key)
        }
      },
    }
  }

  /**
   * Removes every blob and layer that no image, no container and no pin needs. Gives the chain ids removed,
   * the topmost first, and the bytes freed.
   */
  async collect(): Promise<{ layers: Digest[]; freedBytes: number }> {
    const needed = new Set<string>()
    for (const record of this.records.values()) {
      for (const digest of [record.id, record.manifest.digest, ...record.layers.map((layer) => layer.digest)]) needed.add(digest)
      for (const chainId of chainIds(record.config.rootfs.diff_ids)) needed.add(chainId)
    }
    for (const { chainId } of this.snapshots.writables()) this.needChain(chainId, needed)
    const removed: Digest[] = []
    let freedBytes = 0
    for (const layer of this.topmostFirst()) {
      if (needed.has(layer.chainId) || this.pins.has(layer.chainId)) continue
      try {
        await this.snapshots.removeLayer(layer.chainId)
      } catch (thrown) {
        // A container was made on it while others were being removed.
        if (thrown instanceof StatusError && thrown.kind === ErrorKind.conflict) continue
        throw thrown
      }
      removed.push(layer.chainId)
      freedBytes += layer.sizeBytes
    }
    for (const digest of this.content.digests()) {
      if (!needed.has(digest) && !this.pins.has(digest)) await this.content.delete(digest)
    }
    return { layers: removed, freedBytes }
  }

  private needChain(chainId: string | undefined, needed: Set<string>): void {
    for (let at = chainId; at !== undefined && this.snapshots.has(at); at = this.snapshots.layer(at).parent) needed.add(at)
  }

  private topmostFirst(): { chainId: string; sizeBytes: number }[] {
    const depth = new Map<string, number>()
    const layers = this.snapshots.layers()
    const parents = new Map(layers.map((layer) => [layer.chainId, layer.parent]))
    const depthOf = (chainId: string): number => {
      let steps = 0
      for (let at: string | undefined = chainId; at !== undefined; at = parents.get(at)) steps++
      return steps
    }
    for (const layer of layers) depth.set(layer.chainId, depthOf(layer.chainId))
    return layers.sort((a, b) => (depth.get(b.chainId) ?? 0) - (depth.get(a.chainId) ?? 0))
  }

  private byIdPrefix(ref: string): ImageRecord | undefined {
    const hex = ref.startsWith('sha256:') ? ref.slice('sha256:'.length) : ref
    if (!/^[0-9a-f]{1,64}$/.test(hex)) return undefined
    if (hex.length === 64) return this.records.get(`sha256:${hex}`)
    // A name wins over the beginning of an id, as in Docker.
    if (ref === hex && this.names.has(nameOrEmpty(ref))) return undefined
    const fitting = [...this.records.values()].filter((record) => record.id.startsWith(`sha256:${hex}`))
    return fitting.length === 1 ? fitting[0] : undefined
  }
}

/** The chain id of an image's topmost layer. */
export function topChain(record: ImageRecord): string | undefined {
  return chainIds(record.config.rootfs.diff_ids).at(-1)
}

/** `a@sha256:...` with a tag beside it means the digest. */
function normalized(ref: string): Reference {
  const parsed = withDefaultTag(parseReference(ref))
  if (parsed.digest === undefined) return parsed
  return { domain: parsed.domain, path: parsed.path, digest: parsed.digest }
}

function nameOrEmpty(ref: string): string {
  try {
    return canonicalName(normalized(ref))
  } catch {
    return ''
  }
}

function missingName(ref: string): string {
  if (ref.startsWith('sha256:') || /^[0-9a-f]{64}$/.test(ref)) return ref
  return familiarName(normalized(ref))
}

