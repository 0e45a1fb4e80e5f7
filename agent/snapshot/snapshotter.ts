/**
 * Layers of images and the writable layers of containers. A committed layer is named by its chain id
 * (see `chainIds`), a writable one by a key of its owner's (the container's id).
 */
export interface Snapshotter {
  /** Name for `docker info` and the graph driver of inspections. */
  readonly driver: string

  /** True when this layer, with everything below it, is there and complete. */
  has(chainId: string): boolean
  /** What is known of a committed layer. Throws `notFound`. */
  layer(chainId: string): LayerInfo
  layers(): LayerInfo[]

  /** A new empty folder to unpack a layer into. Dispose it unless it was committed. */
  draft(): Promise<LayerDraft>
  /**
   * Makes drafts into layers that last, in this order, so that a later one may stand on an earlier one. A
   * layer that came to be meanwhile is kept, its draft dropped.
   */
  commit(layers: readonly DraftToCommit[]): Promise<void>
  /** Removes a layer. Throws `conflict` while another layer or a writable one stands on it. */
  removeLayer(chainId: string): Promise<void>

  /**
   * A writable layer on top of `chainId` (undefined: on nothing). Doing it again for the same key gives
   * the same layer. Throws `notFound` for a layer that is not there.
   */
  prepare(key: string, chainId: string | undefined, options?: PrepareOptions): Promise<Writable>
  /** The writable layer of this key, or undefined. */
  writable(key: string): Writable | undefined
  writables(): Writable[]
  /** Mounts it and gives the folder of the whole file system; mounted already is as good. */
  mount(key: string): Promise<string>
  /** Takes the mount off; no mount is as good. */
  unmount(key: string): void
  /** Unmounts and removes it; one that is gone is as good. */
  removeWritable(key: string): Promise<void>
  /** Bytes of the files that the container wrote. */
  usage(key: string): Promise<number>
  /** The folders that make up the writable layer's view, for comparing and for packing. */
  view(key: string): LayerView
}

export interface LayerInfo {
  chainId: string
  /** The digest of the layer's own uncompressed archive. */
  diffId: string
  /** The chain id of the layer below. */
  parent?: string
  /** Content of its files, in bytes. */
  sizeBytes: number
  /** The folder that holds its files, in overlayfs's form. */
  folder: string
}

export interface LayerDraft {
  /** Absolute path of the folder to unpack into. */
  readonly folder: string
  /** Removes the folder; after the commit it does nothing. */
  discard(): Promise<void>
}

export interface DraftToCommit {
  draft: LayerDraft
  chainId: string
  diffId: string
  parent?: string
  sizeBytes: number
}

export interface PrepareOptions {
  /**
   * What is written need not survive a crash of the host: the file system is not synced when it is
   * unmounted. For containers that are removed when they end.
   */
  ephemeral?: boolean
}

/** A container's writable layer. */
export interface Writable {
  key: string
  chainId?: string
  /** Where the whole file system appears when mounted. */
  merged: string
  upper: string
  work: string
  /** The folders below, the topmost first. */
  lowers: string[]
}

export interface LayerView {
  upper: string
  /** The topmost first. */
  lowers: string[]
}
