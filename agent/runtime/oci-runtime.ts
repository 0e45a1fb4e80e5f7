import { closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { internal } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import { exec } from '../../src/sys/exec.js'
import { spawnWithFds, type DescriptorUse, type SpawnedProcess } from '../kernel/spawn.js'
import { ReadOnlyProgram } from './read-only-program.js'
import { failureLogArgs } from './runtime-error.js'

/** An OCI runtime that containers can ask for. */
export interface RuntimeChoice {
  name: string
  /** Path of the program: `/usr/bin/crun`. */
  path: string
  /** What comes first on its command line. */
  args?: readonly string[]
}

/** An OCI runtime's program with a state folder of our own. */
export class OciRuntime implements Disposable {
  /** crun keeps the filter it compiled, and waits for a byte in a FIFO of its state folder: writing it is a program less to start. */
  readonly isCrun: boolean

  constructor(
    private readonly choice: RuntimeChoice,
    /** Its `--root`: one folder for each container. */
    readonly root: string,
    private readonly mounted?: ReadOnlyProgram,
  ) {
    this.isCrun = basename(choice.path) === 'crun'
  }

  /** The same; crun is run from a read-only mount below `programsDir` where one can be made, until this is disposed of. */
  static open(choice: RuntimeChoice, root: string, programsDir: string, log: Logger): OciRuntime {
    if (basename(choice.path) !== 'crun') return new OciRuntime(choice, root)
    try {
      return new OciRuntime(choice, root, ReadOnlyProgram.mount(choice.path, programsDir))
    } catch (err) {
      log.info('the OCI runtime gets no read-only mount: starts of containers take a little longer', { err })
      return new OciRuntime(choice, root)
    }
  }

  [Symbol.dispose](): void {
    this.mounted?.[Symbol.dispose]()
  }

  get name(): string {
    return this.choice.name
  }

  /** Path of the program. */
  get program(): string {
    return this.mounted?.path ?? this.choice.path
  }

  /** What comes before the command on its command line. */
  get globalArgs(): string[] {
    return [...(this.choice.args ?? []), '--root', this.root]
  }

  /** Lets a created container's process run. Throws `internal` with the runtime's message. */
  async start(id: string): Promise<void> {
    if (this.isCrun && this.writeStartByte(id)) return
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

  /**
   * Starts `exec` with the OCI `process.json` of a folder; the program stays and exits with the command's code. In the
   * folder appears `pid` when the command was started, and what `execFailure` reads when it could not be.
   */
  exec(id: string, folder: string, descriptors: readonly DescriptorUse[]): SpawnedProcess {
    const files = ['--process', join(folder, 'process.json'), '--pid-file', join(folder, 'pid')]
    const args = [...this.globalArgs, ...failureLogArgs(folder), 'exec', ...files, id]
    return spawnWithFds(this.program, args, { descriptors, env: runtimeEnv })
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
