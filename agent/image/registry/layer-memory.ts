import type { Bucket } from '../../../src/base/key-value.js'
import type { Digest } from '../descriptor.js'

/** How a layer looks in registries: its packed form, and who has it. */
export interface PackedLayer {
  mediaType: string
  digest: Digest
  /** Bytes. */
  size: number
  /** `docker.io/library/busybox`: repositories that have it, the latest first. */
  repositories: string[]
}

const repositoriesMax = 5
const layersMax = 10_000

/**
 * What is known of layers in registries, by the digest of their plain archive. It is a help only: a push
 * that finds nothing here packs and sends the layer again.
 */
export class LayerMemory {
  private readonly layers = new Map<Digest, PackedLayer>()

  constructor(private readonly bucket: Bucket<PackedLayer>) {
    for (const { key, value } of bucket.list()) this.layers.set(key, value)
  }

  get(diffId: Digest): PackedLayer | undefined {
    return this.layers.get(diffId)
  }

  async remember(diffId: Digest, layer: Omit<PackedLayer, 'repositories'>, repository: string): Promise<void> {
    const known = this.layers.get(diffId)
    if (known?.digest === layer.digest && known.repositories[0] === repository) return
    const before = known?.digest === layer.digest ? known.repositories.filter((one) => one !== repository) : []
    const { mediaType, digest, size } = layer
    const next: PackedLayer = { mediaType, digest, size, repositories: [repository, ...before].slice(0, repositoriesMax) }
    this.layers.delete(diffId)
    this.layers.set(diffId, next)
    const oldest = this.layers.size > layersMax ? this.layers.keys().next().value : undefined
    if (oldest !== undefined) {
      this.layers.delete(oldest)
      await this.bucket.delete(oldest)
    }
    await this.bucket.put(diffId, next)
  }
}
