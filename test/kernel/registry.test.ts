import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { kindOf } from '../../src/base/errors.js'
import { FakeRegistry, json, refuse, type RegistryImage } from '../support/fake-registry.js'
import { QuickClock } from '../support/quick-clock.js'
import { RegistryHost } from '../support/registry-host.js'

const base = [{ name: 'bin/sh', content: 'shell', mode: 0o755 }]
const app: RegistryImage = { layers: [base, [{ name: 'app', content: 'one' }]], config: { Cmd: ['/app'], Labels: { tier: 'web' } } }
/** A layer that does not shrink: 3 MB on the wire. */
const large: RegistryImage = { layers: [base, [{ name: 'data', content: randomBytes(3_000_000) }]] }

describe('pulling', function () {
  this.timeout(20_000)
  let registry: FakeRegistry
  let elsewhere: FakeRegistry
  let host: RegistryHost
  let clock: QuickClock

  beforeEach(async () => {
    clock = new QuickClock()
    registry = await FakeRegistry.start()
    elsewhere = await FakeRegistry.start()
    host = await RegistryHost.open(clock)
  })
  afterEach(async () => {
    await host[Symbol.asyncDispose]()
    await registry[Symbol.asyncDispose]()
    await elsewhere[Symbol.asyncDispose]()
  })

  const name = (rest: string): string => `${registry.host}/${rest}`
  const blobPath = (digest: string): string => `/blobs/${digest}`

  it('brings an image, with the lines that docker prints', async () => {
    const { id, manifest, layers } = registry.addImage('team/app', 'v1', app)
    const lines = await host.pull(name('team/app:v1'))
    const [first, second] = layers.map((digest) => digest.slice(7, 19))
    const said = lines.map(({ id: of, status }) => (of === undefined ? status : `${of}: ${status}`))
    assert.equal(said[0], 'v1: Pulling from team/app')
    assert.deepEqual(said.slice(1, 3), [`${first}: Pulling fs layer`, `${second}: Pulling fs layer`])
    assert.deepEqual(said.filter((line) => line?.startsWith(first as string)), ['Pulling fs layer', 'Downloading', 'Verifying Checksum', 'Download complete', 'Extracting', 'Pull complete'].map((status) => `${first}: ${status}`))
    assert.deepEqual(said.slice(-2), [`Digest: ${manifest.digest}`, `Status: Downloaded newer image for ${name('team/app:v1')}`])
    const inspected = await host.images.inspect(name('team/app:v1'))
    assert.deepEqual([inspected.Id, inspected.RepoTags, inspected.RepoDigests], [id, [name('team/app:v1')], [name(`team/app@${manifest.digest}`)]])
    assert.deepEqual(host.events.at(-1), { action: 'pull', id: name('team/app:v1'), attributes: { name: name('team/app'), tier: 'web' } })
    await host.snapshots.prepare('c', host.images.forRun(id).chainId)
    assert.equal(readFileSync(join(await host.snapshots.mount('c'), 'app'), 'utf8'), 'one')
    assert.deepEqual((await host.pull(name('team/app:v1'))).map(({ status }) => status), ['Pulling from team/app', `Digest: ${manifest.digest}`, `Status: Image is up to date for ${name('team/app:v1')}`])
    assert.equal(host.images.has(name(`team/app:v1@${manifest.digest}`)), true)
  })

  it('takes what is here already, in all packings and formats', async () => {
    registry.addImage('app', 'one', app)
    await host.pull(name('app:one'))
    const more = [base, [{ name: 'app', content: 'two' }]]
    registry.addImage('app', 'two', { layers: more, packing: 'gzip', docker: true })
    const lines = await host.pull(name('app:two'))
    assert.equal(lines.filter(({ status }) => status === 'Already exists').length, 1)
    assert.equal(lines.filter(({ status }) => status === 'Pull complete').length, 1)
    for (const packing of ['zstd', 'none'] as const) {
      const { id } = registry.addImage('app', packing, { layers: [...more, [{ name: packing, content: 'x' }]], packing })
      await host.pull(name(`app:${packing}`))
      assert.equal(host.images.forRun(name(`app:${packing}`)).id, id)
    }
  })

  it('chooses by platform, and pulls by digest and all tags', async () => {
    const amd64 = registry.addImage('app', undefined, app)
    const arm = registry.addImage('app', undefined, { ...app, architecture: 'arm64', variant: 'v8', layers: [[{ name: 'arm', content: 'arm' }]] })
    const index = registry.putManifest('app', 'latest', 'application/vnd.oci.image.index.v1+json', {
      schemaVersion: 2,
      manifests: [
        { ...amd64.manifest, platform: { os: 'linux', architecture: 'amd64' } },
        { ...arm.manifest, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      ],
    })
    await host.pull(name('app:latest'), { platform: 'linux/amd64' })
    assert.equal(host.images.forRun(name('app')).id, amd64.id)
    assert.deepEqual((await host.images.inspect(name('app'))).RepoDigests, [name(`app@${index.digest}`)])
    await host.pull(name('app:latest'), { platform: 'linux/arm64' })
    assert.equal(host.images.forRun(name('app')).id, arm.id)
    await assert.rejects(host.pull(name('app:latest'), { platform: 'linux/s390x' }), /no matching manifest for linux\/s390x in the manifest list entries/)
    await host.pull(name(`app@${amd64.manifest.digest}`))
    await assert.rejects(host.pull(name(`app@${amd64.manifest.digest}`), { platform: 'linux/arm64' }), /does not match the specified platform/)
    assert.deepEqual(await host.registries.inspect(parsed('app:latest'), {}, new AbortController().signal), {
      Descriptor: index,
      Platforms: [{ os: 'linux', architecture: 'amd64' }, { os: 'linux', architecture: 'arm64', variant: 'v8' }],
    })
    const tagged = registry.addImage('many', 'a', app)
    registry.addImage('many', 'b', { ...app, layers: [base] })
    registry.manifests.delete('app/latest')
    await host.pull(name('many'))
    assert.deepEqual(host.store.tagsOf(parsed('many')).map((one) => [one.name.tag, one.id === tagged.id]), [['a', true], ['b', false]])
  })

  it('takes up a download where its connection broke', async () => {
    const { layers } = registry.addImage('app', 'v1', large)
    const digest = layers[1] as string
    const data = registry.blobs.get(digest) as Buffer
    let cuts = 0
    registry.intercept = (request, response, path) => {
      if (!path.endsWith(blobPath(digest)) || cuts >= 2) return false
      cuts++
      const from = Number(/(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      response.writeHead(from === 0 ? 200 : 206, { 'Content-Length': data.length - from, 'Content-Range': `bytes ${from}-${data.length - 1}/${data.length}` })
      response.write(data.subarray(from, from + 1_000_000), () => response.destroy())
      return true
    }
    const lines = await host.pull(name('app:v1'))
    const asked = registry.asked(digest).map(({ range }) => range)
    assert.equal(asked.length, 3)
    assert.equal(asked[0], undefined)
    const [second, third] = asked.slice(1).map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]))
    assert(second! > 0 && third! > second! && third! <= 2_000_000, JSON.stringify(asked))
    assert(lines.some(({ status }) => status?.startsWith('Retrying in')))
  })

  it('reads a registry that cannot resume from the beginning, without giving a byte twice', async () => {
    const { layers } = registry.addImage('app', 'v1', large)
    registry.ranges = false
    let cut = false
    registry.intercept = (_request, response, path) => {
      if (!path.endsWith(blobPath(layers[1] as string)) || cut) return false
      cut = true
      const data = registry.blobs.get(layers[1] as string) as Buffer
      response.writeHead(200, { 'Content-Length': data.length })
      response.write(data.subarray(0, 700_000), () => response.destroy())
      return true
    }
    await host.pull(name('app:v1'))
  })

  it('waits and tries again what fails for now, and gives up in the end', async () => {
    const { layers } = registry.addImage('app', 'v1', app)
    let left = 3
    registry.intercept = (_request, response, path) => {
      if (!path.endsWith(blobPath(layers[0] as string)) || left-- <= 0) return false
      refuse(response, 503, 'UNAVAILABLE', 'busy', { 'Retry-After': '7' })
      return true
    }
    await host.pull(name('app:v1'))
    assert(clock.waitedMs.filter((ms) => ms >= 7_000).length === 3)
    await host.images.remove(name('app:v1'), { force: true, prune: true })
    left = Infinity
    await assert.rejects(host.pull(name('app:v1')), (thrown: Error) => kindOf(thrown) === 'unavailable' && /unavailable: busy/.test(thrown.message))
    assert.equal(registry.asked(layers[0] as string).length, 4 + 5)
    host.assertEmpty()
  })

  it('refuses what lies', async () => {
    const { layers, manifest } = registry.addImage('app', 'v1', large)
    const digest = layers[1] as string
    const data = registry.blobs.get(digest) as Buffer
    const lie = async (why: RegExp, act: (response: ServerResponse) => void) => {
      registry.intercept = (_request, response, path) => path.endsWith(blobPath(digest)) && (act(response), true)
      await assert.rejects(host.pull(name('app:v1')), why)
      host.assertEmpty()
    }
    const other = Buffer.from(data)
    other[100_000]! ^= 1
    await lie(/filesystem layer verification failed for digest sha256:/, (response) => response.end(other))
    await lie(/it has 100 bytes, the manifest says/, (response) => response.writeHead(200, { 'Content-Length': 100 }).end(Buffer.alloc(100)))
    await lie(/unexpected EOF after/, (response) => response.writeHead(200).end(Buffer.alloc(100)))
    await lie(/more than the \d+ bytes that the manifest says/, (response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
        response.once('drain', pour)
      }
      response.writeHead(200)
      pour()
    })
    await lie(/asked for bytes from|unexpected EOF/, (response) => response.writeHead(206, { 'Content-Range': 'bytes 999999-1000000/*' }).end('x'))
    await lie(/blob unknown to registry/, (response) => refuse(response, 404, 'BLOB_UNKNOWN', 'blob unknown to registry'))
    registry.intercept = (_request, response, path) => {
      if (!path.includes('/manifests/')) return false
      response.writeHead(200, { 'Content-Type': manifest.mediaType, 'Docker-Content-Digest': `sha256:${'0'.repeat(64)}` }).end('{}')
      return true
    }
    await assert.rejects(host.pull(name('app:v1')), /manifest verification failed for digest sha256:0000/)
    registry.intercept = (_request, response, path) => path.includes('/manifests/') && (response.writeHead(200).end(Buffer.alloc(5 * 1024 * 1024, 0x20)), true)
    await assert.rejects(host.pull(name('app:v1')), /answers with more than the 4194304 bytes/)
    registry.intercept = (_request, response, path) => path.includes('/manifests/') && (response.writeHead(200).end('{"schemaVersion":2,"layers":[{}],"config":{}}'), true)
    await assert.rejects(host.pull(name('app:v1')), /is not a sha256 digest/)
    host.assertEmpty()
  })

  it('asks for no layer when the disk has no room for what is to come', async () => {
    const { layers, manifest } = registry.addImage('app', 'v1', app)
    const told = JSON.parse((registry.manifests.get('app/v1')?.data ?? '').toString()) as { layers: { size: number }[] }
    told.layers.forEach((layer) => (layer.size = 2 ** 52))
    registry.putManifest('app', 'v1', manifest.mediaType, told)
    await assert.rejects(host.pull(name('app:v1')), /no space left on device: the image has 9007199254740992 bytes to download, and the disk has \d+ bytes free/)
    for (const digest of layers) assert.equal(registry.asked(digest).length, 0)
    host.assertEmpty()
  })

  it('ends a list of tags that does not', async () => {
    const page = JSON.stringify({ tags: Array.from({ length: 60_000 }, (_, i) => `t${i}`) })
    let pages = 0
    registry.intercept = (_request, response, path) => {
      if (!path.includes('/tags/list')) return false
      pages++
      response.writeHead(200, { Link: '</v2/app/tags/list?last=x>; rel="next"' }).end(page)
      return true
    }
    await assert.rejects(host.pull(name('app')), /lists without end/)
    assert.equal(pages, 2)
    registry.intercept = (_request, response, path) => path.includes('/tags/list') && (response.writeHead(200).end(`{"tags":[${'"a",'.repeat(700_000)}"a"]}`), true)
    await assert.rejects(host.pull(name('app')), /lists without end/)
  })

  it('follows redirects without credentials, but not without end', async () => {
    const { layers } = registry.addImage('app', 'v1', app)
    for (const [digest, data] of registry.blobs) elsewhere.blobs.set(digest, data)
    const credentials = { username: 'ann', password: 'secret' }
    registry.intercept = (request, response, path) => {
      if (request.headers.authorization === undefined) {
        refuse(response, 401, 'UNAUTHORIZED', 'authentication required', { 'WWW-Authenticate': 'Basic realm="here"' })
        return true
      }
      if (!path.includes('/blobs/')) return false
      response.writeHead(307, { Location: `http://${elsewhere.host}${path}` }).end()
      return true
    }
    await host.pull(name('app:v1'), { credentials })
    assert.equal(elsewhere.asked(layers[0] as string).length, 1)
    assert.deepEqual(elsewhere.seen.filter(({ authorization }) => authorization !== undefined), [])
    assert(registry.seen.some(({ authorization }) => authorization === `Basic ${Buffer.from('ann:secret').toString('base64')}`))
    await assert.rejects(host.pull(name('app:v1')), (thrown: Error) => kindOf(thrown) === 'internal' && /no basic auth credentials/.test(thrown.message))
    registry.intercept = (_request, response, path) => (response.writeHead(302, { Location: path }).end(), true)
    await assert.rejects(host.pull(name('app:v1')), /stopped after 5 redirects/)
    registry.intercept = (_request, response) => (response.writeHead(302, { Location: 'file:///etc/shadow' }).end(), true)
    await assert.rejects(host.pull(name('app:v1')), /sends to file:, which is no web address/)
  })

  it('gets tokens, keeps them, and renews them', async () => {
    registry.addImage('team/app', 'v1', app)
    let issued = 0
    let valid = ''
    const scopes: string[] = []
    elsewhere.intercept = (request, response) => {
      const url = new URL(request.url ?? '', 'http://auth')
      scopes.push(url.searchParams.getAll('scope').join(' '))
      if (request.headers.authorization !== `Basic ${Buffer.from('ann:secret').toString('base64')}`) {
        json(response, 401, { details: 'incorrect username or password' })
        return true
      }
      valid = `token${++issued}`
      json(response, 200, { token: valid, expires_in: 300, refresh_token: 'fresh' })
      return true
    }
    registry.intercept = (request, response) => {
      if (valid !== '' && request.headers.authorization === `Bearer ${valid}`) return false
      refuse(response, 401, 'UNAUTHORIZED', 'authentication required', { 'WWW-Authenticate': `Bearer realm="http://${elsewhere.host}/token",service="registry"` })
      return true
    }
    const credentials = { username: 'ann', password: 'secret' }
    await host.pull(name('team/app:v1'), { credentials })
    assert.deepEqual([issued, scopes], [1, ['repository:team/app:pull']])
    await host.pull(name('team/app:v1'), { credentials })
    assert.equal(issued, 1)
    valid = 'revoked'
    await host.pull(name('team/app:v1'), { credentials })
    assert.equal(issued, 2)
    await assert.rejects(host.pull(name('team/app:v1'), { credentials: { ...credentials, password: 'wrong' } }), (thrown: Error) => kindOf(thrown) === 'unauthorized' && /incorrect username or password/.test(thrown.message))
    assert.deepEqual(await host.registries.logIn(registry.host, credentials, new AbortController().signal), { identityToken: 'fresh' })
    await assert.rejects(host.registries.logIn(registry.host, { username: 'ann', password: 'bad' }, new AbortController().signal), (thrown: Error) => kindOf(thrown) === 'unauthorized')
  })

  it('ends a loop of refusals', async () => {
    registry.addImage('app', 'v1', app)
    let issued = 0
    elsewhere.intercept = (_request, response) => (json(response, 200, { token: `useless${issued++}` }), true)
    registry.intercept = (_request, response) => {
      refuse(response, 401, 'UNAUTHORIZED', 'authentication required', { 'WWW-Authenticate': `Bearer realm="http://${elsewhere.host}/token"` })
      return true
    }
    await assert.rejects(host.pull(name('app:v1')), (thrown: Error) => kindOf(thrown) === 'unauthorized')
    assert(registry.seen.length <= 4, `${registry.seen.length} requests`)
    registry.intercept = (_request, response) => {
      refuse(response, 401, 'UNAUTHORIZED', 'x', { 'WWW-Authenticate': `Bearer realm="http://${elsewhere.host}/token",error="insufficient_scope"` })
      return true
    }
    await assert.rejects(
      host.pull(name('app:v1')),
      (thrown: Error) =>
        kindOf(thrown) === 'notFound' &&
        thrown.message === `pull access denied for ${name('app')}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
    )
  })

  it('words failures as docker does', async () => {
    registry.addImage('app', 'v1', app)
    await assert.rejects(host.pull(name('app:v2')), (thrown: Error) => kindOf(thrown) === 'notFound' && thrown.message === `manifest for ${name('app:v2')} not found: manifest unknown: manifest unknown`)
    const gone = registry.host
    await registry[Symbol.asyncDispose]()
    await assert.rejects(host.pull(`${gone}/app:v1`), new RegExp(`^StatusError: Get "http://${gone}/v2/app/manifests/v1": dial tcp ${gone}: connect: connection refused$`))
    registry = await FakeRegistry.start()
  })

  it('asks mirrors first, without credentials, and the registry itself where they fail', async () => {
    await host[Symbol.asyncDispose]()
    // The way to the registry itself is closed, whatever this machine is connected to.
    const proxies = { httpProxy: '', httpsProxy: 'http://127.0.0.1:9', noProxy: '' }
    host = await RegistryHost.open(clock, { mirrors: [`http://${elsewhere.host}`, `http://${registry.host}/cache`], proxies })
    const { id } = elsewhere.addImage('library/app', 'v1', app)
    const lines = await host.pull('app:v1', { credentials: { username: 'ann', password: 'secret' } })
    assert.equal(host.images.forRun('app:v1').id, id)
    assert.equal(lines.at(-1)?.status, 'Status: Downloaded newer image for app:v1')
    assert.deepEqual(elsewhere.seen.filter(({ authorization }) => authorization !== undefined), [])
    elsewhere.intercept = (_request, response) => (refuse(response, 500, 'UNKNOWN', 'broken'), true)
    registry.intercept = (request) => {
      request.url = (request.url ?? '').replace('/cache', '')
      return false
    }
    await assert.rejects(host.pull('other:v1'), /registry-1.docker.io/)
    assert(registry.asked('/cache/v2/library/other/manifests/v1').length > 0)
  })

  it('stops when nobody waits any more, and leaves nothing', async () => {
    const { layers } = registry.addImage('app', 'v1', large)
    const given = new AbortController()
    registry.intercept = (_request, response, path) => {
      if (!path.endsWith(blobPath(layers[1] as string))) return false
      response.writeHead(200, { 'Content-Length': (registry.blobs.get(layers[1] as string) as Buffer).length })
      response.write(Buffer.alloc(1000), () => given.abort(new Error('the client went away')))
      return true
    }
    await assert.rejects(host.pull(name('app:v1'), {}, given.signal), /the client went away/)
    host.assertEmpty()
  })

  it('brings the same layers once for pulls at the same time', async () => {
    const one = registry.addImage('app', 'v1', large)
    registry.addImage('app', 'v2', { ...large, config: { Cmd: ['other'] } })
    await Promise.all([host.pull(name('app:v1')), host.pull(name('app:v2')), host.pull(name('app:v1'))])
    for (const digest of one.layers) assert.equal(registry.asked(digest).length, 1)
    assert.equal(host.store.list().length, 2)
  })

  it('says that the disk is full, and leaves nothing', async () => {
    await host[Symbol.asyncDispose]()
    host = await RegistryHost.open(clock, { diskBytes: 2_000_000 })
    registry.addImage('app', 'v1', large)
    await assert.rejects(host.pull(name('app:v1')), /no space left on device/)
    host.assertEmpty()
    registry.addImage('app', 'v2', app)
    await host.pull(name('app:v2'))
    // Room for what is sent, but not for what it unpacks to.
    registry.addImage('app', 'v3', { layers: [[{ name: 'zeros', content: Buffer.alloc(5_000_000) }]] })
    await assert.rejects(host.pull(name('app:v3')), /no space left on device/)
    assert.equal(host.store.list().length, 1)
    assert.equal(host.snapshots.layers().length, 2)
    await host.pull(name('app:v2'))
  })

  it('sends a layer again when the connection broke, and says why a push is refused', async () => {
    registry.addImage('app', 'v1', large)
    await host.pull(name('app:v1'))
    await host.images.tag(name('app:v1'), name('copy'), 'v1')
    const uploads = new Map<string, Buffer>()
    let cuts = 2
    let opened = 0
    registry.intercept = async (request, response, path) => {
      const { method = '' } = request
      if (method === 'HEAD') return path.startsWith('/v2/copy/blobs/') && (response.writeHead(404).end(), true)
      if (method === 'GET') return false
      if (method === 'PATCH' && cuts-- > 0) {
        request.once('data', () => request.destroy())
        return true
      }
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      const url = new URL(request.url ?? '', 'http://registry')
      if (method === 'POST') response.writeHead(202, { Location: `/v2/copy/blobs/uploads/${opened++}?state=x` }).end()
      else if (method === 'DELETE') response.writeHead(204).end()
      else if (method === 'PATCH') {
        uploads.set(path, body)
        response.writeHead(202, { Location: `${path}?state=y` }).end()
      } else if (path.includes('/uploads/')) {
        const done = registry.putBlob(uploads.get(path) ?? Buffer.alloc(0))
        if (done.digest === url.searchParams.get('digest') && url.searchParams.get('state') === 'y') response.writeHead(201).end()
        else refuse(response, 400, 'DIGEST_INVALID', 'provided digest did not match uploaded content')
      } else if (path.endsWith('/manifests/v1')) {
        registry.manifests.set('copy/v1', { type: request.headers['content-type'] ?? '', data: body })
        response.writeHead(201).end()
      } else refuse(response, 403, 'DENIED', 'requested access to the resource is denied')
      return true
    }
    const before = [...registry.blobs.keys()]
    registry.blobs.clear()
    const lines: string[] = []
    await host.registries.push(parsed('copy:v1'), {}, ({ status }) => void lines.push(status ?? ''), new AbortController().signal)
    assert.equal(lines.filter((line) => line === 'Pushed').length, 2)
    assert.deepEqual([...registry.blobs.keys()].sort(), before.sort())
    assert.deepEqual(registry.manifests.get('copy/v1')?.data, registry.manifests.get('app/v1')?.data)
    await host.images.tag(name('app:v1'), name('copy'), 'v2')
    await assert.rejects(host.registries.push(parsed('copy:v2'), {}, () => undefined, new AbortController().signal), (thrown: Error) => kindOf(thrown) === 'forbidden' && thrown.message === 'denied: requested access to the resource is denied')
  })

  const parsed = (rest: string) => {
    const at = rest.indexOf(':')
    return { domain: registry.host, path: at < 0 ? rest : rest.slice(0, at), ...(at >= 0 && { tag: rest.slice(at + 1) }) }
  }
})
