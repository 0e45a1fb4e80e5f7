import { rfc3339, zeroTime } from '../../src/base/clock.js'
import { untilFilterMs } from '../../src/base/moment.js'
import type { ImageHistoryResponseItem, ImageInspect, ImageManifestSummary, ImageSummary } from '../../src/model/engine-api/image.js'
import { chainIds, type Digest } from './descriptor.js'
import type { ImageRecord, ImageUsers } from './image-record.js'
import { topChain, type ImageStore } from './image-store.js'
import type { HistoryEntry } from './manifest.js'
import { familiarName, matchesPattern, type Reference } from './reference.js'

/** The filters of a request, as the API parsed them. */
export interface ImageFilters {
  has(key: string): boolean
  get(key: string): readonly string[]
  flag(key: string): boolean | undefined
  labels(key: string, labels: Record<string, string> | undefined): boolean
}

/** Seconds since the epoch when the image was made; 0 when its configuration does not say. */
function createdSeconds(record: ImageRecord): number {
  const ms = Date.parse(record.config.created ?? '')
  return Number.isFinite(ms) && ms > 0 ? Math.floor(ms / 1000) : 0
}

/** Content of all its layers, in bytes. */
export function imageBytes(store: ImageStore, record: ImageRecord): number {
  let total = 0
  for (const chainId of chainIds(record.config.rootfs.diff_ids)) if (store.snapshots.has(chainId)) total += store.snapshots.layer(chainId).sizeBytes
  return total
}

/** `docker images`: the newest first. Throws `invalid` for filters that mean nothing, `notFound` for their images. */
export function listImages(
  store: ImageStore,
  users: ImageUsers,
  options: { all: boolean; filters: ImageFilters; sharedSize: boolean; manifests?: boolean },
): ImageSummary[] {
  const { filters } = options
  const before = cut(store, filters.get('before'), Infinity, Math.min)
  const since = cut(store, filters.get('since'), -Infinity, Math.max)
  const untilMs = untilFilterMs(filters.get('until'), store.clock.nowMs()) ?? Infinity
  const dangling = filters.flag('dangling')
  const patterns = filters.get('reference')
  const summaries: { summary: ImageSummary; created: number }[] = []
  const shared = options.sharedSize ? layerCounts(store) : undefined
  for (const record of store.list()) {
    const created = createdSeconds(record)
    if (created >= before || created <= since || created * 1000 > untilMs) continue
    if (!filters.labels('label', record.config.config?.Labels)) continue
    const names = store.namesOf(record.id)
    const shown = patterns.length === 0 ? names : names.filter((name) => patterns.some((pattern) => matchesPattern(name, pattern)))
    if (patterns.length > 0 && shown.length === 0) continue
    if (dangling !== undefined && dangling !== (names.length === 0 && store.childrenOf(record.id).length === 0)) continue
    // Steps of a build: only with --all.
    if (!options.all && names.length === 0 && store.childrenOf(record.id).length > 0) continue
    const summary = summaryOf(store, users, record, shown, created, shared)
    if (options.manifests) {
      const { mediaType, digest, size } = record.manifest
      const manifests = manifestsOf(store, users, record)
      // Who sees the parts adds them up: what is packed counts as well then.
      const total = manifests.reduce((sum, one) => sum + (one.Size?.Total ?? 0), 0)
      Object.assign(summary, { Size: total, Manifests: manifests, Descriptor: { mediaType, digest, size } } satisfies Partial<ImageSummary>)
    }
    summaries.push({ created, summary })
  }
  return summaries.sort((a, b) => b.created - a.created || compare(a.summary.Id, b.summary.Id)).map(({ summary }) => summary)
}

function summaryOf(store: ImageStore, users: ImageUsers, record: ImageRecord, names: Reference[], created: number, shared: Map<string, number> | undefined): ImageSummary {
  const sharedSize = shared === undefined ? -1 : sharedBytes(store, record, shared)
  return {
    Id: record.id,
    ParentId: record.parent ?? '',
    RepoTags: names.filter((name) => name.digest === undefined).map(familiarName),
    RepoDigests: names.filter((name) => name.digest !== undefined).map(familiarName),
    Created: created,
    Size: imageBytes(store, record),
    SharedSize: sharedSize,
    Labels: record.config.config?.Labels ?? {},
    // Since API 1.51 always told; older clients take -1 for unknown, and are glad of the count.
    Containers: users.usersOf(record.id).length,
  }
}

