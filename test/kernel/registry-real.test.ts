import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { credentialsOf, imagesBackend } from '../../src/daemon/backends/images.js'
import { exec } from '../../src/sys/exec.js'
import { systemClock } from '../../src/sys/system-clock.js'
import { FakeDaemon, fakeDeps } from '../support/fake-backends.js'
import { legacyArchive, type TestImage } from '../support/image-archive.js'
import { RegistryHost } from '../support/registry-host.js'
import { RegistryProcess, registryProgram } from '../support/registry-process.js'
import { tarOf } from '../support/tar.js'

const docker = ['/usr/local/bin/docker', '/usr/bin/docker'].find((path) => existsSync(path))
const base = [{ name: 'bin/sh', content: 'shell', mode: 0o755 }]
const app: TestImage = { names: ['app:1'], layers: [base, [{ name: 'app', content: 'one '.repeat(10_000) }]], config: { Cmd: ['/app'] } }

/** The real docker client, our images, and Debian's registry. */
describe('the docker client and a real registry', function () {
  this.timeout(60_000)
  let host: RegistryHost
  let daemon: FakeDaemon
  let home: string
  let registry: RegistryProcess

  before(function () {
    if (registryProgram !== undefined && docker !== undefined) return
    if (process.env['CI']) throw new Error('docker-registry and docker are needed: scripts/setup.sh --test')
    console.warn('SKIPPED: docker-registry or docker is missing; run scripts/setup.sh --test')
    this.skip()
  })
  const open = async (options: Parameters<typeof RegistryProcess.start>[0], settings: Parameters<typeof RegistryHost.open>[1] = {}) => {
    registry = await RegistryProcess.start(options)
    host = await RegistryHost.open(systemClock, settings)
    const system = Object.assign(fakeDeps().system, {
      authenticate: async (auth: Parameters<typeof credentialsOf>[0] & { serveraddress?: string }, signal: AbortSignal) => ({
        status: 'Login Succeeded',
        ...(await host.registries.logIn(auth.serveraddress ?? '', credentialsOf(auth), signal)),
      }),
    })
    daemon = await FakeDaemon.start({ ...fakeDeps(), images: imagesBackend(host.images, host.registries) as never, system })
    home = mkdtempSync(join(tmpdir(), 'skep-docker-home-'))
  }
  afterEach(async () => {
    await daemon?.[Symbol.asyncDispose]()
    await host?.[Symbol.asyncDispose]()
    await registry?.[Symbol.asyncDispose]()
    if (home) rmSync(home, { recursive: true, force: true })
  })

  const run = (...args: string[]) => exec(docker ?? 'docker', args, { env: { PATH: process.env['PATH'], HOME: home, DOCKER_HOST: daemon.host } })
  const ok = async (...args: string[]): Promise<string> => {
    const result = await run(...args)
    assert.equal(result.code, 0, `docker ${args.join(' ')}: ${result.stderr}`)
    return result.stdout
  }
  const refused = async (why: RegExp, ...args: string[]): Promise<void> => {
    const result = await run(...args)
    assert.notEqual(result.code, 0, result.stdout)
    assert.match(result.stderr, why)
  }
  const load = (image: TestImage) => {
    const archive = Readable.from([tarOf(...legacyArchive(image))], { objectMode: false })
    return host.images.load(archive, { quiet: true }, () => undefined, new AbortController().signal)
  }

  it('pushes, mounts, pulls, and searches', async () => {
    await open({})
    await load(app)
    const [one, two] = [`${registry.host}/team/app:1`, `${registry.host}/other/app:1`]
    await ok('tag', 'app:1', one)
    await ok('tag', 'app:1', two)
    const pushed = await ok('push', one)
    assert.match(pushed, new RegExp(`The push refers to repository \\[${registry.host}/team/app\\]`))
    assert.equal(pushed.match(/: Pushed/g)?.length, 2)
    const digest = /1: digest: (sha256:[0-9a-f]{64}) size: \d+/.exec(pushed)?.[1]
    assert.equal((await ok('push', one)).match(/: Layer already exists/g)?.length, 2)
    assert.equal((await ok('push', two)).match(/: Mounted from team\/app/g)?.length, 2)
    const id = (await host.images.inspect('app:1')).Id
    await ok('rmi', '-f', 'app:1', one, two)
    host.assertEmpty()

    const pulled = await ok('pull', one)
    assert.match(pulled, new RegExp(`1: Pulling from team/app[\\s\\S]*Pull complete[\\s\\S]*Digest: ${digest}\\nStatus: Downloaded newer image for ${one}`))
    assert.equal((await host.images.inspect(one)).Id, id)
    assert.match(await ok('pull', one), /Status: Image is up to date/)
    assert.match(await ok('images', '--digests'), new RegExp(`${registry.host}/team/app +1 +${digest}`))
    await ok('tag', one, `${registry.host}/team/app:2`)
    assert.match(await ok('push', '-a', `${registry.host}/team/app`), /1: digest[\s\S]*2: digest/)
    await ok('rmi', '-f', one, `${registry.host}/team/app:2`)
    assert.match(await ok('pull', '-a', `${registry.host}/team/app`), /1: Pulling[\s\S]*2: Pulling/)
    await ok('pull', '-q', `${registry.host}/team/app@${digest}`)
    assert.match(await ok('search', `${registry.host}/te`), new RegExp(`${registry.host}/team/app`))
    await refused(/manifest for .*\/team\/app:none not found: manifest unknown/, 'pull', `${registry.host}/team/app:none`)
    await refused(/An image does not exist locally with the tag: .*\/nothing/, 'push', `${registry.host}/nothing:1`)
    await refused(/tag does not exist: .*\/team\/app:none/, 'push', `${registry.host}/team/app:none`)
    const looked = await host.registries.inspect({ domain: registry.host, path: 'team/app', tag: '1' }, {}, new AbortController().signal)
    assert.deepEqual([looked.Descriptor?.digest, looked.Platforms], [digest, [{ architecture: 'amd64', os: 'linux' }]])
  })

  it('sends what was pulled with the digest it had', async () => {
    await open({})
    await load(app)
    await ok('tag', 'app:1', `${registry.host}/a:1`)
    const first = /digest: (\S+)/.exec(await ok('push', `${registry.host}/a:1`))?.[1]
    await ok('rmi', '-f', 'app:1', `${registry.host}/a:1`)
    await ok('pull', `${registry.host}/a:1`)
    await ok('tag', `${registry.host}/a:1`, `${registry.host}/b:1`)
    assert.equal(/digest: (\S+)/.exec(await ok('push', `${registry.host}/b:1`))?.[1], first)
    await ok('rmi', '-f', `${registry.host}/a:1`, `${registry.host}/b:1`)
    await ok('pull', `${registry.host}/b:1`)
  })

  it('searches mirrors where the index of Docker Hub is out of reach', async () => {
    // Nobody listens on this port, so nothing leaves this machine.
    await open({}, { proxies: { httpProxy: '', httpsProxy: 'http://127.0.0.1:1', noProxy: '' } })
    await load(app)
    await refused(/127\.0\.0\.1:1|index\.docker\.io/, 'search', 'app')
    for (const path of ['library/app', 'team/app', 'other']) {
      await ok('tag', 'app:1', `${registry.host}/${path}:1`)
      await ok('push', '-q', `${registry.host}/${path}:1`)
    }
    host.registries.reconfigure({ mirrors: [`http://${registry.host}`], insecure: [], downloadsAtOnce: 1, uploadsAtOnce: 1, downloadAttemptsMax: 1 })
    assert.deepEqual((await ok('search', '--format', '{{.Name}} {{.IsOfficial}}', 'app')).trim().split('\n').map((line) => line.trim()).sort(), ['app [OK]', 'team/app'])
  })

  it('logs in with TLS, and shows its credentials where they are wanted', async () => {
    await open({ secured: true })
    await load(app)
    const name = `${registry.host}/private/app:1`
    await ok('tag', 'app:1', name)
    await refused(/no basic auth credentials/, 'push', name)
    await refused(/401 Unauthorized/, 'login', '-u', 'ann', '-p', 'wrong', registry.host)
    assert.match(await ok('login', '-u', 'ann', '-p', 'secret', registry.host), /Login Succeeded/)
    assert.match(readFileSync(join(home, '.docker/config.json'), 'utf8'), new RegExp(registry.host))
    assert.match(await ok('push', name), /1: digest: /)
    await ok('rmi', '-f', 'app:1', name)
    assert.match(await ok('pull', name), /Downloaded newer image/)
    assert.match(await ok('search', `${registry.host}/priv`), /private\/app/)
    await ok('logout', registry.host)
    await refused(/no basic auth credentials/, 'pull', name)
  })

  it('checks certificates, by the authority that the host was given', async () => {
    await open({ secured: true, hostname: 'localhost' }, { insecure: [] })
    await load(app)
    const name = `${registry.host}/app:1`
    await ok('tag', 'app:1', name)
    await refused(/failed to verify certificate/, 'login', '-u', 'ann', '-p', 'secret', registry.host)
    const folder = join(host.root, 'certs.d', registry.host)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'ca.crt'), registry.certificate)
    assert.match(await ok('login', '-u', 'ann', '-p', 'secret', registry.host), /Login Succeeded/)
    assert.match(await ok('push', name), /1: digest: /)
  })
})
