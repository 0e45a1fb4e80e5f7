import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { LogDecoder, logTimeMs, logTimeUtc } from '../../../../agent/log-drivers/log-line.js'
import { parseLogSize } from '../../../../agent/log-drivers/options.js'

const time = '2026-11-21T22:27:18.094168192+00:00'
const shown = (decoder: LogDecoder, text: string) => decoder.decode(Buffer.from(text)).map((line) => `${line.stream}:${line.data.toString()}`)

describe('log-drivers/log-line', () => {
  it('joins parts of a line, stream by stream', () => {
    const decoder = new LogDecoder()
    assert.deepEqual(shown(decoder, `${time} stdout P ab\n${time} stderr F err\n${time} stdout F cd\n`), ['stderr:err', 'stdout:abcd'])
    assert.deepEqual(shown(decoder, `${time} stdout P prompt> \n`), [])
    assert.deepEqual(decoder.flush().map((line) => [line.data.toString(), line.ended]), [['prompt> ', false]])
  })

  it('reads the same however the file is cut, and skips damage', () => {
    const text = `${time} stdout F one\nnonsense\n${time} stdout F \n${time} stderr F two  spaces\n`
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (size) => {
        const decoder = new LogDecoder()
        const lines: string[] = []
        for (let at = 0; at < text.length; at += size) lines.push(...shown(decoder, text.slice(at, at + size)))
        assert.deepEqual(lines, ['stdout:one', 'stdout:', 'stderr:two  spaces'])
      }),
    )
  })

  it('gives out a line without end in pieces', () => {
    const decoder = new LogDecoder()
    const part = `${time} stdout P ${'x'.repeat(8192)}\n`
    let pieces = 0
    for (let i = 0; i < 300; i++) pieces += decoder.decode(Buffer.from(part)).length
    assert.equal(pieces, 2)
  })

  it('tells times in UTC with nanoseconds', () => {
    assert.equal(logTimeUtc('2026-11-22T00:27:18.5+02:00'), '2026-11-21T22:27:18.500000000Z')
    assert.equal(logTimeUtc(time), '2026-11-21T22:27:18.094168192Z')
    assert.equal(Math.floor(logTimeMs(time)), Date.parse('2026-11-21T22:27:18.094Z'))
  })

  it('reads sizes', () => {
    assert.deepEqual(['10m', '64k', '1G', '512', '1.5m'].map((text) => parseLogSize(text)), [10_485_760, 65_536, 1_073_741_824, 512, 1_572_864])
    assert.throws(() => parseLogSize('big'), /invalid value for max-size: big/)
  })
})
