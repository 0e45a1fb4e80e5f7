import { basename } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import type { ImageRecord } from '../image/image-record.js'
import { topChain } from '../image/image-store.js'
import { textOf } from '../snapshot/paths.js'
import type { Snapshotter } from '../snapshot/snapshotter.js'
import type { BuildContext } from './build-context.js'
import type { ContextIndex } from './context-index.js'
import { keyed, skipOf, wordsOf, type BuildFiles, type Described } from './file-work.js'

export interface DescribeOptions {
  /** What `--exclude` leaves out. */
  excludes?: readonly string[]
  keepParents?: boolean
}

/** Files held in place on the host. */
export interface HeldFiles extends AsyncDisposable {
  /** The folder that is their root. */
  root: string
}

/** Where COPY, ADD and bind mounts take files from. */
export interface CopySource {
  /** Throws `invalid` for a pattern that nothing fits. */
  describe(patterns: readonly string[], options?: DescribeOptions): Promise<Described>
  /** The files themselves, until disposed. */
  hold(): Promise<HeldFiles>
}

/** The build context, or a named one that came with it. Nothing is unpacked until the files are held. */
export class ContextSource implements CopySource {
  constructor(
    private readonly context: BuildContext,
    private readonly signal: AbortSignal,
    private readonly name?: string,
  ) {}

  async describe(patterns: readonly string[], { excludes = [], keepParents = false }: DescribeOptions = {}): Promise<Described> {
    const index = this.index
    const paths = patterns.flatMap((pattern) => index.find(pattern))
    const digest = await index.digest(paths, skipOf(excludes), this.signal)
    const kind = paths.length > 1 ? 'multi' : index.isFolder(paths[0] ?? '') ? 'dir' : 'file'
    return { kind, digest: keyed(digest, [...wordsOf(excludes), ...(keepParents ? [...patterns, ...paths.map(textOf)] : [])]) }
  }

  async hold(): Promise<HeldFiles> {
    await this.context.open()
    return { root: this.context.filesFolder(this.name), [Symbol.asyncDispose]: () => Promise.resolve() }
  }

  private get index(): ContextIndex {
    if (this.name === undefined) return this.context.index
    const named = this.context.named.get(this.name)
    if (!named) throw invalid(`the context ${this.name} was not sent`)
    return named
  }
}

const digestsMax = 1000

/** Digests of files in images: a chain id names content that never changes. */
export class ImageDigests {
  private readonly known = new Map<string, Described>()

  async of(key: string, work: () => Promise<Described>): Promise<Described> {
    const present = this.known.get(key)
    if (present) return present
    const made = await work()
    const oldest = this.known.keys().next().value
    if (this.known.size >= digestsMax && oldest !== undefined) this.known.delete(oldest)
    this.known.set(key, made)
    return made
  }
}

/** The file system of an image, mounted while it is looked at; undefined is an empty one. */
export class ImageSource implements CopySource {
  constructor(
    private readonly image: ImageRecord | undefined,
    private readonly deps: { snapshots: Snapshotter; ids: IdSource; digests: ImageDigests; files: BuildFiles },
    private readonly signal: AbortSignal,
  ) {}

  describe(patterns: readonly string[], { excludes = [], keepParents = false }: DescribeOptions = {}): Promise<Described> {
    const key = JSON.stringify([this.image && topChain(this.image), patterns, excludes, keepParents])
    return this.deps.digests.of(key, async () => {
      await using held = await this.hold()
      return await this.deps.files.describe({ from: held.root, patterns, keepParents, excludes }, this.signal)
    })
  }

  async hold(): Promise<HeldFiles> {
    const { snapshots, ids } = this.deps
    // As long as a container's id: what a crash leaves is removed with those of containers that are gone.
    const key = ids.hexId()
    await snapshots.prepare(key, this.image && topChain(this.image), { ephemeral: true })
    const release = (): Promise<void> => snapshots.removeWritable(key)
    try {
      return { root: await snapshots.mount(key), [Symbol.asyncDispose]: release }
    } catch (thrown) {
      await release()
      throw thrown
    }
  }
}

/** A folder of the host's: what was fetched, or stands in the Dockerfile. */
export class FolderSource implements CopySource {
  constructor(
    private readonly folder: string,
    private readonly files: BuildFiles,
    private readonly signal: AbortSignal,
    /** Known when the content has a name of its own, as a commit has. */
    private readonly digest?: string,
  ) {}

  async describe(patterns: readonly string[], { excludes = [], keepParents = false }: DescribeOptions = {}): Promise<Described> {
    if (this.digest === undefined) return this.files.describe({ from: this.folder, patterns, keepParents, excludes }, this.signal)
    return { kind: 'dir', digest: keyed(this.digest, [...wordsOf(excludes), ...patterns.map((pattern) => basename(pattern))]) }
  }

  hold(): Promise<HeldFiles> {
    return Promise.resolve({ root: this.folder, [Symbol.asyncDispose]: () => Promise.resolve() })
  }
}
