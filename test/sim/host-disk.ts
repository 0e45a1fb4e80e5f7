import type { KeyFiles } from '../../manager/keys/data-key-file.js'
import type { Disk, DiskFile } from '../../manager/raft/wal/disk.js'

/** Whether a process still runs. */
export interface Life {
  dead: boolean
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined)

/** What a process sees of a disk: nothing that it does after its death takes effect. */
export function mortalDisk(disk: Disk, life: Life): Disk {
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (life.dead) return never()
    const done = await work()
    return life.dead ? never() : done
  }
  const mortalFile = (file: DiskFile): DiskFile => ({
    size: () => alive(() => file.size()),
    read: (position, length) => alive(() => file.read(position, length)),
    write: (position, data) => alive(() => file.write(position, data)),
    truncate: (length) => alive(() => file.truncate(length)),
    sync: () => alive(() => file.sync()),
    close: () => alive(() => file.close()),
  })
  return {
    makeFolder: (path) => alive(() => disk.makeFolder(path)),
    list: (folder) => alive(() => disk.list(folder)),
    open: (path, mode) => alive(async () => mortalFile(await disk.open(path, mode))),
    rename: (from, to) => alive(() => disk.rename(from, to)),
    remove: (path) => alive(() => disk.remove(path)),
    syncFolder: (folder) => alive(() => disk.syncFolder(folder)),
  }
}

/** Key files on such a disk, written as `writeFileAtomic` does it. */
export function keyFilesOn(disk: Disk): KeyFiles {
  return {
    read: async (path) => {
      const file = await disk.open(path, 'read')
      return Buffer.from(await file.read(0, await file.size())).toString()
    },
    write: async (path, text) => {
      const file = await disk.open(`${path}.tmp`, 'create')
      await file.write(0, Buffer.from(text))
      await file.sync()
      await disk.rename(`${path}.tmp`, path)
    },
    remove: (path) => disk.remove(path),
  }
}
