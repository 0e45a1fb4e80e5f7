import { strict as assert } from 'node:assert'
import { parseHostPort, PortAllocator } from '../../../../agent/network/port-allocator.js'
import type { Protocol } from '../../../../agent/network/types.js'

class Refusal extends Error {
  constructor(readonly code: string) {
    super(code)
  }
}

/** A host where other programs have some ports, and which counts the sockets that are open. */
function fakeHost(foreign: readonly number[] = [], code = 'EADDRINUSE') {
  const open = new Set<string>()
  const hold = (protocol: Protocol, hostIp: string, port: number) => {
    if (foreign.includes(port)) throw new Refusal(code)
    const key = `${protocol} ${hostIp} ${port}`
    open.add(key)
    return { close: () => void open.delete(key) }
  }
  return { open, ports: new PortAllocator({ first: 100, last: 103 }, hold) }
}
const fixed = (port: number) => ({ first: port, last: port })

describe('the port allocator', () => {
  it('refuses a port of its own in Docker\'s words, and gives it out again when released', () => {
    const { ports, open } = fakeHost()
    const lease = ports.fromRange('tcp', '0.0.0.0', fixed(80))
    assert.throws(() => ports.fromRange('tcp', '0.0.0.0', fixed(80)), { kind: 'internal', message: 'Bind for 0.0.0.0:80 failed: port is already allocated' })
    lease.release()
    assert.deepEqual([...open], [])
    assert.equal(ports.fromRange('tcp', '0.0.0.0', fixed(80)).hostPort, 80)
  })

  it('lets addresses of one port clash as the kernel does', () => {
    const { ports } = fakeHost()
    ports.fromRange('tcp', '192.0.2.1', fixed(80))
    ports.fromRange('tcp', '192.0.2.2', fixed(80))
    ports.fromRange('udp', '0.0.0.0', fixed(80))
    ports.fromRange('tcp', '::', fixed(80))
    assert.throws(() => ports.fromRange('tcp', '0.0.0.0', fixed(80)), /already allocated/)
    assert.throws(() => ports.fromRange('tcp', '::1', fixed(80)), /already allocated/)
    assert.throws(() => ports.fromRange('tcp', '192.0.2.2', fixed(80)), /already allocated/)
  })

  it('takes the first free one of a range, whoever has the others', () => {
    const { ports } = fakeHost([8001])
    assert.deepEqual([0, 0].map(() => ports.fromRange('tcp', '0.0.0.0', { first: 8000, last: 8002 }).hostPort), [8000, 8002])
    assert.throws(() => ports.fromRange('tcp', '0.0.0.0', { first: 8000, last: 8002 }), /Bind for 0\.0\.0\.0:8000-8002 failed: all ports are allocated/)
  })

  it('goes on from the last ephemeral port, past those in use, once around', () => {
    const { ports } = fakeHost([101])
    const first = ports.ephemeralPort('tcp', '0.0.0.0')
    assert.equal(first.hostPort, 100)
    first.release()
    assert.deepEqual([0, 0, 0].map(() => ports.ephemeralPort('tcp', '0.0.0.0').hostPort), [102, 103, 100])
    assert.throws(() => ports.ephemeralPort('tcp', '0.0.0.0'), { kind: 'exhausted' })
  })

  it('passes on what it cannot help: an address that is not the host\'s', () => {
    const { ports } = fakeHost([80, 81], 'EADDRNOTAVAIL')
    assert.throws(() => ports.fromRange('tcp', '192.0.2.9', { first: 80, last: 90 }), { code: 'EADDRNOTAVAIL' })
  })

  it('publishes SCTP where the kernel has no SCTP sockets', () => {
    const { ports } = fakeHost([80], 'EPROTONOSUPPORT')
    assert.equal(ports.fromRange('sctp', '0.0.0.0', fixed(80)).hostPort, 80)
    assert.throws(() => ports.fromRange('tcp', '0.0.0.0', fixed(80)), { code: 'EPROTONOSUPPORT' })
  })

  it('adopts a port that another program took meanwhile, and says so', () => {
    const { ports } = fakeHost([80])
    assert.equal(ports.adopt('tcp', '0.0.0.0', 80).stolen, true)
    assert.throws(() => ports.fromRange('tcp', '0.0.0.0', fixed(80)), /already allocated/)
  })
})

describe('host ports', () => {
  it('are read as numbers, ranges or any', () => {
    assert.deepEqual(parseHostPort('8080'), { first: 8080, last: 8080 })
    assert.deepEqual(parseHostPort('8000-8010'), { first: 8000, last: 8010 })
    assert.equal(parseHostPort(''), undefined)
    assert.equal(parseHostPort('0'), undefined)
  })
  for (const text of ['x', '80x', '70000', '-1', '90-80', '80-', '1-70000', ' 80']) {
    it(`refuse "${text}"`, () => assert.throws(() => parseHostPort(text), { kind: 'invalid' }))
  }
})
