import { PassThrough } from 'node:stream'
import { ErrorKind, StatusError, conflict, notFound } from '../../src/base/errors.js'
import { rfc3339 } from '../../src/base/clock.js'
import { Queue } from '../../src/base/queue.js'
import type { ContainersBackend } from '../../src/api/containers/backend.js'
import type { ExecBackend } from '../../src/api/exec/backend.js'
import type { AttachOptions, AttachSession, OutputChunk } from '../../src/model/engine-api/attach.js'
import type { CommitOptions } from '../../src/model/engine-api/commit.js'
import type { ContainerInspectResponse } from '../../src/model/engine-api/container.js'
import type { CreateRequest } from '../../src/model/engine-api/create.js'
import type { ExecConfig } from '../../src/model/engine-api/exec.js'

async function* chunksOf(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(Buffer.from(text))
}

interface FakeContainer {
  id: string
  name: string
  body: CreateRequest
  state: 'created' | 'running' | 'exited'
  exitCode: number
  log: OutputChunk[]
  attached: Set<Queue<OutputChunk>>
  stdin: PassThrough
  ended: Promise<void>
  end: () => void
}

const createdAt = rfc3339(1_700_000_000_000)

/**
 * Containers without processes: `cat` copies standard input, `echo` prints its arguments, `err` prints them to
 * standard error, `exit N` ends with a code, `sleep` waits to be stopped.
 */
export class FakeContainers implements ContainersBackend {
  readonly containers = new Map<string, FakeContainer>()
  /** The calls so far, by name. */
  readonly calls: string[] = []
  private sequence = 0

  private find(ref: string): FakeContainer {
    for (const container of this.containers.values()) {
      if (container.id.startsWith(ref) || container.name === ref) return container
    }
    throw notFound(`No such container: ${ref}`)
  }

  async statPath(ref: string, path: string) {
    this.find(ref)
    if (path !== '/file') throw notFound(`Could not find the file ${path} in container ${ref}`)
    return { name: 'file', size: 5, mode: 0o644, mtime: createdAt, linkTarget: '' }
  }
  async readArchive(ref: string, path: string) {
    const stat = await this.statPath(ref, path)
    return { stat, chunks: chunksOf('an archive') }
  }
  async writeArchive(ref: string, path: string, archive: AsyncIterable<Uint8Array>) {
    this.find(ref)
    let bytes = 0
    for await (const piece of archive) bytes += piece.length
    this.calls.push(`write ${bytes} bytes to ${path}`)
  }
  async export(ref: string) {
    this.find(ref)
    return chunksOf('an archive')
  }
  async commit(ref: string, options: CommitOptions) {
    this.calls.push(`commit ${this.find(ref).name} as ${options.repo ?? ''}:${options.tag ?? ''}`)
    return `sha256:${'2'.repeat(64)}`
  }

  async list({ all }: { all: boolean }) {
    return [...this.containers.values()]
      .filter((one) => all || one.state === 'running')
      .map((one) => ({
        Id: one.id,
        Names: [`/${one.name}`],
        Image: one.body.Image ?? '',
        ImageID: `sha256:${'1'.repeat(64)}`,
        Command: (one.body.Cmd ?? []).join(' '),
        Created: 1_700_000_000,
        Ports: [],
        Labels: one.body.Labels ?? {},
        State: one.state,
        Status: one.state === 'running' ? 'Up 2 seconds' : one.state === 'exited' ? `Exited (${one.exitCode}) 1 second ago` : 'Created',
        HostConfig: { NetworkMode: 'bridge' },
        NetworkSettings: { Networks: {} },
        Mounts: [],
      }))
  }

