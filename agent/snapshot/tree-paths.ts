import { errnoOf } from '../../src/base/errors.js'
import { HeldFolder } from './held-folder.js'
import { osPath, type ByteString } from './paths.js'
import { TarError } from './tar/header.js'
import { shown } from './tar/reader.js'

/** How what is below a folder is named to the kernel. Paths are relative to it and known to lead through no link; '' is the folder. */
export interface TreePaths extends Disposable {
  /** For calls that follow no link in the last place. */
  of(path: ByteString): string | Buffer
  /** A folder, for calls that would follow a link. Throws as `openSync` when there is none. */
  folder(path: ByteString): string | Buffer
  /** The folder, with all below it, is removed. */
  forget(path: ByteString): void
}

/** Of a folder that nobody else writes to meanwhile. */
export class QuietTree implements TreePaths {
  private readonly root: ByteString

  constructor(root: ByteString) {
    this.root = root.endsWith('/') ? root.slice(0, -1) : root
  }

  of(path: ByteString): string | Buffer {
    return osPath(path === '' ? this.root : `${this.root}/${path}`)
  }

  folder(path: ByteString): string | Buffer {
    return this.of(path)
  }

  forget(): void {
    // Nothing is kept.
  }

  [Symbol.dispose](): void {
    // Nothing is held.
  }
}

/** Folders held open besides the root; those used last. */
const heldMax = 32

/**
 * Of a folder that others may write to, such as a volume of several containers: each folder on the way is opened from the
 * one above and held, so that a link put in the place of one that was looked at leads nowhere. Throws `TarError` then.
 */
export class SharedTree implements TreePaths {
  private readonly root: HeldFolder
  /** The one used last at the end. */
  private readonly held = new Map<ByteString, HeldFolder>()

  constructor(root: ByteString) {
    this.root = HeldFolder.open(osPath(root))
  }

  of(path: ByteString): string | Buffer {
    if (path === '') return this.folder('')
    this.trim()
    const { above, name } = splitPath(path)
    return osPath(this.hold(above).child(name))
  }

  folder(path: ByteString): string | Buffer {
    this.trim()
    return osPath(this.hold(path).child('.'))
  }

  forget(path: ByteString): void {
    for (const [known, folder] of this.held) if (known === path || known.startsWith(`${path}/`)) this.letGo(known, folder)
  }

  [Symbol.dispose](): void {
    for (const [known, folder] of this.held) this.letGo(known, folder)
    this.root[Symbol.dispose]()
  }

  private hold(path: ByteString): HeldFolder {
    if (path === '') return this.root
    const known = this.held.get(path)
    if (known) {
      this.held.delete(path)
      this.held.set(path, known)
      return known
    }
    const { above, name } = splitPath(path)
    const folder = this.open(this.hold(above), name, path)
    this.held.set(path, folder)
    return folder
  }

  /** Before folders are opened, never between two of one call: the path that was given last is still in use. */
  private trim(): void {
    for (const [path, folder] of this.held) {
      if (this.held.size <= heldMax) return
      this.letGo(path, folder)
    }
  }

  private open(above: HeldFolder, name: ByteString, path: ByteString): HeldFolder {
    try {
      return above.folder(name)
    } catch (thrown) {
      const code = errnoOf(thrown)
      if (code === 'ELOOP' || code === 'ENOTDIR') throw new TarError(`${shown(path)} is no folder any more: others write to it at the same time`)
      throw thrown
    }
  }

  private letGo(path: ByteString, folder: HeldFolder): void {
    this.held.delete(path)
    folder[Symbol.dispose]()
  }
}

function splitPath(path: ByteString): { above: ByteString; name: ByteString } {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? { above: '', name: path } : { above: path.slice(0, slash), name: path.slice(slash + 1) }
}
