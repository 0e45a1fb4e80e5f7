import { setMaxListeners } from 'node:events'
import { mkdirSync } from 'node:fs'
import { conflict, invalid, unavailable } from '../../src/base/errors.js'
import type { KeyValueStore } from '../../src/base/key-value.js'
import type {
  ContainerCreateResponse, ContainerInspectResponse, ContainerPathStat, ContainerSummary, ContainerTopResponse, ContainerUpdateResponse, FilesystemChange, Resources,
  RestartPolicy,
} from '../../src/model/engine-api/container.js'
import type { AttachOptions, AttachSession, LogsOptions, OutputChunk, WaitCondition } from '../../src/model/engine-api/attach.js'
import type { CommitOptions } from '../../src/model/engine-api/commit.js'
import type { CreateRequest } from '../../src/model/engine-api/create.js'
import type { ContainerStatsResponse } from '../../src/model/engine-api/stats.js'
import { Cgroups } from '../runtime/cgroup/cgroup.js'
import type { CgroupMode } from '../runtime/cgroup/mode.js'
import { Conmon, resizeTerminal } from '../runtime/conmon.js'
import { ExitWatch } from '../runtime/exit-watch.js'
import type { RuntimeChoice } from '../runtime/oci-runtime.js'
import { OciRuntimes } from '../runtime/oci-runtimes.js'
import { changesOf } from '../snapshot/diff.js'
import { SeccompCache } from '../runtime/seccomp-cache.js'
import { unpackArchiveHere, type ArchiveUnpacker } from '../image/archive-unpacker.js'
import { readArchive, statPath, writeArchive, type WriteArchiveOptions } from './files/archive.js'
import { attachContainer } from './io/attach.js'
import { Background } from './background.js'
import { commitContainer } from './files/commit.js'
import type { Container } from './container.js'
import { ContainerLogs } from './io/container-logs.js'
import type { ContainerRecord } from './container-record.js'
import { ContainerStore } from './container-store.js'
import { defaultEngineSettings, type EngineContext, type EngineObserver, type EngineSettings } from './context.js'
import { endLateSave } from './late-record.js'
import { createContainer, type CreateOptions } from './life/create.js'
import { EngineExecs } from './io/engine-execs.js'
import { EventLog } from './view/events.js'
import { handleExit } from './life/exit.js'
import { exportContainer } from './files/export.js'
import { inspectContainer } from './view/inspect.js'
import { listContainers } from './view/list.js'
import { readLogFrames, readLogs } from './io/logs.js'
import { mountPoints } from './files/mount-points.js'
import { connectNetwork, disconnectNetwork, removeLink } from './net/networks.js'
import { pruneContainers } from './prune.js'
import { recover } from './life/recover.js'
import { removeContainer } from './life/remove.js'
import { startContainer } from './life/start.js'
import { readStats, statsSampler } from './view/stats.js'
import { killContainer, pauseContainer, stopContainer, unpauseContainer, type StopOptions } from './life/stop.js'
import { signalNumber } from './signals.js'
import { superviseContainers } from './life/supervision.js'
import { topContainer } from './view/top.js'
import type { ListFilters, TerminalSize } from './types.js'
import { updateContainer } from './life/update.js'
import { waitContainer } from './life/wait.js'

/** What an engine is made of. */
export interface EngineOptions
  extends Pick<EngineContext, 'clock' | 'rng' | 'ids' | 'log' | 'paths' | 'images' | 'rootfs' | 'volumes' | 'network' | 'host'> {
  db: KeyValueStore
  settings?: Partial<EngineSettings>
  cgroupMode: CgroupMode
  /** The OCI runtimes that containers can ask for; the first is the default. */
  runtimes: readonly RuntimeChoice[]
  /** Path of conmon. */
  conmonProgram: string
  /** Shared with what else makes events on this host; one of its own when left out. */
  events?: EventLog
  /** Left out, archives for containers are unpacked on the main thread. */
  archives?: ArchiveUnpacker
}

/**
 * The containers of this host. `ref` is a name, an id or a unique start of one; every method throws
 * `notFound` for others. Methods have the shapes that the Engine API's handlers ask for.
 */
export class Engine implements AsyncDisposable {
  readonly execs: EngineExecs
  private stopSupervision: () => void = () => undefined

  private constructor(
    readonly context: EngineContext,
    private readonly ending: AbortController,
  ) {
    this.execs = new EngineExecs(context)
  }