  async create(name: string | undefined, body: CreateRequest) {
    if (body.Image === 'missing:latest' || body.Image === 'missing') throw notFound('No such image: missing:latest')
    if (name !== undefined && [...this.containers.values()].some((one) => one.name === name)) {
      throw conflict(`Conflict. The container name "/${name}" is already in use`)
    }
    const id = (++this.sequence).toString(16).padStart(64, 'a')
    let end: () => void = () => undefined
    const ended = new Promise<void>((resolve) => (end = resolve))
    this.containers.set(id, {
      id,
      name: name ?? `fake_${this.sequence}`,
      body,
      state: 'created',
      exitCode: 0,
      log: [],
      attached: new Set(),
      stdin: new PassThrough(),
      ended,
      end,
    })
    return { Id: id, Warnings: [] }
  }

  async inspect(ref: string): Promise<ContainerInspectResponse> {
    const one = this.find(ref)
    return {
      Id: one.id,
      Created: createdAt,
      Path: one.body.Cmd?.[0] ?? '',
      Args: one.body.Cmd?.slice(1) ?? [],
      Name: `/${one.name}`,
      Image: `sha256:${'1'.repeat(64)}`,
      State: { Status: one.state, Running: one.state === 'running', ExitCode: one.exitCode, StartedAt: createdAt, FinishedAt: createdAt },
      Config: one.body,
      HostConfig: { LogConfig: { Type: 'json-file', Config: {} }, ...one.body.HostConfig },
      NetworkSettings: { Networks: {} },
      Mounts: [],
    }
  }

  async start(ref: string) {
    const one = this.find(ref)
    this.calls.push('start')
    if (one.state === 'running') throw new StatusError(ErrorKind.notModified, 'it runs already')
    one.state = 'running'
    const [program, ...args] = one.body.Cmd ?? []
    if (program === 'cat') {
      one.stdin.on('data', (chunk: Buffer) => this.print(one.id, 'stdout', chunk))
      one.stdin.once('end', () => this.exit(one, 0))
    } else if (program === 'echo' || program === 'err') {
      this.print(one.id, program === 'err' ? 'stderr' : 'stdout', Buffer.from(`${args.join(' ')}\n`))
      this.exit(one, 0)
    } else if (program === 'exit') this.exit(one, Number(args[0] ?? 0))
  }

  print(ref: string, stream: 'stdout' | 'stderr', data: Uint8Array) {
    const one = this.find(ref)
    const chunk = { stream, data }
    one.log.push(chunk)
    for (const queue of one.attached) queue.push(chunk)
  }

  exit(one: FakeContainer, code: number) {
    one.state = 'exited'
    one.exitCode = code
    for (const queue of one.attached) queue.close()
    one.end()
    if (one.body.HostConfig?.AutoRemove === true) this.containers.delete(one.id)
  }

  async stop(ref: string) {
    const one = this.find(ref)
    if (one.state !== 'running') throw new StatusError(ErrorKind.notModified, 'it does not run')
    this.exit(one, 143)
  }
  async restart(ref: string) {
    this.find(ref)
  }
  async kill(ref: string, signal: string) {
    const one = this.find(ref)
    if (one.state !== 'running') throw conflict(`container ${one.id} is not running`)
    this.calls.push(`kill ${signal}`)
    this.exit(one, 137)
  }
  async pause(ref: string) {
    this.find(ref)
  }
  async unpause(ref: string) {
    this.find(ref)
  }
  async rename(ref: string, name: string) {
    this.find(ref).name = name
  }
  async update(ref: string) {
    this.find(ref)
    return { Warnings: [] }
  }

