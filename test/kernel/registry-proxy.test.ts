import { strict as assert } from 'node:assert'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { FakeRegistry } from '../support/fake-registry.js'
import { QuickClock } from '../support/quick-clock.js'
import { RegistryHost } from '../support/registry-host.js'
import { RegistryProcess } from '../support/registry-process.js'

/** A proxy on loopback that knows one host by name: whatever it is asked for lies on this port. */
class TestProxy implements AsyncDisposable {
  readonly seen: string[] = []

  private constructor(private readonly server: Server) {}

  static async start(port: number): Promise<TestProxy> {
    const server = createServer()
    const proxy = new TestProxy(server)
    server.on('request', (incoming, response) => {
      proxy.seen.push(`${incoming.method ?? ''} ${incoming.url ?? ''} ${incoming.headers['proxy-authorization'] ?? ''}`)
      const url = new URL(incoming.url ?? '')
      const outgoing = request({ host: '127.0.0.1', port, method: incoming.method, path: `${url.pathname}${url.search}`, headers: incoming.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        pipeline(answer, response, () => undefined)
      })
      outgoing.on('error', () => response.writeHead(502).end())
      pipeline(incoming, outgoing, () => undefined)
    })
    server.on('connect', (incoming, client) => {
      proxy.seen.push(`CONNECT ${incoming.url ?? ''}`)
      const upstream = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n')
        pipeline(client, upstream, () => undefined)
        pipeline(upstream, client, () => undefined)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get url(): string {
    return `http://ann:secret@127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

describe('registries behind a proxy', function () {
  this.timeout(30_000)

  it('are asked through it, by plain HTTP', async () => {
    await using registry = await FakeRegistry.start()
    registry.addImage('app', 'v1', { layers: [[{ name: 'a', content: 'x' }]] })
    await using proxy = await TestProxy.start(Number(registry.host.split(':')[1]))
    await using host = await RegistryHost.open(new QuickClock(), { insecure: ['registry.test:80'], proxies: { httpProxy: proxy.url, httpsProxy: '', noProxy: '' } })
    host.registries.endpoints.reached('registry.test:80', { origin: 'http://registry.test:80', prefix: '', mirror: false, insecure: true })
    await host.pull('registry.test:80/app:v1')
    assert.ok(host.images.has('registry.test:80/app:v1'))
    assert.ok(proxy.seen.every((line) => line.startsWith('GET http://registry.test/v2/') && line.endsWith(' Basic YW5uOnNlY3JldA==')), proxy.seen.join('\n'))
  })

  it('are asked through it by TLS, whose certificates are checked end to end', async () => {
    await using registry = await RegistryProcess.start({ secured: true, hostname: 'localhost' })
    const port = Number(registry.host.split(':')[1])
    await using proxy = await TestProxy.start(port)
    const proxies = { httpProxy: '', httpsProxy: proxy.url, noProxy: '' }
    await using host = await RegistryHost.open(new QuickClock(), { insecure: [], proxies })
    const signal = new AbortController().signal
    const logIn = (): Promise<unknown> => host.registries.logIn('registry.test', { username: 'ann', password: 'secret' }, signal)
    await assert.rejects(logIn(), /certificate/)
    const folder = join(host.root, 'certs.d/registry.test')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'ca.crt'), registry.certificate)
    // Its name is another one than the certificate's.
    await assert.rejects(logIn(), /registry\.test.*(?:altnames|certificate)/i)
    assert.deepEqual(new Set(proxy.seen), new Set(['CONNECT registry.test:443']))
    await using open = await RegistryHost.open(new QuickClock(), { insecure: ['registry.test'], proxies })
    assert.deepEqual(await open.registries.logIn('registry.test', { username: 'ann', password: 'secret' }, signal), { identityToken: '' })
  })
})
