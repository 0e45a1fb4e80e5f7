import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../support/eventually.js'
import { signal } from './belongings.js'
import type { LabHost } from './lab-host.js'

/** One run of a machine's daemon. */
export class LabDaemon {
  private readonly child: ChildProcess
  private readonly ended: Promise<void>

  constructor(
    private readonly host: LabHost,
    command: readonly string[],
    args: readonly string[],
  ) {
    const [program = '', ...first] = command
    const missing = first.find((path) => path.startsWith('/') && !existsSync(path))
    if (missing !== undefined) throw new Error(`${missing} is missing: run "npm run build" first`)
    for (const folder of [host.dataRoot, host.execRoot]) mkdirSync(folder, { recursive: true })
    const log = openSync(host.logPath, 'a')
    const flags = [
      '--data-root', host.dataRoot,
      '--exec-root', host.execRoot,
      '-H', `unix://${host.socketPath}`,
      '--pidfile', join(host.folder, 'skepd.pid'),
      '--cgroup-parent', host.cgroupParent,
      '--log-level', 'debug',
    ]
    // In a session of its own, so that an interrupt at the terminal ends the test first, which cleans up.
    // Each machine has a host name of its own; `exec` keeps the process id.
    const named = ['--uts', 'sh', '-c', 'echo "$0" >/proc/sys/kernel/hostname; exec "$@"', host.name]
    this.child = host.spawn('unshare', [...named, program, ...first, ...flags, ...args], { stdio: ['ignore', log, log], cwd: host.folder, detached: true })
    closeSync(log)
    this.child.unref()
    this.ended = new Promise((resolve) => {
      this.child.once('exit', () => resolve())
      this.child.once('error', () => resolve())
    })
  }

  get pid(): number {
    return this.child.pid ?? -1
  }
  get running(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null
  }

  /** Waits for `GET /_ping`; throws with the end of the log when the daemon ends instead. */
  async ready(): Promise<void> {
    try {
      await eventually(`the daemon of ${this.host.name} answers`, async () => {
        if (!this.running) return true
        return existsSync(this.host.socketPath) && (await this.host.api('GET', '/_ping', undefined, 2_000)).status === 200
      }, { timeoutMs: 30_000 })
    } catch (cause) {
      throw new Error(`${String(cause)}\n${this.logTail()}`, { cause })
    }
    if (!this.running) throw new Error(`the daemon of ${this.host.name} ended at once (exit code ${String(this.child.exitCode)})\n${this.logTail()}`)
  }

  signal(name: NodeJS.Signals): void {
    if (this.running) signal(this.pid, name)
  }

  /** Sends a signal and waits for the end. A frozen daemon is thawed first. */
  async end(name: NodeJS.Signals, timeoutMs = 20_000): Promise<void> {
    if (!this.running) return
    this.signal(name)
    if (name !== 'SIGKILL') this.signal('SIGCONT')
    await eventually(`the daemon of ${this.host.name} ends by ${name}`, () => !this.running, { timeoutMs })
    await this.ended
  }

  logTail(lines = 30): string {
    const text = existsSync(this.host.logPath) ? readFileSync(this.host.logPath, 'utf8') : ''
    return text.split('\n').slice(-lines - 1).join('\n')
  }
}
