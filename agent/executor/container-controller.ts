import { kindOf } from '../../src/base/errors.js'
import { zeroTime } from '../../src/base/clock.js'
import type { Limit } from '../../src/base/limit.js'
import { unlessAborted } from '../../src/base/unless-aborted.js'
import type { ContainerInspectResponse } from '../../src/model/engine-api/container.js'
import type { EventMessage } from '../../src/model/engine-api/system.js'
import { defaults } from '../../src/model/defaults.js'
import type { PortConfig } from '../../src/model/service.js'
import type { Task } from '../../src/model/task.js'
import { containerName, containerRequest, containerSpec, TaskLabel } from './container-spec.js'
import type { Controller, Observed } from './controller.js'
import { ExitError, TaskError } from './errors.js'
import { attach, type ClusterNetworks } from './network-attachment.js'
import { taskFiles, type FileKeeper, type FileSource } from './task-files.js'
import { taskScope, type TemplateNode } from './template.js'
import type { ContainerSpec } from '../../src/model/container-spec.js'
import type { ImagePuller, TaskEngine, TaskEvents, TaskImages } from './task-engine.js'

/** What every container of a task is made with. */
export interface ContainerDeps {
  engine: TaskEngine
  events: TaskEvents
  images: TaskImages
  /** Without one, only images that are on this node can be run. */
  puller?: ImagePuller
  /** Without one, only networks of this node can be used. */
  networks?: ClusterNetworks
  files: FileKeeper
  fileSource: FileSource
  /** Resolves when no node sends new flows to the task any more, or that cannot be waited for. */
  drain?: (taskId: string, signal: AbortSignal) => Promise<void>
  /** Shared by all tasks of the node. */
  limit: Limit
  /** This node, as templates see it. */
  node: () => TemplateNode
}

const unhealthy = 'unhealthy container'

/** Carries out a task as one container of the engine, found again by its name. */
export class ContainerController implements Controller {
  private readonly name: string
  /** Its health check failed: that, not the exit code of being stopped for it, is why the task ends. */
  private sick = false

  constructor(
    private task: Task,
    private readonly deps: ContainerDeps,
  ) {
    this.name = containerName(task)
  }

  update(task: Task): void {
    this.task = task
  }

  async prepare(signal: AbortSignal): Promise<void> {
    const { engine, files, fileSource } = this.deps
    const node = this.deps.node()
    const spec = containerSpec(this.task)
    const contents = taskFiles(spec, fileSource, taskScope(this.task, node))
    const sources = contents.length === 0 ? [] : await files.write(this.task.id, contents)
    if (await this.adopted()) return
    const network = await attach(this.task, this.deps.networks)
    await this.ensureImage(spec, signal)
    signal.throwIfAborted()
    const request = containerRequest(this.task, node, network, contents.map(({ target }, i) => ({ source: sources[i] as string, target })))
    try {
      await this.deps.limit.run(() => engine.create(this.name, request), signal)
    } catch (thrown) {
      // Made by an attempt that was interrupted.
      if (kindOf(thrown) === 'conflict' && (await this.adopted())) return
      throw thrown
    }
  }

  async start(signal: AbortSignal): Promise<void> {
    const container = await this.inspect()
    const id = container.Id as string
    const checked = hasHealthCheck(container)
    using events = checked ? this.deps.events.subscribe((event) => concerns(event, id)) : undefined
    // One that ran before is not run again: its end is the task's.
    if (!hasRun(container)) await this.deps.limit.run(() => this.startOnce(id), signal)
    if (!events) return
    await this.healthy(id, events, signal)
  }

  async wait(signal: AbortSignal): Promise<void> {
    const container = await this.inspect()
    const id = container.Id as string
    const ended = new AbortController()
    const either = AbortSignal.any([signal, ended.signal])
    using events = hasHealthCheck(container) ? this.deps.events.subscribe((event) => concerns(event, id)) : undefined
    const sick = events && this.whenUnhealthy(id, events, either)
    sick?.catch(() => undefined)
    try {
      const exit = this.deps.engine.wait(id, 'not-running', () => undefined, either)
      const result = await (sick ? Promise.race([exit, sick]) : exit)
      if (this.sick) throw new TaskError(unhealthy)
      if (result.exitCode !== 0) throw new ExitError(result.exitCode, await this.reasonOf(id, result.error))
    } finally {
      ended.abort(new TaskError('the wait is over'))
    }
  }

  async shutdown(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await this.drain(signal)
    await this.stop(this.name)
  }

  async remove(): Promise<void> {
    await ignoring(['notFound'], this.deps.engine.remove(this.name, { force: true, volumes: true, link: false }))
    await this.deps.files.remove(this.task.id)
  }

  async observe(): Promise<Partial<Observed>> {
    const container = await this.find()
    if (!container) return {}
    const { Pid = 0, ExitCode = 0 } = container.State ?? {}
    return {
      container: { containerId: container.Id ?? '', pid: Pid, exitCode: ExitCode },
      ports: publishedPorts(this.task, container),
    }
  }

  /** Takes the task out of every node's tables before it is told to end, so that no request meets its end. */
  private async drain(signal: AbortSignal): Promise<void> {
    if (!this.deps.drain || !this.task.networks.some(({ addresses }) => addresses.length > 0)) return
    const running = await this.find().then((container) => container?.State?.Running ?? false, () => false)
    if (running) await this.deps.drain(this.task.id, signal)
  }

