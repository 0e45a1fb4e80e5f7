import { strict as assert } from 'node:assert'
import { createSocket } from 'node:dgram'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { gunzipSync } from 'node:zlib'
import { decode, decodeMulti, encode } from '@msgpack/msgpack'
import { DgramSocket } from 'node-unix-socket'
import type { LogLine } from '../../../../agent/log-drivers/log-line.js'
import type { LogOptions } from '../../../../agent/log-drivers/options.js'
import { LogSegments } from '../../../../agent/log-drivers/segments.js'
import { LogShipper } from '../../../../agent/log-drivers/shipper.js'
import { syslogMessage } from '../../../../agent/log-drivers/syslog-message.js'
import { checkTagTemplate, detailsText, tagOf, type LogContext } from '../../../../agent/log-drivers/tag.js'
import { openTarget } from '../../../../agent/log-drivers/targets/factory.js'
import { gelfChunks } from '../../../../agent/log-drivers/targets/gelf.js'
import { journaldTarget } from '../../../../agent/log-drivers/targets/journald.js'
import type { LogTarget } from '../../../../agent/log-drivers/targets/target.js'
import { execOk } from '../../../../src/sys/exec.js'
import { createLogger } from '../../../../src/sys/logger.js'
import { systemClock } from '../../../../src/sys/system-clock.js'
import { systemRng } from '../../../../src/sys/system-rng.js'
import { eventually } from '../../../support/eventually.js'

const context: LogContext = {
  id: 'abcdef0123456789'.repeat(4), name: 'web', imageRef: 'nginx:1', imageId: `sha256:${'12'.repeat(32)}`, command: 'nginx -g', createdMs: 0,
  labels: { tier: 'front', other: 'x' }, env: ['STAGE=test', 'SECRET=no'],
}
const line = (text: string, more: Partial<LogLine> = {}): LogLine => ({ time: '2026-11-22T01:02:03.123456789+00:00', stream: 'stdout', data: Buffer.from(text), ended: true, ...more })
const never = new AbortController().signal

