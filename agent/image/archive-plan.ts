import { open, readFile } from 'node:fs/promises'
import { invalid } from '../../src/base/errors.js'
import type { ArchiveFiles } from './archive-files.js'
import { Compression, detectCompression } from './compression.js'
import type { Ingested } from './content-store.js'
import { digestOf, formatPlatform, MediaType, platformFit, type Descriptor, type Platform } from './descriptor.js'
import type { ImageLayer } from './image-record.js'
import { documentBytesMax, isIndex, isObject, parseImageConfig, parseIndex, parseManifest, parseObject, type ImageConfigFile, type Manifest } from './manifest.js'
import { parseReference, withDefaultTag, type Reference } from './reference.js'

/** One image of an archive, everything it needs found and checked but not yet part of the store. */
export interface PlannedImage {
  id: string
  config: ImageConfigFile
  manifest: Descriptor
  /** The manifest's bytes. */
  manifestData: Uint8Array
  layers: ImageLayer[]
  /** Configuration and layers, to be committed. */
  blobs: Ingested[]
  names: Reference[]
}

const manifestFile = 'manifest.json'
const indexFile = 'index.json'
const nestingMax = 4

/**
 * What to load from an archive: `manifest.json` (docker save) is followed where there is one, else
 * `index.json` (OCI image layout). Throws `invalid` for anything that does not fit together, and when an
 * index has no image for the platform.
 */
export async function planArchive(archive: ArchiveFiles, platform: Platform): Promise<PlannedImage[]> {
  const images = archive.has(manifestFile)
    ? await planDocker(archive)
    : archive.has(indexFile)
      ? await planLayout(archive, platform)
      : undefined
  if (!images) {
    throw invalid('this is no image archive: it has neither manifest.json (docker save) nor index.json (OCI layout). A root filesystem is taken in by `image import`')
  }
  if (images.length === 0) throw invalid('the image archive holds no image')
  return images
}

async function planDocker(archive: ArchiveFiles): Promise<PlannedImage[]> {
  const list = await readJson(archive, manifestFile)
  if (!Array.isArray(list)) throw invalid('the image archive is damaged: manifest.json is not a list of images')
  const manifests = archive.has(indexFile) ? await manifestsOf(archive) : []
  const planned: PlannedImage[] = []
  for (const one of list as unknown[]) {
    const layerNames = isObject(one) ? (one['Layers'] ?? []) : undefined
    const configName = isObject(one) ? one['Config'] : undefined
    const tags = isObject(one) ? (one['RepoTags'] ?? []) : undefined
    if (typeof configName !== 'string' || !isStrings(layerNames) || !isStrings(tags)) {
      throw invalid('the image archive is damaged: an image in manifest.json lacks its Config or Layers')
    }
    const configFile = archive.must(configName)
    nameHolds(configName, configFile)
    const config = await readConfig(configFile, configName)
    const files = layerNames.map((name) => archive.must(name))
    files.forEach((file, i) => nameHolds(layerNames[i] as string, file))
    const names = tags.map((tag) => withDefaultTag(parseReference(tag)))
    const known = manifests.find(({ manifest }) => describes(manifest, configFile, files))
    planned.push(known ? plan(configFile, config, files, names, known) : plan(configFile, config, files, names, await composed(configFile, files)))
  }
  return planned
}

