import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type SecureContext, type Server } from 'node:tls'
import { secureContextOf } from '../../../../../agent/image/registry/secure-context.js'
import { TimeSlice } from '../../../../../agent/kernel/time-slice.js'
import { createCsr } from '../../../../../src/pki/csr.js'
import { issueNodeCertificate } from '../../../../../src/pki/node-certificate.js'
import { createRootCa, type SigningCa } from '../../../../../src/pki/root-ca.js'
import { builtInAuthorities } from '../../../../../src/sys/built-in-authorities.js'

const noAuthority = /unable to get (local )?issuer certificate|unable to verify the first certificate|self-signed certificate/

describe('registries: how connections are checked', () => {
  let authority: SigningCa
  let others: string[]
  let server: Server

  before(async () => {
    const nowMs = Date.now()
    authority = await createRootCa(nowMs)
    others = [(await createRootCa(nowMs)).certPem, (await createRootCa(nowMs)).certPem]
    const { csrPem, keyPem } = await createCsr()
    const cert = await issueNodeCertificate(authority, { csrPem, nodeId: 'n', clusterId: 'c', role: 'worker', nowMs, validityMs: 3600_000 })
    server = createServer({ key: keyPem, cert }, (socket) => socket.on('error', () => undefined).end())
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => new Promise((resolve) => server.close(resolve)))

  const connected = async (secureContext: SecureContext, rejectUnauthorized = true): Promise<void> => {
    const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', secureContext, rejectUnauthorized, checkServerIdentity: () => undefined })
    try {
      await once(socket, 'secureConnect')
    } finally {
      socket.destroy()
    }
  }
  const list = (...certificates: string[]): string => `# of this host\n${certificates.join('\n\nAnother one:\n')}\n# that is all\n`

  it('knows each authority of each list', async () => {
    for (const ca of [[list(...others, authority.certPem)], [list(authority.certPem, ...others)], [list(...others), authority.certPem], [authority.certPem.replaceAll('\n', '\r\n')]]) {
      await connected(await secureContextOf({ id: '', insecure: false, ca }))
    }
    for (const ca of [[list(...others)], [''], []]) {
      const context = await secureContextOf({ id: '', insecure: false, ca })
      await assert.rejects(connected(context), noAuthority)
    }
  })

  it('reads no authorities where nothing is checked', async () => {
    let reads = 0
    const builtIn = (): Promise<void> => {
      reads++
      return Promise.resolve()
    }
    const context = await secureContextOf({ id: '', insecure: true }, new TimeSlice(), builtIn)
    assert.equal(reads, 0)
    await connected(context, false)
    await assert.rejects(connected(context), noAuthority)
  })

  it('lets the event loop go on between authorities, and waits for those of Node.js before the first one', async () => {
    const seen: string[] = []
    const builtIn = async (): Promise<void> => {
      await builtInAuthorities()
      seen.push('built in')
    }
    class Counted extends TimeSlice {
      override pause(): Promise<void> | undefined {
        seen.push('one')
        return super.pause()
      }
    }
    let turns = 0
    let ended = false
    const turn = (): void => {
      turns++
      if (!ended) setImmediate(turn)
    }
    const making = secureContextOf({ id: '', insecure: false, ca: [list(...others, authority.certPem)] }, new Counted(0), builtIn)
    await builtInAuthorities()
    turn()
    await making
    ended = true
    assert.deepEqual(seen.slice(0, 4), ['built in', 'one', 'one', 'one'])
    assert(turns >= 3, `${turns} turns of the event loop`)
  })

  it('says what is wrong with a certificate of our own', async () => {
    await assert.rejects(secureContextOf({ id: '', insecure: false, ca: [list(...others)], cert: 'none', key: 'none' }), /PEM|no start line/i)
  })
})
