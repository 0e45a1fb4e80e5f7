import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import type { LoopStall, MeasuredEngine } from './measured-engine.js'

/** What a daemon is started with so that `loopStall` can be asked of it. */
export function probed(program: string, folder: string): string[] {
  const probe = fileURLToPath(new URL('loop-probe.cjs', import.meta.url))
  return ['env', `NODE_OPTIONS=--require=${probe}`, `LOOP_PROBE=${probeFile(folder)}`, program]
}

const probeFile = (folder: string): string => join(folder, 'loop-probe.json')

/** skepd as it is installed; the lab logs more than a daemon does by default. */
export class SkepEngine implements MeasuredEngine {
  readonly name = 'skep'

  /** `probeFolder`: given when the daemon is started by `probed` with that folder. */
  constructor(
    readonly host: LabHost,
    private readonly probeFolder?: string,
  ) {}

  async loopStall(): Promise<LoopStall> {
    const { probeFolder } = this
    if (probeFolder === undefined) throw new Error('the daemon was started without a probe')
    const file = probeFile(probeFolder)
    rmSync(file, { force: true })
    this.host.daemon?.signal('SIGUSR2')
    await eventually('the stall of the event loop is told', () => existsSync(file))
    return JSON.parse(readFileSync(file, 'utf8')) as LoopStall
  }

  start(): Promise<void> {
    return this.host.startDaemon(['--log-level', 'info'])
  }

  stop(): Promise<void> {
    return this.host.stop()
  }

  daemonPids(): number[] {
    const pid = this.host.daemon?.pid
    return pid === undefined || !this.host.running ? [] : [pid]
  }

  isSupervisor(command: string): boolean {
    return /^\S*conmon /.test(command)
  }
}
