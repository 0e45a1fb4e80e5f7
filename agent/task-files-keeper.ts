import { chmod, chown, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { internal, messageOf } from '../src/base/errors.js'
import type { FileKeeper, TaskFile } from './executor/task-files.js'
import { isMounted, mount, MountFlag, unmountAll } from './kernel/mount.js'

const tmpfsOptions = 'mode=0700,size=1g'

/**
 * Secrets and configs of tasks, on a tmpfs of their own that only root can enter: they never reach a disk,
 * and end with the host. It stays mounted while the daemon is away, for containers that live on.
 */
export class TmpfsFileKeeper implements FileKeeper {
  private ready: Promise<void> | undefined

  /** `root`: an absolute path in a place that is empty after a reboot, `<exec-root>/tasks`. */
  constructor(private readonly root: string) {}

  async write(taskId: string, files: readonly TaskFile[]): Promise<string[]> {
    await this.mounted()
    const folder = join(this.root, taskId)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const paths: string[] = []
    for (const file of files) {
      // Targets may hold slashes; what they are called here does not matter, but must stay the same.
      const path = join(folder, createHash('sha256').update(file.target).digest('hex').slice(0, 32))
      await writeOwned(path, file)
      paths.push(path)
    }
    return paths
  }

  async remove(taskId: string): Promise<void> {
    await rm(join(this.root, taskId), { recursive: true, force: true })
  }

  async keepOnly(isKnown: (taskId: string) => boolean): Promise<void> {
    await this.mounted()
    for (const name of await readdir(this.root)) if (!isKnown(name)) await this.remove(name)
  }

  /** Takes everything away: this node leaves the swarm. */
  async destroy(): Promise<void> {
    this.ready = undefined
    unmountAll(this.root)
    await rm(this.root, { recursive: true, force: true })
  }

  private mounted(): Promise<void> {
    this.ready ??= this.mountOnce().catch((thrown: unknown) => {
      this.ready = undefined
      throw thrown
    })
    return this.ready
  }

  private async mountOnce(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 })
    if (isMounted(this.root)) return
    try {
      mount({
        source: 'tmpfs',
        target: this.root,
        type: 'tmpfs',
        flags: MountFlag.noSuid | MountFlag.noDev | MountFlag.noExec,
        data: tmpfsOptions,
      })
    } catch (thrown) {
      throw internal(`cannot mount a tmpfs for secrets on ${this.root}: ${messageOf(thrown)}`, thrown)
    }
  }
}

/** In place, so that a container that has it already sees the same file. */
async function writeOwned(path: string, { data, uid, gid, mode }: TaskFile): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(data)
  } finally {
    await file.close()
  }
  await chown(path, uid, gid)
  await chmod(path, mode)
}
