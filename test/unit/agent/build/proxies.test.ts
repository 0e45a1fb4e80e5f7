import { strict as assert } from 'node:assert'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetchToFile } from '../../../../agent/build/fetch-url.js'
import { gitEnvironment } from '../../../../agent/build/git-access.js'
import { checkOut, gitAddress, resolveCommit, type GitAddress } from '../../../../agent/build/git-source.js'
import { remoteContext } from '../../../../agent/build/remote-context.js'
import { Proxies } from '../../../../agent/image/registry/proxies.js'

describe('what builds fetch', () => {
  const { signal } = new AbortController()
  const commit = 'a'.repeat(40)
  let folder: string
  let server: Server
  let asked: string[]
  let proxies: Proxies

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'skep-proxied-'))
    asked = []
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      if (request.url?.endsWith('/gone')) response.statusCode = 404
      // The older of git's protocols on HTTP: a plain list.
      response.end(/\/info\/refs/.test(request.url ?? '') ? `${commit}\trefs/heads/main\n` : 'content')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    proxies = new Proxies({ httpProxy: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, httpsProxy: '', noProxy: 'direct.test' })
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true })
  })

  it('from URLs comes through the proxies of the daemon, but for what NO_PROXY names', async () => {
    const path = join(folder, 'file')
    await fetchToFile('http://files.test/a', path, { bytesMax: 100, proxies, signal })
    assert.equal(readFileSync(path, 'utf8'), 'content')
    assert.deepEqual(asked, ['http://files.test/a'])
    await assert.rejects(fetchToFile('http://direct.test/a', join(folder, 'other'), { bytesMax: 100, proxies, signal }), /cannot fetch/)
    assert.equal(asked.length, 1)
  })

  it('is told of once a server gives it: what is refused is an answer of its own', async () => {
    const told: unknown[] = []
    const emit = (message: unknown): Promise<void> => Promise.resolve(void told.push(message))
    const fetched = (remote: string) => remoteContext(remote, 'other', join(folder, 'remote'), { proxies, keepGitDir: false }, emit, signal)
    await assert.rejects(fetched('http://files.test/gone'), { kind: 'invalid', message: 'cannot fetch http://files.test/gone: files.test answers 404 Not Found' })
    assert.deepEqual(told, [])
    assert.equal((await fetched('http://files.test/a')).dockerfile, 'Dockerfile')
    assert.deepEqual(told, [{ stream: 'Downloading build context from remote url: http://files.test/a\n' }])
  })

  it('from git repositories too', async () => {
    const address = gitAddress('http://git.test/a.git#main') as GitAddress
    await using environment = await gitEnvironment(address.remote, { proxies })
    assert.equal(await resolveCommit(address, environment.variables, signal), commit)
    assert.match(asked[0] ?? '', /^http:\/\/git\.test\/a\.git\/info\/refs/)
  })

  it('by git is told apart: no git on the host, and a folder that is gone', async () => {
    const address = gitAddress('http://git.test/a.git#main') as GitAddress
    const { PATH } = process.env
    try {
      process.env['PATH'] = folder
      await using environment = await gitEnvironment(address.remote, { proxies })
      const { variables } = environment
      await assert.rejects(resolveCommit(address, variables, signal), { kind: 'unsupported', message: /needs the program git/ })
      // It takes away the folder that it is run in.
      writeFileSync(join(folder, 'git'), `#!/bin/sh\nexec /bin/rm -rf ${join(folder, 'checkout')}\n`, { mode: 0o755 })
      await assert.rejects(checkOut(address, commit, join(folder, 'checkout'), false, variables, signal), { kind: 'internal', message: /cannot run git remote: its folder .*checkout is gone/ })
    } finally {
      process.env['PATH'] = PATH
    }
  })
})
