import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { execOk } from '../../src/sys/exec.js'
import { eventually } from './eventually.js'
import { freePort } from './free-port.js'

/** Where Debian's package `docker-registry` puts it. */
export const registryProgram = ['/usr/bin/docker-registry', '/usr/local/bin/docker-registry'].find((path) => existsSync(path))

/** `ann` with the password `secret`, by bcrypt: the one kind that the registry reads. */
const htpasswd = 'ann:$2y$04$JYnCbDj8HawnR4mvW7f5AOtu2prTlyvh9opnGysSLSd3a4MCRrl.G\n'

/** A real registry on loopback, with its data in a folder of its own. */
export class RegistryProcess implements AsyncDisposable {
  private constructor(
    /** `127.0.0.1:34567` */
    readonly host: string,
    readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  /** With `secured` it speaks TLS only and wants `ann`'s password. */
  static async start({ secured = false, hostname = '127.0.0.1', attempts = 5 }: { secured?: boolean; hostname?: string; attempts?: number } = {}): Promise<RegistryProcess> {
    const folder = mkdtempSync('/tmp/skep-real-registry-')
    const port = await freePort()
    const config: Record<string, unknown> = {
      version: '0.1',
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
      http: { addr: `127.0.0.1:${port}`, secret: 'of a test' },
    }
    if (secured) {
      writeFileSync(join(folder, 'htpasswd'), htpasswd)
      const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')]
      await execOk('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=registry.test'],
        ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', key, '-out', certificate],
      ])
      config['auth'] = { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } }
      config['http'] = { ...(config['http'] as object), tls: { certificate, key } }
    }
    // JSON is YAML.
    writeFileSync(join(folder, 'config.yml'), JSON.stringify(config))
    const child = spawn(registryProgram ?? 'docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' })
    const registry = new RegistryProcess(`${hostname}:${port}`, folder, child)
    try {
      await eventually('the registry answers', () => child.exitCode !== null || connects(port))
      // Another program may have taken the port since it was free.
      if (child.exitCode !== null) {
        await registry[Symbol.asyncDispose]()
        if (attempts <= 1) throw new Error(`the registry ended at once (exit code ${child.exitCode})`)
        return await RegistryProcess.start({ secured, hostname, attempts: attempts - 1 })
      }
    } catch (thrown) {
      await registry[Symbol.asyncDispose]()
      throw thrown
    }
    return registry
  }

  get certificate(): string {
    return readFileSync(join(this.folder, 'tls.crt'), 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve))
    if (this.child.exitCode === null && this.child.kill('SIGKILL')) await ended
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
