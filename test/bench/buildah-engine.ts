import { DaemonlessEngine } from './daemonless-engine.js'

/** The distribution's buildah, for the benches of builds and pulls. Its commands share the host's network, which costs it less than the others'. */
export class BuildahEngine extends DaemonlessEngine {
  readonly name = 'buildah'
  readonly networks = ['host']

  protected translated([verb = '', ...rest]: readonly string[]): string[] {
    switch (verb) {
      case 'build':
        return ['bud', '--layers', '--format', 'docker', '--isolation', 'oci', '--runtime', 'crun', '--runtime-flag', this.runtimeFlag, '--cgroup-parent', this.host.cgroupParent, '--network', 'host', ...rest]
      case 'load':
        return ['pull', '-q', `docker-archive:${rest.at(-1) ?? ''}`]
      case 'pull':
        return ['pull', '-q', '--tls-verify=false', ...rest]
      case 'rmi':
        return ['rmi', '-f', ...rest]
      default:
        throw new Error(`no bench of buildah's needs "docker ${verb}"`)
    }
  }
}
