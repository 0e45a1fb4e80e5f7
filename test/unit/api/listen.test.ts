import 'reflect-metadata'
import { strict as assert } from 'node:assert'
import { chmodSync, linkSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { parseListenAddress } from '../../../src/api/listen.js'
import { apiRoutes } from '../../../src/api/routes.js'
import { ApiServer, type TlsFiles } from '../../../src/api/server.js'
import { nullLogger } from '../../../src/base/log.js'
import { Client } from '../../../src/client/client.js'
import { EngineApi } from '../../../src/client/engine.js'
import { systemClock } from '../../../src/sys/system-clock.js'
import { fakeDeps } from '../../support/fake-backends.js'

const noSockets = { pid: 1, env: {} }

describe('listen addresses', () => {
  it('are read as dockerd reads -H', () => {
    const read = (host: string, tls = false) => parseListenAddress(host, tls, noSockets)
    assert.deepEqual(read('unix:///run/skep.sock'), [{ kind: 'unix', path: '/run/skep.sock' }])
    assert.deepEqual(read('/run/skep.sock'), [{ kind: 'unix', path: '/run/skep.sock' }])
    assert.deepEqual(read('tcp://0.0.0.0:4000'), [{ kind: 'tcp', host: '0.0.0.0', port: 4000 }])
    assert.deepEqual(read('tcp://'), [{ kind: 'tcp', host: '127.0.0.1', port: 2375 }])
    assert.deepEqual(read('tcp://[::1]', true), [{ kind: 'tcp', host: '::1', port: 2376 }])
    assert.throws(() => read('unix://run/skep.sock'), /absolute path/)
    assert.throws(() => read('npipe://x'), /use unix:/)
    assert.throws(() => read('tcp://a:99999'), /tcp:\/\/HOST:PORT expected/)
    assert.throws(() => read('fd://'), /no sockets found/)
  })

  it('take the sockets of the service manager', () => {
    const activation = { pid: 42, env: { LISTEN_PID: '42', LISTEN_FDS: '2', LISTEN_FDNAMES: 'api:metrics' } }
    assert.deepEqual(parseListenAddress('fd://', false, activation), [{ kind: 'fd', fd: 3 }, { kind: 'fd', fd: 4 }])
    assert.deepEqual(parseListenAddress('fd://metrics', false, activation), [{ kind: 'fd', fd: 4 }])
    assert.deepEqual(parseListenAddress('fd://3', false, activation), [{ kind: 'fd', fd: 3 }])
    assert.throws(() => parseListenAddress('fd://other', false, activation), /gave no socket other/)
    assert.throws(() => parseListenAddress('fd://', false, { ...activation, pid: 43 }), /no sockets found/)
  })
})

describe('listening', () => {
  let folder: string
  let server: ApiServer
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-listen-'))
    server = create()
  })
  afterEach(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const create = () => new ApiServer({ routes: apiRoutes(fakeDeps()), logger: nullLogger, clock: systemClock, productVersion: '0.1.0' })
  const ping = (client: Client) => new EngineApi(client).system.version()

  it('makes a socket that only its owner and group may use', async () => {
    const path = join(folder, 'sub', 'api.sock')
    await server.listen({ kind: 'unix', path })
    assert.equal(statSync(path).mode & 0o777, 0o660)
    await ping(new Client({ host: `unix://${path}` }))
  })

  it('replaces a socket that nobody serves, and no other file', async () => {
    const path = join(folder, 'api.sock')
    await server.listen({ kind: 'unix', path })
    const second = create()
    await assert.rejects(second.listen({ kind: 'unix', path }), /another daemon serves it/)
    await second.close()
    const file = join(folder, 'file')
    writeFileSync(file, 'precious')
    chmodSync(file, 0o600)
    await assert.rejects(server.listen({ kind: 'unix', path: file }), /a file that is not a socket is there/)
    assert.equal(statSync(file).size, 8)
    const left = join(folder, 'left.sock')
    linkSync(path, left)
    await server.close()
    server = create()
    await server.listen({ kind: 'unix', path: left })
    await ping(new Client({ host: `unix://${left}` }))
  })

  it('says when a port is taken', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const bound = holder.address()
    const port = typeof bound === 'object' && bound ? bound.port : 0
    await assert.rejects(server.listen({ kind: 'tcp', host: '127.0.0.1', port }), /the address is in use/)
    await new Promise((resolve) => holder.close(resolve))
  })

  it('serves TLS, and with a client CA only its clients', async () => {
    const ca = await issue('ca')
    const [serverCert, clientCert, stranger] = [await issue('127.0.0.1', ca), await issue('client', ca), await issue('client', await issue('other'))]
    const tls: TlsFiles = { cert: serverCert.pem, key: serverCert.keyPem, clientCa: ca.pem }
    const port = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, tls)
    const host = `tcp://127.0.0.1:${port}`
    await ping(new Client({ host, tls: { ca: ca.pem, cert: clientCert.pem, key: clientCert.keyPem, verify: true } }))
    await assert.rejects(ping(new Client({ host, tls: { ca: ca.pem, cert: stranger.pem, key: stranger.keyPem, verify: true } })))
    await assert.rejects(ping(new Client({ host, tls: { ca: ca.pem, verify: true } })))
    await assert.rejects(ping(new Client({ host, tls: { verify: true, cert: clientCert.pem, key: clientCert.keyPem } })))
    await assert.rejects(ping(new Client({ host })), /Client sent an HTTP request to an HTTPS server\./)
  })
})

interface Issued {
  pem: string
  keyPem: string
  keys: CryptoKeyPair
  name: string
}
type CryptoKeyPair = webcrypto.CryptoKeyPair

async function issue(name: string, by?: Issued): Promise<Issued> {
  x509.cryptoProvider.set(webcrypto)
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '01',
    subject: `CN=${name}`,
    issuer: `CN=${by?.name ?? name}`,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: (by ?? { keys }).keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(by === undefined, undefined, true),
      ...(by ? [new x509.SubjectAlternativeNameExtension([{ type: name === '127.0.0.1' ? 'ip' : 'dns', value: name }])] : []),
    ],
  })
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  const keyPem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`
  return { pem: certificate.toString('pem'), keyPem, keys, name }
}
