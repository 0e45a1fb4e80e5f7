import type { Disk, DiskFile } from '../../manager/raft/wal/disk.js'
import type { Rng } from '../../src/base/rng.js'

interface Inode {
  /** What a reader sees now. */
  live: Uint8Array
  /** What a crash leaves at least. */
  durable: Uint8Array
}

const sectorBytes = 512

/**
 * A file system in memory that keeps promises only when asked to: what was not synced is lost in a
 * crash, wholly or sector by sector, and so are names whose folder was not synced.
 */
export class MemoryDisk implements Disk {
  private names = new Map<string, Inode>()
  private durableNames = new Map<string, Inode>()
  /** Called before each operation that changes something; may wait, or throw to fail it. */
  before: (operation: 'write' | 'sync' | 'name', path: string) => Promise<void> | void = () => undefined
  syncCount = 0

  async makeFolder(): Promise<void> {}

  async list(folder: string): Promise<string[]> {
    return [...this.names.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1)).sort()
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    if (mode === 'create') {
      await this.before('name', path)
      this.names.set(path, { live: new Uint8Array(0), durable: new Uint8Array(0) })
    }
    const inode = this.names.get(path)
    if (!inode) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' })
    return this.fileOf(inode, path)
  }

  private fileOf(inode: Inode, path: string): DiskFile {
    return {
      size: async () => inode.live.length,
      read: async (position, length) => inode.live.slice(position, position + length),
      write: async (position, data) => {
        await this.before('write', path)
        const grown = new Uint8Array(Math.max(inode.live.length, position + data.length))
        grown.set(inode.live)
        grown.set(data, position)
        inode.live = grown
      },
      truncate: async (length) => {
        await this.before('write', path)
        inode.live = inode.live.slice(0, length)
      },
      sync: async () => {
        const { live } = inode
        await this.before('sync', path)
        this.syncCount++
        inode.durable = live
      },
      close: async () => undefined,
    }
  }

  async rename(from: string, to: string): Promise<void> {
    await this.before('name', to)
    const inode = this.names.get(from)
    if (!inode) throw new Error(`no such file: ${from}`)
    this.names.delete(from)
    this.names.set(to, inode)
    this.durableNames = new Map(this.names)
  }

  async remove(path: string): Promise<void> {
    await this.before('name', path)
    this.names.delete(path)
  }

  async syncFolder(): Promise<void> {
    await this.before('name', '')
    this.durableNames = new Map(this.names)
  }

  /** The machine loses power: of what was not synced, each sector is there or not, as the dice fall. */
  crash(rng: Rng): void {
    const kept = new Map(this.durableNames)
    for (const [path, inode] of this.names) if (!kept.has(path) && rng.below(2) === 0) kept.set(path, inode)
    for (const path of this.durableNames.keys()) if (!this.names.has(path) && rng.below(2) === 0) kept.delete(path)
    for (const inode of new Set(kept.values())) {
      // The length may or may not have grown; sectors beyond what was synced hold the new data or zeros.
      const span = inode.live.length - inode.durable.length
      const length = span > 0 ? inode.durable.length + rng.below(span + 1) : rng.below(2) === 0 ? inode.live.length : inode.durable.length
      const after = new Uint8Array(length)
      after.set(inode.durable.subarray(0, length))
      for (let at = 0; at < length; at += sectorBytes) {
        const end = Math.min(at + sectorBytes, length)
        if (rng.below(4) !== 0) after.set(inode.live.subarray(at, Math.min(end, inode.live.length)), at)
      }
      inode.live = after
      inode.durable = after
    }
    this.names = kept
    this.durableNames = new Map(kept)
    this.before = () => undefined
  }

  /** Flips one bit: a failing medium. */
  damage(path: string, position: number): void {
    const inode = this.names.get(path)
    if (!inode) throw new Error(`no such file: ${path}`)
    inode.live = inode.live.slice()
    inode.live[position] = (inode.live[position] as number) ^ 1
  }

  truncate(path: string, length: number): void {
    const inode = this.names.get(path)
    if (!inode) throw new Error(`no such file: ${path}`)
    inode.live = inode.live.slice(0, length)
  }

  sizeOf(path: string): number {
    return this.names.get(path)?.live.length ?? 0
  }

  /** The same files on a disk of their own. */
  clone(): MemoryDisk {
    const copy = new MemoryDisk()
    for (const [path, inode] of this.names) copy.names.set(path, { live: inode.live.slice(), durable: inode.live.slice() })
    copy.durableNames = new Map(copy.names)
    return copy
  }
}