  /** True when the task's container is there already. Throws `TaskError` when its name belongs to another. */
  private async adopted(): Promise<boolean> {
    const present = await this.find()
    if (!present) return false
    if (present.Config?.Labels?.[TaskLabel.taskId] !== this.task.id) {
      throw new TaskError(`the container name ${this.name} is in use by a container that is not this task's: remove it`)
    }
    return true
  }

  private async ensureImage({ image, registryAuth }: ContainerSpec, signal: AbortSignal): Promise<void> {
    if (this.deps.images.has(image) || !this.deps.puller) return
    await this.deps.puller.pull(image, registryAuth, signal)
  }

  private async startOnce(id: string): Promise<void> {
    await ignoring(['notModified'], this.deps.engine.start(id))
  }

  private async healthy(id: string, events: AsyncIterable<EventMessage>, signal: AbortSignal): Promise<void> {
    const judge = async (): Promise<boolean> => {
      const { State: state } = await this.deps.engine.inspect(id, { size: false })
      if (state?.Health?.Status === 'healthy') return true
      if (state?.Health?.Status === 'unhealthy') await this.stopSick(id)
      if (state?.Running) return false
      if ((state?.ExitCode ?? 0) !== 0) throw new ExitError(state?.ExitCode ?? 0, state?.Error)
      return true
    }
    if (await judge()) return
    for await (const _event of untilAborted(events, signal)) if (await judge()) return
    throw new TaskError(`${this.name}: the engine is shutting down`)
  }

  /** Rejects when the container's health check fails; stops it then. */
  private async whenUnhealthy(id: string, events: AsyncIterable<EventMessage>, signal: AbortSignal): Promise<never> {
    const check = async (): Promise<void> => {
      const { State: state } = await this.deps.engine.inspect(id, { size: false })
      if (state?.Running && state.Health?.Status === 'unhealthy') {
        this.sick = true
        await this.drain(signal)
        await this.stopSick(id)
      }
    }
    await check()
    for await (const event of untilAborted(events, signal)) if (event.Action?.startsWith('health_status')) await check()
    // The engine's events ended: what the wait says is what counts.
    return unlessAborted(new Promise<never>(() => undefined), signal)
  }

  private async stopSick(id: string): Promise<never> {
    this.sick = true
    await this.stop(id)
    throw new TaskError(unhealthy)
  }

  private async stop(ref: string): Promise<void> {
    const graceNs = this.task.spec.container?.stopGracePeriodNs ?? defaults.stopGracePeriodNs
    await ignoring(['notModified', 'notFound'], this.deps.engine.stop(ref, { timeoutSeconds: Math.ceil(graceNs / 1e9) }))
  }

  private async reasonOf(id: string, error: string | undefined): Promise<string> {
    if (error !== undefined && error !== '') return error
    const state = await this.deps.engine.inspect(id, { size: false }).then(
      (container) => container.State,
      () => undefined,
    )
    if (state?.OOMKilled) return 'out of memory'
    return state?.Error ?? ''
  }

  private async inspect(): Promise<ContainerInspectResponse> {
    const container = await this.find()
    if (!container) throw new TaskError(`the container of the task is gone: ${this.name}`)
    return container
  }

  private async find(): Promise<ContainerInspectResponse | undefined> {
    try {
      return await this.deps.engine.inspect(this.name, { size: false })
    } catch (thrown) {
      if (kindOf(thrown) === 'notFound') return undefined
      throw thrown
    }
  }
}

function concerns(event: EventMessage, id: string): boolean {
  if (event.Type !== 'container' || event.Actor?.ID !== id) return false
  return event.Action === 'die' || event.Action === 'destroy' || (event.Action?.startsWith('health_status') ?? false)
}

function hasHealthCheck(container: ContainerInspectResponse): boolean {
  const test = container.Config?.Healthcheck?.Test ?? []
  return test.length > 0 && test[0] !== 'NONE'
}

function hasRun(container: ContainerInspectResponse): boolean {
  return container.State?.Running === true || (container.State?.StartedAt ?? zeroTime) > zeroTime
}

async function ignoring(kinds: readonly string[], work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (thrown) {
    if (!kinds.includes(kindOf(thrown))) throw thrown
  }
}

/** The events until the signal is aborted, which rejects with its reason. */
async function* untilAborted<T>(events: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  const iterator = events[Symbol.asyncIterator]()
  let onAbort: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
  aborted.catch(() => undefined)
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted])
      if (next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** The ports published in host mode, with the numbers the node chose. */
function publishedPorts(task: Task, container: ContainerInspectResponse): PortConfig[] {
  const bound = container.NetworkSettings?.Ports ?? {}
  const used = new Map<string, number>()
  return (task.endpoint?.ports ?? [])
    .filter((port) => port.publishMode === 'host')
    .flatMap((port) => {
      const key = `${port.targetPort}/${port.protocol}`
      const bindings = [...new Set((bound[key] ?? []).map((binding) => Number(binding.HostPort)))]
      if (port.publishedPort > 0) return bindings.includes(port.publishedPort) ? [port] : []
      const nth = used.get(key) ?? 0
      used.set(key, nth + 1)
      const publishedPort = bindings[nth]
      return publishedPort === undefined ? [] : [{ ...port, publishedPort }]
    })
}