  async wait(ref: string, _condition: string, accepted: () => void, signal: AbortSignal) {
    const one = this.find(ref)
    this.calls.push('wait')
    accepted()
    if (one.state !== 'exited') {
      await Promise.race([one.ended, new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('gone'))))])
    }
    return { exitCode: one.exitCode }
  }

  async remove(ref: string, { force }: { force: boolean }) {
    const one = this.find(ref)
    if (one.state === 'running' && !force) throw conflict(`cannot remove container "/${one.name}": container is running`)
    if (one.state === 'running') this.exit(one, 137)
    this.containers.delete(one.id)
  }
  async prune() {
    return { ContainersDeleted: [], SpaceReclaimed: 0 }
  }

  async logs(ref: string, options: { follow: boolean }, signal: AbortSignal) {
    const one = this.find(ref)
    const queue = new Queue<OutputChunk>(1000)
    for (const chunk of one.log) queue.push(chunk)
    if (options.follow && one.state === 'running') {
      one.attached.add(queue)
      signal.addEventListener('abort', () => queue.close())
    } else queue.close()
    return { tty: one.body.Tty ?? false, chunks: queue }
  }

  async attach(ref: string, options: AttachOptions): Promise<AttachSession> {
    const one = this.find(ref)
    this.calls.push('attach')
    const queue = new Queue<OutputChunk>(100_000)
    if (options.stream) one.attached.add(queue)
    else queue.close()
    return {
      tty: one.body.Tty ?? false,
      output: queue,
      ...(options.stdin && { input: one.stdin }),
      close: () => {
        this.calls.push('detach')
        one.attached.delete(queue)
        queue.close()
      },
    }
  }
  async resize(ref: string, size: { rows: number; columns: number }) {
    this.find(ref)
    this.calls.push(`resize ${size.rows}x${size.columns}`)
  }
  async top(ref: string) {
    this.find(ref)
    return { Titles: ['PID', 'CMD'], Processes: [['1', 'cat']] }
  }
  async *stats(ref: string, { once }: { once: boolean }) {
    const { id, name } = this.find(ref)
    yield { id, name: `/${name}`, read: createdAt }
    if (!once) yield { id, name: `/${name}`, read: createdAt }
  }
  async changes(ref: string) {
    this.find(ref)
    return []
  }
}

/** An exec is a container of its own here. */
export class FakeExec implements ExecBackend {
  private readonly configs = new Map<string, { container: string; config: ExecConfig; process: string; running: boolean }>()
  readonly started: { id: string; detached: boolean }[] = []
  constructor(private readonly containers: FakeContainers) {}

  async create(container: string, config: ExecConfig) {
    const { Id = '', State } = await this.containers.inspect(container)
    if (State?.Running !== true) throw conflict(`container ${Id} is not running`)
    const process = await new FakeContainersCreator(this.containers).create(config)
    const id = process.replace(/^a/, 'e')
    this.configs.set(id, { container: Id, config, process, running: false })
    return id
  }
  private find(id: string) {
    const found = this.configs.get(id)
    if (!found) throw notFound(`No such exec instance: ${id}`)
    return found
  }
  async start(id: string) {
    const { process } = this.find(id)
    this.started.push({ id, detached: false })
    const session = await this.containers.attach(process, { stdin: true, stdout: true, stderr: true, logs: false, stream: true })
    await this.containers.start(process)
    return session
  }
  async startDetached(id: string) {
    this.started.push({ id, detached: true })
    await this.containers.start(this.find(id).process)
  }
  async inspect(id: string) {
    const { container, config, process } = this.find(id)
    const { State } = await this.containers.inspect(process)
    return {
      ID: id,
      Running: State?.Running ?? false,
      ExitCode: State?.ExitCode ?? 0,
      ProcessConfig: { entrypoint: config.Cmd?.[0] ?? '', arguments: config.Cmd?.slice(1) ?? [], tty: config.Tty ?? false },
      OpenStdin: config.AttachStdin ?? false,
      OpenStderr: true,
      OpenStdout: true,
      CanRemove: false,
      ContainerID: container,
      DetachKeys: '',
      Pid: 1,
    }
  }
  async resize(id: string) {
    this.find(id)
  }
}

class FakeContainersCreator {
  constructor(private readonly containers: FakeContainers) {}
  async create({ Cmd = [], Tty = false }: ExecConfig): Promise<string> {
    return (await this.containers.create(undefined, { Cmd, Tty })).Id
  }
}
