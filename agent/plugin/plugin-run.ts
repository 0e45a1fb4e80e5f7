import { mkdirSync, rmSync, writeFileSync, existsSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { must } from '../../src/base/assert.js'
import { delay, type Clock } from '../../src/base/clock.js'
import { errnoOf, internal, invalid, messageOf } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import type { HostFacts } from '../engine/context.js'
import { resolveInRoot } from '../engine/files/rootfs-path.js'
import { belongsTo, readPid } from '../engine/life/set-up.js'
import { signalNumber } from '../engine/signals.js'
import { holdSocket } from '../kernel/held-socket.js'
import { bindMount, isMounted, mount, MountFlag, unmountAll } from '../kernel/mount.js'
import { identify, isAlive, sendSignal, type ProcessIdentity } from '../kernel/process.js'
import type { SeqpacketConnection } from '../kernel/seqpacket.js'
import { commandLine } from '../runtime/bundle/process.js'
import type { Cgroups } from '../runtime/cgroup/cgroup.js'
import { attachTo, type Conmon } from '../runtime/conmon.js'
import type { ExitWatch } from '../runtime/exit-watch.js'
import type { OciRuntime } from '../runtime/oci-runtime.js'
import { removeFolder } from '../runtime/remove-folder.js'
import type { Snapshotter } from '../snapshot/snapshotter.js'
import { pluginBundle } from './bundle.js'
import { LineLimit } from './line-limit.js'
import { OutputLines } from './output-lines.js'
import type { PluginPaths } from './plugin-paths.js'
import type { PluginRecord } from './plugin-record.js'

/** A plugin that asks to end is given this time, as in Docker. */
const stopTimeoutMs = 10_000
/** And one that was started, to listen. */
const listenTimeoutMs = 10_000
const listenRetryMs = 50
/** How often it is looked whether something ended that no supervisor tells of. */
const lookMs = 100
const exitCodeKilled = 137

/** What running plugins takes. */
export interface PluginRunDeps {
  paths: PluginPaths
  /** The control group above them. */
  cgroupParent: string
  cgroups: Cgroups
  conmon: Conmon
  runtime: OciRuntime
  exitWatch: ExitWatch
  snapshots: Snapshotter
  host: HostFacts
  clock: Clock
  log: Logger
}

/** One plugin's processes, from their start (or since the daemon found them again) to their end. */
export class PluginRun {
  private output: SeqpacketConnection | undefined
  private exitCode: number | undefined
  private readonly endListeners: (() => void)[] = []

  private constructor(
    private readonly deps: PluginRunDeps,
    private readonly record: PluginRecord,
    private readonly process: ProcessIdentity,
    private readonly conmon: ProcessIdentity,
    readonly startedMs: number,
  ) {}

  /**
   * Starts a plugin and waits until it listens. Throws `invalid` for settings that cannot be, what the OCI runtime refuses
   * (`RuntimeError`), `internal` when it does not listen or ends. Nothing is left of it then.
   */
  static async start(deps: PluginRunDeps, record: PluginRecord): Promise<PluginRun> {
    const { paths, clock } = deps
    const { id } = record
    if (record.config.Interface.Socket === '') throw invalid(`plugin ${record.name} names no socket in its configuration: it cannot be asked for anything`)
    // A supervisor that is left would write its exit code over that of the new one.
    await endLeftover(deps, id)
    try {
      mkdirSync(paths.bundle(id), { recursive: true, mode: 0o700 })
      mkdirSync(paths.sockets(id), { mode: 0o700 })
      const rootfs = await deps.snapshots.mount(record.rootfs)
      sharePropagated(paths.propagated(id), record)
      const supervised = await create(deps, record, rootfs)
      const process = identify(supervised.pid)
      const conmon = identify(supervised.conmonPid)
      if (!process || !conmon) throw internal(`plugin ${record.name} ended before it was started`)
      const run = new PluginRun(deps, record, process, conmon, clock.monotonicMs())
      await run.follow()
      await deps.runtime.start(id)
      await run.listens()
      return run
    } catch (thrown) {
      await endLeftover(deps, id)
      throw thrown
    }
  }

  /** The plugin as an earlier daemon left it running; undefined when it does not run any more. */
  static async find(deps: PluginRunDeps, record: PluginRecord): Promise<PluginRun | undefined> {
    const { paths, exitWatch, clock, log } = deps
    const found = processesIn(paths, record.id)
    if (!found.process || !found.conmon || exitWatch.read(record.id) !== undefined) return undefined
    try {
      sendSignal(found.conmon, signalNumber('CONT'))
      const run = new PluginRun(deps, record, found.process, found.conmon, clock.monotonicMs())
      // One that was being started may never come to listen.
      await run.listens()
      await run.follow()
      return run
    } catch (err) {
      log.warn('a plugin that runs cannot be used and is started anew', { plugin: record.name, err })
      return undefined
    }
  }

  get hasEnded(): boolean {
    return this.exitCode !== undefined
  }

  /** Hears once of its end. */
  onEnd(listener: () => void): void {
    this.endListeners.push(listener)
  }

  /** Its supervisor recorded an exit code, or it was found dead. Saying it again changes nothing. */
  ended(exitCode: number): void {
    if (this.exitCode !== undefined) return
    this.exitCode = exitCode
    for (const listener of this.endListeners.splice(0)) listener()
  }

  /** Ends a plugin whose supervisor was killed: nobody would record its exit. */
  look(): void {
    if (this.hasEnded || isAlive(this.conmon) || this.deps.exitWatch.read(this.record.id) !== undefined) return
    this.deps.log.error('the supervisor of a plugin was killed; the plugin is ended', { plugin: this.record.name })
    sendSignal(this.process, signalNumber('KILL'))
    this.ended(exitCodeKilled)
  }

  /** Asks it to end, kills it when it does not, and takes down what it needed but its mounts. */
  async stop(): Promise<void> {
    if (!this.hasEnded) {
      sendSignal(this.process, signalNumber('TERM'))
      if (!(await this.within(stopTimeoutMs))) {
        sendSignal(this.process, signalNumber('KILL'))
        await this.within(stopTimeoutMs)
      }
    }
    this.letGo()
    await endLeftover(this.deps, this.record.id)
  }

  /** It goes on without this daemon. */
  letGo(): void {
    this.output?.destroy()
    this.output = undefined
  }

  private async within(timeoutMs: number): Promise<boolean> {
    const { clock, exitWatch } = this.deps
    const endMs = clock.monotonicMs() + timeoutMs
    while (!this.hasEnded && clock.monotonicMs() < endMs) {
      const exitCode = exitWatch.read(this.record.id)
      if (exitCode !== undefined) this.ended(exitCode)
      else if (!isAlive(this.process) && !isAlive(this.conmon)) this.ended(exitCodeKilled)
      else await delay(clock, lookMs)
    }
    return this.hasEnded
  }

  /** What it writes goes into the daemon's log, as in Docker. */
  private async follow(): Promise<void> {
    const log = this.deps.log.child({ plugin: this.record.name })
    const limit = new LineLimit(this.deps.clock, (count) => log.warn(`${count} lines of a plugin's output were left out: it writes too many`))
    const lines = new OutputLines((stream, line) => {
      if (!limit.allows()) return
      if (stream === 'stderr') log.warn(line)
      else log.info(line)
    })
    const closed = (): void => {
      lines.end()
      limit.end()
    }
    this.output = await attachTo(this.deps.paths.bundle(this.record.id), { output: (stream, data) => lines.add(stream, data), closed })
  }

  private async listens(): Promise<void> {
    const { clock, exitWatch } = this.deps
    const endMs = clock.monotonicMs() + listenTimeoutMs
    for (;;) {
      const path = socketPath(this.deps.paths, this.record)
      const refused = await dial(path)
      if (!refused) return
      const exitCode = exitWatch.read(this.record.id)
      if (exitCode !== undefined) throw internal(`plugin ${this.record.name} ended with exit code ${exitCode} before it listened on ${this.record.config.Interface.Socket}; what it wrote is in the daemon's log`)
      if (clock.monotonicMs() >= endMs) throw internal(`dial unix ${path}: ${messageOf(refused)}`, refused)
      await delay(clock, listenRetryMs)
    }
  }
}

/** Ends what there is of a plugin's processes, whoever started them, and removes what they needed but the mounts. */
export async function endLeftover(deps: PluginRunDeps, id: string): Promise<void> {
  const { process, conmon } = processesIn(deps.paths, id)
  for (const one of [process, conmon]) if (one) sendSignal(one, signalNumber('KILL'))
  await cleanUp(deps, id)
}

/** Takes the mounts of a plugin off that does not run: its own, and those it made for others. */
export function unmountPlugin({ paths, snapshots }: Pick<PluginRunDeps, 'paths' | 'snapshots'>, record: PluginRecord): void {
  unmountAll(paths.propagated(record.id))
  snapshots.unmount(record.rootfs)
}

async function cleanUp({ paths, runtime, cgroups, cgroupParent, exitWatch }: PluginRunDeps, id: string): Promise<void> {
  await cgroups.remove(cgroupPath(cgroupParent, id))
  removeFolder(join(runtime.root, id))
  rmSync(dirname(paths.bundle(id)), { recursive: true, force: true })
  exitWatch.forget(id)
}

/** Where the plugin's processes are accounted. */
function cgroupPath(parent: string, id: string): string {
  return `/${parent.replace(/^\/+|\/+$/g, '')}/plugin-${id}`
}

/** Where the host has the socket of a plugin that runs. */
export function socketPath(paths: PluginPaths, { id, config }: PluginRecord): string {
  return join(paths.sockets(id), config.Interface.Socket)
}

/** Where the host has what a plugin names: below its propagated mount, or in its own file system. Never outside of both. */
export function hostPath({ paths, snapshots }: Pick<PluginRunDeps, 'paths' | 'snapshots'>, { id, config, rootfs }: PluginRecord, path: string): string {
  const below = config.PropagatedMount.replace(/\/+$/, '')
  if (below !== '' && (path === below || path.startsWith(`${below}/`))) return resolveInRoot(paths.propagated(id), path.slice(below.length))
  return resolveInRoot(must(snapshots.writable(rootfs), 'a plugin has its file system').merged, path)
}

/** A mount of its own that shares what comes to be mounted below it with the plugin, both ways. */
function sharePropagated(folder: string, { config }: PluginRecord): void {
  if (config.PropagatedMount === '') return
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  if (!isMounted(folder)) bindMount(folder, folder, { recursive: true })
  mount({ source: 'none', target: folder, flags: MountFlag.shared | MountFlag.recursive })
}

function create(deps: PluginRunDeps, record: PluginRecord, rootfs: string): Promise<{ pid: number; conmonPid: number }> {
  const { paths, conmon, runtime } = deps
  const { id, config, settings } = record
  const spec = pluginBundle(record, { rootfs, sockets: paths.sockets(id), propagated: paths.propagated(id), cgroupPath: cgroupPath(deps.cgroupParent, id), host: deps.host })
  // The runtime would say only that something is not there.
  for (const { Name, Source = '', Type, Options } of settings.Mounts) {
    const binds = Type === 'bind' || Options.some((option) => option === 'bind' || option === 'rbind')
    if (binds && !existsSync(Source)) throw invalid(`the source of mount ${Name} does not exist: ${Source}`)
  }
  writeFileSync(join(paths.bundle(id), 'config.json'), JSON.stringify(spec), { mode: 0o600 })
  return conmon.create({
    id,
    name: id,
    runtime,
    program: commandLine({ Entrypoint: config.Entrypoint, Cmd: settings.Args })[0] ?? '',
    bundle: paths.bundle(id),
    exitDir: paths.exitDir,
    log: undefined,
    terminal: false,
    stdin: false,
    leaveStdinOpen: false,
  })
}

function processesIn(paths: PluginPaths, id: string): { process: ProcessIdentity | undefined; conmon: ProcessIdentity | undefined } {
  const folder = paths.bundle(id)
  const found = (file: string): ProcessIdentity | undefined => {
    const pid = existsSync(folder) ? readPid(join(folder, file)) : undefined
    const process = pid === undefined ? undefined : identify(pid)
    return process && isAlive(process) && belongsTo(process.pid, id) ? process : undefined
  }
  return { process: found('pid'), conmon: found('conmon.pid') }
}

/** Undefined when somebody listens there; else why not, in the words of the system. */
async function dial(path: string): Promise<Error | undefined> {
  try {
    using held = holdSocket(path)
    await new Promise<void>((resolve, reject) => {
      const socket = connect(held.path, () => {
        socket.destroy()
        resolve()
      })
      socket.once('error', reject)
    })
    return undefined
  } catch (thrown) {
    const code = errnoOf(thrown)
    return new Error(code === 'ENOENT' ? 'connect: no such file or directory' : code === 'ECONNREFUSED' ? 'connect: connection refused' : messageOf(thrown))
  }
}