async function planLayout(archive: ArchiveFiles, platform: Platform): Promise<PlannedImage[]> {
  const top = parseIndex(parseObject(await readDocument(archive.must(indexFile), indexFile), indexFile), indexFile)
  const planned: PlannedImage[] = []
  const refused: Platform[] = []
  for (const descriptor of top.manifests) {
    const chosen = await choose(archive, descriptor, platform, refused, 0)
    if (!chosen) continue
    const { manifest } = chosen
    const configFile = archive.blob(manifest.config.digest)
    const config = await readConfig(configFile, manifest.config.digest)
    const files = manifest.layers.map((layer) => archive.blob(layer.digest))
    files.forEach((file, i) => sizeHolds(manifest.layers[i] as Descriptor, file))
    const names = namesOf(descriptor)
    const same = planned.find((one) => one.id === configFile.digest)
    if (same) same.names.push(...names)
    else planned.push(plan(configFile, config, files, names, chosen))
  }
  if (planned.length === 0 && refused.length > 0) {
    const offered = [...new Set(refused.map(formatPlatform))].join(', ')
    throw invalid(`the image archive has no image for ${formatPlatform(platform)}, only for ${offered}: choose one with --platform`)
  }
  return planned
}

interface FoundManifest {
  manifest: Manifest
  data: Uint8Array
  descriptor: Descriptor
}

/** The manifest that a descriptor leads to, through nested indexes, the best fit for the platform. */
async function choose(archive: ArchiveFiles, from: Descriptor, platform: Platform, refused: Platform[], depth: number): Promise<FoundManifest | undefined> {
  if (depth > nestingMax) throw invalid('the image archive is damaged: its indexes are nested too deeply')
  if (from.platform && from.platform.os !== 'unknown' && platformFit(platform, from.platform) === 0) {
    refused.push(from.platform)
    return undefined
  }
  // Attestations stand beside images under a platform of nothing.
  if (from.platform?.os === 'unknown') return undefined
  const file = archive.blob(from.digest)
  sizeHolds(from, file)
  const data = await readDocument(file, from.digest)
  const document = parseObject(data, from.digest)
  if (!isIndex(document)) {
    const manifest = parseManifest(document, from.digest)
    return { manifest, data, descriptor: { mediaType: manifest.mediaType, digest: from.digest, size: data.length } }
  }
  const fitting = parseIndex(document, from.digest).manifests.map((one) => ({ one, fit: one.platform ? platformFit(platform, one.platform) : 1 }))
  // A save for one platform keeps the index of all: what is not in the archive is passed over.
  for (const { one } of fitting.sort((a, b) => b.fit - a.fit)) {
    if (!archive.has(`blobs/${one.digest.replace(':', '/')}`)) continue
    const found = await choose(archive, one, platform, refused, depth + 1)
    if (found) return found
  }
  return undefined
}

/** Every manifest in the archive's index, whatever its platform: the ones that `manifest.json` speaks of. */
async function manifestsOf(archive: ArchiveFiles): Promise<FoundManifest[]> {
  const found: FoundManifest[] = []
  const visit = async (descriptors: Descriptor[], depth: number): Promise<void> => {
    for (const descriptor of descriptors) {
      if (depth > nestingMax || !archive.has(`blobs/${descriptor.digest.replace(':', '/')}`)) continue
      const data = await readDocument(archive.blob(descriptor.digest), descriptor.digest)
      const document = parseObject(data, descriptor.digest)
      if (isIndex(document)) await visit(parseIndex(document, descriptor.digest).manifests, depth + 1)
      else if (isObject(document['config'])) {
        const manifest = parseManifest(document, descriptor.digest)
        found.push({ manifest, data, descriptor: { mediaType: manifest.mediaType, digest: descriptor.digest, size: data.length } })
      }
    }
  }
  await visit(parseIndex(parseObject(await readDocument(archive.must(indexFile), indexFile), indexFile), indexFile).manifests, 0)
  return found
}

function describes(manifest: Manifest, config: Ingested, layers: Ingested[]): boolean {
  return (
    manifest.config.digest === config.digest &&
    manifest.layers.length === layers.length &&
    manifest.layers.every((layer, i) => layer.digest === layers[i]?.digest)
  )
}

