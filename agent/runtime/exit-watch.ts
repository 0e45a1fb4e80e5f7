import { readdirSync, readFileSync, unlinkSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'
import { errnoOf } from '../../src/base/errors.js'

/**
 * Learns of ended containers from the files that conmon leaves in the exit folder: the name is the
 * container's id, the content its exit code. The watch (inotify) is armed before the folder is read,
 * so no exit falls between; a code may be reported twice, and is reported until it is forgotten.
 */
export class ExitWatch implements Disposable {
  private readonly watcher: FSWatcher

  constructor(
    private readonly folder: string,
    private readonly onExit: (id: string, exitCode: number) => void,
    onFailure: (cause: Error) => void,
  ) {
    this.watcher = watch(folder, (_event, name) => {
      if (name !== null) this.check(name)
    })
    this.watcher.on('error', onFailure)
  }

  /** Reports every exit that is recorded and not forgotten. */
  reportAll(): void {
    for (const id of readdirSync(this.folder)) this.check(id)
  }

  /** The recorded exit code of a container; undefined while there is none. */
  read(id: string): number | undefined {
    return readExitCode(join(this.folder, id))
  }

  /** Removes the record: before a new start, and after the exit is stored elsewhere. */
  forget(id: string): void {
    try {
      unlinkSync(join(this.folder, id))
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOENT') throw thrown
    }
  }

  [Symbol.dispose](): void {
    this.watcher.close()
  }

  private check(name: string): void {
    // conmon writes a temporary beside the file and renames it.
    if (!/^[0-9a-f]+$/.test(name)) return
    const exitCode = this.read(name)
    if (exitCode !== undefined) this.onExit(name, exitCode)
  }
}

function readExitCode(path: string): number | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
  return /^-?\d+$/.test(text) ? Number(text) : undefined
}
