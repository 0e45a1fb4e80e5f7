import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { invalid, kindOf, ErrorKind } from '../../src/base/errors.js'
import { decompressedArchive } from '../image/compression.js'
import { findPlace, HeldFolder, type Place, type Tree } from '../snapshot/held-folder.js'
import { packPlace } from '../snapshot/pack.js'
import { byteString, osPath, textOf, type ByteString } from '../snapshot/paths.js'
import { TarError, TarType, type TarEntry } from '../snapshot/tar/header.js'
import { TarReader } from '../snapshot/tar/reader.js'
import { tarEntry } from '../snapshot/tar/writer.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { TreeWriter, WhiteoutMode } from '../snapshot/tree-writer.js'
import { isPattern, matchingPaths } from './glob.js'

/** What COPY or ADD takes, found in a tree and held. */
export interface Source {
  tree: Tree
  place: Place
  /** Its name where it came from. */
  name: ByteString
  /** The folders that `--parents` keeps, '' for none. */
  parents: ByteString
}

/** Asked with a path within a source: what it says yes to is left out. */
export type Skip = (path: ByteString) => boolean

export interface CopyOptions {
  /** Absolute; a slash at its end says that it is a folder. */
  target: string
  /** More than one source goes there. */
  several: boolean
  owner: { uid: number; gid: number }
  /** Owners within unpacked archives stay unless one was asked for. */
  ownerGiven: boolean
  mode?: number
  /** ADD unpacks archives. */
  unpack: boolean
  skip?: Skip
}

/** What the patterns mean, in their order. Throws `invalid` for one that nothing fits. The caller disposes the places. */
export function findSources(tree: Tree, patterns: readonly string[], keepParents = false): Source[] {
  const found: Source[] = []
  try {
    for (const pattern of patterns) {
      const paths = isPattern(pattern) ? matching(tree, byteString(pattern)) : [byteString(pattern)]
      for (const path of paths) {
        const place = lookUp(tree, path)
        const shown = textOf(path).replace(/^(\.?\/)+/, '')
        if (!place) throw invalid(`file not found in build context or excluded by .dockerignore: stat ${shown}: file does not exist`)
        const parts = path.split('/').filter((part) => part !== '' && part !== '.')
        found.push({ tree, place, name: parts.at(-1) ?? '', parents: keepParents ? parentsOf(path, byteString(pattern)) : '' })
      }
      if (paths.length === 0) throw invalid(`file not found in build context or excluded by .dockerignore: stat ${pattern}: file does not exist`)
    }
    if (found.length === 0) throw invalid('no source files were specified')
    return found
  } catch (thrown) {
    for (const { place } of found) place[Symbol.dispose]()
    throw thrown
  }
}

/** The folders of a path that `--parents` keeps: those behind a `/./`, or all. */
function parentsOf(path: ByteString, pattern: ByteString): ByteString {
  const pivot = pattern.lastIndexOf('/./')
  const cut = pivot < 0 ? 0 : pattern.slice(0, pivot).split('/').filter((part) => part !== '' && part !== '.').length
  return path.split('/').filter((part) => part !== '' && part !== '.').slice(cut, -1).join('/')
}

/** A digest of what would be copied: names, kinds, modes and content, without times and owners. */
export async function hashSources(sources: readonly Source[], skip: Skip | undefined, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for (const { tree, place, name, parents } of sources) {
    const reader = new TarReader(packPlace(tree, place, place.folder ? '' : name, skip))
    hash.update(JSON.stringify(parents))
    for (let entry = await reader.next(); entry; entry = await reader.next()) {
      signal.throwIfAborted()
      const xattrs = [...entry.xattrs].map(([key, value]) => [key, value.toString('base64')])
      hash.update(JSON.stringify([entry.name, entry.type, entry.mode, entry.linkName, entry.size, entry.device, xattrs]))
      for (let piece = await reader.read(); piece; piece = await reader.read()) hash.update(piece)
    }
  }
  return hash.digest('hex')
}

