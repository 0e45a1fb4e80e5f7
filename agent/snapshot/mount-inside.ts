import { mount, type MountRequest } from '../kernel/mount.js'

/**
 * Mounts with `folder` as the working directory, so that options may name folders relative to it. It is
 * synchronous and puts the working directory back: nothing else of this process sees the change.
 */
export function mountInside(folder: string, request: MountRequest): void {
  const before = currentFolder()
  process.chdir(folder)
  try {
    mount(request)
  } finally {
    process.chdir(before)
  }
}

/** The working directory; `/` when it was removed under us. */
function currentFolder(): string {
  try {
    return process.cwd()
  } catch {
    return '/'
  }
}
