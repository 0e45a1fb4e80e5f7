import type { ImageForRun } from '../../image/image-record.js'
import type { CommitRequest } from '../../image/images.js'
import type { NetworkController } from '../../network/controller.js'
import type { Snapshotter } from '../../snapshot/snapshotter.js'

/** What the engine needs of images. */
export interface ImageProvider {
  /** Throws `notFound` ("No such image: ..."). */
  forRun(ref: string): ImageForRun
  /** Throws `notFound` when the image is not of that platform. */
  ofPlatform(ref: string, platform: string): void
  /** Bytes of an image's layers; 0 for one that is gone. */
  bytesOf(imageId: string): number
  /** Makes an image of a container's changes and gives its id. */
  commit(request: CommitRequest, signal: AbortSignal): Promise<string>
}

/** What the engine needs of snapshots: the writable layers of containers, by container id. */
export type RootfsProvider = Pick<
  Snapshotter,
  'driver' | 'prepare' | 'writable' | 'writables' | 'mount' | 'unmount' | 'removeWritable' | 'usage' | 'view'
>

/** What the engine needs of networks. */
export type NetworkProvider = Pick<
  NetworkController,
  'createSandbox' | 'sandbox' | 'connect' | 'disconnect' | 'publish' | 'published' | 'endpointsOf' | 'removeSandbox' | 'recover' | 'inspect' | 'serveNames' | 'nameOf' | 'rename' | 'setLinks'
>

/** A volume as a container sees it. */
export interface VolumeInfo {
  name: string
  driver: string
  /** The folder with its content. */
  mountpoint: string
}

/** Where a volume appears in a container, for `docker events`. */
export interface VolumePlace {
  destination: string
  readWrite: boolean
  propagation: string
}

/** What the engine needs of volumes. */
export interface VolumeProvider {
  /**
   * The volume of this name, made when it is new; without a name one with a name of its own
   * (`anonymous`). Throws `notFound` for an unknown driver, `conflict` for a name with another driver.
   */
  ensure(request: { name?: string; driver?: string; options?: Record<string, string>; labels?: Record<string, string> }): Promise<VolumeInfo>
  /** Mounts it for a container and gives the folder; doing it again is fine. Throws `notFound`. */
  acquire(name: string, containerId: string, place?: VolumePlace): Promise<string>
  /** The container uses it no more; doing it again is fine. */
  release(name: string, containerId: string): Promise<void>
  /**
   * Fills an empty volume with what the image has at that place, with owners and modes; does nothing when
   * the volume has content or the folder is not there.
   */
  copyUp(name: string, sourceFolder: string): Promise<void>
  /** Removes a volume that was made for this container; one that others use, or that is gone, stays. */
  removeAnonymous(name: string, containerId: string): Promise<void>
}
