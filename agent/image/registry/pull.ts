import { internal, invalid } from '../../../src/base/errors.js'
import type { Ingested } from '../content-store.js'
import { chainIds, formatPlatform, shortId, type Descriptor, type Digest, type Platform } from '../descriptor.js'
import type { ImageLayer, ImageRecord } from '../image-record.js'
import type { ImageStore } from '../image-store.js'
import type { ImageConfigFile } from '../manifest.js'
import type { Progress } from '../progress.js'
import { familiarName, familiarRepository, repositoryOf, type Reference } from '../reference.js'
import { unpackLayers, type LayerSource } from '../unpack-layers.js'
import { downloadBlob } from './blob-download.js'
import type { RegistryClient } from './client.js'
import { LyingRegistryError } from './errors.js'
import type { LayerMemory } from './layer-memory.js'
import type { Limit } from '../../../src/base/limit.js'
import { fetchConfig, resolveManifest, type Resolved } from './manifests.js'
import { LayerProgress } from './progress-text.js'

/** What bringing blobs here takes. */
export interface ArrivalDeps {
  store: ImageStore
  /** Of downloads. */
  limit: Limit
  attemptsMax: number
  /** Downloads under way, of all pulls. */
  arriving: Map<Digest, Promise<void>>
}

export interface PullDeps extends ArrivalDeps {
  memory: LayerMemory
}

export interface PullRequest {
  /** With a tag or a digest. */
  reference: Reference
  platform: Platform
  /** The platform was asked for, rather than being this host's. */
  platformAsked: boolean
}

/**
 * Gets one image, at one place of its registry: manifest, configuration, the layers that are not here yet
 * (several at a time, unpacked while others still come), record and names. Nothing is kept when it fails,
 * but what other images need. Progress is worded as `docker pull` prints it.
 */
export async function pullImage(deps: PullDeps, client: RegistryClient, request: PullRequest, progress: Progress, signal: AbortSignal): Promise<ImageRecord> {
  const { store } = deps
  const { reference } = request
  const { path, tag, digest } = reference
  const resolved = await resolveManifest(client, path, digest ?? tag ?? '', request.platform, signal)
  progress({ status: `Pulling from ${path}`, id: digest ?? tag ?? '' })
  const { config, data: configData, digest: id } = await fetchConfig(client, path, resolved.manifest, deps.attemptsMax, signal)
  const layers = layersOf(resolved, config)
  checkPlatform(request, config)
  const names = namesFor(reference, resolved.top.digest)
  const before = store.lookUp(familiarName(reference))
  const chain = chainIds(config.rootfs.diff_ids)
  const pin = store.pin([id, resolved.descriptor.digest, ...layers.map((layer) => layer.digest), ...chain])
  try {
    // The same image from elsewhere has all its layers; only one whose files were lost gets them again.
    if (!store.byId(id) || !chain.every((chainId) => store.snapshots.has(chainId))) {
      await bringLayers(deps, client, path, layers, chain, progress, signal)
      await Promise.all([store.content.write(configData), store.content.write(resolved.data)])
    }
    signal.throwIfAborted()
    await store.add({ id, config, manifest: resolved.descriptor, layers, addedAtMs: store.clock.nowMs() }, names)
  } catch (thrown) {
    pin[Symbol.dispose]()
    await store.collect()
    throw thrown
  }
  pin[Symbol.dispose]()
  // For later pushes: the registry need not be sent what it has.
  if (!client.endpoint.mirror) for (const layer of layers) await deps.memory.remember(layer.diffId, layer, repositoryOf(reference))
  progress({ status: `Digest: ${resolved.top.digest}` })
  const newer = before?.id !== id
  progress({ status: `Status: ${newer ? 'Downloaded newer image' : 'Image is up to date'} for ${familiarName(reference)}` })
  store.emit('pull', familiarName(reference), { name: familiarRepository(reference), ...config.config?.Labels })
  return store.byId(id) as ImageRecord
}

