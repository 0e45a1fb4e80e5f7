import { rfc3339 } from '../../src/base/clock.js'
import { invalid } from '../../src/base/errors.js'
import type { ImageConfig } from '../../src/model/engine-api/image.js'
import { TarError } from '../snapshot/tar/header.js'
import { composeManifest } from './archive-plan.js'
import { asLayer, Compression, decompressed } from './compression.js'
import { readBlob, type Ingested } from './content-store.js'
import { chainIds, digestOf, MediaType, type Digest, type Platform } from './descriptor.js'
import type { ImageLayer, ImageRecord } from './image-record.js'
import { topChain, type ImageStore } from './image-store.js'
import type { HistoryEntry, ImageConfigFile } from './manifest.js'
import type { Reference } from './reference.js'

/** An image to be made here: on top of a parent, or from nothing. */
export interface ImageToMake {
  parent?: ImageRecord
  /** The archive of a new layer, compressed by anything or not; without one only the configuration changes. */
  layer?: AsyncIterable<Uint8Array>
  /** A layer that is here already, on top of the parent's; in place of `layer`. */
  presentLayer?: ImageLayer
  config: ImageConfig
  platform: Platform
  /** The line of its history. */
  step: Omit<HistoryEntry, 'created' | 'empty_layer'>
  author?: string
  names: readonly Reference[]
}

/**
 * Makes an image of one more layer: what `import`, `commit` and a build's steps are. Throws `invalid` for a
 * layer that cannot be unpacked; nothing is left of it then.
 */
export async function makeImage(store: ImageStore, image: ImageToMake, signal: AbortSignal): Promise<ImageRecord> {
  const parentLayers = image.parent?.layers ?? []
  // The parent's content stays even when the parent itself is removed meanwhile.
  const held = image.parent ? [...chainIds(image.parent.config.rootfs.diff_ids), ...parentLayers.map((layer) => layer.digest)] : []
  using _parentPin = store.pin(held)
  const blob = image.layer === undefined ? undefined : await store.content.ingest(guarded(await asLayer(image.layer, () => store.content.freeBytes()), signal))
  try {
    const added = blob && (await addLayer(store, blob, image.parent && topChain(image.parent), signal))
    using _layerPin = added?.pin
    if (added) await blob?.commit()
    else await blob?.discard()
    const top = added?.layer ?? image.presentLayer
    const layers = top ? [...parentLayers, top] : parentLayers
    return await record(store, image, layers, top === undefined)
  } catch (thrown) {
    await blob?.discard()
    await store.collect()
    if (thrown instanceof TarError) throw invalid(`cannot unpack the layer: ${thrown.message}`, thrown)
    throw thrown
  }
}

/**
 * Unpacks an archive as a layer on top of `below`, and keeps both from being collected until `pin` is disposed of. Undefined
 * for one without entries, unless it is the lowest. Throws `TarError` for a damaged one; nothing is left of it then.
 */
export async function addLayer(store: ImageStore, blob: Pick<Ingested, 'path' | 'digest' | 'size'>, below: Digest | undefined, signal: AbortSignal): Promise<{ layer: ImageLayer; pin: Disposable } | undefined> {
  const draft = await store.snapshots.draft()
  let pin: Disposable | undefined
  try {
    const applied = await store.unpacker.unpack({ path: blob.path, folder: draft.folder, verified: blob.digest }, () => undefined, signal)
    // Nothing changed: a step without a layer, as Docker records it.
    if (applied.entries === 0 && below !== undefined) {
      await draft.discard()
      return undefined
    }
    const mediaType = await mediaTypeOf(blob)
    const chainId = below === undefined ? applied.diffId : digestOf(`${below} ${applied.diffId}`)
    // From before it is there until the image has its record: nobody may collect it in between.
    pin = store.pin([blob.digest, chainId])
    await store.snapshots.commit([
      { draft, chainId, diffId: applied.diffId, sizeBytes: applied.bytes, ...(below !== undefined && { parent: below }) },
    ])
    return { layer: { mediaType, digest: blob.digest, size: blob.size, diffId: applied.diffId }, pin }
  } catch (thrown) {
    pin?.[Symbol.dispose]()
    await draft.discard()
    throw thrown
  }
}

async function mediaTypeOf(blob: Pick<Ingested, 'path'>): Promise<string> {
  const source = readBlob(blob.path)
  const { compression } = await decompressed(source)
  source.destroy()
  if (compression === Compression.gzip) return MediaType.ociLayerGzip
  return compression === Compression.zstd ? MediaType.ociLayerZstd : MediaType.ociLayer
}

async function record(store: ImageStore, image: ImageToMake, layers: ImageLayer[], emptyStep: boolean): Promise<ImageRecord> {
  const created = rfc3339(store.clock.nowMs())
  const { architecture, os, variant } = image.platform
  const config: ImageConfigFile = {
    architecture,
    os,
    ...(variant !== undefined && { variant }),
    created,
    ...(image.author !== undefined && image.author !== '' && { author: image.author }),
    config: image.config,
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: [...(image.parent?.config.history ?? []), { created, ...image.step, ...(emptyStep && { empty_layer: true }) }],
    ...(image.step.comment !== undefined && { comment: image.step.comment }),
  }
  const configData = Buffer.from(JSON.stringify(config))
  const id = digestOf(configData)
  const manifest = composeManifest(
    { mediaType: MediaType.ociConfig, digest: id, size: configData.length },
    layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  )
  using _pin = store.pin([id, manifest.descriptor.digest])
  await store.content.write(configData)
  await store.content.write(manifest.data)
  const made: ImageRecord = {
    id,
    manifest: manifest.descriptor,
    layers,
    config,
    ...(image.parent && { parent: image.parent.id }),
    addedAtMs: store.clock.nowMs(),
  }
  await store.add(made, image.names)
  return made
}

async function* guarded(source: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of source) {
    signal.throwIfAborted()
    yield piece
  }
}
