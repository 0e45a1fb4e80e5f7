import { join } from 'node:path'
import { environment, type LabHost } from '../lab/lab-host.js'
import type { MeasuredEngine, Timed } from './measured-engine.js'

/**
 * The distribution's buildah, which has no daemon: it does what the docker client is asked for by other engines, as far
 * as the benches of builds and pulls need it. Its commands share the host's network, which costs it less than the others'.
 */
export class BuildahEngine implements MeasuredEngine {
  readonly name = 'buildah'

  constructor(readonly host: LabHost) {}

  start(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  daemonPids(): number[] {
    return []
  }

  isSupervisor(): boolean {
    return false
  }

  timed(args: readonly string[]): Promise<Timed> {
    const { folder } = this.host
    const words = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', 'overlay', ...translated(args)]
    return new Promise((resolve, reject) => {
      const startMs = performance.now()
      const { DOCKER_CONFIG: _ours, ...env } = environment(folder)
      const child = this.host.spawn('buildah', words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
      const texts = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (chunk: string) => (texts[name] += chunk))
      child.once('error', reject)
      child.once('close', (code) => {
        const tookMs = performance.now() - startMs
        if (code === 0) resolve({ tookMs, stdout: texts.stdout.trim() })
        else reject(new Error(`buildah ${words.join(' ')}: exit code ${String(code)}\n${texts.stdout}${texts.stderr}`))
      })
    })
  }
}

/** The words of docker's client in buildah's. */
function translated([verb = '', ...rest]: readonly string[]): string[] {
  switch (verb) {
    case 'build':
      return ['bud', '--layers', '--format', 'docker', '--isolation', 'oci', '--runtime', 'crun', '--network', 'host', ...rest]
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
