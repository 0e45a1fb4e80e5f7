import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { environment, type LabHost } from '../lab/lab-host.js'
import type { MeasuredEngine, Timed } from './measured-engine.js'

/** Where these programs put things whatever folders they are given: what they know of blobs, leases of addresses, locks. */
const foldersOutside = ['/var/lib/containers', '/var/lib/cni', '/run/containers', '/run/libpod', '/run/crun', '/dev/shm/libpod_lock']

/**
 * A program that does by itself, without a daemon, what the docker client is asked for by other engines, as far as it
 * serves. What it keeps lies in the host's folder and control group; the little elsewhere is removed unless it was there before.
 */
export abstract class DaemonlessEngine implements MeasuredEngine {
  abstract readonly name: 'buildah' | 'podman'
  /** Those that it has here: any other needs programs of its own. */
  abstract readonly networks: readonly string[]

  private readonly before = new Set(foldersOutside.filter((path) => existsSync(path)))

  constructor(readonly host: LabHost) {}

  /** The OCI runtime keeps its state here, and not in /run. */
  protected get runtimeFlag(): string {
    return `root=${join(this.host.folder, 'crun')}`
  }

  /** The words of docker's client in the program's. Throws for what it is not measured at. */
  protected abstract translated(args: readonly string[]): string[]

  start(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    for (const path of foldersOutside) if (!this.before.has(path)) rmSync(path, { recursive: true, force: true })
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
    const words = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', 'overlay', ...this.translated(args)]
    return new Promise((resolve, reject) => {
      const startMs = performance.now()
      const { DOCKER_CONFIG: _ours, ...env } = environment(folder)
      const child = this.host.spawn(this.name, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
      const texts = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (chunk: string) => (texts[name] += chunk))
      child.once('error', reject)
      child.once('close', (code) => {
        const tookMs = performance.now() - startMs
        if (code === 0) resolve({ tookMs, stdout: texts.stdout.trim() })
        else reject(new Error(`${this.name} ${words.join(' ')}: exit code ${String(code)}\n${texts.stdout}${texts.stderr}`))
      })
    })
  }
}
