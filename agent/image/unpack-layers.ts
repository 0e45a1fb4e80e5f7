import { invalid } from '../../src/base/errors.js'
import type { DraftToCommit, Snapshotter } from '../snapshot/snapshotter.js'
import { TarError } from '../snapshot/tar/header.js'
import { chainIds, type Digest } from './descriptor.js'
import type { LayerUnpacker } from './layer-unpacker.js'

/** A layer to unpack: where its bytes come from, and what they must be. */
export interface LayerSource {
  /** Of the archive as it lies on disk; verified already. */
  digest: Digest
  diffId: Digest
  /** The path of the archive, when it is there. */
  arrived(): Promise<string>
  /** Hears how many bytes of the archive were unpacked. */
  see?(bytes: number): void
}

/** Of one image: more only fight for the disk. */
const unpackedAtOnce = 2

/**
 * Unpacks those layers of an image that are not there yet, the lowest first, and commits them together.
 * Throws `invalid` for a damaged layer; nothing is left then. `done` is called for each layer, also for
 * one that was there.
 */
export async function unpackLayers(
  snapshots: Snapshotter,
  unpacker: LayerUnpacker,
  layers: readonly LayerSource[],
  signal: AbortSignal,
  done: (layer: LayerSource, unpacked: boolean) => void = () => undefined,
): Promise<void> {
  const chain = chainIds(layers.map((layer) => layer.diffId))
  const drafts = new Map<number, DraftToCommit>()
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  let next = 0
  const work = async (): Promise<void> => {
    while (next < layers.length) {
      either.throwIfAborted()
      const i = next++
      const layer = layers[i] as LayerSource
      const chainId = chain[i] as string
      if (snapshots.has(chainId)) {
        done(layer, false)
        continue
      }
      const draft = await snapshots.draft()
      const parent = chain[i - 1]
      drafts.set(i, { draft, chainId, diffId: layer.diffId, sizeBytes: 0, ...(parent !== undefined && { parent }) })
      const path = await layer.arrived()
      either.throwIfAborted()
      const file = { path, folder: draft.folder, diffId: layer.diffId, verified: layer.digest }
      const applied = await unpacker.unpack(file, (bytes) => layer.see?.(bytes), either)
      drafts.set(i, { ...(drafts.get(i) as DraftToCommit), sizeBytes: applied.bytes })
      done(layer, true)
    }
  }
  try {
    const workers = Array.from({ length: unpackedAtOnce }, () =>
      work().catch((thrown: unknown) => {
        failed.abort(thrown)
        throw thrown
      }),
    )
    const ends = await Promise.allSettled(workers)
    if (failed.signal.aborted) throw failed.signal.reason
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    await snapshots.commit([...drafts].sort(([a], [b]) => a - b).map(([, draft]) => draft))
  } catch (thrown) {
    for (const { draft } of drafts.values()) await draft.discard()
    if (thrown instanceof TarError) throw invalid(`cannot unpack the image: ${thrown.message}`, thrown)
    throw thrown
  }
}