function plan(configFile: Ingested, config: ImageConfigFile, files: Ingested[], names: Reference[], found: FoundManifest): PlannedImage {
  const diffIds = config.rootfs.diff_ids
  if (diffIds.length !== files.length) {
    throw invalid(`the image archive is damaged: the configuration of ${configFile.digest} names ${diffIds.length} layers, the archive has ${files.length}`)
  }
  const layers = found.manifest.layers.map((layer, i): ImageLayer => ({ mediaType: layer.mediaType, digest: layer.digest, size: layer.size, diffId: diffIds[i] as string }))
  return { id: configFile.digest, config, manifest: found.descriptor, manifestData: found.data, layers, blobs: [configFile, ...files], names }
}

/** A manifest for an image whose archive has none. */
async function composed(config: Ingested, files: Ingested[]): Promise<FoundManifest> {
  const layers = await Promise.all(files.map(async (file): Promise<Descriptor> => ({ mediaType: await layerType(file.path), digest: file.digest, size: file.size })))
  return composeManifest({ mediaType: MediaType.ociConfig, digest: config.digest, size: config.size }, layers)
}

/** The manifest of an image made here, with its bytes. */
export function composeManifest(config: Descriptor, layers: Descriptor[]): FoundManifest {
  const manifest: Manifest = { schemaVersion: 2, mediaType: MediaType.ociManifest, config, layers }
  const data = Buffer.from(JSON.stringify(manifest))
  return { manifest, data, descriptor: { mediaType: manifest.mediaType, digest: digestOf(data), size: data.length } }
}

async function layerType(path: string): Promise<string> {
  const head = Buffer.alloc(6)
  const file = await open(path, 'r')
  try {
    await file.read(head, 0, head.length, 0)
  } finally {
    await file.close()
  }
  const compression = detectCompression(head)
  if (compression === Compression.gzip) return MediaType.ociLayerGzip
  return compression === Compression.zstd ? MediaType.ociLayerZstd : MediaType.ociLayer
}

async function readConfig(file: Ingested, name: string): Promise<ImageConfigFile> {
  const config = parseImageConfig(await readDocument(file, name), name)
  if (config.os !== 'linux') throw invalid(`cannot load an image for ${formatPlatform(config)} on linux`)
  return config
}

async function readJson(archive: ArchiveFiles, name: string): Promise<unknown> {
  const data = await readDocument(archive.must(name), name)
  try {
    return JSON.parse(data.toString('utf8')) as unknown
  } catch (cause) {
    throw invalid(`the image archive is damaged: ${name} is not JSON`, cause)
  }
}

async function readDocument(file: Ingested, name: string): Promise<Buffer> {
  if (file.size > documentBytesMax) {
    throw invalid(`the image archive is damaged: ${name} has ${file.size} bytes, at most ${documentBytesMax} are read`)
  }
  return readFile(file.path)
}

/** Files of an OCI layout, and configurations of older archives, are named by their digest. */
function nameHolds(name: string, file: Ingested): void {
  const hex = /^(?:blobs\/sha256\/([0-9a-f]{64})|([0-9a-f]{64})\.json)$/.exec(name)
  const wanted = hex?.[1] ?? hex?.[2]
  if (wanted !== undefined && file.digest !== `sha256:${wanted}`) {
    throw invalid(`the image archive is damaged: ${name} has digest ${file.digest}`)
  }
}

function sizeHolds(descriptor: Descriptor, file: Ingested): void {
  if (descriptor.size !== file.size) {
    throw invalid(`the image archive is damaged: ${descriptor.digest} has ${file.size} bytes, its descriptor says ${descriptor.size}`)
  }
}

/** The full name that containerd writes, or the one of other tools when it is more than a tag. */
function namesOf(descriptor: Descriptor): Reference[] {
  const annotations = descriptor.annotations ?? {}
  const full = annotations['io.containerd.image.name']
  const short = annotations['org.opencontainers.image.ref.name']
  const name = full ?? (short !== undefined && /[/:]/.test(short) ? short : undefined)
  if (name === undefined) return []
  const reference = parseReference(name)
  return reference.digest === undefined ? [withDefaultTag(reference)] : []
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
