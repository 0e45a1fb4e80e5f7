import { strict as assert } from 'node:assert'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { BuildKitClient } from '../support/buildkit-client.js'
import { eventually } from '../support/eventually.js'
import { registryProgram } from '../support/registry-process.js'
import { nodes, printLogs, startSwarm } from './support.js'

const port = 5000
/** `ann` with the password `secret`. */
const htpasswd = 'ann:$2y$04$JYnCbDj8HawnR4mvW7f5AOtu2prTlyvh9opnGysSLSd3a4MCRrl.G\n'

describe('a registry that wants credentials, by skep’s command line', function () {
  this.timeout(90_000)
  let lab: Lab
  let host: LabHost
  let registry: ChildProcess
  const image = (name: string): string => `127.0.0.1:${port}/${name}`

  before(async () => {
    lab = await startSwarm({ hosts: 1, managers: 1 })
    host = lab.host(1)
    assert.equal((await nodes(host)).length, 1)
    const folder = join(host.folder, 'registry')
    mkdirSync(folder)
    writeFileSync(join(folder, 'htpasswd'), htpasswd)
    const config = {
      version: '0.1',
      log: { level: 'error', accesslog: { disabled: true } },
      auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: `127.0.0.1:${port}`, secret: 'of a test' },
    }
    writeFileSync(join(folder, 'config.yml'), JSON.stringify(config))
    registry = host.spawn(registryProgram ?? 'docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore', cwd: folder })
    await eventually('the registry answers', () => host.http(`http://127.0.0.1:${port}/v2/`).then(({ status }) => status === 401, () => false))
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    registry?.kill('SIGKILL')
    await lab?.close()
  })

  it('is logged in to, pushed to, pulled from, and logged out of', async () => {
    await host.skep('tag', 'busybox', image('private:1'))
    assert.match((await host.trySkep('push', image('private:1'))).stderr, /no basic auth credentials/)
    const logIn = (password: string) =>
      host.run('sh', ['-c', `echo ${password} | node "$0" -H "$1" login -u ann --password-stdin 127.0.0.1:${port}`, join(programs(), 'skep'), `unix://${host.socketPath}`])
    assert.match((await logIn('wrong')).stderr, /401 Unauthorized/)
    assert.match((await logIn('secret')).stdout, /Login Succeeded/)
    assert.match(await host.skep('push', image('private:1')), /1: digest: sha256:[0-9a-f]{64} size: \d+/)
    assert.equal(await host.skep('push', '-q', image('private:1')), image('private:1'))
    assert.match(await host.skep('search', '--format', '{{.Name}}', image('priv')), /private/)
    await host.skep('rmi', image('private:1'))
    assert.match(await host.skep('pull', image('private:1')), /Status: Downloaded newer image/)
    assert.equal(await host.skep('run', '--rm', '--network', 'none', '--pull', 'always', '-q', image('private:1'), 'echo', 'ran'), 'ran')
  })

  it('is pushed to by builds, with the credentials of who builds', async () => {
    const dockerfile = 'FROM busybox\nRUN echo built > /built\n'
    const digestOf = async (tag: string): Promise<string | undefined> => {
      const headers = ['-H', 'Accept: application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json']
      const { stdout } = await host.run('curl', ['-sI', '-u', 'ann:secret', ...headers, `http://127.0.0.1:${port}/v2/built/manifests/${tag}`])
      return /docker-content-digest: (\S+)/i.exec(stdout)?.[1]
    }
    const files = { folders: { dockerfile: { Dockerfile: dockerfile }, context: {} } }
    const push = { type: 'moby', attrs: { name: `${image('built:1')},${image('built:2')}`, push: 'true' } }
    const attributes = { 'force-network-mode': 'none' }
    {
      await using stranger = await BuildKitClient.connect(host.socketPath, files)
      assert.match((await stranger.build(attributes, push)).error?.message ?? '', /no basic auth credentials/)
    }
    await using buildx = await BuildKitClient.connect(host.socketPath, { ...files, credentials: { [`127.0.0.1:${port}`]: 'ann:secret' } })
    const { error, answer } = await buildx.build(attributes, push)
    assert.equal(error, undefined)
    const digest = answer['containerimage.digest']
    assert.deepEqual([await digestOf('1'), await digestOf('2')], [digest, digest])
    assert.equal((JSON.parse(Buffer.from(answer['containerimage.descriptor'] ?? '', 'base64').toString()) as { digest?: string }).digest, digest)
    assert.equal(answer['containerimage.config.digest'], await host.skep('image', 'inspect', '--format', '{{.Id}}', image('built:1')))

    const folder = join(host.folder, 'to-push')
    mkdirSync(folder)
    writeFileSync(join(folder, 'Dockerfile'), dockerfile)
    const metadata = join(host.folder, 'metadata.json')
    await host.skep('build', '--network', 'none', '--push', '--metadata-file', metadata, '-t', image('built:3'), folder)
    assert.deepEqual(JSON.parse(readFileSync(metadata, 'utf8')), { 'containerimage.config.digest': answer['containerimage.config.digest'], 'containerimage.digest': digest, 'image.name': image('built:3') })
    assert.equal(await digestOf('3'), digest)
    for (const tag of [1, 2, 3]) await host.skep('rmi', image(`built:${tag}`))

    // The steps of an image in a registry are taken from there; what made them here is gone.
    const cache = { type: 'registry', attrs: { ref: image('built:cache') } }
    const rebuilt = await buildx.build(attributes, undefined, {}, [cache])
    assert.equal(rebuilt.error, undefined)
    assert.match((await buildx.build(attributes, [], {}, [{ type: 'registry', attrs: { ref: image('built:cache'), mode: 'max' } }])).error?.message ?? '', /mode=max is not supported/)
    assert.match((await buildx.build(attributes, [], {}, [{ type: 'local', attrs: {} }])).error?.message ?? '', /--cache-to type=local is not supported/)
    await host.skep('rmi', '-f', rebuilt.answer['containerimage.config.digest'] ?? '')
    const cached = async (ref: string) => {
      const { error: failed, steps, log } = await buildx.build({ ...attributes, 'cache-imports': JSON.stringify([{ Type: 'registry', Attrs: { ref } }]) })
      assert.equal(failed, undefined)
      return { log, cached: [...steps].find(([name]) => name.includes('RUN'))?.[1].cached }
    }
    assert.equal((await cached(image('built:cache'))).cached, true)
    // One that is not there is passed over; those of this host count besides.
    const missed = await cached(image('built:none'))
    assert.equal(missed.cached, true)
    assert.match(missed.log, /importing cache from \S+built:none failed/)
  })

  it('gives a service its image with the credentials that it carries, which nobody is shown', async () => {
    const credentials = readFileSync(join(host.folder, 'docker-config/config.json'), 'utf8')
    assert.match(credentials, /"auth": "/)
    // The image is to come from the registry; nothing else of it may be here.
    await host.skep('rmi', image('private:1'), 'busybox')
    const rest = ['--restart-condition', 'none', image('private:1'), 'sleep', '1000']
    await host.skep('service', 'create', '-d', '--name', 'without', ...rest)
    await eventually('the task without credentials is refused', async () => /no basic auth credentials/.test(await host.skep('service', 'ps', '--no-trunc', 'without')))
    await host.skep('service', 'rm', 'without')
    await host.skep('service', 'create', '-d', '--with-registry-auth', '--name', 'with', ...rest)
    const runs = () => eventually('the service runs', async () => (await host.skep('service', 'ls', '--format', '{{.Name}} {{.Replicas}}')) === 'with 1/1')
    await runs()
    const shown = JSON.stringify([await host.skep('service', 'inspect', 'with'), (await host.api('GET', '/tasks')).body])
    assert.match(shown, /private:1@sha256:/)
    assert.doesNotMatch(shown, /registryAuth|RegistryAuth|PullOptions/i)
    assert.equal((await host.run('grep', ['-rlE', 'YW5uOnNlY3JldA|InBhc3N3b3JkIjoic2VjcmV0', host.dataRoot])).stdout, '', 'credentials lie on disk in the clear')
    // Credentials stay with a service that is changed without naming them.
    await host.skep('service', 'update', '-d', '--env-add', 'A=1', 'with')
    await host.skep('logout', `127.0.0.1:${port}`)
    await eventually('the new task runs', async () => {
      const lines = (await host.skep('service', 'ps', '--format', '{{.CurrentState}}', 'with')).split('\n')
      return lines.length === 2 && (lines[0] ?? '').startsWith('Running')
    })
    await host.skep('service', 'rm', 'with')
  })

  const programs = (): string => process.env['SKEP_DIST'] ?? join(import.meta.dirname, '../../dist')
})
