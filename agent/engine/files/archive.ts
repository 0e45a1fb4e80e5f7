import { readlinkSync, type BigIntStats } from 'node:fs'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { ErrorKind, invalid, StatusError } from '../../../src/base/errors.js'
import { rfc3339 } from '../../../src/base/clock.js'
import type { ContainerPathStat } from '../../../src/model/engine-api/container.js'
import { unpackArchiveHere } from '../../image/archive-unpacker.js'
import { findPlace, type HeldFolder, type Place, type Tree } from '../../snapshot/held-folder.js'
import { packPlace } from '../../snapshot/pack.js'
import { byteString, osPath, textOf, type ByteString } from '../../snapshot/paths.js'
import { TarError } from '../../snapshot/tar/header.js'
import { resolveUser } from '../../runtime/bundle/user.js'
import type { Container } from '../container.js'
import { openContainerTree } from './container-tree.js'
import type { EngineContext } from '../context.js'
import { whileFrozen } from '../life/freeze.js'
import { readInRoot } from './rootfs-path.js'

/** What is at a path in a container. Throws `notFound`. */
export async function statPath(context: EngineContext, container: Container, path: string): Promise<ContainerPathStat> {
  await using tree = await openContainerTree(context, container)
  using place = lookUp(tree, path, container)
  return describe(tree, path, place)
}

/** An archive of what is at a path in a container; the container is held until the stream ends. Throws `notFound`. */
export async function readArchive(context: EngineContext, container: Container, path: string): Promise<{ stat: ContainerPathStat; chunks: AsyncIterable<Uint8Array> }> {
  const tree = await openContainerTree(context, container)
  let place: Place | undefined
  try {
    place = lookUp(tree, path, container)
    const stat = describe(tree, path, place)
    context.events.publish('container', 'archive-path', container.id, container.eventAttributes())
    const held = place
    const chunks = async function* (): AsyncGenerator<Buffer, void, undefined> {
      try {
        yield* packPlace(tree, held, byteString(baseName(path)))
      } finally {
        held[Symbol.dispose]()
        await tree[Symbol.asyncDispose]()
      }
    }
    return { stat, chunks: chunks() }
  } catch (thrown) {
    place?.[Symbol.dispose]()
    await tree[Symbol.asyncDispose]()
    throw thrown
  }
}

export interface WriteArchiveOptions {
  /** Refuse to put a folder in the place of something else, and the reverse. */
  keepKinds: boolean
  /** Give the files to the container's user. */
  ownedByUser: boolean
}

/**
 * Unpacks an archive, compressed or not, into a folder of a container. A running container stands still
 * meanwhile: its processes could otherwise lead the writer astray by exchanging folders for links. Throws `notFound`,
 * `forbidden` for what is mounted read-only, `invalid` for a path that is no folder and for damaged archives.
 */
export async function writeArchive(
  context: EngineContext,
  container: Container,
  path: string,
  archive: AsyncIterable<Uint8Array>,
  options: WriteArchiveOptions,
  signal: AbortSignal,
): Promise<void> {
  const folderOf = (place: Place): HeldFolder => {
    if (!place.folder) throw invalid('extraction point is not a directory')
    refuseReadOnly(container, textOf(place.path))
    return place.folder
  }
  {
    // What is wrong is told before the archive has come.
    await using tree = await openContainerTree(context, container)
    using place = lookUp(tree, `${path}/`, container)
    folderOf(place)
  }
  // Whoever sends it may be slow: no container stands still for that.
  await using received = await receive(archive, join(context.paths.container(container.id), `archive-${context.ids.hexId().slice(0, 16)}`), signal)
  const unpacker = typeof received.archive === 'string' ? context.archives : unpackArchiveHere
  try {
    await unpacker.unpackArchive(signal, async (unpack) => {
      await using tree = await openContainerTree(context, container)
      const unpackThere = async (): Promise<void> => {
        using place = lookUp(tree, `${path}/`, container)
        const owner = options.ownedByUser ? ownerOf(context, container) : undefined
        await unpack({ archive: received.archive, folder: folderOf(place).child('.'), keepKinds: options.keepKinds, ...(owner && { owner }) })
      }
      await (tree.running ? whileFrozen(context, container, unpackThere) : unpackThere())
    })
  } catch (thrown) {
    if (thrown instanceof TarError) throw invalid(`cannot unpack the archive: ${thrown.message}`, thrown)
    throw thrown
  }
  context.events.publish('container', 'extract-to-dir', container.id, container.eventAttributes())
}

/** Larger archives go to the disk, and are unpacked on another thread. */
const keptBytesMax = 256 * 1024

