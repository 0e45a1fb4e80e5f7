import { strict as assert } from 'node:assert'
import { extract, pack } from 'tar-stream'
import { TarError, TarType, type TarEntry } from '../../../../agent/snapshot/tar/header.js'
import { TarReader, layerLimits, type TarLimits } from '../../../../agent/snapshot/tar/reader.js'
import { encodeHeader, endOfArchive, paddingFor, tarEntry } from '../../../../agent/snapshot/tar/writer.js'

type Read = TarEntry & { content: string }

async function readAll(data: Uint8Array, pieceBytes = data.length, limits: TarLimits = layerLimits): Promise<Read[]> {
  const reader = new TarReader(cut(data, pieceBytes), limits)
  const entries: Read[] = []
  for (let entry = await reader.next(); entry; entry = await reader.next()) {
    entries.push({ ...entry, content: (await reader.readAll(1 << 20, entry.name)).toString('latin1') })
  }
  return entries
}

async function* cut(data: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += pieceBytes) yield Promise.resolve(data.subarray(at, at + pieceBytes))
}

function archive(...entries: (Partial<TarEntry> & { name: string; content?: string })[]): Buffer {
  const parts = entries.flatMap(({ content = '', ...given }) => {
    const body = Buffer.from(content)
    return [encodeHeader(tarEntry({ size: body.length, ...given })), body, paddingFor(body.length)]
  })
  return Buffer.concat([...parts, endOfArchive()])
}