/** Puts the sources into the file system mounted at `rootFolder`, whose links lead nowhere else. Throws `invalid`. */
export async function copySources(rootFolder: string, sources: readonly Source[], options: CopyOptions, signal: AbortSignal): Promise<void> {
  using root = HeldFolder.open(rootFolder)
  const tree: Tree = { root, covers: new Map() }
  const target = byteString(options.target).split('/').filter((part) => part !== '' && part !== '.').join('/')
  const present = lookUp(tree, target)
  const isFolder = present?.folder !== undefined
  const exists = present !== undefined
  present?.[Symbol.dispose]()
  const wantsFolder = /\/\.?$/.test(options.target) || isFolder || sources.some(({ parents }) => parents !== '')
  const several = options.several || sources.length > 1
  if (several && !wantsFolder) throw invalid('When using COPY with more than one source file, the destination must be a directory and end with a /')
  if (exists && !isFolder && (wantsFolder || sources.some(({ place }) => place.folder))) throw invalid(`cannot copy to non-directory: ${options.target}`)
  const writer = new TreeWriter(root.child('.'), WhiteoutMode.plain)
  const slice = new TimeSlice()
  const { owner, mode, skip } = options
  const owned = (entry: TarEntry): TarEntry => Object.assign(entry, owner, mode !== undefined && entry.type !== TarType.symlink && { mode })
  const made = new Set<ByteString>()
  const makeFolder = async (folder: ByteString): Promise<void> => {
    if (folder === '' || made.has(folder)) return
    using there = lookUp(tree, folder)
    if (there?.folder) return
    await writer.add(tarEntry({ name: folder, type: TarType.directory, ...owner }), noContent)
    made.add(folder)
  }
  for (const source of sources) {
    const { place, name, parents } = source
    const folder = parents === '' ? target : `${target}/${parents}`.replace(/^\//, '')
    const archive = options.unpack && place.leaf !== undefined && place.stat.isFile() ? await openArchive(place.leaf) : undefined
    if (archive) {
      await makeFolder(folder)
      await addAll(writer, archive.reader, folder, archive.first, options.ownerGiven ? owned : (entry) => entry, slice, signal)
    } else if (place.folder) {
      const into = parents === '' ? folder : `${folder}/${name}`
      await makeFolder(into)
      const reader = new TarReader(packPlace(source.tree, place, '', skip))
      await addAll(writer, reader, into, await reader.next(), owned, slice, signal)
    } else {
      if (skip?.(name)) continue
      if (wantsFolder) await makeFolder(folder)
      const reader = new TarReader(packPlace(source.tree, place, wantsFolder ? name : (target.split('/').at(-1) ?? name)))
      await addAll(writer, reader, wantsFolder ? folder : target.split('/').slice(0, -1).join('/'), await reader.next(), owned, slice, signal)
    }
  }
  await writer.finish(slice)
}

async function addAll(
  writer: TreeWriter,
  reader: TarReader,
  folder: ByteString,
  first: TarEntry | undefined,
  change: (entry: TarEntry) => TarEntry,
  slice: TimeSlice,
  signal: AbortSignal,
): Promise<void> {
  const inside = (name: ByteString): ByteString => `${folder}/${name.replace(/^\/+/, '')}`.replace(/^\/+/, '')
  const read = async (): Promise<Buffer | undefined> => {
    signal.throwIfAborted()
    const pause = slice.pause()
    if (pause) await pause
    return reader.read()
  }
  try {
    for (let entry = first; entry; entry = await reader.next()) {
      signal.throwIfAborted()
      entry.name = inside(entry.name)
      if (entry.type === TarType.link) entry.linkName = inside(entry.linkName)
      if (entry.name !== '') await writer.add(change(entry), read)
    }
  } catch (thrown) {
    if (thrown instanceof TarError) throw invalid(thrown.message, thrown)
    throw thrown
  } finally {
    await reader.close()
  }
}

/** Undefined for a file that is no tar archive. */
async function openArchive(path: ByteString): Promise<{ reader: TarReader; first: TarEntry } | undefined> {
  const file = createReadStream(osPath(path), { highWaterMark: 256 * 1024 })
  let reader: TarReader | undefined
  try {
    reader = new TarReader(await decompressedArchive(file))
    const first = await reader.next()
    if (first) return { reader, first }
  } catch (thrown) {
    file.destroy()
    if (!(thrown instanceof TarError)) throw thrown
    return undefined
  }
  await reader.close()
  return undefined
}

function lookUp(tree: Tree, path: ByteString): Place | undefined {
  try {
    return findPlace(tree, path, true)
  } catch (thrown) {
    if (kindOf(thrown) === ErrorKind.notFound) return undefined
    throw thrown
  }
}

function matching(tree: Tree, pattern: ByteString): ByteString[] {
  const names = (folder: ByteString): ByteString[] | undefined => {
    using place = lookUp(tree, folder)
    return place?.folder?.names()
  }
  const exists = (path: ByteString): boolean => {
    using place = lookUp(tree, path)
    return place !== undefined
  }
  return matchingPaths(pattern, names, exists)
}

const noContent = (): Promise<undefined> => Promise.resolve(undefined)
