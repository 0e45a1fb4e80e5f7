import { open } from 'node:fs/promises'
import { asyncSyscall } from './ffi.js'

const syncfsCall = asyncSyscall<[number]>('int syncfs(int fd)')

/** Makes everything written to the file system of `path` durable (syncfs(2)), off the main thread. */
export async function syncFileSystem(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await syncfsCall(handle.fd)
  } finally {
    await handle.close()
  }
}