  /** Opens the engine and brings what is stored and what runs together. */
  static async open(options: EngineOptions): Promise<Engine> {
    const { db, settings, cgroupMode, runtimes: choices, conmonProgram, events, archives = unpackArchiveHere, ...shared } = options
    const { paths, log } = shared
    for (const folder of [paths.runtimeRoot, paths.exitDir, paths.bundlesDir, paths.containersDir]) mkdirSync(folder, { recursive: true, mode: 0o711 })
    const ending = new AbortController()
    // Each container that is waited for listens.
    setMaxListeners(0, ending.signal)
    const runtimes = OciRuntimes.open(choices, paths.runtimeRoot, paths.programsDir, log)
    const context: EngineContext = {
      ...shared,
      archives,
      settings: { ...defaultEngineSettings, ...settings },
      store: new ContainerStore(db.bucket<ContainerRecord>('containers')),
      events: events ?? new EventLog(shared.clock),
      runtimes,
      seccomp: new SeccompCache(),
      background: new Background(log),
      stats: statsSampler(() => context, shared.clock),
      observer: { onAction: () => undefined, onHealthCheck: () => undefined },
      logs: new ContainerLogs({ paths, clock: shared.clock, rng: shared.rng, log }),
      conmon: new Conmon(conmonProgram, paths.socketDir),
      cgroups: new Cgroups(cgroupMode, shared.clock),
      exitWatch: new ExitWatch(
        paths.exitDir,
        (id, exitCode) => {
          const container = context.store.byExactId(id)
          // What ends from now on the next engine finds.
          if (container && !ending.signal.aborted) handleExit(context, container, exitCode)
        },
        (err) => log.error('the watch for ended containers failed; restart the daemon', { err }),
      ),
      ending: ending.signal,
    }
    const engine = new Engine(context, ending)
    try {
      await recover(context)
      // What ended between its adoption and now.
      context.exitWatch.reportAll()
      context.logs.tidy(context.store.all())
      // What remote targets do not have yet, of containers that ended too.
      for (const container of context.store.all()) context.logs.ship(container)
      context.logs.begin(() => context.store.all())
      engine.stopSupervision = superviseContainers(context)
      return engine
    } catch (thrown) {
      await engine[Symbol.asyncDispose]()
      throw thrown
    }
  }

  /**
   * Lets go of everything; containers go on, and the next engine adopts them. What is under way is brought to its end, but for
   * health checks, which are ended, and stops, which no longer wait: they throw `unavailable`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const { store, events, exitWatch, paths, settings, runtimes } = this.context
    this.ending.abort(unavailable('the daemon is shutting down'))
    this.stopSupervision()
    exitWatch[Symbol.dispose]()
    for (const container of store.all()) container.restartTimer?.cancel()
    await Promise.all(store.all().map(async (container) => container.healthChecks?.end()))
    await Promise.all(store.all().map((container) => container.settled()))
    await Promise.all(store.all().map((container) => endLateSave(this.context, container)))
    await this.context.background.idle()
    await this.context.logs.close()
    this.context.stats.close()
    for (const container of store.all()) container.hub?.end()
    this.context.cgroups.removeIfEmpty(settings.cgroupParent ?? paths.cgroupParent)
    runtimes[Symbol.dispose]()
    events.close()
  }

  get events(): EventLog {
    return this.context.events
  }

  private async timed<T>(action: Parameters<EngineObserver['onAction']>[0], work: () => Promise<T>): Promise<T> {
    const startMs = this.context.clock.monotonicMs()
    const result = await work()
    this.context.observer.onAction(action, this.context.clock.monotonicMs() - startMs)
    return result
  }

  /** The container behind a reference, for other parts of the daemon. */
  find(ref: string): Container {
    return this.context.store.find(ref)
  }

  /** Every container. */
  all(): Container[] {
    return this.context.store.all()
  }

  /** The containers made from an image, or that have it mounted, by the image's id. */
  usersOf(imageId: string): { containerId: string; running: boolean }[] {
    return this.all().flatMap((container) => (usesImage(container, imageId) ? [{ containerId: container.id, running: container.isUp }] : []))
  }

  list(options: { all: boolean; limit?: number; size: boolean; filters: ListFilters }): Promise<ContainerSummary[]> {
    return listContainers(this.context, options)
  }

  async create(name: string | undefined, body: CreateRequest, platform?: string, options: CreateOptions = {}): Promise<ContainerCreateResponse> {
    return this.timed('create', () => createContainer(this.context, name, body, { ...options, ...(platform && { platform }) }))
  }

  async inspect(ref: string, options: { size: boolean }): Promise<ContainerInspectResponse> {
    return inspectContainer(this.context, this.find(ref), options)
  }

  async start(ref: string): Promise<void> {
    await this.timed('start', () => startContainer(this.context, this.find(ref)))
  }

  async stop(ref: string, options: StopOptions = {}): Promise<void> {
    await stopContainer(this.context, this.find(ref), options)
  }

  async restart(ref: string, options: StopOptions = {}): Promise<void> {
    const container = this.find(ref)
    if (container.isUp || container.status === 'restarting') await stopContainer(this.context, container, options)
    await startContainer(this.context, container)
    this.events.publish('container', 'restart', container.id, container.eventAttributes())
  }

  async kill(ref: string, signal: string): Promise<void> {
    // Docker looks at the signal first, whether there is such a container or not.
    signalNumber(signal || 'SIGKILL')
    await killContainer(this.context, this.find(ref), signal)
  }

  async pause(ref: string): Promise<void> {
    await pauseContainer(this.context, this.find(ref))
  }

  async unpause(ref: string): Promise<void> {
    await unpauseContainer(this.context, this.find(ref))
  }

