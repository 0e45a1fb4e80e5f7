import { strict as assert } from 'node:assert'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from 'tar-stream'
import { parseFlags } from '../../../src/base/flags.js'
import { contextNameOf, endpointOf, globalFlags, type GlobalFlagValues } from '../../../src/cli/contexts/endpoint.js'
import { FakeDaemon } from './support/fake-daemon.js'
import { runLine } from './support/run-line.js'

describe('contexts', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-contexts-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const skep = (line: string, environment: NodeJS.ProcessEnv = {}) => runLine(line, { environment: { SKEP_CONFIG: folder, ...environment } })
  const flags = (...words: string[]): GlobalFlagValues => parseFlags(globalFlags, ['--config', folder, ...words], false).values

  it('are made, chosen, shown and removed', async () => {
    assert.equal((await skep('context create far --description "far away" --docker host=tcp://10.0.0.1:2375')).code, 0)
    assert.equal((await skep('context create far')).stderr, 'context "far" already exists\n')
    assert.equal((await skep('context use far')).stdout, 'far\n')
    assert.match((await skep('context ls')).stdout, /^far \* {5}far away {32}tcp:\/\/10\.0\.0\.1:2375 {9}$/m)
    assert.equal((await skep('context show')).stdout, 'far\n')
    assert.equal((await skep('context inspect -f "{{.Endpoints.docker.Host}}"')).stdout, 'tcp://10.0.0.1:2375\n')
    assert.equal((await skep('context rm far')).stderr, 'context "far" is in use, set -f flag to force remove\n')
    assert.equal((await skep('context rm -f far')).code, 0)
    assert.equal((await skep('context show')).stdout, 'default\n')
  })

  it('lead over SSH', async () => {
    assert.equal((await skep('context create far --docker host=ssh://ann@far:22')).code, 0)
    assert.equal(endpointOf(flags('--context', 'far'), {}).host, 'ssh://ann@far:22')
    assert.match((await skep('context create near --docker host=ssh://-oProxyCommand=x')).stderr, /unable to parse docker host/)
  })

  it('are served to the far side of SSH by a command that is not listed', async () => {
    await using daemon = await FakeDaemon.start({})
    const options = { host: daemon.host, stdin: 'GET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' }
    const { code, stdout } = await runLine('system dial-stdio', options)
    assert.equal(code, 0)
    assert.match(stdout, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n/)
    assert.doesNotMatch((await runLine('system --help')).stdout, /dial/)
    assert.match((await runLine('system dial-stdio')).stderr, /^Cannot connect to the skep daemon/)
  })

  it('refuses names and endpoints that cannot be', async () => {
    for (const line of ['context create default', 'context create ../x', 'context create a1 --docker host=ftp://x', 'context create a1 --docker port=1', 'context rm default', 'context use none']) {
      const { code, stderr } = await skep(line)
      assert.equal(code, 1, line)
      assert.notEqual(stderr, '', line)
    }
  })

  it('are changed', async () => {
    await skep('context create far --description "far away" --docker host=tcp://10.0.0.1:2375')
    assert.deepEqual(await skep('context update far --docker host=tcp://10.0.0.2:2375'), { code: 0, stdout: 'far\n', stderr: 'Successfully updated context "far"\n' })
    await skep('context update far --description nearer')
    assert.equal((await skep('context inspect far -f "{{.Metadata.Description}} {{.Endpoints.docker.Host}}"')).stdout, 'nearer tcp://10.0.0.2:2375\n')
    assert.equal((await skep('context update none --description x')).stderr, 'context "none" does not exist\n')
  })

  it('travel with their certificates, which outlive the files they were made from', async () => {
    const file = join(folder, 'far.dockercontext')
    for (const part of ['ca', 'cert', 'key']) writeFileSync(join(folder, `${part}.pem`), `text of ${part}`)
    const given = ['ca', 'cert', 'key'].map((part) => `${part}=${join(folder, `${part}.pem`)}`).join()
    await skep(`context create far --description away --docker host=tcp://10.0.0.1:2376,skip-tls-verify=true,${given}`)
    assert.equal((await skep(`context export far ${file}`)).stderr, `Written file "${file}"\n`)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal((await skep(`context export far ${file}`)).stderr, `open ${file}: file exists\n`)
    for (const part of ['ca', 'cert', 'key']) rmSync(join(folder, `${part}.pem`))

    assert.deepEqual(await skep(`context import near ${file}`), { code: 0, stdout: 'near\n', stderr: 'Successfully imported context "near"\n' })
    assert.equal((await skep(`context import near ${file}`)).stderr, 'context "near" already exists\n')
    const tls = { ca: 'text of ca', cert: 'text of cert', key: 'text of key', verify: false }
    assert.deepEqual(endpointOf(flags('--context', 'near'), {}), { host: 'tcp://10.0.0.1:2376', tls })
    await skep('context create other --from near')
    await skep('context rm near')
    assert.ok(!existsSync(join(folder, 'contexts/tls/near')), 'its keys go with it')
    assert.deepEqual(endpointOf(flags('--context', 'other'), {}).tls, tls, 'a context made from it has its own')
    assert.equal((await skep('context rm -f ../../../far')).code, 1)
  })

  it('are not imported from what is no context, or leads elsewhere', async () => {
    const meta = (endpoint: object) => JSON.stringify({ Name: 'x', Metadata: {}, Endpoints: { docker: endpoint } })
    const good = meta({ Host: 'tcp://h:1' })
    const cases: [Record<string, string>, RegExp][] = [
      [{}, /no metadata found/],
      [{ 'meta.json': '{' }, /is not JSON/],
      [{ 'meta.json': '[]' }, /does not say where the daemon is/],
      [{ 'meta.json': meta({ Host: 7 }) }, /does not say where the daemon is/],
      [{ 'meta.json': meta({ Host: 'ftp://h' }) }, /ftp/],
      [{ 'meta.json': good, '../evil': 'x' }, /unexpected context file "\.\.\/evil"/],
      [{ 'meta.json': good, 'tls/docker/../../../evil': 'x' }, /unexpected context file/],
      [{ 'meta.json': good, 'tls/docker/ca.pem': 'x'.repeat(10 * 1024 * 1024) }, /larger than 10 MiB/],
    ]
    const file = join(folder, 'x.tar')
    const importOf = async (bytes: Buffer) => {
      writeFileSync(file, bytes)
      return skep(`context import x1 ${file}`)
    }
    const refused = async (bytes: Buffer, why: RegExp): Promise<void> => {
      const { code, stderr } = await importOf(bytes)
      assert.equal(code, 1)
      assert.match(stderr, why)
      assert.ok(!existsSync(join(folder, 'contexts/x1.json')) && !existsSync(join(folder, 'contexts/tls')))
    }
    for (const [files, why] of cases) await refused(await tarOf(files), why)
    await refused(Buffer.from('PK\x03\x04'), /zip archives of contexts are not supported/)
    await refused(Buffer.alloc(1024, 'x'), /the context cannot be read/)
    const whole = await tarOf({ 'meta.json': good })
    await refused(whole.subarray(0, 512), /the context cannot be read/)
    // Docker's end with the last byte of the last file.
    assert.equal((await importOf(whole.subarray(0, 512 + good.length))).code, 0)
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'contexts/x1.json'), 'utf8')), { name: 'x1', description: '', host: 'tcp://h:1' })
  })

  it('give way to -H, --context and the environment, in that order', async () => {
    await skep('context create one1 --docker host=tcp://one:1')
    await skep('context create two2 --docker host=tcp://two:2')
    await skep('context use one1')
    const hostOf = (words: string[], environment: NodeJS.ProcessEnv = {}): string => endpointOf(flags(...words), environment).host
    assert.equal(hostOf([]), 'tcp://one:1')
    assert.equal(hostOf([], { SKEP_CONTEXT: 'two2' }), 'tcp://two:2')
    assert.equal(hostOf([], { DOCKER_HOST: 'tcp://docker:3', SKEP_CONTEXT: 'two2' }), 'tcp://docker:3')
    assert.equal(hostOf([], { DOCKER_HOST: 'tcp://docker:3', SKEP_HOST: 'tcp://skep:4' }), 'tcp://skep:4')
    assert.equal(hostOf(['--context', 'two2'], { SKEP_HOST: 'tcp://skep:4' }), 'tcp://two:2')
    assert.equal(hostOf(['-H', 'tcp://flag:5'], { SKEP_HOST: 'tcp://skep:4' }), 'tcp://flag:5')
    assert.equal(contextNameOf(flags('-H', 'tcp://flag:5'), {}), 'default')
    assert.throws(() => hostOf(['-H', 'a', '--context', 'two2']), /conflicting options/)
    assert.throws(() => hostOf(['--context', 'absent']), /context "absent" does not exist/)
  })

  it('read the certificates of their TLS', () => {
    for (const file of ['ca.pem', 'cert.pem']) writeFileSync(join(folder, file), `text of ${file}`)
    const { tls } = endpointOf(flags('--tlsverify'), {})
    assert.deepEqual(tls, { ca: 'text of ca.pem', cert: 'text of cert.pem', key: undefined, verify: true })
    assert.equal(endpointOf(flags('--tls'), {}).tls?.verify, false)
    assert.equal(endpointOf(flags(), {}).tls, undefined)
    assert.throws(() => endpointOf(flags('--tls', '--tlskey', '/nonexistent/key.pem'), {}), /could not read/)
  })
})

async function tarOf(files: Record<string, string>): Promise<Buffer> {
  const archive = pack()
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text)
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
