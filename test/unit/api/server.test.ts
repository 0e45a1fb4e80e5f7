import { strict as assert } from 'node:assert'
import { request, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { eventually } from '../../support/eventually.js'
import { FakeDaemon } from '../../support/fake-backends.js'

interface Answer {
  status: number
  headers: IncomingMessage['headers']
  text: string
}

describe('the API server', () => {
  let daemon: FakeDaemon
  beforeEach(async () => {
    daemon = await FakeDaemon.start()
  })
  afterEach(async () => {
    await daemon[Symbol.asyncDispose]()
  })

  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
      const json = sent === undefined ? {} : { 'Content-Type': 'application/json' }
      const outgoing = request({ socketPath: daemon.socketPath, method, path, headers: { ...json, ...headers }, agent: false }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() }))
      })
      outgoing.on('error', reject)
      outgoing.end(sent)
    })
  const message = (answer: Answer) => (JSON.parse(answer.text) as { message: string }).message

  /** Sends bytes and collects what comes until the other side ends. */
  const raw = (bytes: string): { socket: Socket; received: () => string; ended: Promise<void> } => {
    const socket = connect({ path: daemon.socketPath, allowHalfOpen: true })
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    const ended = new Promise<void>((resolve) => socket.once('end', resolve))
    socket.write(bytes)
    return { socket, received: () => text, ended }
  }

  describe('versions', () => {
    it('answers pings with the version headers, also to HEAD', async () => {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers, text } = await call(method, '/_ping')
        assert.equal(status, 200)
        assert.equal(text, method === 'GET' ? 'OK' : '')
        assert.equal(headers['api-version'], '1.51')
        assert.equal(headers['docker-experimental'], 'false')
        assert.equal(headers.ostype, 'linux')
        assert.match(String(headers.server), /linux/)
        assert.equal(headers.swarm, 'inactive')
      }
    })

    it('serves from 1.24 to 1.51 and refuses others with the range', async () => {
      assert.equal((await call('GET', '/v1.24/version')).status, 200)
      assert.equal((await call('GET', '/v1.51/version')).status, 200)
      const newer = await call('GET', '/v1.52/version')
      assert.equal(newer.status, 400)
      assert.equal(message(newer), 'client version 1.52 is too new. Maximum supported API version is 1.51')
      assert.match(message(await call('GET', '/v1.12/version')), /client version 1.12 is too old. Minimum supported API version is 1.24/)
      assert.equal(newer.headers['api-version'], '1.51')
    })
  })

  describe('errors', () => {
    it('answers 404 for what is not there', async () => {
      const lost = await call('GET', '/v1.51/nothing')
      assert.equal(lost.status, 404)
      assert.equal(message(lost), 'page not found')
      assert.equal((await call('GET', '/containers/none/json')).status, 404)
    })

    it('names the field with a wrong type and ignores unknown ones', async () => {
      const wrong = await call('POST', '/containers/create', { Image: 'busybox', HostConfig: { Memory: 'lots' } })
      assert.equal(wrong.status, 400)
      assert.equal(message(wrong), 'invalid JSON: HostConfig.Memory must be a whole number, not a string')
      const nested = await call('POST', '/containers/create', { Image: 'b', HostConfig: { Mounts: [{ Type: 'bind' }, { ReadOnly: 1 }] } })
      assert.match(message(nested), /HostConfig\.Mounts\[1\]\.ReadOnly must be true or false/)
      assert.equal((await call('POST', '/containers/create', { image: 'busybox', Surprise: { a: 1 }, Memory: null })).status, 201)
    })

    it('refuses bodies that are no JSON objects', async () => {
      for (const body of ['', '{', '[]', '"text"', '3']) {
        assert.equal((await call('POST', '/containers/create', body)).status, 400, `for ${body}`)
      }
      const form = await call('POST', '/containers/create', 'a=b', { 'Content-Type': 'application/x-www-form-urlencoded' })
      assert.match(message(form), /must be 'application\/json'/)
      const { received, ended } = raw('POST /containers/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 13\r\n\r\n{"Image":"b"}')
      await ended
      assert.match(received(), /^HTTP\/1.1 400 [^]*must be 'application\/json'/)
    })

    it('refuses a JSON body over the limit', async () => {
      const large = await call('POST', '/containers/create', { Image: 'x', Labels: { a: 'x'.repeat(5 * 1024 * 1024) } })
      assert.equal(large.status, 400)
      assert.match(message(large), /too large/)
    })

    it('hears a body over the limit out: most clients read the answer only then', async () => {
      const text = JSON.stringify({ Image: 'x', Labels: { a: 'x'.repeat(20 * 1024 * 1024) } })
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect({ path: daemon.socketPath })
        socket.on('error', reject)
        socket.write(`POST /containers/create HTTP/1.1\r\nHost: skep\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n`)
        socket.write(text, () => {
          let received = ''
          socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk)).on('end', () => resolve(received))
        })
      })
      assert.match(answer, /^HTTP\/1\.1 400 [^]*too large/)
    })

    it('tells in the stream why an archive is refused though the client is still sending', async () => {
      const sending = new Promise<Answer>((resolve, reject) => {
        const outgoing = request({ socketPath: daemon.socketPath, method: 'POST', path: '/images/load', agent: false }, (answer) => {
          let text = ''
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
        })
        outgoing.on('error', reject)
        Readable.from([Buffer.from('damaged'), ...Array.from({ length: 200 }, () => Buffer.alloc(65_536))]).pipe(outgoing)
      })
      const answer = await sending
      assert.equal(answer.status, 200)
      assert.match(answer.text, /"errorDetail":.*damaged/)
    })

    it('takes the next request on a connection whose last one was answered before it was read', async () => {
      const body = Buffer.alloc(3_000_000, 'damaged')
      for (const target of ['POST /images/load', 'PUT /containers/nope/archive?path=/tmp']) {
        const socket = connect(daemon.socketPath)
        socket.write(`${target} HTTP/1.1\r\nHost: skep\r\nContent-Length: ${body.length}\r\n\r\n`)
        socket.write(body)
        socket.write('GET /_ping HTTP/1.1\r\nHost: skep\r\nConnection: close\r\n\r\n')
        let received = ''
        for await (const chunk of socket) received += String(chunk)
        assert.match(received, /damaged|No such container/, target)
        assert.match(received, /OK$/, target)
      }
    })

    it('answers 304 without a body', async () => {
      const { text } = await call('POST', '/containers/create', { Image: 'busybox', Cmd: ['sleep'] })
      const { Id } = JSON.parse(text) as { Id: string }
      assert.equal((await call('POST', `/containers/${Id}/start`)).status, 204)
      const again = await call('POST', `/containers/${Id}/start`)
      assert.equal(again.status, 304)
      assert.equal(again.text, '')
    })

    it('checks query parameters', async () => {
      assert.match(message(await call('GET', '/containers/json?limit=many')), /query parameter limit/)
      assert.match(message(await call('GET', '/containers/json?filters=%7B%22color%22%3A%5B%22red%22%5D%7D')), /invalid filter 'color'/)
      assert.match(message(await call('GET', '/containers/x/logs')), /at least one stream/)
      assert.equal((await call('GET', '/images/%zz/json')).status, 400)
    })

    it('answers 501 with a reason for what is not served', async () => {
      const { status, text } = await call('PUT', '/v1.51/volumes/x')
      assert.equal(status, 501)
      assert.match(text, /only cluster volumes can be updated/)
    })

    it('answers 503 and the remedy where a manager is needed', async () => {
      const outside = await call('GET', '/services')
      assert.equal(outside.status, 503)
      assert.match(message(outside), /Use "docker swarm init" or "docker swarm join"/)
      daemon.deps.swarm.state = 'worker'
      assert.match(message(await call('GET', '/nodes')), /Worker nodes can't be used to view or modify cluster state/)
      assert.equal((await call('GET', '/networks')).status, 200)
    })
  })

  describe('taken-over connections', () => {
    const running = async (program: string, extra: object = {}) => {
      const { text } = await call('POST', '/containers/create', { Image: 'busybox', Cmd: [program], OpenStdin: true, ...extra })
      const { Id } = JSON.parse(text) as { Id: string }
      await call('POST', `/containers/${Id}/start`)
      return Id
    }
    const attachPath = (id: string) => `/v1.51/containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`

    it('upgrades, carries bytes both ways and half-closes', async () => {
      const id = await running('cat', { Tty: true })
      const { socket, received, ended } = raw(`POST ${attachPath(id)} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`)
      await eventually('the upgrade', () => received().includes('\r\n\r\n'))
      assert.match(received(), /^HTTP\/1\.1 101 UPGRADED\r\n/)
      assert.match(received(), /Content-Type: application\/vnd\.docker\.raw-stream\r\n/)
      assert.match(received(), /Upgrade: tcp\r\n/)
      socket.write('first ')
      await eventually('the echo', () => received().endsWith('first '))
      // Our side closes; what the container still prints comes back all the same.
      socket.end('last')
      await ended
      assert.ok(received().endsWith('first last'))
    })

    it('frames the streams without a terminal', async () => {
      const id = await running('cat')
      const { socket, received, ended } = raw(`POST ${attachPath(id)} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`)
      await eventually('the upgrade', () => received().includes('\r\n\r\n'))
      assert.match(received(), /multiplexed-stream/)
      socket.end('hello')
      await ended
      assert.ok(received().endsWith('\x01\0\0\0\0\0\0\x05hello'))
    })

    it('tells old clients that the stream is raw, as it always did', async () => {
      const id = await running('cat')
      const path = attachPath(id).replace('1.51', '1.41')
      const { socket, received, ended } = raw(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`)
      await eventually('the upgrade', () => received().includes('\r\n\r\n'))
      assert.match(received(), /vnd\.docker\.raw-stream/)
      socket.end()
      await ended
    })

    it('keeps bytes that come right behind the request, and drops its body', async () => {
      const id = await running('cat', { Tty: true })
      const head = `POST ${attachPath(id)} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 4\r\n\r\n`
      const { socket, received, ended } = raw(`${head}bodyearly`)
      await eventually('the echo', () => received().endsWith('early'))
      assert.ok(!received().includes('bodyearly'))
      socket.end()
      await ended
    })

    it('attaches without an upgrade too', async () => {
      const id = await running('cat', { Tty: true })
      const path = attachPath(id)
      const { socket, received, ended } = raw(`POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`)
      await eventually('the header', () => received().includes('\r\n\r\n'))
      assert.match(received(), /^HTTP\/1\.1 200 OK/)
      socket.write('5\r\nhello\r\n0\r\n\r\n')
      await ended
      assert.match(received(), /hello/)
    })

    it('answers an error in HTTP when the upgrade cannot be', async () => {
      const { received, socket, ended } = raw('POST /containers/none/attach?stream=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
      await ended
      socket.destroy()
      assert.match(received(), /^HTTP\/1\.1 404 /)
      assert.match(received(), /No such container: none/)
    })

    it('detaches when the client goes away', async () => {
      const id = await running('sleep')
      const { socket, received } = raw(`POST ${attachPath(id)} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`)
      await eventually('the upgrade', () => received().includes('\r\n\r\n'))
      socket.destroy()
      // Half a close and a whole one look the same until something is written.
      await eventually('the detach', () => {
        daemon.deps.containers.print(id, 'stdout', Buffer.from('tick'))
        return daemon.deps.containers.calls.includes('detach')
      })
    })

    it('makes the container wait for a client that does not read', async () => {
      let made = 0
      daemon.deps.containers.attach = async () => ({
        tty: true,
        output: (async function* () {
          for (; made < 2_000; made++) yield { stream: 'stdout' as const, data: Buffer.alloc(65_536) }
        })(),
        close: () => undefined,
      })
      const socket = connect({ path: daemon.socketPath, allowHalfOpen: true })
      socket.pause()
      socket.write('POST /containers/x/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
      let before = -1
      await eventually('the output to stand still', () => {
        const still = made > 0 && made === before
        before = made
        return still
      }, { everyMs: 100 })
      assert.ok(made < 200, `${made} chunks were made`)
      let received = 0
      socket.on('data', (chunk: Buffer) => (received += chunk.length))
      socket.resume()
      await new Promise((resolve) => socket.once('end', resolve))
      assert.ok(received > 2_000 * 65_536)
      socket.destroy()
    })

    it('runs an exec whose body comes with the upgrade', async () => {
      const id = await running('sleep')
      const made = await call('POST', `/containers/${id}/exec`, { Cmd: ['echo', 'from', 'exec'], AttachStdout: true })
      assert.equal(made.status, 201)
      const { Id } = JSON.parse(made.text) as { Id: string }
      const body = JSON.stringify({ Detach: false, Tty: false })
      const head = `POST /exec/${Id}/start HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
      // The body comes later than the header.
      const { socket, received, ended } = raw(head)
      await new Promise((resolve) => setImmediate(resolve))
      socket.write(body)
      await ended
      socket.end()
      assert.match(received(), /from exec\n$/)
      const state = JSON.parse((await call('GET', `/exec/${Id}/json`)).text) as { ExitCode: number }
      assert.equal(state.ExitCode, 0)
      assert.match(message(await call('POST', `/containers/${id}/exec`, {})), /No exec command specified/)
      assert.equal((await call('POST', '/exec/none/start', {})).status, 404)
    })

    it('sends the reason as output when an exec cannot start', async () => {
      const id = await running('sleep')
      const { Id } = JSON.parse((await call('POST', `/containers/${id}/exec`, { Cmd: ['nosuch'] })).text) as { Id: string }
      daemon.deps.exec.start = () => Promise.reject(new Error('exec: "nosuch": not found'))
      const { received, ended, socket } = raw(`POST /exec/${Id}/start HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`)
      await ended
      socket.end()
      assert.match(received(), /^HTTP\/1\.1 101 [\s\S]*exec: "nosuch": not found\r\n$/)
    })
  })

  describe('streams', () => {
    it('sends the header of a wait when it is armed', async () => {
      const { text } = await call('POST', '/containers/create', { Image: 'busybox', Cmd: ['sleep'] })
      const { Id } = JSON.parse(text) as { Id: string }
      const { received, socket } = raw(`POST /containers/${Id}/wait HTTP/1.1\r\nHost: x\r\n\r\n`)
      await eventually('the header', () => received().includes('\r\n\r\n'))
      assert.match(received(), /^HTTP\/1\.1 200 OK/)
      assert.ok(!received().includes('StatusCode'))
      await call('POST', `/containers/${Id}/start`)
      await call('POST', `/containers/${Id}/kill?signal=SIGTERM`)
      await eventually('the exit code', () => received().includes('{"StatusCode":137}'))
      assert.ok(daemon.deps.containers.calls.includes('kill SIGTERM'))
      socket.destroy()
    })

    it('sends samples without end as they are, and a single one as an answer of its own', async () => {
      const { Id } = JSON.parse((await call('POST', '/containers/create', { Image: 'busybox' })).text) as { Id: string }
      const endless = raw(`GET /containers/${Id}/stats HTTP/1.1\r\nHost: x\r\n\r\n`)
      await endless.ended
      const [header = '', body = ''] = endless.received().split('\r\n\r\n')
      assert.match(header, /\r\nConnection: close/)
      assert.doesNotMatch(header, /Transfer-Encoding|Content-Length/)
      assert.deepEqual(body.trimEnd().split('\n').map((line) => (JSON.parse(line) as { id: string }).id), [Id, Id])
      endless.socket.destroy()
      const single = await call('GET', `/containers/${Id}/stats?stream=false`)
      assert.equal(single.headers['transfer-encoding'], 'chunked')
      assert.equal((JSON.parse(single.text) as { id: string }).id, Id)
    })

    it('stops reading events when the client goes away', async () => {
      const { received, socket } = raw('GET /events HTTP/1.1\r\nHost: x\r\n\r\n')
      await eventually('the header', () => received().includes('\r\n\r\n'))
      assert.equal(daemon.deps.events.readerCount, 1)
      daemon.deps.events.publish({ Type: 'network', Action: 'create', Actor: { ID: 'n', Attributes: {} }, scope: 'local', time: 1, timeNano: 1e9 })
      await eventually('the event', () => received().includes('"Type":"network"'))
      socket.destroy()
      await eventually('the reader to go', () => daemon.deps.events.readerCount === 0)
    })

    it('gives past events, then live ones, and ends at until', async () => {
      const at = (seconds: number) => ({ Type: 'network' as const, Action: `at${seconds}`, scope: 'local' as const, time: seconds, timeNano: seconds * 1e9 })
      const now = Math.floor(Date.now() / 1000)
      daemon.deps.events.remembered.push(at(100), at(200), at(300))
      assert.deepEqual((await call('GET', '/events?since=150&until=250')).text.match(/at\d+/g), ['at200'])
      const open = call('GET', `/events?since=250&until=${now + 1}.5`)
      await eventually('the reader', () => daemon.deps.events.readerCount === 1)
      daemon.deps.events.publish(at(now))
      daemon.deps.events.publish(at(now + 100))
      assert.deepEqual((await open).text.match(/at\d+/g), ['at300', `at${now}`])
      assert.equal(daemon.deps.events.readerCount, 0)
      assert.match(message(await call('GET', '/events?since=20&until=10')), /cannot be after/)
    })

    it('ends what is open when it closes, however many requests that are', async () => {
      const warnings: Error[] = []
      const onWarning = (warning: Error): void => void warnings.push(warning)
      process.on('warning', onWarning)
      try {
        const open = Array.from({ length: 12 }, () => raw('GET /events HTTP/1.1\r\nHost: x\r\n\r\n'))
        await eventually('the headers', () => open.every(({ received }) => received().includes('\r\n\r\n')))
        assert.equal(daemon.deps.events.readerCount, 12)
        await daemon.server.close()
        await eventually('the readers to go', () => daemon.deps.events.readerCount === 0)
        await Promise.all(open.map(({ ended }) => ended))
        assert.deepEqual(warnings, [])
      } finally {
        process.off('warning', onWarning)
      }
    })
  })

  it('takes names with slashes', async () => {
    daemon.deps.images.add('registry:5000/team/app:v1')
    assert.equal((await call('GET', '/images/registry:5000/team/app:v1/json')).status, 200)
    assert.equal((await call('GET', '/images/registry%3A5000%2Fteam%2Fapp%3Av1/json')).status, 200)
    assert.equal((await call('DELETE', '/v1.41/images/registry:5000/team/app:v1')).status, 200)
  })

  it('gives Compose 1 what it reads of an image', async () => {
    daemon.deps.images.add('app:v1')
    const old = JSON.parse((await call('GET', '/v1.38/images/app:v1/json')).text) as Record<string, unknown>
    assert.ok('ContainerConfig' in old && 'VirtualSize' in old)
    const current = JSON.parse((await call('GET', '/v1.51/images/app:v1/json')).text) as Record<string, unknown>
    // Compose 1 asks for the newest version and needs it nevertheless.
    assert.ok('ContainerConfig' in current && !('Container' in current) && !('VirtualSize' in current))
  })

  it('prunes only nameless volumes unless all are asked for, by the version', async () => {
    const { volumes } = daemon.deps
    const fill = async () => {
      await volumes.create({ Name: 'named' })
      await volumes.create({})
    }
    const prune = async (path: string) => (JSON.parse((await call('POST', path)).text) as { VolumesDeleted: string[] }).VolumesDeleted
    await fill()
    assert.deepEqual(await prune('/v1.51/volumes/prune'), ['f'.repeat(64)])
    await fill()
    assert.equal((await prune('/v1.51/volumes/prune?filters=%7B%22all%22%3A%5B%22true%22%5D%7D')).length, 2)
    await fill()
    volumes.usersOf.set('named', ['c'])
    assert.deepEqual(await prune('/v1.41/volumes/prune'), ['f'.repeat(64)])
    assert.deepEqual(volumes.reclaimed, [10, 20, 10])
  })
})
