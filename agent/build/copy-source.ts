import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import type { ImageRecord } from '../image/image-record.js'
import { topChain } from '../image/image-store.js'
import { HeldFolder, type Tree } from '../snapshot/held-folder.js'
import { textOf } from '../snapshot/paths.js'
import type { Snapshotter } from '../snapshot/snapshotter.js'
import type { BuildContext } from './build-context.js'
import type { ContextIndex } from './context-index.js'
import { findSources, hashSources, type Skip } from './sources.js'

/** What patterns of COPY mean in a source: enough to look a step up in the cache. */
export interface Described {
  kind: 'file' | 'dir' | 'multi'
  /** Hexadecimal digits; the same for the same names, modes and content. */
  digest: string
}

export interface DescribeOptions {
  skip?: Skip
  /** What tells `skip` apart from others. */
  skipKey?: string
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

  async describe(patterns: readonly string[], { skip, skipKey = '', keepParents = false }: DescribeOptions = {}): Promise<Described> {
    const index = this.index
    const paths = patterns.flatMap((pattern) => index.find(pattern))
    const digest = await index.digest(paths, skip, this.signal)
    const kind = paths.length > 1 ? 'multi' : index.isFolder(paths[0] ?? '') ? 'dir' : 'file'
    return { kind, digest: keyed(digest, [skipKey, ...(keepParents ? [...patterns, ...paths.map(textOf)] : [])]) }
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
    private readonly deps: { snapshots: Snapshotter; ids: IdSource; digests: ImageDigests },
    private readonly signal: AbortSignal,
  ) {}

  describe(patterns: readonly string[], { skip, skipKey = '', keepParents = false }: DescribeOptions = {}): Promise<Described> {
    const key = JSON.stringify([this.image && topChain(this.image), patterns, skipKey, keepParents])
    return this.deps.digests.of(key, async () => {
      await using held = await this.hold()
      using root = HeldFolder.open(held.root)
      return await describeTree({ root, covers: new Map() }, patterns, { keepParents, skipKey, ...(skip && { skip }) }, this.signal)
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
    private readonly signal: AbortSignal,
    /** Known when the content has a name of its own, as a commit has. */
    private readonly digest?: string,
  ) {}

  async describe(patterns: readonly string[], options: DescribeOptions = {}): Promise<Described> {
    if (this.digest !== undefined) {
      return { kind: 'dir', digest: keyed(this.digest, [options.skipKey ?? '', ...patterns.map((pattern) => basename(pattern))]) }
    }
    using root = HeldFolder.open(this.folder)
    // Awaited: the folder is let go of when this returns.
    return await describeTree({ root, covers: new Map() }, patterns, options, this.signal)
  }

  hold(): Promise<HeldFiles> {
    return Promise.resolve({ root: this.folder, [Symbol.asyncDispose]: () => Promise.resolve() })
  }
}

async function describeTree(tree: Tree, patterns: readonly string[], { skip, skipKey = '', keepParents = false }: DescribeOptions, signal: AbortSignal): Promise<Described> {
  const sources = findSources(tree, patterns, keepParents)
  try {
    const kind = sources.length > 1 ? 'multi' : sources[0]?.place.folder ? 'dir' : 'file'
    return { kind, digest: keyed(await hashSources(sources, skip, signal), [skipKey]) }
  } finally {
    for (const { place } of sources) place[Symbol.dispose]()
  }
}

/** A digest with words that belong to it; without any it stays as it is. */
function keyed(digest: string, words: readonly string[]): string {
  const text = words.filter((word) => word !== '').join('\0')
  return text === '' ? digest : createHash('sha256').update(`${digest}\0${text}`).digest('hex')
}
