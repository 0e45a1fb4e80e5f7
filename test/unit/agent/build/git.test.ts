import { strict as assert } from 'node:assert'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitAddress, type GitAddress } from '../../../../agent/build/git-source.js'
import { fetchGit } from '../../../../agent/build/remote-sources.js'
import type { BuildSession } from '../../../../agent/build/session.js'
import { Proxies } from '../../../../agent/image/registry/proxies.js'

/** Git's own server side, `git http-backend`, as a web server runs it. */
function serveRepositories(folder: string, authorized: (header: string | undefined) => boolean): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (!authorized(request.headers.authorization)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="test"' }).end()
      return
    }
    const environment = {
      PATH: process.env['PATH'], GIT_PROJECT_ROOT: folder, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method, CONTENT_TYPE: request.headers['content-type'] ?? '', HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''), REMOTE_ADDR: '127.0.0.1',
    }
    const child = spawn('git', ['http-backend'], { env: environment, stdio: ['pipe', 'pipe', 'ignore'] })
    request.pipe(child.stdin)
    child.stdin.on('error', () => undefined)
    const pieces: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
    child.once('close', () => {
      const whole = Buffer.concat(pieces)
      const end = whole.indexOf('\r\n\r\n')
      const headers = Object.fromEntries(whole.subarray(0, end).toString().split('\r\n').map((line) => line.split(': ', 2)))
      response.writeHead(Number.parseInt(headers['Status'] ?? '200', 10), headers).end(whole.subarray(end + 4))
    })
  })
}

describe('repositories that builds fetch', () => {
  const { signal } = new AbortController()
  const proxies = new Proxies({ httpProxy: '', httpsProxy: '', noProxy: '' })
  let folder: string
  let work: string
  let server: Server
  let port: number
  let wanted: string | undefined
  let fetched: number
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.test', ...args], { cwd: work, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder } }).trim()
  const get = (text: string, session?: Partial<BuildSession>, keepGitDir = false) =>
    fetchGit(gitAddress(text) as GitAddress, keepGitDir, join(folder, `fetched-${fetched++}`), { proxies, ...(session && { session: () => Promise.resolve(session as BuildSession) }) }, signal)
  const at = (rest: string): string => `http://127.0.0.1:${port}/a.git${rest}`

  before(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'skep-git-')))
    work = join(folder, 'work')
    mkdirSync(join(work, 'sub'), { recursive: true })
    mkdirSync(join(folder, 'served'))
    execFileSync('git', ['init', '-q', '-b', 'main', work])
    writeFileSync(join(work, 'file'), 'first')
    git('add', '.')
    git('commit', '-qm', 'first')
    git('tag', '-am', 'a tag', 'v1')
    writeFileSync(join(work, 'file'), 'second')
    writeFileSync(join(work, 'sub/file'), 'below')
    symlinkSync('/etc', join(work, 'out'))
    symlinkSync('sub', join(work, 'inner'))
    git('add', '.')
    git('commit', '-qm', 'second')
    git('clone', '-q', '--bare', work, join(folder, 'served/a.git'))
    server = serveRepositories(join(folder, 'served'), (header) => wanted === undefined || header === wanted)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  beforeEach(() => {
    wanted = undefined
    fetched ??= 0
  })
  after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true })
  })

  it('come at a branch, a tag or a commit, all of them or a folder', async () => {
    const [head, first] = [git('rev-parse', 'HEAD'), git('rev-parse', 'v1^{}')]
    const whole = await get(at(''))
    assert.deepEqual([whole.commit, readFileSync(join(whole.place, 'file'), 'utf8'), existsSync(join(whole.folder, '.git'))], [head, 'second', false])
    assert.equal((await get(at('#v1'))).commit, first)
    assert.equal((await get(at('?tag=v1'))).commit, first)
    assert.equal((await get(at(`#${first}`))).commit, first)
    assert.equal((await get(at(`?branch=main&commit=${head.slice(0, 8)}`))).commit, head)
    assert.equal(readFileSync(join((await get(at('#main:sub'))).place, 'file'), 'utf8'), 'below')
    assert.ok(existsSync(join((await get(at('?keep-git-dir=true'))).folder, '.git')))
    assert.ok(existsSync(join((await get(at(''), undefined, true)).folder, '.git')))
    await assert.rejects(get(at(`?tag=v1&commit=${head}`)), { kind: 'invalid', message: new RegExp(`expected ${head}`) })
    await assert.rejects(get(at('#none')), /does not contain ref none/)
  })

  it('lead nowhere else by their links', async () => {
    assert.equal(readFileSync(join((await get(at('#main:inner'))).place, 'file'), 'utf8'), 'below')
    await assert.rejects(get(at('#main:out')), { kind: 'invalid', message: /the repository has no folder "out"/ })
    await assert.rejects(get(at('#main:file')), { kind: 'invalid', message: /no folder "file"/ })
  })

  it('that are private come by the secrets of the client, those of the host first', async () => {
    const secrets = (given: Record<string, string>) => ({ secret: (name: string) => Promise.resolve(given[name] === undefined ? undefined : Buffer.from(given[name])) })
    wanted = `basic ${Buffer.from('x-access-token:sesame').toString('base64')}`
    await assert.rejects(get(at('')), { kind: 'invalid' })
    await assert.rejects(get(at(''), secrets({ GIT_AUTH_TOKEN: 'other' })), { kind: 'invalid' })
    await get(at(''), secrets({ GIT_AUTH_TOKEN: 'sesame\n' }))
    await get(at(''), secrets({ GIT_AUTH_TOKEN: 'other', [`GIT_AUTH_TOKEN.127.0.0.1:${port}`]: 'sesame' }))
    await get(at(''), secrets({ GIT_AUTH_HEADER: wanted }))
    await assert.rejects(get(at(''), secrets({ GIT_AUTH_HEADER: `${wanted}\nX-Other: 1` })), { kind: 'invalid', message: /more than one line/ })
  })

  it('come over ssh with the agent of the client', async () => {
    // In place of ssh: it says hello to the agent, then runs what it is to run on the other host.
    const programs = join(folder, 'programs')
    mkdirSync(programs)
    writeFileSync(join(programs, 'ssh'), `#!/bin/sh\n${process.execPath} -e 'require("net").connect(process.env.SSH_AUTH_SOCK).end("hello")' || exit 1\nfor last; do :; done\nexec sh -c "$last"\n`)
    chmodSync(join(programs, 'ssh'), 0o755)
    const said: string[] = []
    const session = {
      hasAgent: (id: string) => Promise.resolve(id === 'default'),
      forwardAgent: (_: string, socket: Socket) => void socket.on('data', (data: Buffer) => said.push(data.toString())).once('end', () => socket.end()),
    }
    const { PATH = '' } = process.env
    try {
      process.env['PATH'] = `${programs}:${PATH}`
      assert.equal(readFileSync(join((await get(`ssh://git@example.test${join(folder, 'served/a.git')}#main:sub`, session)).place, 'file'), 'utf8'), 'below')
    } finally {
      process.env['PATH'] = PATH
    }
    assert.equal(said[0], 'hello')
  })
})
