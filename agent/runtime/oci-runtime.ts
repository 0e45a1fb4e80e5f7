import { closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { internal } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import { exec } from '../../src/sys/exec.js'
import { removeFolder } from './remove-folder.js'
import { spawnWithFds, type DescriptorUse, type SpawnedProcess } from '../kernel/spawn.js'
import { ReadOnlyProgram } from './read-only-program.js'

/** An OCI runtime's program with a state folder of our own. */
export class OciRuntime implements Disposable {
  /** crun waits for a byte in a FIFO of its state folder: writing it is a program less to start. */
  private readonly startsByFifo: boolean

  constructor(
    /** Path of the program: `/usr/bin/crun`. */
    readonly program: string,
    /** Its `--root`: one folder for each container. */
    readonly root: string,
    private readonly mounted?: ReadOnlyProgram,
  ) {
    this.startsByFifo = basename(program) === 'crun'
  }

  /** The same; crun is run from a read-only mount below `programsDir` where one can be made, until this is disposed of. */
  static open(program: string, root: string, programsDir: string, log: Logger): OciRuntime {
    if (basename(program) !== 'crun') return new OciRuntime(program, root)
    try {
      const mounted = ReadOnlyProgram.mount(program, programsDir)
      return new OciRuntime(mounted.path, root, mounted)
    } catch (err) {
      log.info('the OCI runtime gets no read-only mount: starts of containers take a little longer', { err })
      return new OciRuntime(program, root)
    }
  }

  [Symbol.dispose](): void {
    this.mounted?.[Symbol.dispose]()
  }

  get name(): string {
    return basename(this.program)
  }

  /** What comes before the command on its command line. */
  get globalArgs(): string[] {
    return ['--root', this.root]
  }

  /** Lets a created container's process run. Throws `internal` with the runtime's message. */
  async start(id: string): Promise<void> {
    if (this.startsByFifo && this.writeStartByte(id)) return
    await this.run(['start', id])
  }

  /** Applies an OCI `linux.resources` object to a running container; `file` is written for the runtime to read. */
  async update(id: string, resources: object, file: string): Promise<void> {
    writeFileSync(file, JSON.stringify(resources), { mode: 0o600 })
    try {
      await this.run(['update', '--resources', file, id])
    } finally {
      rmSync(file, { force: true })
    }
  }

  /** Starts `exec` with an OCI process file; the program stays and exits with the command's code. */
  exec(id: string, processFile: string, pidFile: string, descriptors: readonly DescriptorUse[]): SpawnedProcess {
    const args = [...this.globalArgs, 'exec', '--process', processFile, '--pid-file', pidFile, id]
    return spawnWithFds(this.program, args, { descriptors, env: runtimeEnv })
  }

  /** Forgets an ended container. The cgroup is removed by its owner (`cgroup/`); nothing to remove is fine. */
  forget(id: string): void {
    removeFolder(join(this.root, id))
  }

  private writeStartByte(id: string): boolean {
    try {
      // Without a reader this fails at once: then the runtime itself says what is wrong.
      const fifo = openSync(join(this.root, id, 'exec.fifo'), constants.O_WRONLY | constants.O_NONBLOCK)
      try {
        writeSync(fifo, '1')
        return true
      } finally {
        closeSync(fifo)
      }
    } catch {
      return false
    }
  }

  private async run(args: string[]): Promise<void> {
    const result = await exec(this.program, [...this.globalArgs, ...args], { env: runtimeEnv })
    if (result.code !== 0) throw internal(`${this.name} ${args[0] ?? ''}: ${result.stderr.trim()}`)
  }
}

/** Runtimes are given nothing of the daemon's environment. */
export const runtimeEnv: Record<string, string> = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }
