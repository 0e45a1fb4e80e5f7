import type { LabHost } from '../lab/lab-host.js'
import type { MeasuredEngine } from './measured-engine.js'

/** skepd as it is installed; the lab logs more than a daemon does by default. */
export class SkepEngine implements MeasuredEngine {
  readonly name = 'skep'

  constructor(readonly host: LabHost) {}

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
