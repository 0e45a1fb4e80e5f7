import { join } from 'node:path'
import { DaemonlessEngine } from './daemonless-engine.js'

/** Podman's own limits are above what a machine may grant whose root lacks CAP_SYS_RESOURCE. */
const limits = ['nofile', 'nproc'].flatMap((name) => ['--ulimit', `${name}=1024:1024`])

/** The distribution's podman, for the bench of `run`. Networks of its own need CNI or netavark: it is measured without one. */
export class PodmanEngine extends DaemonlessEngine {
  readonly name = 'podman'
  readonly networks = ['none']

  protected translated([verb = '', ...rest]: readonly string[]): string[] {
    const { folder, cgroupParent } = this.host
    const common = ['--cgroup-manager', 'cgroupfs', '--runtime', 'crun', '--runtime-flag', this.runtimeFlag, '--events-backend', 'file', '--tmpdir', join(folder, 'tmp'), '--network-config-dir', join(folder, 'networks'), '--volumepath', join(folder, 'volumes')]
    switch (verb) {
      case 'run':
        return [...common, 'run', '--cgroup-parent', cgroupParent, ...limits, ...rest]
      case 'load':
        return [...common, 'load', '-q', ...rest]
      default:
        throw new Error(`no bench of podman's needs "docker ${verb}"`)
    }
  }
}
