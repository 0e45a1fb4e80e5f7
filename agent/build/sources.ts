import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { invalid, kindOf, ErrorKind } from '../../src/base/errors.js'
import { decompressed } from '../image/compression.js'
import { findPlace, HeldFolder, type Place, type Tree } from '../snapshot/held-folder.js'
import { packPlace } from '../snapshot/pack.js'
import { byteString, osPath, textOf, type ByteString } from '../snapshot/paths.js'
import { TarError, TarType, type TarEntry } from '../snapshot/tar/header.js'
import { TarReader } from '../snapshot/tar/reader.js'
import { tarEntry } from '../snapshot/tar/writer.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { TreeWriter, WhiteoutMode } from '../snapshot/tree-writer.js'

/** What COPY or ADD takes, found in a tree and held. */
export interface Source {
  tree: Tree
  place: Place
  /** Its name where it came from. */
  name: ByteString
}

export interface CopyOptions {
  /** Absolute; a slash at its end says that it is a folder. */
  target: string
  owner: { uid: number; gid: number }
  /** Owners within unpacked archives stay unless one was asked for. */
  ownerGiven: boolean
  mode?: number
  /** ADD unpacks archives. */
  unpack: boolean
}

/** What the patterns mean, in their order. Throws `invalid` for one that nothing fits. The caller disposes the places. */
export function findSources(tree: Tree, patterns: readonly string[]): Source[] {
  const found: Source[] = []
  try {
    for (const pattern of patterns) {
      const wild = /[*?[\\]/.test(pattern)
      const paths = wild ? matching(tree, pattern) : [byteString(pattern)]
      for (const path of paths) {
        const place = lookUp(tree, path)
        if (place) found.push({ tree, place, name: path.split('/').filter((part) => part !== '' && part !== '.').at(-1) ?? '' })
        else throw invalid(`file not found in build context or excluded by .dockerignore: stat ${textOf(path)}: file does not exist`)
      }
    }
    if (found.length === 0) throw invalid('no source files were specified')
    return found
  } catch (thrown) {
    for (const { place } of found) place[Symbol.dispose]()
    throw thrown
  }
}

/** A digest of what would be copied: names, kinds, modes and content, without times and owners. */
export async function hashSources(sources: readonly Source[], signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for (const { tree, place, name } of sources) {
    const reader = new TarReader(packPlace(tree, place, place.folder ? '' : name))
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
  const wantsFolder = /\/\.?$/.test(options.target) || isFolder
  if (sources.length > 1 && !wantsFolder) throw invalid('When using COPY with more than one source file, the destination must be a directory and end with a /')
  if (exists && !isFolder && (wantsFolder || sources.some(({ place }) => place.folder))) throw invalid(`cannot copy to non-directory: ${options.target}`)
  const writer = new TreeWriter(root.child('.'), WhiteoutMode.plain)
  const slice = new TimeSlice()
  const { owner, mode } = options
  const owned = (entry: TarEntry): TarEntry => Object.assign(entry, owner, mode !== undefined && entry.type !== TarType.symlink && { mode })
  let made = exists
  const makeTarget = async (): Promise<void> => {
    if (!made && target !== '') await writer.add(tarEntry({ name: target, type: TarType.directory, ...owner }), noContent)
    made = true
  }
  for (const source of sources) {
    const { place, name } = source
    const archive = options.unpack && place.leaf !== undefined && place.stat.isFile() ? await openArchive(place.leaf) : undefined
    if (archive) {
      await makeTarget()
      await addAll(writer, archive.reader, target, archive.first, options.ownerGiven ? owned : (entry) => entry, slice, signal)
    } else if (place.folder) {
      await makeTarget()
      const reader = new TarReader(packPlace(source.tree, place, ''))
      await addAll(writer, reader, target, await reader.next(), owned, slice, signal)
    } else {
      if (wantsFolder) await makeTarget()
      const reader = new TarReader(packPlace(source.tree, place, wantsFolder ? name : (target.split('/').at(-1) ?? name)))
      const folder = wantsFolder ? target : target.split('/').slice(0, -1).join('/')
      await addAll(writer, reader, folder, await reader.next(), owned, slice, signal)
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
    reader = new TarReader((await decompressed(file)).data)
    const first = await reader.next()
    if (first) return { reader, first }
  } catch (thrown) {
    file.destroy()
    if (!(thrown instanceof TarError)) throw thrown
    // Not even compressed by anything known to hold an archive: a file like any other.
    if (/compressed with/.test(thrown.message)) throw invalid(thrown.message, thrown)
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

/** The paths that fit a pattern of Go's `filepath.Match`, sorted. */
function matching(tree: Tree, pattern: string): ByteString[] {
  let paths: ByteString[] = ['']
  for (const part of byteString(pattern).split('/')) {
    if (part === '' || part === '.') continue
    if (!/[*?[\\]/.test(part)) {
      paths = paths.map((path) => `${path}/${part}`)
      continue
    }
    const fits = globPattern(part)
    paths = paths.flatMap((path) => {
      using place = lookUp(tree, path)
      const names = place?.folder?.names() ?? []
      return names.filter((name) => fits.test(name)).sort().map((name) => `${path}/${name}`)
    })
  }
  return paths.filter((path) => {
    using place = lookUp(tree, path)
    return place !== undefined
  })
}

function globPattern(glob: string): RegExp {
  let out = ''
  for (let i = 0; i < glob.length; i++) {
    const char = glob.charAt(i)
    const close = char === '[' ? glob.indexOf(']', i + 2) : -1
    if (char === '*') out += '.*'
    else if (char === '?') out += '.'
    else if (close > 0) {
      const negated = glob.charAt(i + 1) === '^'
      out += `[${negated ? '^' : ''}${glob.slice(i + (negated ? 2 : 1), close).replace(/[\\\]^[]/g, '\\$&')}]`
      i = close
    } else out += (char === '\\' ? glob.charAt(++i) : char).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  }
  try {
    return new RegExp(`^${out}$`, 's')
  } catch (cause) {
    throw invalid(`syntax error in pattern ${JSON.stringify(glob)}`, cause)
  }
}

const noContent = (): Promise<undefined> => Promise.resolve(undefined)
