import type { Readable } from 'node:stream'
import { invalid, notFound } from '../../src/base/errors.js'
import type { ImageConfig, ImageDeleteResponseItem, ImageHistoryResponseItem, ImageInspect, ImageSummary } from '../../src/model/engine-api/image.js'
import { applyChanges } from './config-changes.js'
import { formatPlatform, hostPlatform, parsePlatform, platformFit, type Digest } from './descriptor.js'
import { loadImages } from './image-load.js'
import { makeImage } from './image-make.js'
import type { ImageForRun, ImageUsers } from './image-record.js'
import { pruneImages, removeImage } from './image-remove.js'
import { saveImageAs, saveImages } from './image-save.js'
import type { ImageStore } from './image-store.js'
import { imageBytes, imageHistory, inspectImage, listImages, manifestsOf, type ImageFilters } from './image-view.js'
import type { Progress } from './progress.js'
import { familiarName, referenceOf } from './reference.js'

/** A container's changes, to become an image. */
export interface CommitRequest {
  /** The image the container was made from. */
  parentId: Digest
  /** The archive of its changes. */
  layer: AsyncIterable<Uint8Array>
  config: ImageConfig
  repo?: string
  tag?: string
  comment?: string
  author?: string
  changes: readonly string[]
}

/** Everything the Engine API and the engine do with images, on one store. */
export class Images {
  constructor(
    readonly store: ImageStore,
    private readonly users: ImageUsers,
  ) {}

  /** Throws `notFound` ("No such image: x:latest") and `invalid` for what is no name. */
  bytesOf(imageId: string): number {
    const record = this.store.lookUp(imageId)
    return record ? imageBytes(this.store, record) : 0
  }

  forRun(ref: string): ImageForRun {
    return this.store.forRun(ref)
  }

  /** True when the image is here. Throws `invalid` for what is no name. */
  has(ref: string): boolean {
    return this.store.lookUp(ref) !== undefined
  }

  list(options: { all: boolean; filters: ImageFilters; sharedSize: boolean; digests: boolean; manifests?: boolean }): Promise<ImageSummary[]> {
    return later(() => listImages(this.store, this.users, options))
  }

  inspect(ref: string, { platform, manifests = false }: { platform?: string; manifests?: boolean } = {}): Promise<ImageInspect> {
    return later(() => {
      if (platform !== undefined) this.ofPlatform(ref, platform)
      const found = inspectImage(this.store, ref)
      return manifests ? { ...found, Manifests: manifestsOf(this.store, this.users, this.store.find(ref)) } : found
    })
  }

  history(ref: string, platform?: string): Promise<ImageHistoryResponseItem[]> {
    return later(() => {
      if (platform !== undefined) this.ofPlatform(ref, platform)
      return imageHistory(this.store, ref)
    })
  }

  /** Throws `notFound` when the image is not of that platform, and as `ImageStore.find`. */
  ofPlatform(ref: string, platform: string): void {
    const { config } = this.store.find(ref)
    const wanted = parsePlatform(platform)
    if (platformFit(wanted, config) > 0) return
    throw notFound(`image with reference ${ref} was found but its platform (${formatPlatform(config)}) does not match the specified platform (${formatPlatform(wanted)})`)
  }

  async tag(ref: string, repo: string, tag: string): Promise<void> {
    const record = this.store.find(ref)
    const name = referenceOf(repo, tag)
    await this.store.setName(name, record.id)
    this.store.emit('tag', record.id, { name: familiarName(name) })
  }

  async remove(ref: string, options: { force: boolean; prune: boolean; platforms?: string[] }): Promise<ImageDeleteResponseItem[]> {
    for (const platform of options.platforms ?? []) this.ofPlatform(ref, platform)
    return removeImage(this.store, this.users, ref, options)
  }

  prune(filters: ImageFilters): Promise<{ ImagesDeleted: ImageDeleteResponseItem[]; SpaceReclaimed: number }> {
    return pruneImages(this.store, this.users, filters)
  }

  async load(archive: Readable, options: { quiet: boolean; platform?: string }, progress: Progress, signal: AbortSignal): Promise<void> {
    await loadImages(this.store, archive, options, progress, signal)
  }

  async import(
    rootfs: Readable,
    options: { repo?: string; tag?: string; message?: string; changes: string[]; platform?: string },
    _progress: Progress,
    signal: AbortSignal,
  ): Promise<string> {
    const names = options.repo === undefined || options.repo === '' ? [] : [referenceOf(options.repo, options.tag)]
    const config = applyChanges({}, options.changes)
    const platform = options.platform === undefined || options.platform === '' ? hostPlatform() : parsePlatform(options.platform)
    if (platform.os !== 'linux') throw invalid(`cannot import a root filesystem for ${platform.os} on linux`)
    const comment = options.message === undefined || options.message === '' ? 'Imported from -' : options.message
    const record = await makeImage(this.store, { layer: refusingNothing(rootfs), config, platform, step: { comment }, names }, signal)
    this.store.emit('import', record.id, { name: names[0] ? familiarName(names[0]) : record.id })
    return record.id
  }

  /** `docker commit`: gives the new image's id. */
  async commit(request: CommitRequest, signal: AbortSignal): Promise<Digest> {
    const parent = this.store.find(request.parentId)
    const names = request.repo === undefined || request.repo === '' ? [] : [referenceOf(request.repo, request.tag)]
    const config = applyChanges(request.config, request.changes)
    const record = await makeImage(
      this.store,
      {
        parent,
        layer: request.layer,
        config,
        platform: parent.config,
        // What the container ran, not what the image will.
        step: { created_by: (request.config.Cmd ?? []).join(' '), ...(request.comment && { comment: request.comment }), ...(request.author && { author: request.author }) },
        names,
        ...(request.author && { author: request.author }),
      },
      signal,
    )
    return record.id
  }

  save(refs: string[], signal: AbortSignal, platforms: readonly string[] = []): Promise<AsyncIterable<Uint8Array>> {
    return later(() => {
      for (const ref of refs) for (const platform of platforms) this.ofPlatform(ref, platform)
      return saveImages(this.store, refs, signal)
    })
  }

  /** An archive of one image under names that it need not have here; `compatible` makes it readable for older engines. */
  saveAs(id: string, names: readonly string[], compatible: boolean, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return later(() => saveImageAs(this.store, id, names, compatible, signal))
  }
}

/** What is thrown becomes a rejection, as callers of a promise expect. */
async function later<T>(act: () => T): Promise<T> {
  return await Promise.resolve().then(act)
}

async function* refusingNothing(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  for await (const piece of source) {
    bytes += piece.length
    yield piece
  }
  if (bytes === 0) throw invalid('the root filesystem to import is empty: a tar archive is expected')
}
