import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs'
import { must } from '../../src/base/assert.js'
import { errnoOf, invalid, notFound } from '../../src/base/errors.js'
import { byteString, osPath, textOf, type ByteString } from './paths.js'

/** As many symbolic links as the kernel follows. */
const linksMax = 40
/** Each folder on the way is a file held open. */
const foldersDeepMax = 256

/**
 * A folder held open. What is in it is reached through the descriptor (`/proc/self/fd/N/name`), so nobody can put
 * another folder in its place between two steps, as a process inside a container might try.
 */
export class HeldFolder implements Disposable {
  private constructor(private readonly fd: number) {}

  /** Links within `path` are followed: for paths of the host's own. */
  static open(path: string | Buffer): HeldFolder {
    return new HeldFolder(openSync(path, constants.O_RDONLY | constants.O_DIRECTORY))
  }

  /** A folder in this one; throws with `ENOTDIR` or `ELOOP` for anything else, links too. */
  folder(name: ByteString): HeldFolder {
    return new HeldFolder(openSync(osPath(this.child(name)), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW))
  }

  /** The path of something in this folder, or of itself by `.`; for calls that follow no links. */
  child(name: ByteString): ByteString {
    return `/proc/self/fd/${this.fd}/${name}`
  }

  names(): ByteString[] {
    return readdirSync(this.child('.'), 'buffer').map((name) => name.toString('latin1'))
  }

  [Symbol.dispose](): void {
    closeSync(this.fd)
  }
}

/** A file system as a container sees it. */
export interface Tree {
  root: HeldFolder
  /** What covers places of it without being mounted there: absolute paths to paths of the host. */
  covers: ReadonlyMap<ByteString, string>
}

/** What a path in a tree leads to. */
export interface Place extends Disposable {
  /** Absolute within the tree, without links above its last part; `/` for the root. */
  path: ByteString
  stat: BigIntStats
  /** Set for a folder. */
  folder?: HeldFolder
  /** Of anything else: a path for calls that do not follow links, good while the place is held. */
  leaf?: ByteString
}

/**
 * Goes to a path inside of a tree. Links are followed by hand with the tree's root as `/`, so none leads out.
 * `follow` is for the last part. Throws `notFound`, and `invalid` for a loop of links.
 */
export function findPlace(tree: Tree, path: ByteString, follow: boolean): Place {
  const held: { folder: HeldFolder; name: ByteString }[] = []
  const release = (): void => {
    for (const { folder } of held.splice(0)) folder[Symbol.dispose]()
  }
  const pending = path.split('/').filter((part) => part !== '' && part !== '.').reverse()
  let links = 0
  try {
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part === '' || part === '.') continue
      if (part === '..') {
        held.pop()?.folder[Symbol.dispose]()
        continue
      }
      const here = held.at(-1)?.folder ?? tree.root
      const at = `${held.map(({ name }) => `/${name}`).join('')}/${part}`
      const cover = tree.covers.get(at)
      const full = cover === undefined ? here.child(part) : Buffer.from(cover).toString('latin1')
      const stat = statOf(full)
      if (!stat) throw missing(path)
      if (stat.isSymbolicLink() && (follow || pending.length > 0)) {
        if (++links > linksMax) throw invalid(`too many symbolic links in ${textOf(path)}`)
        const target = readlinkSync(osPath(full), 'buffer').toString('latin1')
        if (target.startsWith('/')) release()
        pending.push(...target.split('/').reverse())
        continue
      }
      if (!stat.isDirectory()) {
        if (pending.some((more) => more !== '' && more !== '.')) throw missing(path)
        return { path: at, stat, leaf: full, [Symbol.dispose]: release }
      }
      if (held.length >= foldersDeepMax) throw invalid(`${textOf(path)} is more than ${foldersDeepMax} folders deep`)
      held.push({ folder: cover === undefined ? here.folder(part) : HeldFolder.open(cover), name: part })
    }
    const folder = held.at(-1)?.folder ?? tree.root
    const stat = lstatSync(folder.child('.'), { bigint: true })
    return { path: held.map(({ name }) => `/${name}`).join('') || '/', stat, folder, [Symbol.dispose]: release }
  } catch (thrown) {
    release()
    const code = errnoOf(thrown)
    // Changed under us.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') throw missing(path)
    throw thrown
  }
}

/** What `path` leads to below the folder `root` of the host, links taken with `root` as `/`. Throws as `findPlace`. */
export function placeBelow(root: string, path: string): Place {
  const top = HeldFolder.open(root)
  try {
    const place = findPlace({ root: top, covers: new Map() }, byteString(path), true)
    return {
      ...place,
      [Symbol.dispose]: () => {
        place[Symbol.dispose]()
        top[Symbol.dispose]()
      },
    }
  } catch (thrown) {
    top[Symbol.dispose]()
    throw thrown
  }
}

/** A path for calls that do not follow links, good while the place is held. */
export function pathOf({ folder, leaf }: Place): ByteString {
  return folder?.child('.') ?? must(leaf, 'a place is a folder or in one')
}

const missing = (path: ByteString) => notFound(`no such file or directory: ${textOf(path)}`)

function statOf(path: ByteString): BigIntStats | undefined {
  return lstatSync(osPath(path), { bigint: true, throwIfNoEntry: false })
}