  async rename(ref: string, name: string): Promise<void> {
    const container = this.find(ref)
    const wanted = name.replace(/^\//, '')
    await container.exclusive(async () => {
      const oldName = container.name
      if (wanted === oldName) throw invalid('Renaming a container with the same name as its current name')
      const renameTo = (to: string): Promise<void>[] => [this.context.store.rename(container, to), this.context.network.rename(container.id, to)]
      this.context.store.checkName(wanted)
      try {
        await Promise.all(renameTo(wanted))
      } catch (thrown) {
        // Both or none: what cannot be written is as before at least for those who ask.
        await Promise.allSettled(renameTo(oldName))
        throw thrown
      }
      this.events.publish('container', 'rename', container.id, container.eventAttributes({ oldName: `/${oldName}` }))
    })
  }

  async update(ref: string, changes: Resources & { RestartPolicy?: RestartPolicy }): Promise<ContainerUpdateResponse> {
    return updateContainer(this.context, this.find(ref), changes)
  }

  async wait(ref: string, condition: WaitCondition, accepted: () => void, signal: AbortSignal): Promise<{ exitCode: number; error?: string }> {
    return waitContainer(this.context.clock, this.find(ref), condition, accepted, signal)
  }

  async remove(ref: string, options: { force: boolean; volumes: boolean; link: boolean }): Promise<void> {
    if (options.link) {
      await removeLink(this.context, ref)
      return
    }
    const container = this.find(ref)
    await container.settled()
    if (container.isUp || container.status === 'restarting') {
      if (!options.force) {
        const state = container.status
        throw conflict(`cannot remove container "/${container.name}": container is ${state}: stop the container before removing or force remove`)
      }
      await killContainer(this.context, container, 'SIGKILL')
    }
    await this.timed('delete', () => container.exclusive(async () => {
      // One that removes itself when it ends may be gone by now.
      if (this.context.store.byExactId(container.id)) await removeContainer(this.context, container, { volumes: options.volumes })
    }))
    await this.context.background.room()
  }

  prune(filters: ListFilters): Promise<{ ContainersDeleted: string[]; SpaceReclaimed: number }> {
    return pruneContainers(this.context, filters)
  }

  async logs(ref: string, options: LogsOptions, signal: AbortSignal): Promise<{ tty: boolean; chunks: AsyncIterable<OutputChunk>; frames: AsyncIterable<Uint8Array> }> {
    const container = this.find(ref)
    const source = this.context.logs.source(container)
    // Two forms of the same; only the one that is read opens anything.
    return { tty: source.tty, chunks: readLogs(source, options, signal), frames: readLogFrames(source, options, signal) }
  }

  async attach(ref: string, options: AttachOptions): Promise<AttachSession> {
    return attachContainer(this.context, this.find(ref), options)
  }

  async resize(ref: string, size: TerminalSize): Promise<void> {
    const container = this.find(ref)
    if (!container.isUp) throw conflict(`cannot resize a stopped container: unknown`)
    await resizeTerminal(this.context.paths.bundle(container.id), size)
  }

  async top(ref: string, psArgs: string): Promise<ContainerTopResponse> {
    const container = this.find(ref)
    const processes = await topContainer(this.context, container, psArgs)
    this.context.events.publish('container', 'top', container.id, container.eventAttributes())
    return processes
  }

  stats(ref: string, options: { once: boolean; oneShot: boolean }, signal: AbortSignal): AsyncIterable<ContainerStatsResponse> {
    return readStats(this.context, this.find(ref), options, signal)
  }

  async changes(ref: string): Promise<FilesystemChange[]> {
    const { id } = this.find(ref)
    const changes = await this.timed('changes', () => changesOf(this.context.rootfs.view(id), mountPoints))
    return changes.map(({ path, kind }) => ({ Path: path, Kind: kind }))
  }

  async statPath(ref: string, path: string): Promise<ContainerPathStat> {
    return statPath(this.context, this.find(ref), path)
  }

  async readArchive(ref: string, path: string): Promise<{ stat: ContainerPathStat; chunks: AsyncIterable<Uint8Array> }> {
    return readArchive(this.context, this.find(ref), path)
  }

  async writeArchive(ref: string, path: string, archive: AsyncIterable<Uint8Array>, options: WriteArchiveOptions, signal: AbortSignal): Promise<void> {
    await writeArchive(this.context, this.find(ref), path, archive, options, signal)
  }

  async export(ref: string): Promise<AsyncIterable<Uint8Array>> {
    return exportContainer(this.context, this.find(ref))
  }

  async commit(ref: string, options: CommitOptions, signal: AbortSignal): Promise<string> {
    return this.timed('commit', () => commitContainer(this.context, this.find(ref), options, signal))
  }

  /** Attaches a container to one more network, at once when it runs. */
  async connectNetwork(ref: string, network: string, settings: Parameters<typeof connectNetwork>[3]): Promise<void> {
    await connectNetwork(this.context, this.find(ref), network, settings)
  }

  async disconnectNetwork(ref: string, network: string): Promise<void> {
    await disconnectNetwork(this.context, this.find(ref), network)
  }
}

function usesImage({ record }: Container, imageId: string): boolean {
  return record.imageId === imageId || record.mounts.some(({ image }) => image?.id === imageId)
}