/** What an image consists of by platform (API 1.47): one manifest, for only that of its own platform is kept. */
export function manifestsOf(store: ImageStore, users: ImageUsers, record: ImageRecord): ImageManifestSummary[] {
  const { config, manifest, layers } = record
  const { mediaType, digest, size } = manifest
  const platform = { os: config.os, architecture: config.architecture, ...(config.variant !== undefined && { variant: config.variant }) }
  const blobs = new Set([digest, record.id, ...layers.map((layer) => layer.digest)])
  const content = [...blobs].reduce((sum, blob) => sum + (store.content.has(blob) ? store.content.size(blob) : 0), 0)
  const unpacked = imageBytes(store, record)
  return [
    {
      ID: digest,
      Descriptor: { mediaType, digest, size, platform },
      Available: true,
      Size: { Content: content, Total: content + unpacked },
      Kind: 'image',
      ImageData: { Platform: platform, Containers: users.usersOf(record.id).map(({ containerId }) => containerId), Size: { Unpacked: unpacked } },
    },
  ]
}

function layerCounts(store: ImageStore): Map<string, number> {
  const counts = new Map<string, number>()
  for (const record of store.list()) {
    for (const chainId of chainIds(record.config.rootfs.diff_ids)) counts.set(chainId, (counts.get(chainId) ?? 0) + 1)
  }
  return counts
}

function sharedBytes(store: ImageStore, record: ImageRecord, counts: Map<string, number>): number {
  let total = 0
  for (const chainId of chainIds(record.config.rootfs.diff_ids)) {
    if ((counts.get(chainId) ?? 0) > 1 && store.snapshots.has(chainId)) total += store.snapshots.layer(chainId).sizeBytes
  }
  return total
}

function cut(store: ImageStore, refs: readonly string[], start: number, pick: (a: number, b: number) => number): number {
  return refs.map((ref) => createdSeconds(store.find(ref))).reduce((at, next) => pick(at, next), start)
}

/** `docker image inspect`. Throws as `ImageStore.find`. */
export function inspectImage(store: ImageStore, ref: string): ImageInspect {
  const record = store.find(ref)
  const { config } = record
  const names = store.namesOf(record.id)
  const top = topChain(record)
  return {
    Id: record.id,
    RepoTags: names.filter((name) => name.digest === undefined).map(familiarName),
    RepoDigests: names.filter((name) => name.digest !== undefined).map(familiarName),
    Parent: record.parent ?? '',
    Comment: config.comment ?? config.history?.at(-1)?.comment ?? '',
    Created: config.created ?? zeroTime,
    DockerVersion: config.docker_version ?? '',
    Author: config.author ?? '',
    Config: config.config ?? {},
    Architecture: config.architecture,
    ...(config.variant !== undefined && { Variant: config.variant }),
    Os: config.os,
    ...(config['os.version'] !== undefined && { OsVersion: config['os.version'] }),
    Size: imageBytes(store, record),
    GraphDriver: { Name: store.snapshots.driver, Data: graphData(store, top) },
    RootFS: { Type: 'layers', Layers: config.rootfs.diff_ids },
    Metadata: { LastTagTime: record.taggedAtMs === undefined ? zeroTime : rfc3339(record.taggedAtMs) },
    Descriptor: { mediaType: record.manifest.mediaType, digest: record.manifest.digest, size: record.manifest.size },
  }
}

function graphData(store: ImageStore, top: string | undefined): Record<string, string> {
  const folders: string[] = []
  for (let at = top; at !== undefined && store.snapshots.has(at); ) {
    const layer = store.snapshots.layer(at)
    folders.push(layer.folder)
    at = layer.parent
  }
  const [upper, ...lowers] = folders
  if (upper === undefined) return {}
  return { ...(lowers.length > 0 && { LowerDir: lowers.join(':') }), UpperDir: upper }
}

/** `docker history`: the newest step first. Throws as `ImageStore.find`. */
export function imageHistory(store: ImageStore, ref: string): ImageHistoryResponseItem[] {
  const record = store.find(ref)
  const chain = chainIds(record.config.rootfs.diff_ids)
  const steps: HistoryEntry[] = record.config.history ?? chain.map(() => ({}))
  let layer = 0
  const items = steps.map((step): ImageHistoryResponseItem => {
    const chainId = step.empty_layer ? undefined : chain[layer++]
    const createdMs = Date.parse(step.created ?? '')
    return {
      Id: '<missing>',
      Created: Number.isFinite(createdMs) ? Math.floor(createdMs / 1000) : 0,
      CreatedBy: step.created_by ?? '',
      Tags: [],
      Size: chainId !== undefined && store.snapshots.has(chainId) ? store.snapshots.layer(chainId).sizeBytes : 0,
      Comment: step.comment ?? '',
    }
  })
  items.reverse()
  // Images made here keep their ancestors: their steps have ids and names.
  let at: ImageRecord | undefined = record
  for (const item of items) {
    if (!at) break
    item.Id = at.id
    item.Tags = tagsOf(store, at.id)
    at = at.parent === undefined ? undefined : store.byId(at.parent)
  }
  return items
}

function tagsOf(store: ImageStore, id: Digest): string[] {
  return store.namesOf(id).filter((name) => name.digest === undefined).map(familiarName)
}

function compare(a: string | undefined, b: string | undefined): number {
  return (a ?? '') < (b ?? '') ? -1 : 1
}

