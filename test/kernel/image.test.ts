import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { ContentStore } from '../../agent/image/content-store.js'
import { chainIds, digestOf } from '../../agent/image/descriptor.js'
import type { ImageEvent, ImageUser } from '../../agent/image/image-record.js'
import { ImageStore } from '../../agent/image/image-store.js'
import { Images } from '../../agent/image/images.js'
import { mountsBelow, unmountAll } from '../../agent/kernel/mount.js'
import { OverlaySnapshotter } from '../../agent/snapshot/overlay.js'
import { TarType } from '../../agent/snapshot/tar/header.js'
import { Filters } from '../../src/api/filters.js'
import type { ImagesBackend } from '../../src/api/images/backend.js'
import { kindOf } from '../../src/base/errors.js'
import { idSource } from '../../src/base/id.js'
import { nullLogger } from '../../src/base/log.js'
import { seededRng } from '../../src/base/rng.js'
import { imageId, legacyArchive, ociLayout, type TestImage } from '../support/image-archive.js'
import { ManualClock } from '../support/manual-clock.js'
import { MemoryKeyValue } from '../support/memory-key-value.js'
import { tarOf, type TarFile } from '../support/tar.js'

const base: TarFile[] = [{ name: 'bin/', type: TarType.directory }, { name: 'bin/sh', content: 'shell', mode: 0o755 }]
const app: TestImage = {
  names: ['app:1', 'registry.example:5000/team/app:1'],
  layers: [base, [{ name: 'app', content: 'one' }]],
  config: { Cmd: ['/app'], Labels: { tier: 'web' }, Env: ['A=1'] },
}
const other: TestImage = { names: ['other:latest'], layers: [base, [{ name: 'other', content: 'two!' }]], created: '2020-01-01T00:00:00Z' }

