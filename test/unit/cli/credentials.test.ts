import { strict as assert } from 'node:assert'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CredentialStore, hubKey, registryAuthOf, registryOf } from '../../../src/cli/credentials/store.js'
import { FakeDaemon } from './support/fake-daemon.js'
import { runLine } from './support/run-line.js'

/** A helper that keeps what it is given in files beside it, as the real ones do elsewhere. */
const helperScript = `#!/bin/sh
cd "$(dirname "$0")"
case $1 in
  get) read -r server; [ -f "kept-$server" ] && exec cat "kept-$server"; echo 'credentials not found in native keychain'; exit 1 ;;
  store) cat >kept-reg.test ;;
  erase) read -r server; rm -f "kept-$server" ;;
esac
`

describe('credentials of registries', () => {
  let folder: string
  let environment: NodeJS.ProcessEnv
  const config = (): Record<string, unknown> => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>
  const write = (content: object): void => writeFileSync(join(folder, 'config.json'), JSON.stringify(content))

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-credentials-'))
    environment = { DOCKER_CONFIG: folder, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` }
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'bin/docker-credential-files'), helperScript)
    chmodSync(join(folder, 'bin/docker-credential-files'), 0o755)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('are filed by the registry that an image names', () => {
    const registries = { busybox: hubKey, 'ann/web:1': hubKey, 'docker.io/ann/web': hubKey, 'localhost/web': 'localhost', 'reg.test:5000/a/b': 'reg.test:5000', 'reg.test/a': 'reg.test' }
    for (const [image, registry] of Object.entries(registries)) assert.equal(registryOf(image), registry, image)
  })

  it('are read from the file, also from entries under a URL and from the environment', async () => {
    const auth = Buffer.from('ann:se:cret').toString('base64')
    write({ auths: { 'https://reg.test/v1/': { auth }, 'tok.test': { identitytoken: 'abc' }, 'bad.test': { auth: 7 } } })
    const store = new CredentialStore(environment)
    assert.deepEqual(await store.get('reg.test'), { username: 'ann', password: 'se:cret', serveraddress: 'reg.test' })
    assert.deepEqual(await store.get('tok.test'), { identitytoken: 'abc', serveraddress: 'tok.test' })
    assert.deepEqual([await store.get('bad.test'), await store.get('none.test')], [{}, {}])
    const given = JSON.stringify({ auths: { 'reg.test': { auth: Buffer.from('bob:x').toString('base64') } } })
    assert.equal((await new CredentialStore({ ...environment, DOCKER_AUTH_CONFIG: given }).get('reg.test')).username, 'bob')
    const header = await registryAuthOf({ environment }, 'reg.test/web:1')
    assert.deepEqual(JSON.parse(Buffer.from(header ?? '', 'base64url').toString()), { username: 'ann', password: 'se:cret', serveraddress: 'reg.test' })
    assert.equal(await registryAuthOf({ environment }, 'busybox'), undefined)
  })

  it('are written so that other keys, links and nobody else\'s eyes are respected', async () => {
    writeFileSync(join(folder, 'real.json'), JSON.stringify({ detachKeys: 'ctrl-q', auths: { other: { auth: 'eDp5' } } }))
    symlinkSync('real.json', join(folder, 'config.json'))
    await new CredentialStore(environment).set('reg.test', { username: 'ann', password: 'secret' })
    assert.deepEqual(config(), { detachKeys: 'ctrl-q', auths: { other: { auth: 'eDp5' }, 'reg.test': { auth: 'YW5uOnNlY3JldA==' } } })
    assert.equal(statSync(join(folder, 'real.json')).mode & 0o777, 0o600)
    await new CredentialStore(environment).erase('reg.test')
    await new CredentialStore(environment).erase('other')
    assert.deepEqual(config(), { detachKeys: 'ctrl-q' })
  })

  it('are kept by the program that the file names, for one registry or for all', async () => {
    for (const content of [{ credHelpers: { 'reg.test': 'files' } }, { credsStore: 'files' }]) {
      write(content)
      const store = new CredentialStore(environment)
      assert.deepEqual(await store.get('reg.test'), {})
      await store.set('reg.test', { username: 'ann', password: 'secret' })
      assert.deepEqual(config()['auths'], { 'reg.test': {} })
      assert.deepEqual(await store.get('reg.test'), { username: 'ann', password: 'secret', serveraddress: 'reg.test' })
      await store.set('reg.test', { username: 'ann', identitytoken: 'token' })
      assert.deepEqual(await store.get('reg.test'), { identitytoken: 'token', serveraddress: 'reg.test' })
      await store.erase('reg.test')
      assert.ok(!existsSync(join(folder, 'bin/kept-reg.test')))
    }
  })

  it('a helper that fails or is not there, and a file that is damaged, are named', async () => {
    write({ credsStore: 'gone' })
    await assert.rejects(new CredentialStore(environment).get('reg.test'), /docker-credential-gone/)
    write({ credsStore: '../evil' })
    await assert.rejects(new CredentialStore(environment).get('reg.test'), /is no name of a credential helper/)
    writeFileSync(join(folder, 'config.json'), '{')
    assert.throws(() => new CredentialStore(environment), /config\.json is not JSON/)
  })

  it('login asks the registry through the daemon and files what is good', async () => {
    await using daemon = await FakeDaemon.start({ 'POST /auth': { Status: 'Login Succeeded', IdentityToken: '' } })
    const line = async (words: string, stdin = '') => runLine(`${words}`, { host: daemon.host, environment, stdin })
    const { code, stdout, stderr } = await line('login -u ann --password-stdin reg.test', 'secret\n')
    assert.deepEqual([code, stdout], [0, 'Login Succeeded\n'])
    assert.match(stderr, /stored unencrypted in '.*config\.json'/)
    assert.deepEqual(daemon.calls.map(({ path, body }) => [path, body]), [['/auth', { username: 'ann', password: 'secret', serveraddress: 'reg.test' }]])
    assert.equal((await line('login reg.test')).stdout, 'Authenticating with existing credentials... [Username: ann]\nLogin Succeeded\n')
    assert.equal((await line('logout reg.test')).stdout, 'Removing login credentials for reg.test\n')
    assert.match((await line('login reg.test')).stderr, /Cannot perform an interactive login from a non TTY device/)
    assert.match((await line('login -p x --password-stdin -u a reg.test')).stderr, /cannot specify both --password and --password-stdin/)
    assert.match((await line('login --password-stdin reg.test')).stderr, /requires --username to be set/)
  })

  it('services are pinned to the digest that the registry has, and carry credentials when told to', async () => {
    write({ auths: { 'reg.test': { auth: Buffer.from('ann:secret').toString('base64') } } })
    const digest = `sha256:${'ab'.repeat(32)}`
    await using daemon = await FakeDaemon.start({
      'GET /distribution/reg.test/web:1/json': { Descriptor: { digest }, Platforms: [{ architecture: 'amd64', os: 'linux' }] },
      'POST /services/create': { ID: 'svc' },
    })
    const { code, stderr } = await runLine('service create -d --with-registry-auth --name web reg.test/web:1', { host: daemon.host, environment })
    assert.deepEqual([code, stderr], [0, ''])
    const { TaskTemplate: task } = daemon.calls.at(-1)?.body as { TaskTemplate: { ContainerSpec: { Image: string }; Placement: unknown } }
    assert.equal(task.ContainerSpec.Image, `reg.test/web:1@${digest}`)
    assert.deepEqual(task.Placement, { Platforms: [{ Architecture: 'amd64', OS: 'linux' }] })
    const missing = await runLine('service create -d --name web other.test/web', { host: daemon.host, environment })
    assert.match(missing.stderr, /^image other\.test\/web could not be accessed on a registry to record/)
    const unpinned = daemon.calls.at(-1)?.body as { TaskTemplate: { ContainerSpec: { Image: string } } }
    assert.equal(unpinned.TaskTemplate.ContainerSpec.Image, 'other.test/web:latest')
  })

  it('a service that is refused says why, and nothing of a registry beside it', async () => {
    await using daemon = await FakeDaemon.start({ 'POST /services/create': new Error('name conflicts') })
    const refused = await runLine('service create -d --name web other.test/web', { host: daemon.host, environment })
    assert.deepEqual([refused.code, refused.stderr], [1, 'Error response from daemon: name conflicts\n'])
  })
})
