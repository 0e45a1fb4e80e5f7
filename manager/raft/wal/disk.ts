import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../../src/sys/atomic-file.js'

/** The part of a file system that the log needs; the simulation has one that loses what was not synced. */
export interface Disk {
  /** Makes the folder and its parents. */
  makeFolder(path: string): Promise<void>
  /** The names in a folder, sorted; none when it does not exist. */
  list(folder: string): Promise<string[]>
  /** `create` makes an empty file, replacing one of that name. */
  open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile>
  /** Replaces `to`, and makes that durable with everything else in `to`'s folder. */
  rename(from: string, to: string): Promise<void>
  /** Does nothing when there is no such file. */
  remove(path: string): Promise<void>
  /** Makes creations and removals in a folder durable. */
  syncFolder(folder: string): Promise<void>
}

export interface DiskFile {
  size(): Promise<number>
  /** Up to `length` bytes; fewer at the end of the file only. */
  read(position: number, length: number): Promise<Uint8Array>
  write(position: number, data: Uint8Array): Promise<void>
  truncate(length: number): Promise<void>
  /** Everything written so far survives a crash. */
  sync(): Promise<void>
  close(): Promise<void>
}

class RealFile implements DiskFile {
  constructor(private readonly handle: FileHandle) {}

  async size(): Promise<number> {
    return (await this.handle.stat()).size
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafe(length)
    let have = 0
    while (have < length) {
      const { bytesRead } = await this.handle.read(buffer, have, length - have, position + have)
      if (bytesRead === 0) break
      have += bytesRead
    }
    return buffer.subarray(0, have)
  }

  async write(position: number, data: Uint8Array): Promise<void> {
    let done = 0
    while (done < data.length) {
      done += (await this.handle.write(data, done, data.length - done, position + done)).bytesWritten
    }
  }

  truncate(length: number): Promise<void> {
    return this.handle.truncate(length)
  }

  sync(): Promise<void> {
    // The length of a file that grew is flushed too: it is needed to read the data back.
    return this.handle.datasync()
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}

const flags = { read: 'r', write: 'r+', create: 'w+' } as const

/** The machine's file system. Files are readable by their owner only: they hold secrets. */
export const realDisk: Disk = {
  makeFolder: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
  list: async (folder) => {
    try {
      return (await readdir(folder)).sort()
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return []
      throw thrown
    }
  },
  open: async (path, mode) => new RealFile(await open(path, flags[mode], 0o600)),
  rename: async (from, to) => {
    await rename(from, to)
    await syncFolder(dirname(to))
  },
  remove: (path) => rm(path, { force: true }),
  syncFolder,
}
