import { notFound } from '../../src/base/errors.js'
import type { ImageRecord } from './image-record.js'
import { ArchiveFiles } from './archive-files.js'
import { planArchive, type PlannedImage } from './archive-plan.js'
import type { Ingested } from './content-store.js'
import { chainIds, formatPlatform, hostPlatform, parsePlatform, platformFit, shortId } from './descriptor.js'
import type { ImageStore } from './image-store.js'
import type { Progress } from './progress.js'
import { familiarName } from './reference.js'
import { unpackLayers } from './unpack-layers.js'

/**
 * Loads every image of an archive, or none: names and records are written when all of them are unpacked
 * and durable. With a platform, every image that is for it. Progress is worded as `docker load` prints it. Throws `invalid` for a
 * damaged archive, `notFound` when none of its images is for the platform that was asked for.
 */
export async function loadImages(
  store: ImageStore,
  source: AsyncIterable<Uint8Array>,
  options: { quiet: boolean; platform?: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<ImageRecord[]> {
  const platform = options.platform === undefined ? hostPlatform() : parsePlatform(options.platform)
  await using archive = await ArchiveFiles.read(source, store.content, signal)
  const planned = await planArchive(archive, platform)
  const images = options.platform === undefined ? planned : planned.filter(({ config }) => platformFit(platform, config) > 0)
  if (images.length === 0) {
    const offered = [...new Set(planned.map(({ config }) => formatPlatform(config)))].join(', ')
    throw notFound(`requested platform (${formatPlatform(platform)}) not found: the image archive has only ${offered}`)
  }
  using _pin = store.pin(images.flatMap(keysOf))
  try {
    for (const image of images) await unpackImage(store, image, options.quiet ? () => undefined : progress, signal)
  } catch (thrown) {
    _pin[Symbol.dispose]()
    await store.collect()
    throw thrown
  }
  const records: ImageRecord[] = []
  for (const image of images) {
    const { id, config, manifest, layers, names } = image
    const record: ImageRecord = { id, config, manifest, layers, addedAtMs: store.clock.nowMs() }
    await store.add(record, names)
    records.push(record)
    for (const name of names) progress({ stream: `Loaded image: ${familiarName(name)}\n` })
    if (names.length === 0) progress({ stream: `Loaded image ID: ${id}\n` })
    store.emit('load', id, { name: names[0] ? familiarName(names[0]) : id })
  }
  return records
}

async function unpackImage(store: ImageStore, image: PlannedImage, progress: Progress, signal: AbortSignal): Promise<void> {
  const files = new Map(image.blobs.map((blob) => [blob.digest, blob]))
  const layers = image.layers.map((layer) => {
    const file = files.get(layer.digest) as Ingested
    return {
      digest: layer.digest,
      diffId: layer.diffId,
      // A layer that two images share was committed with the first.
      arrived: async () => Promise.resolve(store.content.has(layer.digest) ? store.content.path(layer.digest) : file.path),
      size: layer.size,
    }
  })
  // On disk while the layers are being unpacked: both are mostly waiting, for different things.
  const syncing = Promise.all(image.blobs.filter((blob) => !store.content.has(blob.digest)).map((blob) => blob.sync()))
  syncing.catch(() => undefined)
  await unpackLayers(store.snapshots, store.unpacker, layers, signal, (layer, unpacked) => {
    const size = image.layers.find((one) => one.digest === layer.digest)?.size ?? 0
    if (unpacked) progress({ status: 'Loading layer', id: shortId(layer.diffId), progressDetail: { current: size, total: size } })
  })
  await syncing
  for (const blob of image.blobs) if (!store.content.has(blob.digest)) await blob.commit()
  await store.content.write(image.manifestData)
}

/** Everything of an image that must not be collected while it has no record. */
function keysOf(image: PlannedImage): string[] {
  return [image.id, image.manifest.digest, ...image.layers.map((layer) => layer.digest), ...chainIds(image.config.rootfs.diff_ids)]
}