/** An archive that came in whole: its bytes when they are few, else a file that has no name any more. */
async function receive(archive: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<{ archive: string | Uint8Array } & AsyncDisposable> {
  let kept: Uint8Array[] | undefined = []
  let bytes = 0
  let file: FileHandle | undefined
  try {
    for await (const piece of archive) {
      signal.throwIfAborted()
      bytes += piece.length
      kept?.push(piece)
      if (bytes <= keptBytesMax) continue
      file ??= await openUnnamed(path)
      const pieces = kept ?? [piece]
      kept = undefined
      for (const one of pieces) await file.appendFile(one)
    }
  } catch (thrown) {
    await file?.close()
    throw thrown
  }
  const closing = file
  return {
    archive: file ? `/proc/self/fd/${file.fd}` : Buffer.concat(kept ?? []),
    [Symbol.asyncDispose]: async () => closing?.close(),
  }
}

async function openUnnamed(path: string): Promise<FileHandle> {
  const file = await open(path, 'wx+', 0o600)
  await unlink(path)
  return file
}

function ownerOf(context: EngineContext, container: Container): { uid: number; gid: number } | undefined {
  const user = container.record.config.User
  if (!user) return undefined
  const root = context.rootfs.writable(container.id)?.merged ?? ''
  const { uid, gid } = resolveUser(user, readInRoot(root, '/etc/passwd'), readInRoot(root, '/etc/group'))
  return { uid, gid }
}

/** `path` is resolved, so that the mount which covers it is known. */
function refuseReadOnly(container: Container, path: string): void {
  const { mounts, hostConfig } = container.record
  const covering = mounts
    .filter(({ destination }) => path === destination || path.startsWith(`${destination}/`))
    .sort((a, b) => b.destination.length - a.destination.length)[0]
  if (covering && !covering.readWrite) throw new StatusError(ErrorKind.forbidden, 'mounted volume is marked read-only')
  if (!covering && hostConfig.ReadonlyRootfs) throw new StatusError(ErrorKind.forbidden, 'container rootfs is marked read-only')
}

function lookUp(tree: Tree, path: string, container: Container): Place {
  try {
    // As with any program, a slash or a dot at the end asks for what a link points to.
    return findPlace(tree, byteString(path), /(^|\/)\.?$/.test(path))
  } catch (thrown) {
    if (!(thrown instanceof StatusError) || thrown.kind !== ErrorKind.notFound) throw thrown
    throw new StatusError(ErrorKind.notFound, `Could not find the file ${path.replace(/(?<=.)\/$/, '')} in container ${container.name}`, { cause: thrown })
  }
}

function describe(tree: Tree, path: string, { stat, path: resolved }: Place): ContainerPathStat {
  let linkTarget = ''
  if (stat.isSymbolicLink()) {
    try {
      using target = findPlace(tree, resolved, true)
      linkTarget = textOf(target.path)
    } catch {
      // It leads nowhere: clients that follow it are told so when they ask for that.
      linkTarget = textOf(nextOf(tree, resolved))
    }
  }
  const mtimeMs = Number(stat.mtimeNs / 1_000_000n)
  return { name: baseName(path), size: Number(stat.size), mode: goFileMode(stat), mtime: rfc3339(mtimeMs), linkTarget }
}

/** Where a link points, taken as it is written. */
function nextOf(tree: Tree, link: ByteString): ByteString {
  using place = findPlace(tree, link, false)
  const target = readlinkSync(osPath(place.leaf ?? ''), 'buffer').toString('latin1')
  return posix.resolve('/', posix.dirname(link), target)
}

/** The name of the archive's topmost entry: the last part of what was asked for, `.` and `/` as they are. */
function baseName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) || '/'
}

/** The bits of a mode as Go's `os.FileMode` has them: its type and flags stand above the permissions. */
function goFileMode(stat: BigIntStats): number {
  const mode = Number(stat.mode)
  const bit = (set: boolean, position: number): number => (set ? 2 ** position : 0)
  return (
    (mode & 0o777) +
    bit(stat.isDirectory(), 31) +
    bit(stat.isSymbolicLink(), 27) +
    bit(stat.isBlockDevice() || stat.isCharacterDevice(), 26) +
    bit(stat.isFIFO(), 25) +
    bit(stat.isSocket(), 24) +
    bit((mode & 0o4000) !== 0, 23) +
    bit((mode & 0o2000) !== 0, 22) +
    bit(stat.isCharacterDevice(), 21) +
    bit((mode & 0o1000) !== 0, 20)
  )
}
