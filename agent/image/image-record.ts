import type { ImageConfig } from '../../src/model/engine-api/image.js'
import type { Descriptor, Digest } from './descriptor.js'
import type { ImageConfigFile } from './manifest.js'

/** An image as it is remembered. Its blobs are in the content store, its layers in the snapshotter. */
export interface ImageRecord {
  /** The digest of its configuration. */
  id: Digest
  /** The manifest's blob: what `save` and registries give out. */
  manifest: Descriptor
  /** The lowest first. */
  layers: ImageLayer[]
  config: ImageConfigFile
  /** The image it was made from here, by commit or build. */
  parent?: Digest
  addedAtMs: number
  taggedAtMs?: number
}

export interface ImageLayer extends Descriptor {
  /** The digest of the uncompressed archive. */
  diffId: Digest
}

/** What running a container from an image takes. */
export interface ImageForRun {
  id: Digest
  /** The topmost layer; undefined for an image without layers. */
  chainId?: string
  config: ImageConfig
  /** `linux/amd64` */
  platform: string
}

/** A container that stands on an image. */
export interface ImageUser {
  containerId: string
  running: boolean
}

/** What the image store asks of the engine. */
export interface ImageUsers {
  /** The containers made from this image, whatever their state. */
  usersOf(imageId: Digest): ImageUser[]
}

/** What happened to an image, for `docker events`. */
export interface ImageEvent {
  action: 'load' | 'import' | 'tag' | 'untag' | 'delete' | 'save' | 'prune' | 'pull' | 'push'
  /** The image's id, or the name that was acted on. */
  id: string
  attributes: Record<string, string>
}
