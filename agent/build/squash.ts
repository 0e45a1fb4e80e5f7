import { chainIds, shortId } from '../image/descriptor.js'
import { makeImage } from '../image/image-make.js'
import type { ImageRecord } from '../image/image-record.js'
import { topChain } from '../image/image-store.js'
import { layerOf } from '../snapshot/diff.js'
import type { LayerView } from '../snapshot/snapshotter.js'
import type { BuildDeps } from './build-options.js'

/**
 * Makes one layer of all that an image has above its base: each layer is laid over the base's file system as its
 * archive says, and what differs in the end is the new layer. The history tells the steps as before.
 */
export async function squash({ store, ids, files }: Pick<BuildDeps, 'store' | 'ids' | 'files'>, image: ImageRecord, base: ImageRecord | undefined, signal: AbortSignal): Promise<ImageRecord> {
  const below = base?.layers.length ?? 0
  if (image.layers.length - below < 2) return image
  const { snapshots } = store
  const key = ids.hexId()
  await snapshots.prepare(key, base && topChain(base), { ephemeral: true })
  try {
    const root = await snapshots.mount(key)
    await files.layOver({ root, layers: chainIds(image.config.rootfs.diff_ids).slice(below).map((chainId) => snapshots.layer(chainId).folder) }, signal)
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