describe('images', () => {
  let root: string
  let kv: MemoryKeyValue
  let snapshots: OverlaySnapshotter
  let content: ContentStore
  let store: ImageStore
  let images: Images
  let users: Map<string, ImageUser[]>
  let events: ImageEvent[]
  let seed = 1

  const open = async (): Promise<void> => {
    const ids = idSource(seededRng(seed++))
    snapshots = new OverlaySnapshotter(join(root, 'overlay'), kv, ids, nullLogger)
    await snapshots.recover()
    content = new ContentStore(join(root, 'content'), ids)
    await content.recover()
    store = new ImageStore(kv, content, snapshots, new ManualClock())
    await store.collect()
    store.onEvent((event) => events.push(event))
    images = new Images(store, { usersOf: (id) => users.get(id) ?? [] })
  }

  beforeEach(async () => {
    root = mkdtempSync('/tmp/skep-image-')
    kv = new MemoryKeyValue()
    users = new Map()
    events = []
    await open()
  })

  afterEach(() => {
    for (const { target } of mountsBelow(root)) unmountAll(target)
    rmSync(root, { recursive: true, force: true })
  })

  const load = async (archive: Uint8Array, options: { quiet?: boolean; platform?: string } = {}): Promise<string> => {
    let printed = ''
    const given = { quiet: options.quiet ?? false, ...(options.platform !== undefined && { platform: options.platform }) }
    await images.load(Readable.from([archive], { objectMode: false }), given, (message) => (printed += message.stream ?? ''), new AbortController().signal)
    return printed
  }
  const list = (filters: Record<string, string[]> = {}) => images.list({ all: false, digests: false, sharedSize: false, filters: new Filters(new Map(Object.entries(filters))) })
  const gather = async (source: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const pieces: Uint8Array[] = []
    for await (const piece of source) pieces.push(Buffer.from(piece))
    return Buffer.concat(pieces)
  }
  const save = async (...refs: string[]): Promise<Buffer> => gather(await images.save(refs, new AbortController().signal))
  const nothingLeft = (): void => {
    assert.deepEqual(readdirSync(join(root, 'overlay')), ['empty'])
    assert.deepEqual(readdirSync(join(root, 'content/blobs/sha256')), [])
    assert.deepEqual(readdirSync(join(root, 'content/ingest')), [])
    assert.deepEqual(store.list(), [])
  }

  it('serves the Engine API', () => {
    const backend: Pick<ImagesBackend, keyof Images & keyof ImagesBackend> = images
    assert(backend)
  })

  it('loads what docker saved, several images at once', async () => {
    const printed = await load(gzipSync(tarOf(...legacyArchive(app, other))))
    assert.equal(printed, 'Loaded image: app:1\nLoaded image: registry.example:5000/team/app:1\nLoaded image: other:latest\n')
    assert.deepEqual((await list()).map(({ Id, RepoTags, Size }) => [Id, RepoTags, Size]), [
      [imageId(app), ['app:1', 'registry.example:5000/team/app:1'], 8],
      [imageId(other), ['other:latest'], 9],
    ])
    const run = images.forRun('app:1')
    assert.deepEqual([run.id, run.config.Cmd, run.platform], [imageId(app), ['/app'], 'linux/amd64'])
    await snapshots.prepare('c', run.chainId)
    const merged = await snapshots.mount('c')
    assert.equal(readFileSync(join(merged, 'app'), 'utf8') + readFileSync(join(merged, 'bin/sh'), 'utf8'), 'oneshell')
    // The layer they share is there once.
    assert.equal(snapshots.layers().length, 3)
  })

  it('loads an OCI layout for this platform or for another', async () => {
    const arm: TestImage = { ...app, architecture: 'arm64', layers: [[{ name: 'arm', content: 'arm' }]] }
    const layout = tarOf(...ociLayout('docker.io/library/app:2', [arm, app]))
    assert.equal(await load(layout, { platform: 'linux/amd64' }), 'Loaded image: app:2\n')
    assert.equal(images.forRun('app:2').id, imageId(app))
    await load(layout, { platform: 'linux/arm64' })
    assert.equal(images.forRun('app:2').id, imageId(arm))
    assert.equal((await images.inspect('app:2')).Architecture, 'arm64')
    await assert.rejects(load(layout, { platform: 'linux/s390x' }), /has no image for linux\/s390x, only for linux\/arm64, linux\/amd64/)
    assert.equal(await load(tarOf(...ociLayout('latest', [other], { tagOnly: true }))), `Loaded image ID: ${imageId(other)}\n`)
  })

  it('saves what it loaded, with the same digests', async () => {
    await load(tarOf(...ociLayout('docker.io/library/app:2', [app])))
    const before = await images.inspect('app:2')
    const saved = await save('app:2')
    await images.remove('app:2', { force: false, prune: true })
    nothingLeft()
    assert.equal(await load(saved), 'Loaded image: app:2\n')
    const after = await images.inspect('app:2')
    assert.deepEqual([after.Id, after.Descriptor, after.RootFS], [before.Id, before.Descriptor, before.RootFS])
    await images.tag('app:2', 'app', 'three')
    assert.equal(await load(await save('app')), 'Loaded image: app:2\nLoaded image: app:three\n')
    assert.equal(await load(await save(imageId(app))), `Loaded image ID: ${imageId(app)}\n`)
    await assert.rejects(save('nothing'), /^StatusError: No such image: nothing:latest$/)
  })

  it('imports a root filesystem with changes', async () => {
    const changes = ['CMD ["run", "it"]', 'ENV A=1 B="two words"', 'ENV C three', 'EXPOSE 80 53/udp', 'LABEL x=y', 'USER 7', 'VOLUME /data', 'WORKDIR /srv', 'WORKDIR sub', 'STOPSIGNAL SIGINT', 'ENTRYPOINT exec me', 'HEALTHCHECK --interval=1m30s --retries=2 CMD true']
    const id = await images.import(Readable.from([gzipSync(tarOf(...base))]), { repo: 'rootfs', tag: 'v1', changes, message: 'by hand' }, () => undefined, new AbortController().signal)
    const inspected = await images.inspect('rootfs:v1')
    assert.equal(inspected.Id, id)
    assert.equal(inspected.Comment, 'by hand')
    assert.deepEqual(inspected.Config, {
      Cmd: ['run', 'it'],
      Env: ['A=1', 'B=two words', 'C=three'],
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Labels: { x: 'y' },
      User: '7',
      Volumes: { '/data': {} },
      WorkingDir: '/srv/sub',
      StopSignal: 'SIGINT',
      Entrypoint: ['/bin/sh', '-c', 'exec me'],
      Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 90e9, Retries: 2 },
    })
    assert.deepEqual(inspected.RootFS?.Layers, [digestOf(tarOf(...base))])
    await assert.rejects(images.import(Readable.from([tarOf()]), { changes: ['RUN x'] }, () => undefined, new AbortController().signal), /RUN is not a valid change command/)
    await assert.rejects(images.import(Readable.from([Buffer.from('no tar')]), { changes: [] }, () => undefined, new AbortController().signal), /cannot unpack the layer: not a tar archive/)
    await assert.rejects(images.import(Readable.from([Buffer.alloc(0)]), { changes: [] }, () => undefined, new AbortController().signal), /is empty/)
    await images.remove('rootfs:v1', { force: false, prune: true })
    nothingLeft()
  })

  it('takes archives of any compression, but keeps no layer that registries could not read', async () => {
    const signal = new AbortController().signal
    for (const program of ['gzip', 'bzip2', 'xz']) {
      const packed = (data: Buffer): Buffer => execFileSync(program, ['-c'], { input: data })
      assert.match(await load(packed(tarOf(...legacyArchive(app)))), /Loaded image: app:1/)
      const id = await images.import(Readable.from([packed(tarOf(...base))]), { repo: 'rootfs', tag: 'v1', changes: [] }, () => undefined, signal)
      assert.deepEqual((await images.inspect(id)).RootFS?.Layers, [digestOf(tarOf(...base))])
      const [layer] = store.find(id).layers
      assert.ok(layer)
      assert.deepEqual([layer.mediaType.endsWith('+gzip'), layer.digest === layer.diffId], program === 'gzip' ? [true, false] : [false, true])
      for (const name of ['rootfs:v1', 'app:1', 'registry.example:5000/team/app:1']) await images.remove(name, { force: false, prune: true })
      nothingLeft()
    }
  })

  it('makes an image of a container, and knows parents and children', async () => {
    await load(tarOf(...legacyArchive(app)))
    async function* layer() {
      yield await Promise.resolve(tarOf({ name: 'new', content: 'file' }))
    }
    const id = await images.commit({ parentId: imageId(app), layer: layer(), config: { Cmd: ['/new'] }, repo: 'made', changes: ['ENV X=1'], comment: 'hand made' }, new AbortController().signal)
    const made = await images.inspect('made')
    assert.deepEqual([made.Id, made.Parent, made.Config, made.RootFS?.Layers?.length], [id, imageId(app), { Cmd: ['/new'], Env: ['X=1'] }, 3])
    assert.deepEqual((await images.history('made')).map(({ Id, CreatedBy, Size }) => [Id, CreatedBy, Size]), [[id, '/new', 4], [imageId(app), 'step 1', 3], ['<missing>', 'step 0', 5]])
    await assert.rejects(images.remove(imageId(app), { force: true, prune: true }), /conflict: unable to delete [0-9a-f]{12} \(cannot be forced\) - image has dependent child images/)
    await images.remove('app:1', { force: false, prune: true })
    await images.remove('registry.example:5000/team/app:1', { force: true, prune: true }).catch((thrown: Error) => assert.match(thrown.message, /dependent child/))
    const removed = await images.remove('made', { force: false, prune: true })
    assert.deepEqual(removed[0], { Untagged: 'made:latest' })
    nothingLeft()
  })

  it('tells of each image how many containers have it', async () => {
    await load(tarOf(...legacyArchive(app, other)))
    users.set(imageId(app), [{ containerId: 'a', running: true }, { containerId: 'b', running: false }])
    assert.deepEqual((await list()).map(({ Id, Containers, SharedSize }) => [Id, Containers, SharedSize]), [[imageId(app), 2, -1], [imageId(other), 0, -1]])
  })

  it('lists by filters', async () => {
    await load(tarOf(...legacyArchive(app, other)))
    await images.tag('app:1', 'web/front', 'dev')
    const ids = async (filters: Record<string, string[]>) => (await list(filters)).map((one) => (one.Id === imageId(app) ? 'app' : 'other'))
    assert.deepEqual(await ids({}), ['app', 'other'])
    assert.deepEqual(await ids({ reference: ['app'] }), ['app'])
    assert.deepEqual(await ids({ reference: ['*'] }), ['app', 'other'])
    assert.deepEqual((await list({ reference: ['*/*:d*'] })).map((one) => one.RepoTags), [['web/front:dev']])
    assert.deepEqual(await ids({ label: ['tier=web'] }), ['app'])
    assert.deepEqual(await ids({ before: ['app:1'] }), ['other'])
    assert.deepEqual(await ids({ since: ['other'] }), ['app'])
    assert.deepEqual(await ids({ dangling: ['true'] }), [])
    assert.deepEqual(await ids({ until: ['2021-01-01'] }), ['other'])
    await load(tarOf(...legacyArchive({ ...other, names: ['app:1'] })))
    assert.deepEqual(await ids({ dangling: ['false'] }), ['app', 'other'])
    await assert.rejects(list({ before: ['gone'] }), /No such image: gone:latest/)
  })

  it('finds images by name, id and the beginning of an id', async () => {
    await load(tarOf(...legacyArchive(app)))
    const id = imageId(app)
    for (const ref of ['app:1', 'docker.io/library/app:1', id, id.slice(7), id.slice(7, 19), id.slice(0, 15)]) assert.equal((await images.inspect(ref)).Id, id, ref)
    await assert.rejects(images.inspect('app'), /^StatusError: No such image: app:latest$/)
    await assert.rejects(images.inspect('App'), /repository name \(library\/App\) must be lowercase|invalid reference format/)
    await assert.rejects(images.inspect(`sha256:${'0'.repeat(64)}`), new RegExp(`No such image: sha256:${'0'.repeat(64)}`))
    await images.tag('app:1', id.slice(7, 13), '')
    await load(tarOf(...legacyArchive({ ...other, names: [`${id.slice(7, 13)}:latest`] })))
    assert.equal((await images.inspect(id.slice(7, 13))).Id, imageId(other))
  })

  it('removes by the rules that docker has', async () => {
    await load(tarOf(...legacyArchive(app)))
    const id = imageId(app)
    const short = id.slice(7, 19)
    users.set(id, [{ containerId: 'c'.repeat(64), running: false }])
    assert.deepEqual(await images.remove('app:1', { force: false, prune: true }), [{ Untagged: 'app:1' }])
    await assert.rejects(
      images.remove('registry.example:5000/team/app:1', { force: false, prune: true }),
      (thrown: Error) => kindOf(thrown) === 'conflict' && thrown.message === `conflict: unable to remove repository reference "registry.example:5000/team/app:1" (must force) - container cccccccccccc is using its referenced image ${short}`,
    )
    await assert.rejects(images.remove(short, { force: false, prune: true }), new RegExp(`conflict: unable to delete ${short} \\(must be forced\\) - image is being used by stopped container cccccccccccc`))
    users.set(id, [{ containerId: 'd'.repeat(64), running: true }])
    await assert.rejects(images.remove(short, { force: true, prune: true }), new RegExp(`conflict: unable to delete ${short} \\(cannot be forced\\) - image is being used by running container dddddddddddd`))
    users.clear()
    await images.tag(id, 'elsewhere/app', 'x')
    await assert.rejects(images.remove(short, { force: false, prune: true }), /\(must be forced\) - image is referenced in multiple repositories/)
    const removed = await images.remove(short, { force: true, prune: true })
    const chain = chainIds(app.layers.map((files) => digestOf(tarOf(...files))))
    assert.deepEqual(removed, [
      { Untagged: 'elsewhere/app:x' },
      { Untagged: 'registry.example:5000/team/app:1' },
      { Deleted: id },
      { Deleted: chain[1] },
      { Deleted: chain[0] },
    ])
    nothingLeft()
    await assert.rejects(images.remove('app:1', { force: true, prune: true }), /No such image: app:1/)
    assert.deepEqual(events.map((event) => event.action), ['load', 'untag', 'tag', 'untag', 'untag', 'delete'])
  })

  it('takes a name off by force, whatever still needs the image', async () => {
    await load(tarOf(...legacyArchive(app)))
    await images.remove('registry.example:5000/team/app:1', { force: false, prune: true })
    users.set(imageId(app), [{ containerId: 'd'.repeat(64), running: true }])
    assert.deepEqual(await images.remove('app:1', { force: true, prune: true }), [{ Untagged: 'app:1' }])
    users.clear()
    await images.tag(imageId(app), 'app', '1')
    const signal = new AbortController().signal
    const layer = (...files: Parameters<typeof tarOf>): Readable => Readable.from([tarOf(...files)])
    const made = await images.commit({ parentId: imageId(app), layer: layer(), config: { Cmd: ['/was'] }, repo: 'same', changes: ['CMD ["/is"]'] }, signal)
    // A commit without changes adds no layer, and tells what the container ran.
    assert.deepEqual((await images.inspect(made)).RootFS?.Layers?.length, app.layers.length)
    const [step] = await images.history(made)
    assert.deepEqual([step?.CreatedBy, step?.Size, (await images.inspect(made)).Config?.Cmd], ['/was', 0, ['/is']])
    assert.deepEqual(await images.remove('app:1', { force: false, prune: true }), [{ Untagged: 'app:1' }])
    await images.remove('same', { force: false, prune: true })
    nothingLeft()
  })

  it('prunes what no name points to, or what no container uses', async () => {
    await load(tarOf(...legacyArchive(app, other)))
    await load(tarOf(...legacyArchive({ ...app, names: ['other:latest'] })))
    assert.equal((await images.prune(new Filters())).SpaceReclaimed, 4)
    users.set(imageId(app), [{ containerId: 'c', running: false }])
    const all = new Filters(new Map([['dangling', ['false']]]))
    assert.deepEqual((await images.prune(all)).ImagesDeleted, [])
    users.clear()
    assert.equal((await images.prune(all)).SpaceReclaimed, 8)
    nothingLeft()
  })

  it('keeps the layers of a container whose image was removed', async () => {
    await load(tarOf(...legacyArchive(app)))
    await snapshots.prepare('c', images.forRun('app:1').chainId)
    await images.remove(imageId(app), { force: true, prune: true })
    assert.equal(snapshots.layers().length, 2)
    assert.equal(readFileSync(join(await snapshots.mount('c'), 'app'), 'utf8'), 'one')
    await snapshots.removeWritable('c')
    await store.collect()
    nothingLeft()
  })

  it('knows its images after a restart', async () => {
    await load(tarOf(...legacyArchive(app, other)))
    await open()
    assert.equal((await list()).length, 2)
    assert.equal(images.forRun('other').id, imageId(other))
    assert.equal(await load(await save('app:1')), 'Loaded image: app:1\n')
  })

  describe('damaged archives', () => {
    const legacy = (): TarFile[] => legacyArchive(app)
    const without = (files: TarFile[], pattern: RegExp): TarFile[] => files.filter((file) => !pattern.test(file.name))
    const replaced = (files: TarFile[], pattern: RegExp, content: string | Uint8Array): TarFile[] =>
      files.map((file) => (pattern.test(file.name) && file.type === undefined ? { ...file, content } : file))
    const evilLayer = (...files: TarFile[]): TarFile[] => legacyArchive({ ...app, layers: [base, files] })

    const cases: [string, () => Uint8Array, RegExp][] = [
      ['no tar', () => Buffer.from('this is no archive at all, is it?'.repeat(40)), /cannot read the image archive: not a tar archive/],
      ['nothing', () => Buffer.alloc(0), /neither manifest.json \(docker save\) nor index.json/],
      ['a root filesystem', () => tarOf(...base), /neither manifest.json \(docker save\) nor index.json.*image import/],
      ['a cut off archive', () => tarOf(...legacy()).subarray(0, 3000), /the tar archive is cut off/],
      ['a cut off gzip', () => gzipSync(tarOf(...legacy())).subarray(0, 300), /the gzip data is cut off/],
      ['a cut off xz', () => execFileSync('xz', ['-c'], { input: tarOf(...legacy()) }).subarray(0, 300), /the xz data is damaged or cut off/],
      ['a layer in xz', () => tarOf(...replaced(legacy(), /layer\.tar$/, execFileSync('xz', ['-c'], { input: tarOf(...base) }))), /compressed with xz, which a layer cannot be/],
      ['a traversing name', () => tarOf(...legacy(), { name: '../../etc/x', content: 'x' }), /"..\/..\/etc\/x" leads outside of the archive/],
      ['a link out of the archive', () => tarOf(...legacy(), { name: 'l', type: TarType.symlink, linkName: '../etc/passwd' }), /"l" leads outside of the archive/],
      ['a loop of links', () => tarOf(...without(legacy(), /^[0-9a-f]{64}\.json$/), ...legacy().filter((file) => file.name.endsWith('.json') && file.name !== 'manifest.json').map(({ name }): TarFile => ({ name, type: TarType.symlink, linkName: name }))), /loop of links/],
      ['a device', () => tarOf(...legacy(), { name: 'd', type: TarType.character }), /is a device or a pipe/],
      ['an absurd size', () => tarOf(...legacy(), { name: 'a', size: 2 ** 50 }), /takes more than/],
      ['a missing layer', () => tarOf(...without(legacy(), /layer\.tar$/)), /layer.tar" is missing/],
      ['a missing configuration', () => tarOf(...without(legacy(), /^[0-9a-f]{64}\.json$/)), /\.json" is missing/],
      ['a changed configuration', () => tarOf(...replaced(legacy(), /^[0-9a-f]{64}\.json$/, '{}')), /has digest/],
      ['a changed layer', () => tarOf(...replaced(legacy(), /layer\.tar$/, tarOf({ name: 'evil' }))), /a layer is damaged: its content has digest/],
      ['a manifest that is no JSON', () => tarOf(...replaced(legacy(), /^manifest/, '[{')), /manifest.json is not JSON/],
      ['a manifest of another shape', () => tarOf(...replaced(legacy(), /^manifest/, '{"a":1}')), /manifest.json is not a list/],
      ['an image without layers in the manifest', () => tarOf(...replaced(legacy(), /^manifest/, '[{"Layers":["a"]}]')), /lacks its Config or Layers/],
      ['a bad name', () => tarOf(...legacyArchive({ ...app, names: ['A:b'] })), /must be lowercase|invalid reference format/],
      ['a layer with a traversing name', () => tarOf(...evilLayer({ name: '../../../escape', content: 'x' })), /cannot unpack the image: "..\/..\/..\/escape" leads outside/],
      ['a layer that writes through a link', () => tarOf(...evilLayer({ name: 'e', type: TarType.symlink, linkName: '../../../..' }, { name: 'e/escape', content: 'x' })), /"e\/escape" leads outside/],
      ['a layer with a hard link outside', () => tarOf(...evilLayer({ name: 'h', type: TarType.link, linkName: '/etc/passwd' })), /which this layer does not have/],
      ['a cut off layer', () => tarOf(...legacyArchive({ ...app, layers: [base, [{ name: 'x', size: 5000, content: 'short' }]] })), /the tar archive is cut off|damaged tar header/],
      ['a blob of another digest', () => tarOf(...ociLayout('docker.io/library/app:2', [app]).map((file) => (file.name.startsWith('blobs/') && Buffer.from(file.content as Uint8Array).includes('"rootfs"') ? { ...file, content: '{}' } : file))), /the blob sha256:[0-9a-f]{64} has digest/],
      ['a missing blob', () => tarOf(...ociLayout('docker.io/library/app:2', [app]).filter((file) => !Buffer.from((file.content ?? '') as string).includes('"rootfs"'))), /blobs\/sha256\/[0-9a-f]{64}" is missing/],
      ['an index of another shape', () => tarOf(...replaced(ociLayout('a', [app]), /^index/, '{"manifests":[{"digest":"md5:1"}]}')), /"md5:1" is not a sha256 digest/],
    ]
    for (const [what, archive, message] of cases) {
      it(`refuses ${what} and leaves nothing`, async () => {
        await assert.rejects(load(archive()), (thrown: Error) => {
          assert.match(thrown.message, message)
          assert.equal(kindOf(thrown), 'invalid')
          return true
        })
        nothingLeft()
        assert.deepEqual(events, [])
      })
    }

    it('leaves nothing when the client goes away', async () => {
      const abort = new AbortController()
      const archive = tarOf(...legacyArchive({ ...app, layers: [[{ name: 'big', content: 'x'.repeat(5_000_000) }]] }))
      async function* slow() {
        for (let at = 0; at < archive.length; at += 65_536) {
          if (at > 1_000_000) abort.abort(new Error('gone'))
          yield await Promise.resolve(archive.subarray(at, at + 65_536))
        }
      }
      await assert.rejects(images.load(Readable.from(slow()), { quiet: true }, () => undefined, abort.signal), /gone/)
      nothingLeft()
    })
  })
})
