import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { processesOf, signal } from '../lab/belongings.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import type { MeasuredEngine } from './measured-engine.js'

/** Where dockerd and containerd put things whatever folders they are given. */
const foldersOutside = ['/run/containerd', '/run/docker', '/etc/docker']

/**
 * The distribution's dockerd with a containerd of its own, on a machine of the lab: the lab's clean-up
 * covers its processes, mounts, namespaces and control groups. The little it leaves elsewhere is
 * removed unless it was there before.
 */
export class DockerEngine implements MeasuredEngine {
  readonly name = 'docker'
  private child: ChildProcess | undefined
  private readonly before = new Set(filesOutside())

  constructor(
    readonly host: LabHost,
    private readonly furtherArgs: readonly string[] = [],
  ) {}

  async start(): Promise<void> {
    const { host } = this
    const log = openSync(host.logPath, 'a')
    const args = [
      ...['--data-root', host.dataRoot, '--exec-root', host.execRoot, '-H', `unix://${host.socketPath}`],
      ...['--pidfile', join(host.folder, 'dockerd.pid'), '--cgroup-parent', host.cgroupParent, '--log-level', 'warn'],
      ...['--storage-driver', 'overlay2', ...this.furtherArgs],
    ]
    const child = host.spawn('dockerd', args, { stdio: ['ignore', log, log], cwd: host.folder, detached: true })
    this.child = child
    closeSync(log)
    child.unref()
    const failed = new Promise<never>((_, reject) => child.once('error', reject))
    failed.catch(() => undefined)
    const answers = eventually('dockerd answers', async () => {
      if (child.exitCode !== null) throw new Error(`dockerd ended (exit code ${child.exitCode})`)
      return existsSync(host.socketPath) && (await host.api('GET', '/_ping', undefined, 2_000)).status === 200
    }, { timeoutMs: 60_000 })
    try {
      await Promise.race([answers, failed])
    } catch (cause) {
      throw new Error(`${String(cause)}\n${existsSync(host.logPath) ? readFileSync(host.logPath, 'utf8').slice(-4000) : ''}`, { cause })
    }
  }

  async stop(): Promise<void> {
    const { child } = this
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.ref()
      signal(child.pid, 'SIGTERM')
      await ended
    }
    for (const path of filesOutside()) if (!this.before.has(path)) rmSync(path, { recursive: true, force: true })
  }

  daemonPids(): number[] {
    return processesOf(this.host.folder).filter(({ command }) => /^\S*(dockerd|containerd) /.test(command)).map(({ pid }) => pid)
  }

  isSupervisor(command: string): boolean {
    return /^\S*containerd-shim/.test(command)
  }
}

/** What there is in those folders, the folders themselves first. */
function filesOutside(): string[] {
  return foldersOutside.filter((folder) => existsSync(folder)).flatMap((folder) => [folder, ...below(folder)])
}

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? [path, ...below(path)] : [path]
  })
}
