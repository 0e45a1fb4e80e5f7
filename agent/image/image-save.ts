import type { ImageRecord } from './image-record.js'
import { hexOf, MediaType, type Descriptor } from './descriptor.js'
import type { ImageStore } from './image-store.js'
import { canonicalName, familiarName, parseReference, withDefaultTag, type Reference } from './reference.js'
import { encodeHeader, endOfArchive, paddingFor, tarEntry } from '../snapshot/tar/writer.js'
import { TarType } from '../snapshot/tar/header.js'

/**
 * A `docker save` archive of these images: an OCI image layout (`index.json`, `blobs/`) which `manifest.json`
 * makes readable for older engines too. Blobs go out as they came in, so digests stay. As in Docker, a name
 * saves that name, a repository without a tag all its tags, an id the image without names. Throws as
 * `ImageStore.find`, before the first byte.
 */
export function saveImages(store: ImageStore, refs: readonly string[], signal: AbortSignal): AsyncIterable<Uint8Array> {
  const chosen = new Map<string, { record: ImageRecord; names: Map<string, Reference> }>()
  for (const { record, name } of refs.flatMap((ref) => chosenBy(store, ref))) {
    const one = chosen.get(record.id) ?? { record, names: new Map<string, Reference>() }
    chosen.set(record.id, one)
    if (name) one.names.set(canonicalName(name), name)
  }
  const images = [...chosen.values()].map(({ record, names }) => ({ record, names: [...names.values()] }))
  for (const { record } of images) store.emit('save', record.id, { name: record.id })
  return archiveOf(store, images, signal)
}

/**
 * The same for one image under names that it need not have here; without `compatible` there is the OCI image layout alone. Throws as
 * `ImageStore.find`, and `invalid` for what is no name.
 */
export function saveImageAs(store: ImageStore, id: string, names: readonly string[], compatible: boolean, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return archiveOf(store, [{ record: store.find(id), names: names.map((name) => withDefaultTag(parseReference(name))) }], signal, compatible)
}

function chosenBy(store: ImageStore, ref: string): { record: ImageRecord; name?: Reference }[] {
  if (store.isIdReference(ref)) return [{ record: store.find(ref) }]
  const asked = parseReference(ref)
  if (asked.digest !== undefined) return [{ record: store.find(ref) }]
  const tags = asked.tag === undefined ? store.tagsOf(asked) : []
  if (tags.length === 0) return [{ record: store.find(ref), name: withDefaultTag(asked) }]
  return tags.map(({ name, id }) => ({ record: store.find(id), name }))
}

async function* archiveOf(
  store: ImageStore,
  images: { record: ImageRecord; names: Reference[] }[],
  signal: AbortSignal,
  compatible = true,
): AsyncGenerator<Uint8Array, void, undefined> {
  using _held = store.pin(images.flatMap(({ record }) => blobsOf(record).map((blob) => blob.digest)))
  const blobs = new Map<string, Descriptor>()
  for (const { record } of images) for (const blob of blobsOf(record)) blobs.set(blob.digest, blob)
  yield folder('blobs/')
  yield folder('blobs/sha256/')
  for (const digest of [...blobs.keys()].sort()) {
    const size = store.content.size(digest)
    yield encodeHeader(tarEntry({ name: `blobs/sha256/${hexOf(digest)}`, mode: 0o444, size }))
    for await (const piece of store.content.read(digest)) {
      signal.throwIfAborted()
      yield piece as Buffer
    }
    yield paddingFor(size)
  }
  yield* document('index.json', { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: images.flatMap(indexEntries) })
  if (compatible) yield* document('manifest.json', images.map(savedAs))
  yield* document('oci-layout', { imageLayoutVersion: '1.0.0' })
  yield endOfArchive()
}

/** An image as older engines know it. */
function savedAs({ record, names }: { record: ImageRecord; names: Reference[] }): object {
  return {
    Config: `blobs/sha256/${hexOf(record.id)}`,
    RepoTags: names.length === 0 ? null : names.map(familiarName),
    Layers: record.layers.map((layer) => `blobs/sha256/${hexOf(layer.digest)}`),
  }
}

function blobsOf(record: ImageRecord): Descriptor[] {
  return [record.manifest, { mediaType: MediaType.ociConfig, digest: record.id, size: 0 }, ...record.layers]
}

function indexEntries({ record, names }: { record: ImageRecord; names: Reference[] }): object[] {
  const { mediaType, digest, size } = record.manifest
  const { architecture, os, variant } = record.config
  const entry = { mediaType, digest, size, platform: { architecture, os, ...(variant !== undefined && { variant }) } }
  if (names.length === 0) return [entry]
  return names.map((name) => ({
    ...entry,
    annotations: { 'io.containerd.image.name': canonicalName(name), 'org.opencontainers.image.ref.name': name.tag ?? '' },
  }))
}

function folder(name: string): Buffer {
  return encodeHeader(tarEntry({ name, type: TarType.directory }))
}

function* document(name: string, content: unknown): Generator<Buffer, void, undefined> {
  const data = Buffer.from(JSON.stringify(content))
  yield encodeHeader(tarEntry({ name, size: data.length }))
  yield data
  yield paddingFor(data.length)
}
