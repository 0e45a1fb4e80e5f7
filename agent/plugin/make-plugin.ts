import { invalid } from '../../src/base/errors.js'
import type { PluginConfig } from '../../src/model/engine-api/plugin.js'
import { decompressedArchive } from '../image/compression.js'
import { digestOf, MediaType } from '../image/descriptor.js'
import { addLayer } from '../image/image-make.js'
import type { ImageStore } from '../image/image-store.js'
import { pluginConfigType } from '../image/registry/manifests.js'
import { composePluginManifest, type PluginContent } from '../image/registry/plugins.js'
import { packed } from '../image/registry/upload.js'
import { TarError } from '../snapshot/tar/header.js'
import { splitPluginArchive } from './plugin-archive.js'
import { parsePluginConfig } from './plugin-config.js'

/** A plugin whose content is here, kept from being collected until `pin` is disposed of. */
export interface MadePlugin {
  config: PluginConfig
  content: PluginContent
  pin: Disposable
}

/**
 * Takes in the archive of `docker plugin create`, compressed by anything or not: its root file system becomes one layer. Throws
 * `invalid` for what is none; nothing is left of it then.
 */
export async function makePlugin(store: ImageStore, archive: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<MadePlugin> {
  const pins: Disposable[] = []
  const pin = { [Symbol.dispose]: () => pins.splice(0).forEach((one) => one[Symbol.dispose]()) }
  try {
    const parts = splitPluginArchive(guarded(await decompressedArchive(archive), signal))
    const blob = await store.content.ingest(packed(parts.layer))
    try {
      const given = parsePluginConfig(parts.config())
      const added = await addLayer(store, blob, undefined, signal)
      if (!added) throw invalid('no rootfs found')
      pins.push(added.pin)
      await blob.commit()
      const { layer } = added
      const config: PluginConfig = { ...given, rootfs: { type: 'layers', diff_ids: [layer.diffId] } }
      const configData = Buffer.from(JSON.stringify(config))
      const configDigest = digestOf(configData)
      pins.push(store.pin([configDigest]))
      await store.content.write(configData)
      const manifest = composePluginManifest({ mediaType: pluginConfigType, digest: configDigest, size: configData.length }, [layer])
      pins.push(store.pin([manifest.descriptor.digest]))
      await store.content.write(manifest.data)
      const layers = [{ ...layer, mediaType: MediaType.dockerLayerGzip }]
      return { config, content: { manifest: manifest.descriptor, config: configDigest, layers, chainId: layer.diffId }, pin }
    } finally {
      await blob.discard()
    }
  } catch (thrown) {
    pin[Symbol.dispose]()
    await store.collect()
    if (thrown instanceof TarError) throw invalid(`cannot unpack the plugin: ${thrown.message}`, thrown)
    throw thrown
  }
}

async function* guarded(source: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of source) {
    signal.throwIfAborted()
    yield piece
  }
}