/** Downloads and unpacks at the same time; the first failure ends both. */
async function bringLayers(
  deps: PullDeps,
  client: RegistryClient,
  repository: string,
  layers: readonly ImageLayer[],
  chain: readonly Digest[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { store } = deps
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const lines = new Map(layers.map((layer) => [layer.digest, new LayerProgress(progress, store.clock, shortId(layer.digest), layer.size)]))
  const coming = new Map<Digest, Promise<void>>()
  const here = (layer: ImageLayer, i: number): boolean => store.snapshots.has(chain[i] as string) && store.content.has(layer.digest)
  await checkRoom(store, new Map(layers.filter((layer, i) => !here(layer, i) && !store.content.has(layer.digest)).map(({ digest, size }) => [digest, size])))
  layers.forEach((layer, i) => lines.get(layer.digest)?.say(here(layer, i) ? 'Already exists' : 'Pulling fs layer'))
  layers.forEach((layer, i) => {
    if (coming.has(layer.digest) || here(layer, i)) return
    const line = lines.get(layer.digest) as LayerProgress
    const arrival = bring(deps, client, repository, layer, line, either)
    arrival.catch((thrown: unknown) => failed.abort(thrown))
    coming.set(layer.digest, arrival)
  })
  const sources = layers.map((layer): LayerSource => {
    const line = lines.get(layer.digest) as LayerProgress
    return {
      digest: layer.digest,
      diffId: layer.diffId,
      arrived: async () => {
        await coming.get(layer.digest)
        return store.content.path(layer.digest)
      },
      see: (bytes) => line.at('Extracting', bytes),
    }
  })
  const unpacking = unpackLayers(store.snapshots, store.unpacker, sources, either, ({ digest }, unpacked) => unpacked && lines.get(digest)?.say('Pull complete'))
  unpacking.catch((thrown: unknown) => failed.abort(thrown))
  // Everything has ended before anything is cleaned up.
  await Promise.allSettled([unpacking, ...coming.values()])
  signal.throwIfAborted()
  if (failed.signal.aborted) throw failed.signal.reason
}

/** Throws `internal` where the disk cannot hold what is to come: nobody else's room is taken before that shows. */
async function checkRoom({ content }: ImageStore, sizes: ReadonlyMap<Digest, number>): Promise<void> {
  const needed = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const free = needed === 0 ? Infinity : await content.freeBytes()
  if (needed > free) throw internal(`no space left on device: the image has ${needed} bytes to download, and the disk has ${free} bytes free`)
}

/** Brings the archive of one layer here, its digest checked. Throws as `RegistryClient.ask`, and `LyingRegistryError`. */
export async function bring(deps: ArrivalDeps, client: RegistryClient, repository: string, layer: Descriptor, line: LayerProgress, signal: AbortSignal): Promise<void> {
  const { store, arriving } = deps
  const { digest } = layer
  // Another pull is bringing it: it comes once. Where that fails, this one does it.
  for (let other = arriving.get(digest); other; other = arriving.get(digest)) {
    line.say('Waiting')
    await settled(other, signal)
  }
  if (store.content.has(digest)) return line.say('Download complete')
  if (deps.limit.full) line.say('Waiting')
  const arrival = receive(deps, client, repository, layer, line, signal)
  arriving.set(digest, arrival)
  try {
    await arrival
  } finally {
    arriving.delete(digest)
  }
}

async function receive(deps: ArrivalDeps, client: RegistryClient, repository: string, layer: Descriptor, line: LayerProgress, signal: AbortSignal): Promise<void> {
  const ingested = await deps.limit.run(() => download(deps, client, repository, layer, line, signal), signal)
  // The next one comes while this one is being made durable.
  line.say('Verifying Checksum')
  try {
    await ingested.commit()
  } catch (thrown) {
    await ingested.discard()
    throw thrown
  }
  line.say('Download complete')
}

async function download(deps: ArrivalDeps, client: RegistryClient, repository: string, { digest, size }: Descriptor, line: LayerProgress, signal: AbortSignal): Promise<Ingested> {
  const retrying = (delayMs: number): void => line.say(`Retrying in ${Math.max(1, Math.round(delayMs / 1000))} second${delayMs >= 1500 ? 's' : ''}`)
  const blob = downloadBlob(client, { repository, digest, size, attemptsMax: deps.attemptsMax, retrying }, signal)
  const ingested = await deps.store.content.ingest(counted(blob, (bytes) => line.at('Downloading', bytes)), { bytesMax: size })
  if (ingested.digest === digest) return ingested
  await ingested.discard()
  throw new LyingRegistryError(`filesystem layer verification failed for digest ${digest}: ${client.endpoint.origin} gave content with digest ${ingested.digest}`)
}

/** Waits for the end of another's work, however it ends. */
function settled(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    void work.then(() => undefined, () => undefined).then(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
  })
}

async function* counted(source: AsyncIterable<Uint8Array>, see: (bytes: number) => void): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  for await (const piece of source) {
    bytes += piece.length
    see(bytes)
    yield piece
  }
}

function layersOf({ manifest, descriptor }: Resolved, config: ImageConfigFile): ImageLayer[] {
  const diffIds = config.rootfs.diff_ids
  if (diffIds.length !== manifest.layers.length) {
    throw invalid(`the manifest ${descriptor.digest} is damaged: it has ${manifest.layers.length} layers, its configuration names ${diffIds.length}`)
  }
  return manifest.layers.map(({ mediaType, digest, size }: Descriptor, i): ImageLayer => ({ mediaType, digest, size, diffId: diffIds[i] as Digest }))
}

function checkPlatform({ reference, platform, platformAsked }: PullRequest, config: ImageConfigFile): void {
  if (config.os !== 'linux') throw invalid(`image operating system "${config.os}" cannot be used on this platform: linux is`)
  if (!platformAsked || (config.os === platform.os && config.architecture === platform.architecture)) return
  throw invalid(`image with reference ${familiarName(reference)} was found but its platform (${formatPlatform(config)}) does not match the specified platform (${formatPlatform(platform)})`)
}

/** The name asked for, and the digest that the registry gave it: what `RepoDigests` shows. */
function namesFor(reference: Reference, top: Digest): Reference[] {
  const { domain, path, tag, digest } = reference
  const byDigest: Reference = { domain, path, digest: top }
  return digest !== undefined || tag === undefined ? [byDigest] : [{ domain, path, tag }, byDigest]
}

