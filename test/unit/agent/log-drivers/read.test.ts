import { strict as assert } from 'node:assert'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { LogFramer } from '../../../../agent/log-drivers/frames.js'
import { readRaw, type LogWriter } from '../../../../agent/log-drivers/read.js'
import { LogSegments } from '../../../../agent/log-drivers/segments.js'
import { StdcopyDecoder } from '../../../../src/base/stdcopy.js'
import { eventually } from '../../../support/eventually.js'

const entry = (text: string, { stream = 'stdout', mark = 'F', second = 0 } = {}): string =>
  `2026-11-22T01:02:${String(second).padStart(2, '0')}.000000001+00:00 ${stream} ${mark} ${text}\n`

class Writer implements LogWriter {
  ended = false
  private readonly listeners = new Set<() => void>()
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  end(): void {
    this.ended = true
    for (const listener of this.listeners) listener()
  }
}

describe('log-drivers/read', () => {
  let folder: string
  let path: string
  let writer: Writer
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-log-'))
    path = join(folder, 'c.log')
    writer = new Writer()
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const never = new AbortController().signal
  const framer = (options: Partial<ConstructorParameters<typeof LogFramer>[0]> = {}) =>
    new LogFramer({ stdout: true, stderr: true, timestamps: false, tty: true, ...options })
  const read = async (segments: LogSegments, options: Partial<Parameters<typeof readRaw>[2]> = {}): Promise<string> => {
    const render = framer()
    let text = ''
    for await (const { data } of readRaw(segments, writer, { follow: false, ...options }, never)) text += render.encode(data).toString()
    return text
  }
  const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, index) => entry(`line ${from + index}`)).join('')

  it('reads over plain and compressed files, oldest first, and tails from the end', async () => {
    const segments = new LogSegments(path, { files: 4, compress: true })
    for (const from of [0, 10, 20]) {
      writeFileSync(path, lines(from, from + 10))
      segments.rotate()
      await segments.compress()
    }
    writeFileSync(path, lines(30, 35))
    assert.equal(existsSync(`${path}.3.gz`) && existsSync(`${path}.1.gz`) && !existsSync(`${path}.1`), true)
    const all = Array.from({ length: 35 }, (_, index) => `line ${index}\n`)
    assert.equal(await read(segments), all.join(''))
    for (const tail of [0, 1, 5, 6, 15, 27, 35, 100]) assert.equal(await read(segments, { tail }), all.slice(Math.max(0, 35 - tail)).join(''), `tail ${tail}`)
    // The oldest goes.
    segments.rotate()
    assert.equal(await read(segments), all.slice(10).join(''))
  })

  it('tails by lines whatever their length and parts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ length: fc.nat(400_000), part: fc.boolean() }), { maxLength: 4 }), fc.nat(5), async (entries, tail) => {
        writeFileSync(path, entries.map(({ length, part }) => entry('x'.repeat(length), { mark: part ? 'P' : 'F' })).join(''))
        const segments = new LogSegments(path, { files: 1, compress: false })
        const whole = await read(segments)
        const ended = whole.endsWith('\n') || whole === ''
        const expected = whole.split('\n').slice(0, ended ? -1 : undefined)
        // A part of nothing at the very end is a line that nobody sees.
        if (entries.at(-1)?.part && ended) return
        assert.equal(await read(segments, { tail }), tail === 0 ? '' : expected.slice(-tail).join('\n') + (ended && whole !== '' ? '\n' : ''))
      }),
      { numRuns: 12 },
    )
  })

  it('follows over rotations, also over a file that the supervisor replaced by itself', async () => {
    const segments = new LogSegments(path, { files: 3, compress: false, fileBytesMax: 100 })
    writeFileSync(path, lines(0, 2))
    const followed = read(segments, { follow: true })
    appendFileSync(path, lines(2, 3))
    segments.rotate()
    writeFileSync(path, lines(3, 4))
    segments.rotate()
    writeFileSync(path, lines(4, 5))
    writer.end()
    assert.equal(await followed, [0, 1, 2, 3, 4].map((n) => `line ${n}\n`).join(''))

    writer = new Writer()
    let seen = ''
    const render = framer()
    const second = (async () => {
      for await (const { data } of readRaw(segments, writer, { follow: true, tail: 1 }, never)) seen += render.encode(data).toString()
    })()
    await eventually('the tail is read', () => seen === 'line 4\n')
    writeFileSync(join(folder, 'new'), lines(5, 6))
    const { renameSync } = await import('node:fs')
    renameSync(join(folder, 'new'), path)
    await eventually('the new file is read', () => seen === 'line 4\nline 5\n')
    writer.end()
    await second
  })

  it('keeps fewer files when each is far over its limit', async () => {
    const segments = new LogSegments(path, { files: 4, compress: false, fileBytesMax: 100 })
    const names = (): string[] => readdirSync(folder).filter((name) => !name.includes('discarded')).sort()
    for (const bytes of [110, 120, 130]) {
      writeFileSync(path, 'x'.repeat(bytes))
      segments.rotate()
    }
    assert.deepEqual(names(), ['c.log.1', 'c.log.2', 'c.log.3'])
    writeFileSync(path, 'x'.repeat(290))
    segments.rotate()
    // 290 are less than the 300 that three full files would be.
    assert.deepEqual(names(), ['c.log.1', 'c.log.2'])
    writeFileSync(path, 'x'.repeat(1000))
    segments.rotate()
    assert.deepEqual(names(), ['c.log.1'])
    await eventually('what is too much is gone', () => readdirSync(folder).length === 1)
  })

  it('removes what a daemon that was killed left half done, and nothing else', async () => {
    for (const name of ['', '.1', '.2.gz', '.discarded-0', '.discarded-17', '.compressing']) writeFileSync(`${path}${name}`, 'x')
    writeFileSync(join(folder, 'other.discarded-0'), 'x')
    new LogSegments(path, { files: 3, compress: true }).removeLeftovers()
    const kept = ['c.log', 'c.log.1', 'c.log.2.gz', 'other.discarded-0']
    await eventually('they are gone', () => readdirSync(folder).length === kept.length)
    assert.deepEqual(readdirSync(folder).sort(), kept)
    new LogSegments(join(folder, 'none', 'c.log'), { files: 3, compress: true }).removeLeftovers()
  })

  it('a reader that falls behind skips whole lines', async () => {
    writeFileSync(path, lines(0, 1000))
    const segments = new LogSegments(path, { files: 1, compress: false })
    let dropped = 0
    let text = ''
    const render = framer()
    for await (const { data, droppedBytes } of readRaw(segments, writer, { follow: false, lagBytesMax: 200 }, never)) {
      dropped += droppedBytes
      text += render.encode(data).toString()
    }
    assert.match(text, /^line 99\d\n(line 99\d\n)*$/)
    assert.equal(text.endsWith('line 999\n'), true)
    assert.equal(dropped > 50_000, true)
  })

  it('frames any cut of the bytes alike', () => {
    const text = [
      entry('one'), entry('two', { stream: 'stderr', second: 1 }), 'damage\n', entry('par', { mark: 'P', second: 2 }), entry('error', { stream: 'stderr', second: 2 }),
      entry('tial', { second: 3 }), entry('', { second: 4 }), entry('z'.repeat(300), { second: 5 }),
    ].join('')
    const frames = (cuts: readonly number[], options: Partial<ConstructorParameters<typeof LogFramer>[0]>): string[] => {
      const subject = framer({ tty: false, ...options })
      const decoder = new StdcopyDecoder()
      const places = [0, ...[...cuts].sort((a, b) => a - b), text.length]
      return places.slice(1).flatMap((to, index) => decoder.decode(subject.encode(Buffer.from(text.slice(places[index], to))))).map(({ stream, payload }) => `${stream}:${payload.toString()}`)
    }
    assert.deepEqual(frames([], {}), ['1:one\n', '2:two\n', '1:par', '2:error\n', '1:tial\n', '1:\n', `1:${'z'.repeat(300)}\n`])
    assert.deepEqual(frames([], { stderr: false, timestamps: true, details: 'a=b' }).slice(0, 4), [
      '1:2026-11-22T01:02:00.000000001Z a=b one\n', '1:2026-11-22T01:02:02.000000001Z a=b par', '1:tial\n', '1:2026-11-22T01:02:04.000000001Z a=b \n',
    ])
    // As Docker has it for lines without attributes.
    assert.deepEqual(frames([], { stderr: false, details: '' }).slice(0, 4), ['1: one\n', '1: par', '1:tial\n', '1: \n'])
    assert.deepEqual(frames([], { joinLines: true }), ['1:one\n', '2:two\n', '1:par', '2:error\n', `1:tial\n\n${'z'.repeat(300)}\n`])
    assert.deepEqual(frames([], { joinLines: true, stderr: false, timestamps: true, details: 'a=b' }).map((frame) => frame.slice(0, 81)), [
      '1:2026-11-22T01:02:00.000000001Z a=b one\n2026-11-22T01:02:02.000000001Z a=b parti',
    ])
    const sinceMs = Date.parse('2026-11-22T01:02:01Z')
    assert.deepEqual(frames([], { sinceMs, untilMs: sinceMs + 1500 }), ['2:two\n', '1:par', '2:error\n'])
    fc.assert(fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => assert.deepEqual(frames(cuts, { timestamps: true }), frames([], { timestamps: true }))))
    // A joined frame ends where a read ended: what is shown is the same.
    const streams = (cuts: readonly number[]): string[] => ['1:', '2:'].map((stream) => frames(cuts, { joinLines: true, timestamps: true }).filter((frame) => frame.startsWith(stream)).map((frame) => frame.slice(2)).join(''))
    fc.assert(fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => assert.deepEqual(streams(cuts), streams([]))))
  })

  it('joins lines into frames of a size that readers have room for', () => {
    const longest = 'y'.repeat(8 * 1024)
    const decoder = new StdcopyDecoder()
    const sent = framer({ tty: false, joinLines: true }).encode(Buffer.from(Array.from({ length: 100 }, () => entry(longest)).join('')))
    const sizes = decoder.decode(sent).map(({ payload }) => payload.length)
    assert.equal(sizes.reduce((sum, size) => sum + size, 0), 100 * (longest.length + 1))
    assert.equal(Math.max(...sizes) <= 32 * 1024 + 4, true, `${Math.max(...sizes)}`)
    assert.equal(sizes.length <= 34, true, `${sizes.length} frames`)
  })

  it('shows times of other zones in UTC, in the place of the entry', () => {
    const other = entry('early').replace('+00:00', '+02:00')
    assert.equal(framer({ timestamps: true }).encode(Buffer.from(other + entry('late'))).toString(), '2026-11-21T23:02:00.000000001Z early\n2026-11-22T01:02:00.000000001Z late\n')
  })
})
