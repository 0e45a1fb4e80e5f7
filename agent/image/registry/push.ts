import { digestOf, MediaType, shortId, type Descriptor, type Digest } from '../descriptor.js'
import type { ImageLayer, ImageRecord } from '../image-record.js'
import type { ImageStore } from '../image-store.js'
import { documentBytesMax, type Manifest } from '../manifest.js'
import type { Progress } from '../progress.js'
import { familiarName, familiarRepository, repositoryOf, type Reference } from '../reference.js'
import type { RegistryClient } from './client.js'
import { LyingRegistryError, RegistryError } from './errors.js'
import type { LayerMemory } from './layer-memory.js'
import type { Limit } from '../../../src/base/limit.js'
import { LayerProgress } from './progress-text.js'
import { dropBody } from './transport.js'
import { hasBlob, mountBlob, uploadBlob, uploadData } from './upload.js'

export interface PushDeps {
  store: ImageStore
  memory: LayerMemory
  /** Of uploads. */
  limit: Limit
}

/** Token servers are asked for this many other repositories at most. */
const mountSourcesMax = 4

/** Other repositories of the same registry that may have layers of this image: their paths. */
export function mountSources(memory: LayerMemory, record: ImageRecord, { domain, path }: Reference): string[] {
  const sources = new Set<string>()
  for (const { diffId } of record.layers) for (const source of sourcesOf(memory, diffId, domain, path)) sources.add(source)
  return [...sources].slice(0, mountSourcesMax)
}

/** Sends one image under one tag; gives its manifest. Progress is worded as `docker push` prints it. Throws as `RegistryClient.ask`. */
export async function pushImage(deps: PushDeps, client: RegistryClient, record: ImageRecord, name: Reference & { tag: string }, progress: Progress, signal: AbortSignal): Promise<Descriptor> {
  const { store } = deps
  using _held = store.pin([record.id, record.manifest.digest, ...record.layers.map((layer) => layer.digest)])
  const { path, tag } = name
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const distinct = new Map(record.layers.map((layer) => [layer.diffId, layer]))
  const lines = new Map([...distinct.values()].map((layer) => [layer.diffId, new LayerProgress(progress, store.clock, shortId(layer.diffId), layer.size)]))
  for (const line of lines.values()) line.say('Preparing')
  const sent = new Map<Digest, Descriptor>()
  const work = [...distinct.values()].map(async (layer) => {
    try {
      const line = lines.get(layer.diffId) as LayerProgress
      if (deps.limit.full) line.say('Waiting')
      sent.set(layer.diffId, await deps.limit.run(() => sendLayer(deps, client, layer, name, line, either), either))
    } catch (thrown) {
      failed.abort(thrown)
    }
  })
  await Promise.all(work)
  signal.throwIfAborted()
  if (failed.signal.aborted) throw failed.signal.reason
  const { data, descriptor } = await manifestFor(store, record, sent)
  if (!(await hasBlob(client, path, record.id, signal))) {
    await uploadData(client, path, await store.content.readAll(record.id, documentBytesMax), signal)
  }
  const answer = await client.ask(client.url(`${path}/manifests/${tag}`), { method: 'PUT', headers: { 'Content-Type': descriptor.mediaType }, body: data, signal })
  dropBody(answer)
  const named = answer.headers['docker-content-digest']
  if (named !== undefined && named !== descriptor.digest) throw new LyingRegistryError(`${client.endpoint.origin} took the manifest ${descriptor.digest} as ${JSON.stringify(named)}`)
  await store.setName({ domain: name.domain, path, digest: descriptor.digest }, record.id)
  progress({ status: `${tag}: digest: ${descriptor.digest} size: ${descriptor.size}` })
  progress({ progressDetail: {}, aux: { Tag: tag, Digest: descriptor.digest, Size: descriptor.size } })
  store.emit('push', familiarName(name), { name: familiarRepository(name), ...record.config.config?.Labels })
  return descriptor
}

async function sendLayer(deps: PushDeps, client: RegistryClient, layer: ImageLayer, name: Reference, line: LayerProgress, signal: AbortSignal): Promise<Descriptor> {
  const { store, memory } = deps
  const { path } = name
  const pack = isPlain(layer)
  const known = memory.get(layer.diffId)
  // A plain layer goes packed; how it looks packed is known from the last time.
  const target: Descriptor | undefined = pack ? known && { mediaType: known.mediaType, digest: known.digest, size: known.size } : layer
  const there = async (): Promise<boolean> => target !== undefined && (await hasBlob(client, path, target.digest, signal))
  const remembered = async (found: Descriptor): Promise<Descriptor> => {
    await memory.remember(layer.diffId, found, repositoryOf(name))
    const { mediaType, digest, size } = found
    return { mediaType, digest, size }
  }
  if (target && (await there())) {
    line.say('Layer already exists')
    return remembered(target)
  }
  if (target && known?.digest === target.digest) {
    for (const source of sourcesOf(memory, layer.diffId, name.domain, path)) {
      if (!(await mounted(client, path, source, target.digest, signal))) continue
      line.say(`Mounted from ${source}`)
      return remembered(target)
    }
  }
  const blob = { open: () => store.content.read(layer.digest), pack, ...(!pack && { digest: layer.digest, size: layer.size }) }
  const { digest, size } = await uploadBlob(client, path, blob, signal, (bytes) => line.at('Pushing', bytes))
  line.say('Pushed')
  return remembered({ mediaType: pack ? MediaType.dockerLayerGzip : layer.mediaType, digest, size })
}

/** A refusal to mount is no failure: the layer is sent then. */
async function mounted(client: RegistryClient, path: string, source: string, digest: Digest, signal: AbortSignal): Promise<boolean> {
  try {
    return await mountBlob(client, path, source, digest, signal)
  } catch (thrown) {
    if (thrown instanceof RegistryError && thrown.status < 500) return false
    throw thrown
  }
}

/**
 * The manifest as it came, where all layers went out as they came. Else a new one: Docker's version 2,
 * which every registry takes, unless a layer is of a kind that only OCI's knows.
 */
async function manifestFor(store: ImageStore, record: ImageRecord, sent: ReadonlyMap<Digest, Descriptor>): Promise<{ data: Buffer; descriptor: Descriptor }> {
  if (record.layers.every((layer) => sent.get(layer.diffId)?.digest === layer.digest)) {
    return { data: await store.content.readAll(record.manifest.digest, documentBytesMax), descriptor: record.manifest }
  }
  const layers = record.layers.map((layer) => sent.get(layer.diffId) as Descriptor)
  const gzip: readonly string[] = [MediaType.dockerLayerGzip, MediaType.ociLayerGzip]
  const docker = layers.every((layer) => gzip.includes(layer.mediaType))
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: docker ? MediaType.dockerManifest : MediaType.ociManifest,
    config: { mediaType: docker ? MediaType.dockerConfig : MediaType.ociConfig, digest: record.id, size: store.content.size(record.id) },
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType: gzip.includes(mediaType) ? (docker ? MediaType.dockerLayerGzip : MediaType.ociLayerGzip) : mediaType, digest, size })),
  }
  const data = Buffer.from(JSON.stringify(manifest))
  return { data, descriptor: { mediaType: manifest.mediaType, digest: digestOf(data), size: data.length } }
}

function isPlain({ mediaType }: Descriptor): boolean {
  return mediaType.endsWith('.tar') || mediaType === ''
}

function sourcesOf(memory: LayerMemory, diffId: Digest, domain: string, path: string): string[] {
  const prefix = `${domain}/`
  return (memory.get(diffId)?.repositories ?? []).filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length)).filter((one) => one !== path)
}
