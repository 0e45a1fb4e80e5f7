import { strict as assert } from 'node:assert'
import { Readable } from 'node:stream'
import { platformParameter } from '../../src/api/images/platform.js'
import { Filters } from '../../src/api/filters.js'
import { Query } from '../../src/api/query.js'
import { hostPlatform } from '../../agent/image/descriptor.js'
import { legacyArchive, ociLayout } from '../support/image-archive.js'
import { QuickClock } from '../support/quick-clock.js'
import { RegistryHost } from '../support/registry-host.js'
import { tarOf } from '../support/tar.js'

describe('platforms of an image', () => {
  const signal = new AbortController().signal
  const { os, architecture } = hostPlatform()
  const here = `${os}/${architecture}`

  it('are told by manifest, and looked at wherever one is asked for', async () => {
    await using host = await RegistryHost.open(new QuickClock())
    const { images } = host
    const archive = tarOf(...ociLayout('app:1', [{ architecture, layers: [[{ name: 'a', content: 'hello' }]] }]))
    await images.load(Readable.from([archive]), { quiet: true }, () => undefined, signal)
    const { Id: id, Manifests: none } = await images.inspect('app:1', { platform: here })
    assert.equal(none, undefined)
    const { Manifests: manifests } = await images.inspect('app:1', { manifests: true })
    const [manifest, ...more] = manifests ?? []
    assert.deepEqual(more, [])
    assert.deepEqual(manifest, {
      ID: host.store.find('app:1').manifest.digest,
      Descriptor: { ...host.store.find('app:1').manifest, platform: { os, architecture } },
      Available: true,
      Kind: 'image',
      ImageData: { Platform: { os, architecture }, Containers: [], Size: { Unpacked: 5 } },
      Size: { Content: manifest?.Size?.Content, Total: (manifest?.Size?.Content ?? 0) + 5 },
    })
    assert.ok((manifest?.Size?.Content ?? 0) > 500)
    const mismatch = new RegExp(`image with reference app:1 was found but its platform \\(${here}\\) does not match the specified platform \\(linux/s390x\\)`)
    await assert.rejects(images.inspect('app:1', { platform: 'linux/s390x' }), mismatch)
    await assert.rejects(images.history('app:1', 'linux/s390x'), mismatch)
    await assert.rejects(images.save(['app:1'], signal, ['linux/s390x']), mismatch)
    await assert.rejects(images.remove('app:1', { force: false, prune: true, platforms: ['linux/s390x'] }), mismatch)
    assert.equal((await images.remove('app:1', { force: false, prune: true, platforms: [here] })).at(-1)?.Deleted?.startsWith('sha256:'), true)
    assert.equal(images.has(id ?? ''), false)
  })

  it('add up where images are listed with them', async () => {
    await using host = await RegistryHost.open(new QuickClock())
    const archive = tarOf(...ociLayout('app:1', [{ architecture, layers: [[{ name: 'a', content: 'hello' }]] }]))
    await host.images.load(Readable.from([archive]), { quiet: true }, () => undefined, signal)
    const list = (manifests: boolean) => host.images.list({ all: false, filters: new Filters(new Map()), sharedSize: false, digests: false, manifests })
    const [summary] = await list(true)
    const [manifest] = summary?.Manifests ?? []
    assert.equal(manifest?.Size?.Total, (manifest?.Size?.Content ?? 0) + (manifest?.ImageData?.Size?.Unpacked ?? 0))
    assert.equal(summary?.Size, manifest?.Size?.Total)
    assert.equal((await list(false))[0]?.Size, 5)
  })

  it('are refused when an archive that names none has another', async () => {
    await using host = await RegistryHost.open(new QuickClock())
    const load = (platform: string): Promise<void> =>
      host.images.load(Readable.from([tarOf(...legacyArchive({ names: ['app:1'], architecture, layers: [[{ name: 'a', content: 'x' }]] }))]), { quiet: true, platform }, () => undefined, signal)
    await assert.rejects(load('linux/s390x'), { kind: 'notFound', message: `requested platform (linux/s390x) not found: the image archive has only ${here}` })
    host.assertEmpty()
    await load(here)
    assert.ok(host.images.has('app:1'))
  })

  it('are read from the query in both forms', () => {
    const read = (text: string): string | undefined => platformParameter(new Query(new URLSearchParams({ platform: text })))
    assert.equal(read('{"os":"linux","architecture":"arm64","variant":"v8"}'), 'linux/arm64/v8')
    assert.equal(read('{"os":"linux","architecture":"amd64","os.version":"1"}'), 'linux/amd64')
    assert.equal(read('linux/arm/v7'), 'linux/arm/v7')
    assert.equal(read(''), undefined)
    for (const bad of ['{', '{}', '{"os":7}']) assert.throws(() => read(bad), /failed to parse platform/)
  })
})
