import { removeTree } from '../../src/sys/remove-tree.js'
import type { IdSource } from '../../src/base/id.js'
import { chainIds, shortId } from '../image/descriptor.js'
import { makeImage } from '../image/image-make.js'
import type { ImageRecord } from '../image/image-record.js'
import { topChain, type ImageStore } from '../image/image-store.js'
import { layerOf } from '../snapshot/diff.js'
import { osPath } from '../snapshot/paths.js'
import type { LayerView } from '../snapshot/snapshotter.js'
import { TarReader } from '../snapshot/tar/reader.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { opaqueMark, TreeWriter, WhiteoutMode, whiteoutPrefix } from '../snapshot/tree-writer.js'
import { readdirSync } from 'node:fs'

/**
 * Makes one layer of all that an image has above its base: each layer is laid over the base's file system as its
 * archive says, and what differs in the end is the new layer. The history tells the steps as before.
 */
export async function squash(store: ImageStore, ids: IdSource, image: ImageRecord, base: ImageRecord | undefined, signal: AbortSignal): Promise<ImageRecord> {
  const below = base?.layers.length ?? 0
  if (image.layers.length - below < 2) return image
  const { snapshots } = store
  const key = ids.hexId()
  await snapshots.prepare(key, base && topChain(base), { ephemeral: true })
  try {
    const root = await snapshots.mount(key)
    for (const chainId of chainIds(image.config.rootfs.diff_ids).slice(below)) await applyOver(root, snapshots.layer(chainId).folder, signal)
    const known = base?.config.history?.length ?? 0
    const history = (image.config.history ?? []).map((one, n) => (n < known ? one : { ...one, empty_layer: true }))
    const parent: ImageRecord = {
      ...(base ?? image),
      layers: image.layers.slice(0, below),
      config: { ...image.config, history, rootfs: { ...image.config.rootfs, diff_ids: image.config.rootfs.diff_ids.slice(0, below) } },
    }
    const view: LayerView = snapshots.view(key)
    return await makeImage(
      store,
      {
        parent,
        layer: layerOf(view.upper),
        config: structuredClone(image.config.config ?? {}),
        platform: image.config,
        step: { comment: `merge ${image.id} to ${base?.id ?? 'scratch'}`, created_by: `squash ${shortId(image.id)}` },
        names: [],
        ...(image.config.author !== undefined && { author: image.config.author }),
      },
      signal,
    )
  } finally {
    await snapshots.removeWritable(key)
  }
}

async function applyOver(root: string, layerFolder: string, signal: AbortSignal): Promise<void> {
  const reader = new TarReader(layerOf(layerFolder))
  const writer = new TreeWriter(root, WhiteoutMode.plain)
  const slice = new TimeSlice()
  const read = async (): Promise<Buffer | undefined> => {
    signal.throwIfAborted()
    return reader.read()
  }
  for (let entry = await reader.next(); entry; entry = await reader.next()) {
    const slash = entry.name.lastIndexOf('/') + 1
    const name = entry.name.slice(slash)
    const folder = osPath(`${root}/${entry.name.slice(0, slash)}`)
    if (name === opaqueMark) {
      // It comes before what the layer has in the folder.
      for (const inside of readdirSync(folder, 'buffer')) await removeTree(Buffer.concat([Buffer.from(folder), inside]))
    } else if (name.startsWith(whiteoutPrefix)) {
      await removeTree(Buffer.concat([Buffer.from(folder), Buffer.from(name.slice(whiteoutPrefix.length), 'latin1')]))
    } else await writer.add(entry, read)
    const pause = slice.pause()
    if (pause) await pause
  }
  await writer.finish(slice)
}
