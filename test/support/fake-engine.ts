import type { ListFilters } from '../../agent/engine/types.js'
import type { TaskEngine } from '../../agent/executor/task-engine.js'
import { conflict, notFound, StatusError } from '../../src/base/errors.js'
import { WatchQueue } from '../../src/base/watch-queue.js'
import type { LogsOptions, OutputChunk } from '../../src/model/engine-api/attach.js'
import type { ContainerInspectResponse, ContainerState } from '../../src/model/engine-api/container.js'
import type { CreateRequest } from '../../src/model/engine-api/create.js'
import type { EventMessage } from '../../src/model/engine-api/system.js'

export interface FakeContainer {
  id: string
  name: string
  body: CreateRequest
  state: ContainerState
  waiters: (() => void)[]
  log: OutputChunk[]
}

/** An engine without containers: it keeps what it was asked, and a test says what happens to a container. */
export class FakeEngine implements TaskEngine {
  readonly containers = new Map<string, FakeContainer>()
  readonly events = new WatchQueue<EventMessage>()
  readonly images = new Set(['app:1'])
  readonly calls: string[] = []
  /** Thrown by the next start. */
  startFailure: Error | undefined
  private count = 0

  find(ref: string): FakeContainer {
    const found = this.containers.get(ref) ?? [...this.containers.values()].find((one) => one.id === ref)
    if (!found) throw notFound(`No such container: ${ref}`)
    return found
  }

  /** The container's process ends. */
  exit(ref: string, exitCode: number, error = ''): void {
    const container = this.find(ref)
    container.state = { ...container.state, Status: 'exited', Running: false, Pid: 0, ExitCode: exitCode, Error: error }
    for (const wake of container.waiters.splice(0)) wake()
    this.publish(container, 'die')
  }

  health(ref: string, status: 'healthy' | 'unhealthy'): void {
    const container = this.find(ref)
    container.state = { ...container.state, Health: { Status: status } }
    this.publish(container, `health_status: ${status}`)
  }

  async list(options: { all: boolean; filters: ListFilters }) {
    await Promise.resolve()
    return [...this.containers.values()]
      .filter((one) => (options.all || one.state.Running === true) && options.filters.labels('label', one.body.Labels))
      .map((one) => ({ Id: one.id, Names: [`/${one.name}`], Labels: one.body.Labels ?? {} }))
  }

  async create(name: string | undefined, body: CreateRequest) {
    await Promise.resolve()
    this.calls.push(`create ${name}`)
    if (!this.images.has(body.Image ?? '')) throw notFound(`No such image: ${body.Image}`)
    const key = name ?? ''
    if (this.containers.has(key)) throw conflict(`the container name "/${key}" is already in use`)
    const id = String(++this.count).padStart(64, '0')
    const checked = (body.Healthcheck?.Test ?? []).length > 0
    const state: ContainerState = { Status: 'created', Running: false, Pid: 0, ExitCode: 0, StartedAt: '0001-01-01T00:00:00Z', ...(checked && { Health: { Status: 'starting' } }) }
    const container: FakeContainer = { id, name: key, body, state, waiters: [], log: [] }
    this.containers.set(key, container)
    this.publish(container, 'create')
    return { Id: id, Warnings: [] }
  }

  async inspect(ref: string): Promise<ContainerInspectResponse> {
    await Promise.resolve()
    const { id, name, body, state } = this.find(ref)
    const { HostConfig: hostConfig, NetworkingConfig: _networking, ...config } = body
    const ports = Object.entries(hostConfig?.PortBindings ?? {}).map(([port, list]) => [port, (list ?? []).map(({ HostPort }) => ({ HostIp: '0.0.0.0', HostPort: HostPort || '32768' }))])
    return { Id: id, Name: `/${name}`, State: { ...state }, Config: config, NetworkSettings: { Ports: Object.fromEntries(ports) as Record<string, { HostIp: string; HostPort: string }[]> } }
  }

  async start(ref: string): Promise<void> {
    await Promise.resolve()
    const container = this.find(ref)
    this.calls.push(`start ${container.name}`)
    if (this.startFailure) throw this.startFailure
    if (container.state.Running) throw new StatusError('notModified', 'is already running')
    container.state = { ...container.state, Status: 'running', Running: true, Pid: 4711, StartedAt: '2024-01-01T00:00:00Z' }
  }

  async stop(ref: string, options: { timeoutSeconds?: number }): Promise<void> {
    await Promise.resolve()
    const container = this.find(ref)
    this.calls.push(`stop ${container.name} ${options.timeoutSeconds}`)
    if (!container.state.Running) throw new StatusError('notModified', 'is already stopped')
    this.exit(ref, 143)
  }

  wait(ref: string, _condition: string, accepted: () => void, signal: AbortSignal): Promise<{ exitCode: number; error?: string }> {
    const container = this.find(ref)
    return new Promise((resolve, reject) => {
      const end = (): void => resolve({ exitCode: container.state.ExitCode ?? 0, ...(container.state.Error && { error: container.state.Error }) })
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      accepted()
      if (container.state.Running) container.waiters.push(end)
      else end()
    })
  }

  async remove(ref: string): Promise<void> {
    await Promise.resolve()
    const container = this.find(ref)
    this.calls.push(`remove ${container.name}`)
    this.containers.delete(container.name)
  }

  async logs(ref: string, _options: LogsOptions, _signal: AbortSignal) {
    await Promise.resolve()
    const { log } = this.find(ref)
    async function* chunks(): AsyncGenerator<OutputChunk> {
      for (const chunk of log) yield await Promise.resolve(chunk)
    }
    return { tty: false, chunks: chunks() }
  }

  private publish(container: FakeContainer, action: string): void {
    this.events.publish({ Type: 'container', Action: action, Actor: { ID: container.id, Attributes: { name: container.name } } })
  }
}
