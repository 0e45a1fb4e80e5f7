import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { digestOf } from '../../agent/image/descriptor.js'
import { mountOnThread } from '../../agent/file-threads/mount-thread.js'
import { FileThreads } from '../../agent/file-threads/pool.js'
import { fileThreadOptions } from '../../agent/file-threads/program.js'
import { isMounted, unmountAll } from '../../agent/kernel/mount.js'
import { TarError } from '../../agent/snapshot/tar/header.js'
import { systemClock } from '../../src/sys/system-clock.js'
import { ManualClock } from '../support/manual-clock.js'
import { tarOf } from '../support/tar.js'

const program = new URL('../../agent/file-threads/program.ts', import.meta.url).href
/** TypeScript has to be announced to a thread anew. */
const text = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(program)}) })`

describe('the threads that work on files', () => {
  const signal = new AbortController().signal
  let folder: string
  let workers: Worker[]
  let pool: FileThreads
  const start = (): Worker => {
    const worker = new Worker(text, { ...fileThreadOptions(program), eval: true })
    workers.push(worker)
    return worker
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-unpack-'))
    workers = []
    pool = new FileThreads(systemClock, start)
  })
  afterEach(async () => {
    await pool[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  /** An archive on disk and a folder for it. */
  function layer(name: string, data: Uint8Array): { path: string; folder: string } {
    const path = join(folder, `${name}.tar`)
    writeFileSync(path, data)
    mkdirSync(join(folder, name))
    return { path, folder: join(folder, name) }
  }

  it('unpacks an archive into a folder that is held open, from a file without a name', async () => {
    const { path, folder: into } = layer('in', gzipSync(tarOf({ name: '/a', content: 'new' }, { name: 'b', content: 'other' })))
    writeFileSync(join(into, 'a'), 'old')
    const [file, held] = [openSync(path, 'r'), openSync(into, 'r')]
    rmSync(path)
    const steps: string[] = []
    await pool.unpackArchive(signal, async (unpack) => {
      steps.push('a thread is there')
      await unpack({ archive: `/proc/self/fd/${file}`, folder: `/proc/self/fd/${held}/.`, keepKinds: true, owner: { uid: 7, gid: 8 } })
      steps.push('unpacked')
    })
    assert.deepEqual(steps, ['a thread is there', 'unpacked'])
    assert.equal(readFileSync(join(into, 'a'), 'utf8'), 'new')
    assert.deepEqual([statSync(join(into, 'b')).uid, statSync(join(into, 'b')).gid], [7, 8])
    const damaged = pool.unpackArchive(signal, (unpack) => unpack({ archive: Buffer.alloc(1024, 'x'), folder: `/proc/self/fd/${held}/.`, keepKinds: true }))
    await assert.rejects(damaged, TarError)
    // One that comes to nothing leaves the thread to others.
    await assert.rejects(pool.unpackArchive(signal, () => Promise.reject(new Error('not frozen'))), /not frozen/)
    await pool.unpackArchive(signal, (unpack) => unpack({ archive: Buffer.from(tarOf({ name: 'c', content: 'x' })), folder: `/proc/self/fd/${held}/.`, keepKinds: true }))
    assert.deepEqual(readdirSync(into).sort(), ['a', 'b', 'c'])
    assert.equal(workers.length, 1)
    for (const fd of [file, held]) closeSync(fd)
  })

  it('unpacks more layers than it has threads, with their digests', async () => {
    const tars = Array.from({ length: 6 }, (_, n) => tarOf({ name: 'file', content: `layer ${n}` }, { name: '.wh.gone', content: '' }))
    const seen: number[] = []
    const files = tars.map((tar, n) => ({ ...layer(`l${n}`, gzipSync(tar)), diffId: digestOf(tar) }))
    const applied = await Promise.all(files.map((file) => pool.unpack(file, (bytes) => seen.push(bytes), signal)))
    assert.deepEqual(applied.map(({ diffId }) => diffId), tars.map((tar) => digestOf(tar)))
    files.forEach((file, n) => {
      assert.equal(readFileSync(join(file.folder, 'file'), 'utf8'), `layer ${n}`)
      assert.deepEqual(readdirSync(file.folder).sort(), ['file', 'gone'])
    })
    assert.equal(seen.length, 6)
    assert.ok(workers.length <= 2, `${workers.length} threads`)
  })

  it('says now and then how far a layer is, and when it is read', async () => {
    const tar = tarOf({ name: 'file', content: randomBytes(3_500_000) }, { name: 'last', content: '' })
    for (const data of [tar, gzipSync(tar)]) {
      const seen: number[] = []
      await pool.unpack(layer(`l${data.length}`, data), (bytes) => seen.push(bytes), signal)
      assert.equal(seen.at(-1), data.length)
      const steps = seen.map((bytes, n) => bytes - (seen[n - 1] ?? 0))
      assert.equal(steps.length, 4)
      assert.ok(steps.slice(0, -1).every((bytes) => bytes >= 1024 * 1024), String(steps))
    }
  })

  it('reports a damaged archive and a missing one, and goes on', async () => {
    const good = tarOf({ name: 'file', content: 'x' })
    await assert.rejects(pool.unpack({ ...layer('other', good), diffId: digestOf('other') }, () => undefined, signal), (thrown) => thrown instanceof TarError && /a layer is damaged/.test(thrown.message))
    await assert.rejects(pool.unpack({ path: join(folder, 'none'), folder }, () => undefined, signal), { code: 'ENOENT' })
    assert.equal((await pool.unpack(layer('good', good), () => undefined, signal)).diffId, digestOf(good))
  })

  it('gives up a layer when it is told to, once its thread has let go of it', async () => {
    const content = Buffer.alloc(64 * 1024 * 1024)
    const controller = new AbortController()
    const work = pool.unpack(layer('large', tarOf({ name: 'file', content }, { name: 'last', content: '' })), () => controller.abort(new Error('cancelled by a test')), controller.signal)
    await assert.rejects(work, /cancelled by a test/)
    assert.ok(!readdirSync(join(folder, 'large')).includes('last'))
    const waiting = new AbortController()
    waiting.abort(new Error('too late'))
    await assert.rejects(pool.unpack(layer('never', Buffer.alloc(0)), () => undefined, waiting.signal), /too late/)
  })

  it('unpacks a context and copies from it, with the errors of both', async () => {
    const archive = join(folder, 'context.tar')
    const into = join(folder, 'root')
    mkdirSync(into)
    writeFileSync(archive, tarOf({ name: 'a/b', content: 'b' }, { name: 'a/c.log', content: 'c' }, { name: 'x/named/f', content: 'f' }))
    const context = { archive, folder: join(folder, 'files'), aside: { name: 'x', folder: join(folder, 'named') }, removed: ['a/c.log'] }
    await pool.unpackContext(context, signal)
    assert.deepEqual(readdirSync(context.folder, { recursive: true }).sort(), ['a', 'a/b'])
    const copy = { root: into, from: context.folder, patterns: ['a'], keepParents: false, excludes: [], target: '/to/', several: false, owner: { uid: 0, gid: 0 }, ownerGiven: false, unpack: false }
    await pool.copy(copy, signal)
    await pool.copy({ ...copy, from: join(folder, 'named'), patterns: ['named/*'], target: '/to/deep/' }, signal)
    assert.deepEqual(readdirSync(into, { recursive: true }).sort(), ['to', 'to/b', 'to/deep', 'to/deep/f'])
    await assert.rejects(pool.copy({ ...copy, patterns: ['none'] }, signal), { kind: 'invalid', message: /stat none: file does not exist/ })
    writeFileSync(archive, tarOf({ name: '../out', content: '' }))
    await assert.rejects(pool.unpackContext({ ...context, folder: join(folder, 'evil') }, signal), (thrown) => thrown instanceof TarError)
  })

  it('survives the end of a thread', async () => {
    const tar = tarOf({ name: 'file', content: Buffer.alloc(32 * 1024 * 1024) })
    const work = pool.unpack(layer('first', tar), () => void workers[0]?.terminate(), signal)
    await assert.rejects(work, /work on files ended early/)
    assert.equal((await pool.unpack(layer('second', tar), () => undefined, signal)).diffId, digestOf(tar))
    assert.equal(workers.length, 2)
  })

  it('gives nothing to a thread that is being ended for want of work', async () => {
    const clock = new ManualClock()
    await using idle = new FileThreads(clock, start)
    const tar = tarOf({ name: 'file', content: 'x' })
    await idle.unpack(layer('first', tar), () => undefined, signal)
    await clock.advance(5_000)
    assert.equal((await idle.unpack(layer('second', tar), () => undefined, signal)).diffId, digestOf(tar))
    assert.equal(workers.length, 2)
  })

  it('mount what may wait for other hosts, and tell why it cannot be', async () => {
    const target = join(folder, 'mounted')
    mkdirSync(target)
    try {
      await mountOnThread({ source: 'tmpfs', target, type: 'tmpfs', data: 'size=64k' }, start)
      assert.ok(isMounted(target))
    } finally {
      unmountAll(target)
    }
    await assert.rejects(mountOnThread({ source: 'x', target, type: 'no-such-file-system' }, start), { code: 'ENODEV' })
    assert.equal(workers.length, 2)
  })
})
