import { invalid } from '../../../src/base/errors.js'
import { must } from '../../../src/base/assert.js'
import { digestOf, hostPlatform, MediaType, shortId, type Descriptor, type Digest } from '../descriptor.js'
import { addLayer } from '../image-make.js'
import type { ImageLayer } from '../image-record.js'
import type { ImageStore } from '../image-store.js'
import { documentBytesMax, parseManifest, type Manifest } from '../manifest.js'
import type { Progress } from '../progress.js'
import { canonicalName, type Reference } from '../reference.js'
import { TarError } from '../../snapshot/tar/header.js'
import type { Limit } from '../../../src/base/limit.js'
import type { RegistryClient } from './client.js'
import { fetchConfigData, pluginConfigType, resolveManifest, type Fetched, type Resolved } from './manifests.js'
import { LayerProgress } from './progress-text.js'
import { bring, type ArrivalDeps } from './pull.js'
import { dropBody } from './transport.js'
import { hasBlob, uploadBlob, uploadData } from './upload.js'

/** A plugin's layers are one in practice; overlayfs bears this many. */
const layersMax = 100

/** A plugin in a registry, without its layers. */
export interface RemotePlugin {
  resolved: Resolved
  configData: Buffer
}

/** Everything of a plugin that lies in the content store. */
export interface PluginContent {
  manifest: Descriptor
  config: Digest
  /** The lowest first. */
  layers: ImageLayer[]
  /** Of the topmost layer that has files. */
  chainId: string
}

/** Manifest and configuration of a plugin. Throws `invalid` for what is none. */
export async function fetchPlugin(client: RegistryClient, reference: Reference, { attemptsMax }: Pick<ArrivalDeps, 'attemptsMax'>, signal: AbortSignal): Promise<RemotePlugin> {
  const { path, tag, digest } = reference
  const resolved = await resolveManifest(client, path, digest ?? tag ?? '', hostPlatform(), signal, (fetched) => readPluginManifest(fetched, reference))
  return { resolved, configData: await fetchConfigData(client, path, resolved.manifest, attemptsMax, signal) }
}

function readPluginManifest({ document, descriptor }: Fetched, reference: Reference): Manifest {
  const manifest = parseManifest(document, `the manifest ${descriptor.digest}`)
  if (manifest.config.mediaType !== pluginConfigType) throw invalid(`did not find plugin config for specified reference ${canonicalName(reference)}`)
  if (manifest.layers.length === 0 || manifest.layers.length > layersMax) throw invalid(`the plugin ${canonicalName(reference)} has ${manifest.layers.length} layers: 1 to ${layersMax} can be used`)
  return { ...manifest, mediaType: descriptor.mediaType }
}

/**
 * Brings the layers of a plugin here and unpacks them, one after another: most have one. What its configuration says of their
 * content is not relied on, since some of Docker's releases write there the digests of the packed layers. The content is kept from
 * being collected until `pin` is disposed of; nothing is left after a failure. Throws as `RegistryClient.ask`, and `invalid`.
 */
export async function bringPlugin(
  deps: ArrivalDeps,
  client: RegistryClient,
  reference: Reference,
  { resolved, configData }: RemotePlugin,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ content: PluginContent; pin: Disposable }> {
  const { store } = deps
  const config = resolved.manifest.config.digest
  const pins = [store.pin([config, resolved.descriptor.digest, ...resolved.manifest.layers.map(({ digest }) => digest)])]
  const pin = { [Symbol.dispose]: () => pins.splice(0).forEach((one) => one[Symbol.dispose]()) }
  try {
    const lines = resolved.manifest.layers.map((layer) => new LayerProgress(progress, store.clock, shortId(layer.digest), layer.size))
    for (const line of lines) line.say('Pulling fs layer')
    const layers: ImageLayer[] = []
    let chainId: string | undefined
    for (const [i, layer] of resolved.manifest.layers.entries()) {
      const line = must(lines[i], 'every layer has its line')
      await bring(deps, client, reference.path, layer, line, signal)
      const blob = { path: store.content.path(layer.digest), digest: layer.digest, size: layer.size }
      const added = await addLayer(store, blob, chainId, signal)
      if (!added) continue
      pins.push(added.pin)
      layers.push({ ...added.layer, mediaType: layer.mediaType })
      chainId = chainId === undefined ? added.layer.diffId : digestOf(`${chainId} ${added.layer.diffId}`)
      line.say('Pull complete')
    }
    await Promise.all([store.content.write(configData), store.content.write(resolved.data)])
    progress({ status: `Digest: ${resolved.top.digest}` })
    return { content: { manifest: resolved.descriptor, config, layers, chainId: must(chainId, 'the lowest layer counts also when it is empty') }, pin }
  } catch (thrown) {
    pin[Symbol.dispose]()
    await store.collect()
    if (thrown instanceof TarError) throw invalid(`cannot unpack the plugin: ${thrown.message}`, thrown)
    throw thrown
  }
}

/** The manifest of a plugin made here, in the one form that registries take for plugins. */
export function composePluginManifest(config: Descriptor, layers: readonly Descriptor[]): { data: Buffer; descriptor: Descriptor } {
  const manifest = {
    schemaVersion: 2,
    mediaType: MediaType.dockerManifest,
    config: { mediaType: pluginConfigType, size: config.size, digest: config.digest },
    layers: layers.map(({ size, digest }) => ({ mediaType: MediaType.dockerLayerGzip, size, digest })),
  }
  const data = Buffer.from(JSON.stringify(manifest))
  return { data, descriptor: { mediaType: MediaType.dockerManifest, digest: digestOf(data), size: data.length } }
}

/** Sends a plugin under one tag. Throws as `RegistryClient.ask`. */
export async function pushPlugin(
  store: ImageStore,
  client: RegistryClient,
  { path, tag }: Reference & { tag: string },
  { manifest, config, layers }: PluginContent,
  limit: Limit,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const lines = layers.map((layer) => new LayerProgress(progress, store.clock, shortId(layer.digest), layer.size))
  for (const line of lines) line.say('Preparing')
  for (const [i, { digest, size }] of layers.entries()) {
    const line = must(lines[i], 'every layer has its line')
    if (await hasBlob(client, path, digest, signal)) {
      line.say('Layer already exists')
      continue
    }
    const blob = { open: () => store.content.read(digest), pack: false, digest, size }
    await limit.run(() => uploadBlob(client, path, blob, signal, (bytes) => line.at('Pushing', bytes)), signal)
    line.say('Pushed')
  }
  if (!(await hasBlob(client, path, config, signal))) await uploadData(client, path, await store.content.readAll(config, documentBytesMax), signal)
  const data = await store.content.readAll(manifest.digest, documentBytesMax)
  const answer = await client.ask(client.url(`${path}/manifests/${tag}`), { method: 'PUT', headers: { 'Content-Type': manifest.mediaType }, body: data, signal })
  dropBody(answer)
  progress({ status: `${tag}: digest: ${manifest.digest} size: ${manifest.size}` })
  progress({ progressDetail: {}, aux: { Tag: tag, Digest: manifest.digest, Size: manifest.size } })
}
