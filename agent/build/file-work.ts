import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { errnoOf } from '../../src/base/errors.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { readBlob } from '../image/content-store.js'
import { HeldFolder } from '../snapshot/held-folder.js'
import { textOf, type ByteString } from '../snapshot/paths.js'
import { TarError } from '../snapshot/tar/header.js'
import { layerLimits, type TarLimits } from '../snapshot/tar/reader.js'
import { WhiteoutMode } from '../snapshot/tree-writer.js'
import { unpackTar } from '../snapshot/unpack.js'
import { layOver } from './lay-over.js'
import { IgnoreRules } from './path-pattern.js'
import { copySources, findSources, hashSources, type CopyOptions, type Skip } from './sources.js'

/** Room for large projects, and an end to those made to fill a disk. */
export const contextLimits: TarLimits = { ...layerLimits, entriesMax: 1_000_000, contentBytesMax: 32 * 1024 ** 3 }

/** A build context to unpack. */
export interface ContextJob {
  /** A plain archive on disk. */
  archive: string
  /** Made here. */
  folder: string
  /** A folder of the archive that is no part of the context, and where it goes. */
  aside?: { name: string; folder: string }
  /** Paths that the context is without, relative to its root. */
  removed: readonly ByteString[]
}

/** What COPY or ADD does. */
export interface CopyJob extends DescribeJob, Omit<CopyOptions, 'skip'> {
  /** The root of the file system that is copied into. */
  root: string
}

/** Files that a COPY means. */
export interface DescribeJob {
  /** The root of the files. */
  from: string
  patterns: readonly string[]
  keepParents: boolean
  /** What `--exclude` leaves out. */
  excludes: readonly string[]
}

/** What patterns of COPY mean in a source: enough to look a step up in the cache. */
export interface Described {
  kind: 'file' | 'dir' | 'multi'
  /** Hexadecimal digits; the same for the same names, modes and content. */
  digest: string
}

/** Work of builds on very many files; it is done on another thread in a daemon. */
export interface BuildFiles {
  /** Throws `TarError` for an archive that breaks a rule; the caller removes the folder then. */
  unpackContext(job: ContextJob, signal: AbortSignal): Promise<void>
  /** Throws `invalid`. */
  copy(job: CopyJob, signal: AbortSignal): Promise<void>
  /** Throws `invalid` for a pattern that nothing fits. */
  describe(job: DescribeJob, signal: AbortSignal): Promise<Described>
  /** Lays layers, the lowest first, over the file system at `root`, as their archives say. */
  layOver(job: { root: string; layers: readonly string[] }, signal: AbortSignal): Promise<void>
}

/** On the calling thread, in slices of time. */
export const filesHere: BuildFiles = {
  async unpackContext({ archive, folder, aside, removed }, signal) {
    mkdirSync(folder, { mode: 0o755 })
    await unpackTar(readBlob(archive), folder, { whiteouts: WhiteoutMode.plain, limits: contextLimits, signal })
    if (aside) moveAside(join(folder, aside.name), aside.folder)
    await removeBelow(folder, removed, signal)
  },

  async copy({ root, from, patterns, keepParents, excludes, ...options }, signal) {
    using folder = HeldFolder.open(from)
    const sources = findSources({ root: folder, covers: new Map() }, patterns, keepParents)
    const skip = skipOf(excludes)
    try {
      await copySources(root, sources, { ...options, ...(skip && { skip }) }, signal)
    } finally {
      for (const { place } of sources) place[Symbol.dispose]()
    }
  },

  async describe({ from, patterns, keepParents, excludes }, signal) {
    using root = HeldFolder.open(from)
    const sources = findSources({ root, covers: new Map() }, patterns, keepParents)
    try {
      const kind = sources.length > 1 ? 'multi' : sources[0]?.place.folder ? 'dir' : 'file'
      return { kind, digest: keyed(await hashSources(sources, skipOf(excludes), signal), wordsOf(excludes)) }
    } finally {
      for (const { place } of sources) place[Symbol.dispose]()
    }
  },

  async layOver({ root, layers }, signal) {
    for (const folder of layers) await layOver(root, folder, signal)
  },
}

/** A digest with words that belong to it; without any it stays as it is. */
export function keyed(digest: string, words: readonly string[]): string {
  const text = words.filter((word) => word !== '').join('\0')
  return text === '' ? digest : createHash('sha256').update(`${digest}\0${text}`).digest('hex')
}

/** What tells exclusions apart from others, for `keyed`. */
export function wordsOf(excludes: readonly string[]): string[] {
  return excludes.length === 0 ? [] : [JSON.stringify(excludes)]
}

/** What `--exclude` leaves out, as `.dockerignore` would. */
export function skipOf(patterns: readonly string[]): Skip | undefined {
  if (patterns.length === 0) return undefined
  const ignored = new IgnoreRules(patterns)
  return (path) => ignored.ignores(textOf(path))
}

/** Removes paths below a folder and nothing elsewhere: no link on the way is followed. What is not there is as good. */
export async function removeBelow(folder: string, paths: readonly ByteString[], signal: AbortSignal): Promise<void> {
  using root = HeldFolder.open(folder)
  const slice = new TimeSlice()
  let held: { path: ByteString; folder: HeldFolder | undefined } | undefined
  try {
    for (const path of paths) {
      signal.throwIfAborted()
      const slash = path.lastIndexOf('/')
      const above = path.slice(0, Math.max(0, slash))
      if (held?.path !== above) {
        held?.folder?.[Symbol.dispose]()
        held = { path: above, folder: folderBelow(root, above) }
      }
      if (held.folder) await removeTree(Buffer.from(held.folder.child(path.slice(slash + 1)), 'latin1'))
      const pause = slice.pause()
      if (pause) await pause
    }
  } finally {
    held?.folder?.[Symbol.dispose]()
  }
}

function folderBelow(root: HeldFolder, path: ByteString): HeldFolder | undefined {
  let at = root.folder('.')
  for (const part of path === '' ? [] : path.split('/')) {
    const above = at
    try {
      at = above.folder(part)
    } catch (thrown) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(thrown) ?? '')) return undefined
      throw thrown
    } finally {
      above[Symbol.dispose]()
    }
  }
  return at
}

function moveAside(from: string, to: string): void {
  const present = lstatSync(from, { throwIfNoEntry: false })
  if (!present) mkdirSync(to)
  else if (present.isDirectory()) renameSync(from, to)
  else throw new TarError(`${basename(from)} is no folder`)
}
