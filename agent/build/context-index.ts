import { createHash } from 'node:crypto'
import { invalid } from '../../src/base/errors.js'
import { byteString, textOf, type ByteString } from '../snapshot/paths.js'
import { TarError, TarType, type TarEntry } from '../snapshot/tar/header.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { isPattern, matchingPaths } from './glob.js'

/** As many symbolic links as the kernel follows. */
const linksMax = 40

interface Node {
  type: TarType
  mode: number
  linkName: ByteString
  /** A digest of kind, mode and content, without time and owner. */
  key: string
  /** Of folders. */
  children?: Map<ByteString, Node>
}

/**
 * What is in an archive, by path, with digests: enough to tell what COPY would take and whether it was taken before,
 * without one file being written.
 */
export class ContextIndex {
  constructor(private readonly root: Node = folderNode(0o755)) {}

  /** Notes an entry; `contentDigest` is that of a file's bytes. Throws `TarError` for names that lead out. */
  add(entry: TarEntry, contentDigest: string): void {
    const parts = partsOf(entry.name)
    const name = parts.pop()
    if (name === undefined) return
    let folder = this.root
    for (const part of parts) folder = this.folderIn(folder, part)
    const children = folder.children as Map<ByteString, Node>
    if (entry.type === TarType.directory) {
      const present = children.get(name)
      const node = present?.children ? present : folderNode(entry.mode)
      Object.assign(node, { mode: entry.mode, key: keyOf(entry, '') })
      children.set(name, node)
    } else if (entry.type === TarType.link) {
      const target = this.nodeAt(partsOf(entry.linkName))
      if (!target || target.children) throw new TarError(`the hard link ${textOf(entry.name)} points to ${textOf(entry.linkName)}, which is not there`)
      children.set(name, target)
    } else {
      children.set(name, { type: entry.type, mode: entry.mode, linkName: entry.linkName, key: keyOf(entry, contentDigest) })
    }
  }

  /** Forgets what `ignores` (a path without a slash before it) names and gives the paths; folders that keep something stay. */
  async removeIgnored(ignores: (path: string) => boolean): Promise<ByteString[]> {
    const slice = new TimeSlice()
    // The archive was read until now.
    await slice.giveWay()
    const removed: ByteString[] = []
    const visit = async (node: Node, path: ByteString): Promise<void> => {
      for (const [name, child] of node.children ?? []) {
        const below = path === '' ? name : `${path}/${name}`
        const before = removed.length
        if (child.children) await visit(child, below)
        if (ignores(textOf(below)) && !child.children?.size) {
          node.children?.delete(name)
          // What was in it goes with it.
          removed.length = before
          removed.push(below)
        }
        const pause = slice.pause()
        if (pause) await pause
      }
    }
    await visit(this.root, '')
    return removed
  }

  /** Takes a folder of the root out and gives its folders as indexes of their own, by name. */
  takeFolders(name: ByteString): Map<string, ContextIndex> {
    const taken = this.root.children?.get(name)
    this.root.children?.delete(name)
    const folders = [...(taken?.children ?? [])].filter(([, node]) => node.children)
    return new Map(folders.map(([folder, node]) => [textOf(folder), new ContextIndex(node)]))
  }

  /** The paths that patterns mean, links followed. Throws `invalid` for a pattern that nothing fits. */
  find(pattern: string): ByteString[] {
    const exists = (path: ByteString): boolean => this.resolve(path) !== undefined
    const wanted = byteString(pattern)
    const paths = isPattern(wanted)
      ? matchingPaths(wanted, (folder) => { const node = this.resolve(folder)?.node; return node?.children && [...node.children.keys()] }, exists)
      : [wanted].filter(exists)
    if (paths.length === 0) {
      const shown = pattern.replace(/^(\.?\/)+/, '')
      throw invalid(`file not found in build context or excluded by .dockerignore: stat ${shown}: file does not exist`)
    }
    return paths
  }

  isFolder(path: ByteString): boolean {
    return this.resolve(path)?.node.children !== undefined
  }

  /** Feeds names and keys of all that is at these paths into a digest, as hexadecimal digits. `skip` is asked with paths below a source. */
  async digest(paths: readonly ByteString[], skip: ((path: ByteString) => boolean) | undefined, signal: AbortSignal): Promise<string> {
    const hash = createHash('sha256')
    const slice = new TimeSlice()
    await slice.giveWay()
    for (const path of paths) {
      const found = this.resolve(path)
      if (!found) continue
      const todo: { node: Node; name: ByteString }[] = [{ node: found.node, name: '' }]
      // A folder's own name does not matter: its content is copied.
      if (!found.node.children) hash.update(`${path.split('/').at(-1) ?? ''}\0`, 'latin1')
      for (let at = todo.pop(); at; at = todo.pop()) {
        hash.update(`${at.name}\0${at.node.key}\0`, 'latin1')
        for (const name of [...(at.node.children?.keys() ?? [])].sort().reverse()) {
          const below = at.name === '' ? name : `${at.name}/${name}`
          if (!skip?.(below)) todo.push({ node: at.node.children?.get(name) as Node, name: below })
        }
        const pause = slice.pause()
        if (pause) await pause
        signal.throwIfAborted()
      }
    }
    // What the digest is for follows at once.
    await slice.giveWay()
    return hash.digest('hex')
  }

  private folderIn(folder: Node, part: ByteString): Node {
    const present = folder.children?.get(part)
    if (present?.children) return present
    if (present?.type === TarType.symlink) {
      const target = this.follow(present.linkName)
      if (target?.node.children) return target.node
    }
    const made = folderNode(0o755)
    folder.children?.set(part, made)
    return made
  }

  private nodeAt(parts: readonly ByteString[]): Node | undefined {
    let node: Node | undefined = this.root
    for (const part of parts) node = node?.children?.get(part)
    return node
  }

  private resolve(path: ByteString): { node: Node } | undefined {
    return this.follow(path)
  }

  /** Follows links with the archive's root as `/`. */
  private follow(path: ByteString): { node: Node } | undefined {
    // The way down, the root first.
    const way: Node[] = [this.root]
    const pending = path.split('/').reverse()
    let links = 0
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part === '' || part === '.') continue
      if (part === '..') {
        if (way.length > 1) way.pop()
        continue
      }
      const node = way.at(-1)?.children?.get(part)
      if (!node) return undefined
      if (node.type === TarType.symlink) {
        if (++links > linksMax) throw invalid(`too many symbolic links in ${textOf(path)}`)
        if (node.linkName.startsWith('/')) way.length = 1
        pending.push(...node.linkName.split('/').reverse())
        continue
      }
      way.push(node)
    }
    const node = way.at(-1)
    return node && { node }
  }
}

function folderNode(mode: number): Node {
  return { type: TarType.directory, mode, linkName: '', key: `d${mode.toString(8)}`, children: new Map() }
}

function keyOf(entry: TarEntry, contentDigest: string): string {
  const xattrs = [...entry.xattrs].map(([name, value]) => `${name}=${value.toString('base64')}`).sort()
  const device = entry.type === TarType.character || entry.type === TarType.block ? `${entry.device.major}:${entry.device.minor}` : ''
  return [entry.type, entry.mode.toString(8), entry.linkName, device, contentDigest, ...xattrs].join('|')
}

function partsOf(path: ByteString): ByteString[] {
  if (path.startsWith('/')) throw new TarError(`${textOf(path)} is an absolute name; names in a context are relative to its root`)
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw new TarError(`${textOf(path)} leads outside of the context`)
  return parts
}
