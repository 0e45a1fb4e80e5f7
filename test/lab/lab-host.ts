import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { request } from 'node:http'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import { programsFolder } from './belongings.js'
import { LabDaemon } from './lab-daemon.js'
import type { Underlay } from './underlay.js'
import { ipv4Of, ipv6Of } from './underlay.js'

/** How a program ended, with all its output. */
export interface Outcome {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

export interface LabHostGiven {
  /** The machine's number on the underlay. */
  n: number
  labFolder: string
  cgroupName: string
  underlay: Underlay
  /** Program and first arguments of the daemon. */
  daemon: readonly string[]
}

/** A machine of the lab: a network namespace on the underlay, a folder, and a daemon when one is started. */
export class LabHost {
  readonly ipv4: string
  readonly ipv6: string
  /** The namespace's file: `nsenter --net=<path>` looks around in it. */
  readonly netns: string
  readonly folder: string
  private process: LabDaemon | undefined
  private lastArgs: readonly string[] = []

  constructor(private readonly given: LabHostGiven) {
    const { n, labFolder, underlay } = given
    this.ipv4 = ipv4Of(n)
    this.ipv6 = ipv6Of(n)
    this.folder = join(labFolder, `h${n}`)
    this.netns = join(labFolder, `h${n}.net`)
    mkdirSync(this.folder, { recursive: true })
    underlay.plug(n, this.netns)
  }

  get n(): number {
    return this.given.n
  }

  get name(): string {
    return `h${this.n}`
  }
  get dataRoot(): string {
    return join(this.folder, 'data')
  }
  get execRoot(): string {
    return join(this.folder, 'exec')
  }
  get socketPath(): string {
    return join(this.folder, 'skep.sock')
  }
  get logPath(): string {
    return join(this.folder, 'daemon.log')
  }
  /** The daemon's cgroup parent for containers. */
  get cgroupParent(): string {
    return `/${this.given.cgroupName}/${this.name}`
  }

  /** Starts a program on this machine; its process id is the program's own. */
  spawn(program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    // A new process inherits the namespace of the thread that forks, and forking is synchronous.
    return inNetns(this.netns, () => spawn(program, args, { env: environment(this.folder), ...options }))
  }

  /** Runs a program to its end. */
  run(program: string, args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const env = { ...environment(this.folder), ...options.env }
      const child = this.spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'], timeout: options.timeoutMs ?? 60_000, killSignal: 'SIGKILL' })
      const texts = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (chunk: string) => (texts[name] += chunk))
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal, ...texts }))
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(options.input ?? '')
    })
  }

  /** Runs a program that must succeed and gives its standard output without the last line end. */
  async runOk(program: string, args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}): Promise<string> {
    const { code, signal, stdout, stderr } = await this.run(program, args, options)
    if (code === 0) return stdout.replace(/\n$/, '')
    throw new Error(`${this.name}: ${program} ${args.join(' ')}: ${signal ?? `exit code ${String(code)}`}\n${stdout}${stderr}`)
  }

  /** The real docker client against this machine's daemon; must succeed. */
  docker(...args: string[]): Promise<string> {
    return this.runOk('docker', ['-H', `unix://${this.socketPath}`, ...args])
  }
  /** The skep command line against this machine's daemon; must succeed. */
  skep(...args: string[]): Promise<string> {
    return this.runOk(process.execPath, [join(programsFolder, 'skep'), '-H', `unix://${this.socketPath}`, ...args])
  }
  /** The same, for commands that may fail. */
  trySkep(...args: string[]): Promise<Outcome> {
    return this.run(process.execPath, [join(programsFolder, 'skep'), '-H', `unix://${this.socketPath}`, ...args])
  }
  tryDocker(...args: string[]): Promise<Outcome> {
    return this.run('docker', ['-H', `unix://${this.socketPath}`, ...args])
  }

  /** An HTTP request to a TCP port, made from this machine. Rejects when none comes about within `timeoutMs`. */
  http(url: string, { method = 'GET', timeoutMs = 3_000 }: { method?: string; timeoutMs?: number } = {}): Promise<HttpAnswer> {
    const { hostname, port, pathname, search, host } = new URL(url)
    const address = hostname.replace(/^\[(.*)\]$/, '$1')
    return exchange(
      {
        method, path: `${pathname}${search}`, headers: { host, connection: 'close' }, timeout: timeoutMs,
        createConnection: () => {
          const fd = inNetns(this.netns, () => openSocket({ protocol: 'tcp', family: address.includes(':') ? 6 : 4 }))
          return new Socket({ fd }).connect(Number(port || 80), address)
        },
      },
      `${this.name}: ${method} ${url}`,
    )
  }

  /** A request to the daemon's Engine API; gives the answer whatever its status. */
  api(method: string, path: string, body?: unknown, timeoutMs = 30_000): Promise<HttpAnswer> {
    return exchange({ method, path, socketPath: this.socketPath, timeout: timeoutMs, headers: { host: 'skep', connection: 'close' } }, `${this.name}: ${method} ${path}`, body)
  }

  /** The daemon that was started last; undefined before the first start. */
  get daemon(): LabDaemon | undefined {
    return this.process
  }
  get running(): boolean {
    return this.process?.running ?? false
  }

  /** Starts the daemon with these flags beside the lab's own, and waits until it answers. */
  async startDaemon(args: readonly string[] = []): Promise<void> {
    if (this.running) throw new Error(`${this.name}: the daemon runs already`)
    this.lastArgs = args
    this.process = new LabDaemon(this, this.given.daemon, args)
    await this.process.ready()
  }

  /** SIGKILL, as a crash: nothing is cleaned up. */
  async kill9(): Promise<void> {
    await this.process?.end('SIGKILL')
  }
  /** SIGTERM, and the wait for the end; fails when it takes longer than `timeoutMs`. */
  async stop(timeoutMs = 20_000): Promise<void> {
    await this.process?.end('SIGTERM', timeoutMs)
  }
  /** A clean stop and a start with the same flags; a start only when the daemon is dead. */
  async restart(): Promise<void> {
    await this.stop()
    await this.startDaemon(this.lastArgs)
  }
  /** Stops the daemon's process without ending it: sockets stay open, nothing answers. */
  freeze(): void {
    this.process?.signal('SIGSTOP')
  }
  thaw(): void {
    this.process?.signal('SIGCONT')
  }

  /** Pulls the machine's cable out of the underlay. */
  cutOff(): void {
    this.given.underlay.setPort(this.n, false)
  }
  heal(): void {
    this.given.underlay.setPort(this.n, true)
  }
}

/** The environment of programs in the lab: no settings of the caller's docker client, no slow start of Node.js. */
export function environment(folder: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, DOCKER_CONFIG: join(folder, 'docker-config'), SKEP_CONFIG: join(folder, 'skep-config') }
  for (const name of ['DOCKER_HOST', 'DOCKER_CONTEXT', 'SKEP_HOST', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) {
    delete env[name]
  }
  return env
}

function exchange(options: Parameters<typeof request>[1], what: string, body?: unknown): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const outgoing = request(options as object, (response) => {
      let answer = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer }))
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${what}: no answer in time`)))
    outgoing.on('error', (cause) => reject(new Error(`${what}: ${cause.message}`, { cause })))
    if (text !== undefined) outgoing.setHeader('content-type', 'application/json')
    outgoing.end(text)
  })
}