describe('log-drivers/targets', () => {
  const closers: (() => void)[] = []
  afterEach(() => closers.splice(0).forEach((close) => close()))
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'skep-targets-'))
    closers.push(() => rmSync(made, { recursive: true, force: true }))
    return made
  }
  const send = async (driver: string, options: LogOptions, lines: LogLine[]): Promise<void> => {
    const target = await openTarget(driver, options, context, systemClock)
    closers.push(() => target.close())
    await target.send(lines, never)
  }
  /** What arrives at a TCP or unix stream server, in order. */
  const streamServer = async (path?: string, answer?: (data: Buffer) => Buffer): Promise<{ received: () => Buffer; port: number; server: Server; drop: () => void }> => {
    const chunks: Buffer[] = []
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      socket.on('data', (data) => {
        chunks.push(data)
        if (answer) socket.write(answer(data))
      })
    })
    await new Promise<void>((resolve) => (path === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(path, resolve)))
    const drop = (): void => sockets.splice(0).forEach((socket) => socket.destroy())
    closers.push(() => (drop(), server.close()))
    return { received: () => Buffer.concat(chunks), port: path === undefined ? (server.address() as AddressInfo).port : 0, server, drop }
  }
  const udpServer = async (): Promise<{ received: Buffer[]; port: number }> => {
    const received: Buffer[] = []
    const socket = createSocket('udp4')
    socket.on('message', (data) => received.push(data))
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    closers.push(() => socket.close())
    return { received, port: socket.address().port }
  }

  it('writes syslog messages in every format', () => {
    const fields = { facility: 3, stream: 'stderr' as const, timeMs: new Date(2026, 10, 2, 1, 2, 3).getTime(), timeText: '2026-11-22T01:02:03.123456789Z', hostname: 'h', tag: 't', pid: 7, text: 'x' }
    assert.equal(syslogMessage('', fields), '<27>Nov  2 01:02:03 t[7]: x')
    assert.equal(syslogMessage('rfc3164', fields), '<27>Nov  2 01:02:03 h t[7]: x')
    assert.equal(syslogMessage('rfc5424', { ...fields, stream: 'stdout' }), '<30>1 2026-11-22T01:02:03Z h t 7 t - x')
    assert.equal(syslogMessage('rfc5424micro', fields), '<27>1 2026-11-22T01:02:03.123456Z h t 7 t - x')
  })

  it('sends syslog over UDP, TCP and unix sockets', async () => {
    const udp = await udpServer()
    await send('syslog', { 'syslog-address': `udp://127.0.0.1:${udp.port}`, 'syslog-facility': 'local0', tag: '{{.Name}}/{{.ID}}' }, [line('one'), line('two', { stream: 'stderr' })])
    await eventually('both came', () => udp.received.length === 2)
    assert.match(String(udp.received[0]), /^<134>\w{3} .\d .* web\/abcdef012345\[\d+\]: one$/)
    assert.match(String(udp.received[1]), /^<131>.*: two$/)

    const tcp = await streamServer()
    await send('syslog', { 'syslog-address': `tcp://127.0.0.1:${tcp.port}`, 'syslog-format': 'rfc5424' }, [line('one'), line('two')])
    await eventually('both came', () => /^<30>1 2026-11-22T01:02:03Z \S+ abcdef012345 \d+ abcdef012345 - one\n<30>1 .* - two\n$/.test(tcp.received().toString()))

    const where = folder()
    const unix = await streamServer(join(where, 's'))
    await send('syslog', { 'syslog-address': `unix://${join(where, 's')}` }, [line('one')])
    await eventually('it came', () => unix.received().toString().endsWith(': one\n'))

    const datagrams: Buffer[] = []
    const socket = new DgramSocket()
    socket.on('data', (data: Buffer) => datagrams.push(data))
    socket.bind(join(where, 'd'))
    closers.push(() => socket.close())
    await send('syslog', { 'syslog-address': `unixgram://${join(where, 'd')}` }, [line('one')])
    await eventually('it came', () => datagrams.length === 1)
    assert.match(String(datagrams[0]), /: one$/)
    await assert.rejects(send('syslog', { 'syslog-address': `unixgram://${join(where, 'nobody')}` }, [line('one')]))
  })

  it('sends syslog over TLS to a receiver that it trusts, with a certificate of its own, and to no other', async () => {
    const where = folder()
    const certificate = async (name: string): Promise<{ cert: string; key: string }> => {
      const [cert, key] = [join(where, `${name}.pem`), join(where, `${name}-key.pem`)]
      await execOk('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`],
        ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
      ])
      return { cert, key }
    }
    const [receiver, sender, stranger] = await Promise.all([certificate('receiver'), certificate('sender'), certificate('stranger')])
    let text = ''
    let subject: string | string[] | undefined
    const server = createTlsServer({ cert: readFileSync(receiver.cert), key: readFileSync(receiver.key), ca: readFileSync(sender.cert), requestCert: true, rejectUnauthorized: true }, (socket) => {
      subject = socket.getPeerCertificate().subject.CN
      socket.on('error', () => undefined)
      socket.on('data', (data) => (text += data.toString()))
    })
    server.on('tlsClientError', () => undefined)
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    closers.push(() => server.close())
    const options = {
      'syslog-address': `tcp+tls://localhost:${(server.address() as AddressInfo).port}`, 'syslog-format': 'rfc5424',
      'syslog-tls-ca-cert': receiver.cert, 'syslog-tls-cert': sender.cert, 'syslog-tls-key': sender.key,
    }
    await send('syslog', options, [line('one'), line('zwölf')])
    await eventually('both came', () => text.includes('zwölf'))
    assert.equal(subject, 'sender')
    // RFC 5425: the length in bytes before each message.
    const messages: string[] = []
    for (let rest = Buffer.from(text); rest.length > 0; ) {
      const blank = rest.indexOf(' ')
      const end = blank + 1 + Number(rest.toString('latin1', 0, blank))
      messages.push(rest.toString('utf8', blank + 1, end))
      rest = rest.subarray(end)
    }
    assert.deepEqual(messages.map((message) => message.split(' - ')[1]), ['one', 'zwölf'])

    await assert.rejects(send('syslog', { ...options, 'syslog-tls-ca-cert': stranger.cert }, [line('no')]), /self-signed certificate/)
    await send('syslog', { ...options, 'syslog-tls-ca-cert': stranger.cert, 'syslog-tls-skip-verify': 'true' }, [line('unverified')])
    await eventually('it came', () => text.endsWith('- unverified'))
  })

  it('sends journal entries, those with newlines in the binary form', async () => {
    const path = join(folder(), 'journal')
    const datagrams: Buffer[] = []
    const socket = new DgramSocket()
    socket.on('data', (data: Buffer) => datagrams.push(data))
    socket.bind(path)
    const target = journaldTarget({ tag: '{{.Name}}', labels: 'tier', 'env-regex': '^STA' }, context, path)
    closers.push(() => socket.close(), () => target.close())
    await target.send([line('hello', { stream: 'stderr' }), line('a\nb', { ended: false })], never)
    await eventually('both came', () => datagrams.length === 2)
    const text = String(datagrams[0])
    for (const field of ['CONTAINER_NAME=web', 'CONTAINER_ID=abcdef012345', 'CONTAINER_TAG=web', 'SYSLOG_IDENTIFIER=web', 'TIER=front', 'STAGE=test', 'PRIORITY=3', 'MESSAGE=hello']) {
      assert.equal(text.includes(`${field}\n`), true, field)
    }
    assert.equal(text.includes('SECRET'), false)
    const binary = Buffer.concat([Buffer.from('MESSAGE\n'), Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('a\nb\n')])
    assert.equal((datagrams[1] as Buffer).includes(binary), true)
    assert.equal(String(datagrams[1]).includes('CONTAINER_PARTIAL_MESSAGE=true\n'), true)
  })

  it('sends GELF over UDP, compressed and in chunks, and over TCP', async () => {
    const udp = await udpServer()
    await send('gelf', { 'gelf-address': `udp://127.0.0.1:${udp.port}`, labels: 'tier' }, [line('one')])
    await eventually('it came', () => udp.received.length === 1)
    const message = JSON.parse(gunzipSync(udp.received[0] as Buffer).toString()) as Record<string, unknown>
    assert.deepEqual([message['version'], message['short_message'], message['timestamp'], message['level'], message['_container_name'], message['_tier']], ['1.1', 'one', 1795309323.123, 6, 'web', 'front'])
    const chunks = gelfChunks(Buffer.alloc(3000, 1), Buffer.from('12345678'))
    assert.deepEqual(chunks.map((chunk) => [chunk[0], chunk[1], chunk[10], chunk[11], chunk.length]), [[0x1e, 0x0f, 0, 3, 1420], [0x1e, 0x0f, 1, 3, 1420], [0x1e, 0x0f, 2, 3, 196]])
    assert.throws(() => gelfChunks(Buffer.alloc(200_000), Buffer.alloc(8)), /over what GELF can carry/)
    const tcp = await streamServer()
    await send('gelf', { 'gelf-address': `tcp://127.0.0.1:${tcp.port}` }, [line('one'), line('two', { stream: 'stderr' })])
    await eventually('both came', () => tcp.received().filter((byte) => byte === 0).length === 2)
    assert.deepEqual(tcp.received().toString().split('\0').slice(0, 2).map((text) => (JSON.parse(text) as { level: number }).level), [6, 3])
  })

  it('sends to fluentd, with acknowledgement', async () => {
    const server = await streamServer(undefined, (data) => Buffer.from(encode({ ack: (decode(data) as [string, unknown, { chunk: string }])[2].chunk })))
    await send('fluentd', { 'fluentd-address': `127.0.0.1:${server.port}`, 'fluentd-request-ack': 'true', tag: 'docker.{{.Name}}', env: 'STAGE' }, [line('one'), line('part', { ended: false })])
    const [[tag, entries, options]] = [...decodeMulti(server.received())] as [[string, [number, Record<string, string>][], { size: number }]]
    assert.equal(tag, 'docker.web')
    assert.equal(options.size, 2)
    assert.deepEqual(entries[0], [1795309323, { container_id: context.id, container_name: '/web', STAGE: 'test', source: 'stdout', log: 'one' }])
    assert.equal(entries[1]?.[1]['partial_message'], 'true')
    const liar = await streamServer(undefined, () => Buffer.from(encode({ ack: 'other' })))
    await assert.rejects(send('fluentd', { 'fluentd-address': `127.0.0.1:${liar.port}`, 'fluentd-request-ack': 'true' }, [line('one')]), /acknowledged something else/)
  })

  it('fills tags in, and refuses those that name nothing', () => {
    assert.equal(tagOf(context, { tag: '{{.ImageName}}/{{ .Name }}/{{.FullID}}' }), `nginx:1/web/${context.id}`)
    assert.equal(tagOf(context, {}), 'abcdef012345')
    assert.throws(() => checkTagTemplate('{{.Foo}}'), /there is no field Foo/)
    assert.throws(() => checkTagTemplate('{{.Name'), /a field is written/)
    assert.equal(detailsText(context, 'json-file', { labels: 'tier,none', env: 'STAGE', tag: 'x y' }), 'STAGE=test,tag=x+y,tier=front')
  })

  describe('shipper', () => {
    const entry = (n: number): string => `2026-11-22T01:02:03.${String(n).padStart(9, '0')}+00:00 stdout F line ${n}\n`
    const setUp = (limits = { files: 2, compress: false }) => {
      const path = join(folder(), 'c.log')
      writeFileSync(path, '')
      const writer = { ended: false, listeners: new Set<() => void>(), onChange: (listener: () => void) => (writer.listeners.add(listener), () => writer.listeners.delete(listener)) }
      const end = (): void => {
        writer.ended = true
        for (const listener of writer.listeners) listener()
      }
      const got: string[] = []
      const working: LogTarget = { send: (lines) => (got.push(...lines.map(({ data }) => data.toString())), Promise.resolve()), close: () => undefined }
      const segments = new LogSegments(path, limits)
      const ship = (target: LogTarget = working): LogShipper => {
        const shipper = new LogShipper({ segments, writer, target: () => Promise.resolve(target), positionPath: `${path}.position`, clock: systemClock, rng: systemRng, log: createLogger('fatal') })
        closers.push(() => void shipper.stop())
        return shipper
      }
      return { path, writer, end, got, segments, ship }
    }

    it('goes on where the last one stopped, over a rotation and a compressed file', async () => {
      const { path, end, got, ship } = setUp()
      appendFileSync(path, entry(1) + entry(2))
      const first = ship()
      await eventually('two were sent', () => got.length === 2)
      await first.stop()
      appendFileSync(path, entry(3))
      const second = ship()
      await eventually('the third was sent', () => got.length === 3)
      await second.stop()
      // Another daemon finds the file compressed.
      const later = new LogSegments(path, { files: 2, compress: true })
      later.rotate()
      await later.compress()
      writeFileSync(path, entry(4))
      end()
      await ship().finished()
      assert.deepEqual(got, [1, 2, 3, 4].map((n) => `line ${n}`))
    })

    it('keeps lines that a target refuses, and gives the order to leave its due', async () => {
      const { path, got, ship, end } = setUp()
      appendFileSync(path, entry(1))
      let refusals = 0
      const target: LogTarget = {
        send: (lines) => {
          if (refusals++ < 2) return Promise.reject(new Error('connection refused'))
          got.push(...lines.map(({ data }) => data.toString()))
          return Promise.resolve()
        },
        close: () => undefined,
      }
      const shipper = ship(target)
      end()
      rmSync(path)
      shipper.finish()
      await shipper.finished()
      assert.deepEqual(got, ['line 1'])
      const dead = setUp()
      appendFileSync(dead.path, entry(1))
      const stuck = dead.ship({ send: () => new Promise(() => undefined), close: () => undefined })
      await stuck.stop()
    })
  })
})
