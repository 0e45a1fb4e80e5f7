import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { pack, type Header } from 'tar-stream'
import { BuildContext } from '../../../../agent/build/build-context.js'
import { filesHere, removeBelow } from '../../../../agent/build/file-work.js'
import { ContextSource } from '../../../../agent/build/copy-source.js'

type Entry = Partial<Header> & { name: string; content?: string }

describe('a build context', () => {
  let folder: string
  const signal = new AbortController().signal
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-context-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const archive = async (entries: readonly Entry[]): Promise<Buffer> => {
    const tar = pack()
    for (const { content = '', ...header } of entries) tar.entry({ mtime: new Date(0), ...header }, content)
    tar.finalize()
    const pieces: Buffer[] = []
    for await (const piece of tar as AsyncIterable<Buffer>) pieces.push(piece)
    return Buffer.concat(pieces)
  }
  let received = 0
  const receive = async (entries: readonly Entry[], options: { wanted?: string[]; prefix?: string } = {}) =>
    BuildContext.receive(Readable.from([await archive(entries)]), join(folder, String(received++)), { wanted: options.wanted ?? [], work: filesHere, ...(options.prefix !== undefined && { prefix: options.prefix }) }, signal)
  const digest = async (entries: readonly Entry[], pattern: string, ignore = ''): Promise<string> => {
    const { context } = await receive(entries)
    await using held = context
    await held.ignore(ignore)
    return (await new ContextSource(held, signal).describe([pattern])).digest
  }

  it('tells the files that are wanted, and unpacks nothing before files are needed', async () => {
    const { context, files } = await receive([{ name: './Dockerfile', content: 'FROM x' }, { name: 'link', type: 'symlink', linkname: 'Dockerfile' }, { name: 'a/b', content: 'c' }], { wanted: ['Dockerfile', 'none'] })
    assert.deepEqual([...files], [['Dockerfile', 'FROM x']])
    assert.ok(!existsSync(context.filesFolder()))
    await context.open()
    assert.equal(readFileSync(join(context.filesFolder(), 'a/b'), 'utf8'), 'c')
    await context[Symbol.asyncDispose]()
    assert.ok(!existsSync(context.filesFolder()))
  })

  it('may be compressed, and its Dockerfile a link', async () => {
    const data = gzipSync(await archive([{ name: 'real', content: 'FROM y' }, { name: 'Dockerfile', type: 'symlink', linkname: 'real' }]))
    const { context, files } = await BuildContext.receive(Readable.from([data]), join(folder, 'z'), { wanted: ['Dockerfile'], work: filesHere }, signal)
    assert.equal(files.get('Dockerfile'), 'FROM y')
    await context[Symbol.asyncDispose]()
  })

  it('has digests of names, modes and content, but not of times and owners', async () => {
    const base: Entry[] = [{ name: 'd/', type: 'directory' }, { name: 'd/f', content: '1' }]
    const same = await digest(base, 'd')
    assert.equal(await digest([{ name: 'd/f', content: '1', mtime: new Date(5000), uid: 7 }, { name: 'other', content: 'x' }, { name: 'd/', type: 'directory' }], 'd'), same)
    for (const changed of [
      [{ name: 'd/', type: 'directory' }, { name: 'd/f', content: '2' }],
      [{ name: 'd/', type: 'directory' }, { name: 'd/g', content: '1' }],
      [{ name: 'd/', type: 'directory' }, { name: 'd/f', content: '1', mode: 0o755 }],
      [{ name: 'd/', type: 'directory' }, { name: 'd/f', type: 'symlink', linkname: '1' }],
      [{ name: 'd/', type: 'directory' }, { name: 'd/f', content: '1' }, { name: 'd/e/', type: 'directory' }],
    ] satisfies Entry[][]) assert.notEqual(await digest(changed, 'd'), same)
    assert.equal(await digest([...base, { name: 'd/x.log', content: '3' }], 'd', '**/*.log'), same)
    assert.equal(await digest([...base, { name: 'l', type: 'symlink', linkname: './d' }], 'l'), same)
    await assert.rejects(digest(base, 'none'), /file not found in build context or excluded by \.dockerignore: stat none/)
    await assert.rejects(digest(base, 'd', 'd'), /file not found/)
    await assert.rejects(digest([{ name: 'l', type: 'symlink', linkname: 'l' }], 'l'), /too many symbolic links/)
  })

  it('leaves out what is ignored when it is unpacked, and keeps named contexts apart', async () => {
    const { context } = await receive([{ name: 'a.txt', content: 'a' }, { name: 'x.log', content: 'x' }, { name: 'extra/lib/', type: 'directory' }, { name: 'extra/lib/x.log', content: 'l' }, { name: 'extra/Dockerfile', content: 'FROM z' }], { prefix: 'extra' })
    await using held = context
    await held.ignore('*.log')
    await held.open()
    // COPY of everything takes neither what is ignored nor what belongs to named contexts.
    assert.deepEqual(readdirSync(held.filesFolder()), ['a.txt'])
    assert.equal(readFileSync(join(held.filesFolder('lib'), 'x.log'), 'utf8'), 'l')
    assert.throws(() => held.index.find('extra'), /file not found/)
    assert.deepEqual(held.named.get('lib')?.find('x.log'), ['x.log'])
  })

  it('leaves out what is ignored also when a hard link needs it, or files were needed before the rules were known', async () => {
    const entries: Entry[] = [
      { name: 'd/one.log', content: '1' }, { name: 'keep/two', type: 'link', linkname: 'd/one.log' }, { name: 'gone/a/b', content: 'x' },
      { name: 'through', type: 'symlink', linkname: 'keep' }, { name: 'through/three.log', content: '3' }, { name: 'real', content: 'FROM x' }, { name: 'Dockerfile', type: 'symlink', linkname: 'real' },
    ]
    for (const wanted of [[], ['Dockerfile']]) {
      const { context } = await receive(entries, { wanted })
      await using held = context
      await held.ignore('**/*.log\ngone\n')
      await held.open()
      assert.deepEqual(readdirSync(held.filesFolder(), { recursive: true }).sort(), ['Dockerfile', 'd', 'keep', 'keep/two', 'real', 'through', 'through/two'])
      assert.equal(readFileSync(join(held.filesFolder(), 'keep/two'), 'utf8'), '1')
    }
  })

  it('removes nothing outside of it, whatever its links say', async () => {
    mkdirSync(join(folder, 'outside'))
    writeFileSync(join(folder, 'outside/x.log'), 'kept')
    writeFileSync(join(folder, 'outside/file'), 'kept')
    const { context } = await receive([{ name: 'l', type: 'symlink', linkname: join(folder, 'outside') }, { name: 'd/', type: 'directory' }])
    await using held = context
    await held.open()
    await removeBelow(held.filesFolder(), ['l/x.log', 'l/x.log/y', 'd/none', 'none/x', 'l'], signal)
    assert.deepEqual(readdirSync(held.filesFolder()), ['d'])
    assert.deepEqual(readdirSync(join(folder, 'outside')).sort(), ['file', 'x.log'])
  })

  it('refuses a named context that is a link', async () => {
    for (const entries of [
      [{ name: 'extra', type: 'symlink', linkname: '/' }],
      [{ name: 'extra/lib/', type: 'directory' }, { name: 'extra/lib', type: 'symlink', linkname: '/etc' }],
    ] satisfies Entry[][]) {
      const { context } = await receive(entries, { prefix: 'extra' })
      await using held = context
      await assert.rejects(held.open().then(() => held.filesFolder('lib')), { kind: 'invalid' })
    }
  })

  it('refuses archives that lead out of it', async () => {
    for (const entries of [
      [{ name: '../x', content: 'x' }],
      [{ name: '/etc/x', content: 'x' }],
      [{ name: 'h', type: 'link', linkname: 'none' }],
    ] satisfies Entry[][]) await assert.rejects(receive(entries), { kind: 'invalid' })
  })
})
