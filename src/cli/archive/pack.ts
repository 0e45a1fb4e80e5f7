import { createReadStream, lstatSync, opendirSync, readlinkSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pack, type Header, type Pack } from 'tar-stream'

/** Where a name leads within an archive, from the local file system. */
export interface PackSource {
  /** A path, `.` at its end for the content of a folder. */
  path: string
  /** What the first part of the entries' names is called: `.` for the content of a folder. */
  name: string
}

type EntryHeader = Partial<Header> & Pick<Header, 'name'>

interface Link {
  name: string
}

/**
 * A tar archive of a file or of a folder with all that is in it. Links stay links; a file with several names
 * comes once, its other names as links to it. Sockets are left out. The stream fails where reading does.
 */
export function packFiles({ path, name }: PackSource): Readable {
  const archive = pack()
  const seen = new Map<string, Link>()
  walk(archive, path, name, seen).then(
    () => archive.finalize(),
    (thrown: unknown) => archive.destroy(thrown instanceof Error ? thrown : new Error(String(thrown))),
  )
  return archive as unknown as Readable
}

async function walk(archive: Pack, path: string, name: string, seen: Map<string, Link>): Promise<void> {
  const stat = lstatSync(path)
  if (stat.isDirectory()) {
    await put(archive, { ...common(stat, `${name}/`), type: 'directory' })
    const folder = opendirSync(path)
    try {
      for (let entry = folder.readSync(); entry; entry = folder.readSync()) await walk(archive, join(path, entry.name), `${name}/${entry.name}`, seen)
    } finally {
      folder.closeSync()
    }
    return
  }
  if (stat.isSymbolicLink()) return put(archive, { ...common(stat, name), type: 'symlink', linkname: readlinkSync(path) })
  if (stat.isFile()) {
    const id = `${stat.dev}:${stat.ino}`
    const first = stat.nlink > 1 ? seen.get(id) : undefined
    if (first) return put(archive, { ...common(stat, name), type: 'link', linkname: first.name })
    if (stat.nlink > 1) seen.set(id, { name })
    return putFile(archive, path, { ...common(stat, name), type: 'file', size: stat.size })
  }
  if (stat.isFIFO()) return put(archive, { ...common(stat, name), type: 'fifo' })
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) return
  const device = { devmajor: (stat.rdev >> 8) & 0xfff, devminor: (stat.rdev & 0xff) | ((stat.rdev >> 12) & 0xfff00) }
  await put(archive, { ...common(stat, name), ...device, type: stat.isBlockDevice() ? 'block-device' : 'character-device' })
}

function common(stat: Stats, name: string): EntryHeader {
  return { name, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, mtime: stat.mtime, size: 0 }
}

function put(archive: Pack, header: EntryHeader): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(header, '', (thrown) => (thrown ? reject(thrown) : resolve()))
  })
}

function putFile(archive: Pack, path: string, header: EntryHeader & { size: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = archive.entry(header, (thrown) => (thrown ? reject(thrown) : resolve()))
    // A file that grows meanwhile is sent up to its length at the beginning; one that shrinks is an error of the entry's.
    const source = header.size === 0 ? undefined : createReadStream(path, { end: header.size - 1 })
    if (!source) entry.end(null)
    else {
      source.once('error', (thrown) => archive.destroy(thrown))
      source.pipe(entry as unknown as NodeJS.WritableStream)
    }
  })
}
