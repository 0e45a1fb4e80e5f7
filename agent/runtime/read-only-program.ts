import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { bindMount, unmountAll } from '../kernel/mount.js'

/**
 * An OCI runtime's program on a read-only mount of its own. A container's process could write to the
 * program that starts it, through /proc/PID/exe, so crun copies itself into such a mount and executes
 * itself again at every start, unless it finds that it is on a read-only file system already
 * (CVE-2019-5736 is the hole that this closes). One mount for all containers saves a third of its time.
 */
export class ReadOnlyProgram implements Disposable {
  private constructor(
    /** The program's path on the mount; its name is as before. */
    readonly path: string,
  ) {}

  /** Mounts a program below `folder`, instead of what an earlier daemon left there. Throws `SystemCallError`. */
  static mount(program: string, folder: string): ReadOnlyProgram {
    const path = join(folder, basename(program))
    unmountAll(path)
    mkdirSync(folder, { recursive: true, mode: 0o711 })
    // Whatever is there is neither emptied nor given a mode: it could be the program itself, bound by another daemon.
    closeSync(openSync(path, 'a', 0o700))
    try {
      bindMount(program, path, { readOnly: true })
    } catch (thrown) {
      rmSync(path, { force: true })
      throw thrown
    }
    return new ReadOnlyProgram(path)
  }

  [Symbol.dispose](): void {
    unmountAll(this.path)
    rmSync(this.path, { force: true })
  }
}
