import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseFlags } from '../../../src/base/flags.js'
import { contextNameOf, endpointOf, globalFlags, type GlobalFlagValues } from '../../../src/cli/contexts/endpoint.js'
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

  it('refuses names and endpoints that cannot be', async () => {
    for (const line of ['context create default', 'context create ../x', 'context create a1 --docker host=ftp://x', 'context create a1 --docker port=1', 'context rm default', 'context use none']) {
      const { code, stderr } = await skep(line)
      assert.equal(code, 1, line)
      assert.notEqual(stderr, '', line)
    }
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