describe('tar', () => {
  const name = `${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(120)}`
  const entries = [
    { name: 'etc/', type: TarType.directory, mode: 0o1777, mtimeSeconds: 12 },
    { name: 'etc/passwd', content: 'root:x:0:0', mode: 0o4755, uid: 3_000_000, gid: 7, mtimeSeconds: 1_700_000_000 },
    { name, content: 'long' },
    { name: Buffer.from('café', 'utf8').toString('latin1'), content: 'x' },
    { name: 'not-\xff-text', type: TarType.symlink, linkName: `/${'t'.repeat(150)}` },
    { name: 'dev/sda', type: TarType.block, device: { major: 8, minor: 1 } },
    { name: 'ping', content: 'elf', xattrs: new Map([['security.capability', Buffer.from([1, 0, 0, 2, 255, 10, 0, 61])]]) },
  ]

  for (const pieceBytes of [1 << 20, 1000, 7]) {
    it(`reads back what it wrote, in pieces of ${pieceBytes} bytes`, async () => {
      const read = await readAll(archive(...entries), pieceBytes)
      assert.deepEqual(
        read,
        entries.map((entry) => ({ ...tarEntry({ ...entry, size: entry.content?.length ?? 0 }), content: entry.content ?? '' })).map(
          ({ ...entry }: Read) => entry,
        ),
      )
    })
  }

  it('writes what another reader understands', async () => {
    const seen: [string, string | undefined, number | undefined][] = []
    const reader = extract()
    reader.on('entry', (header, stream, next) => {
      seen.push([header.name, header.type ?? undefined, header.gid])
      stream.resume()
      stream.on('end', next)
    })
    const done = new Promise<void>((resolve, reject) => void reader.on('finish', resolve).on('error', reject))
    reader.end(archive(...entries.slice(0, 4)))
    await done
    assert.deepEqual(seen, [['etc/', 'directory', 0], ['etc/passwd', 'file', 7], [name, 'file', 0], ['café', 'file', 0]])
  })

  it('reads what another writer wrote', async () => {
    const writer = pack()
    writer.entry({ name: 'a'.repeat(300), mode: 0o600, uid: 1000 }, 'hello')
    writer.entry({ name: 'link', type: 'symlink', linkname: 'elsewhere' })
    writer.finalize()
    const chunks: Buffer[] = []
    for await (const chunk of writer) chunks.push(chunk as Buffer)
    const read = await readAll(Buffer.concat(chunks))
    assert.deepEqual(read.map((one) => [one.name, one.content, one.uid, one.linkName]), [['a'.repeat(300), 'hello', 1000, ''], ['link', '', 0, 'elsewhere']])
  })

  const refusals: [string, Buffer, RegExp, Partial<TarLimits>?][] = [
    ['what is not a tar', Buffer.alloc(2048, 'x'), /^not a tar archive$/],
    ['a short text', Buffer.from('hello'), /^not a tar archive$/],
    ['a cut off archive', archive({ name: 'a', content: 'x'.repeat(5000) }).subarray(0, 3000), /cut off/],
    ['a cut off header', archive({ name: 'a', content: 'x' }).subarray(0, 1024 + 100), /cut off/],
    ['an absurd size', archive({ name: 'a', size: 2 ** 60 }), /damaged tar header|impossible size|more than/],
    ['too much content', archive({ name: 'a', content: 'x'.repeat(2000) }), /"a": the content takes more than 1000 bytes/, { contentBytesMax: 1000 }],
    ['too many entries', archive({ name: 'a' }, { name: 'b' }, { name: 'c' }), /more than 2 entries/, { entriesMax: 2 }],
    ['a path that is too long', archive({ name: 'p'.repeat(5000) }), /a path of more than 4096 bytes/],
    ['a header that is too long', archive({ name: 'p'.repeat(5000) }), /a tar header of 50\d\d bytes/, { extendedHeaderBytesMax: 1024 }],
  ]
  for (const [what, data, message, limits] of refusals) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(readAll(data, 512, { ...layerLimits, ...limits }), (thrown: unknown) => {
        assert(thrown instanceof TarError)
        assert.match(thrown.message, message)
        return true
      })
    })
  }

  it('does not let headers pile up in memory', async () => {
    const header = (flag: string, data: Buffer): Buffer => {
      const block = Buffer.from(encodeHeader(tarEntry({ name: 'x', size: data.length })))
      block.write(flag, 156)
      block.write(`${block.subarray(0, 512).reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0).toString(8).padStart(6, '0')}\0 `, 148)
      return Buffer.concat([block, data, paddingFor(data.length)])
    }
    const record = (key: string): Buffer => {
      const rest = ` ${key}=${'v'.repeat(900)}\n`
      return Buffer.from(`${rest.length + 3}${rest}`)
    }
    const globals = Array.from({ length: 15 }, (_, n) => header('g', record(`skep.${String(n).padStart(2, '0')}`)))
    const rest = archive({ name: 'a' })
    await readAll(Buffer.concat([...globals, rest]))
    await readAll(Buffer.concat([...Array.from({ length: 15 }, () => globals[0] as Buffer), rest]), 512, { ...layerLimits, extendedHeaderBytesMax: 2000 })
    await assert.rejects(readAll(Buffer.concat([...globals, rest]), 512, { ...layerLimits, extendedHeaderBytesMax: 10_000 }), /global tar headers of more than 10000 bytes/)
    await assert.rejects(readAll(Buffer.concat([...globals, ...globals, rest])), /more than 16 tar headers belong to one entry/)
  })

  it('refuses owners that nobody can be', async () => {
    const half = Buffer.from('13 uid=1.5\n\n'.replace('13', '11').slice(0, 11))
    const block = Buffer.from(encodeHeader(tarEntry({ name: 'x', size: half.length })))
    block.write('x', 156)
    block.write(`${block.subarray(0, 512).reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0).toString(8).padStart(6, '0')}\0 `, 148)
    await assert.rejects(readAll(Buffer.concat([block, half, paddingFor(half.length), archive({ name: 'a' })])), /"a" has an impossible owner/)
  })

  it('refuses a damaged header', async () => {
    const data = archive({ name: 'a', content: 'x' }, { name: 'b' })
    data[1024 + 3] = 1
    await assert.rejects(readAll(data), /damaged tar header at byte 1024: wrong checksum/)
  })
})
