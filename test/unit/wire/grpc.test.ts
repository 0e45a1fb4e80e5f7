import { strict as assert } from 'node:assert'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { connect } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import { ErrorKind, StatusError } from '../../../src/base/errors.js'
import { nullLogger } from '../../../src/base/log.js'
import { Scope } from '../../../src/base/scope.js'
import { systemClock } from '../../../src/sys/system-clock.js'
import { codec } from '../../../src/wire/codec.js'
import { NotAManagerError, NotDoneError } from '../../../src/wire/error-status.js'
import { skep } from '../../../src/wire/gen/skep.js'
import { ConnectionPool, GrpcConnection, joiningConnection, unverifiedConnection, type ConnectLimits } from '../../../src/wire/grpc-client.js'
import { GrpcServer, hostOf } from '../../../src/wire/grpc-server.js'
import { bidi, clientStream, serverStream, service, unary, type CallContext, type Handlers } from '../../../src/wire/service-table.js'
import { clientOf, servedMethods } from '../../../src/wire/transport.js'
import { eventually } from '../../support/eventually.js'
import { testCluster, type ChangingIdentity, type TestCluster } from './test-cluster.js'

const text = codec<{ ref: string }>(skep.v1.RefRequest)
const table = service('Test', {
  echo: unary(text, text, ['worker', 'manager']),
  managersOnly: unary(text, text, ['manager']),
  open: unary(text, text, ['anyone']),
  count: serverStream(text, text, ['manager']),
  join: clientStream(text, text, ['manager']),
  upper: bidi(text, text, ['manager']),
})

async function* texts(...items: string[]): AsyncGenerator<{ ref: string }> {
  for (const ref of items) yield { ref }
}

describe('gRPC server and client', () => {
  let scope: Scope
  let cluster: TestCluster
  let serverIdentity: ChangingIdentity
  let server: GrpcServer
  let address: string
  let revoked: Set<string>
  let calls: CallContext[]
  let produced: number

  const handlers: Handlers<typeof table.methods> = {
    echo: async ({ ref }, call) => {
      calls.push(call)
      if (ref === 'hang') await new Promise((resolve) => call.signal.addEventListener('abort', resolve, { once: true }))
      if (ref === 'defect') throw new TypeError('a defect')
      if (ref in ErrorKind) throw new StatusError(ref as ErrorKind, `ünusual ${ref}\nsentence`)
      if (ref === 'not-done') throw new NotDoneError('this manager does not lead')
      return { ref }
    },
    managersOnly: async (request) => request,
    open: async (request, call) => {
      calls.push(call)
      return request
    },
    count: async function* ({ ref }, call) {
      calls.push(call)
      for (let i = 0; i < Number(ref); i++) {
        produced++
        yield { ref: `${i} ${'x'.repeat(10_000)}` }
      }
    },
    join: async (requests) => {
      let joined = ''
      for await (const { ref } of requests) joined += ref
      return { ref: joined }
    },
    upper: async function* (requests) {
      for await (const { ref } of requests) {
        if (ref === 'fail') throw new StatusError('conflict', 'no such letter')
        yield { ref: ref.toUpperCase() }
      }
    },
  }

  beforeEach(async () => {
    scope = new Scope()
    revoked = new Set()
    calls = []
    produced = 0
    cluster = await testCluster()
    serverIdentity = await cluster.identity('server', 'manager')
    server = await listen(0)
    address = `127.0.0.1:${server.port}`
  })
  afterEach(() => scope[Symbol.asyncDispose]())

  async function listen(port: number): Promise<GrpcServer> {
    return scope.use(
      await GrpcServer.listen(
        { address: `127.0.0.1:${port}`, identity: serverIdentity, isRevoked: (id) => revoked.has(id), clock: systemClock, log: nullLogger },
        servedMethods(table, handlers),
      ),
    )
  }

  async function client(role: 'worker' | 'manager' = 'manager', from = cluster, nodeId = 'caller') {
    const identity = await from.identity(nodeId, role)
    const pool = scope.use(new ConnectionPool(identity, systemClock))
    return { identity, pool, ...clientOf(table, pool.to(address)) }
  }

  it('carries all four kinds of calls', async () => {
    const { echo, count, join, upper } = await client()
    assert.deepEqual(await echo({ ref: 'hello' }), { ref: 'hello' })
    const counted = []
    for await (const { ref } of count({ ref: '200' })) counted.push(ref.split(' ')[0])
    assert.deepEqual(counted, Array.from({ length: 200 }, (_, i) => String(i)))
    assert.deepEqual(await join(texts('a', 'b', 'c')), { ref: 'abc' })
    const upped = []
    for await (const { ref } of upper(texts('a', 'b'))) upped.push(ref)
    assert.deepEqual(upped, ['A', 'B'])
    assert.deepEqual(calls[0]?.caller, { nodeId: 'caller', role: 'manager', clusterId: 'cluster1' })
    assert.equal(calls[0]?.remoteAddress, '127.0.0.1')
  })

  it('a thousand unary calls and more one after another use one connection and no resets', async function () {
    this.timeout(120_000)
    const { echo } = await client()
    for (let i = 0; i < 1200; i++) await echo({ ref: 'x' })
  })

  it('every kind of error arrives with its sentence', async () => {
    const { echo, upper } = await client()
    for (const kind of Object.values(ErrorKind)) {
      await assert.rejects(echo({ ref: kind }), (thrown) => thrown instanceof StatusError && thrown.kind === kind && thrown.message === `ünusual ${kind}\nsentence`, kind)
    }
    await assert.rejects(echo({ ref: 'not-done' }), (thrown) => thrown instanceof NotDoneError)
    await assert.rejects(echo({ ref: 'defect' }), { kind: 'internal', message: 'a defect' })
    await assert.rejects(async () => {
      for await (const _ of upper(texts('a', 'fail', 'b')));
    }, { kind: 'conflict', message: 'no such letter' })
  })

  it('checks the role per method and says what is missing', async () => {
    const worker = await client('worker')
    assert.deepEqual(await worker.echo({ ref: 'x' }), { ref: 'x' })
    await assert.rejects(
      worker.managersOnly({ ref: 'x' }),
      (thrown) => thrown instanceof NotAManagerError && /is for manager nodes; node caller is a worker$/.test(thrown.message),
    )
    const stranger = scope.use(joiningConnection(address, cluster.root.certPem, systemClock))
    assert.deepEqual(await clientOf(table, stranger).open({ ref: 'x' }), { ref: 'x' })
    assert.equal(calls.at(-1)?.caller, undefined)
    await assert.rejects(clientOf(table, stranger).echo({ ref: 'x' }), { kind: 'unauthorized', message: /needs a certificate of this cluster/ })
  })

  it('refuses certificates of another cluster and of removed nodes', async () => {
    const other = await testCluster('cluster1')
    const foreign = await other.identity('caller', 'manager')
    foreign.change({ ...foreign.current(), rootsPem: cluster.root.certPem })
    const pool = scope.use(new ConnectionPool(foreign, systemClock))
    await assert.rejects(clientOf(table, pool.to(address)).echo({ ref: 'x' }), { kind: 'unauthorized' })

    const removed = await client('worker', cluster, 'removed')
    await removed.echo({ ref: 'x' })
    revoked.add('removed')
    await assert.rejects(removed.echo({ ref: 'x' }), { kind: 'unauthorized', message: /node removed was removed from the swarm/ })
    await assert.rejects(removed.open({ ref: 'x' }), { kind: 'unauthorized' })
  })

  it('the client refuses servers of other roots, clusters and roles', async () => {
    const other = await testCluster('cluster2')
    const identity = await other.identity('caller', 'manager')
    const pool = scope.use(new ConnectionPool(identity, systemClock))
    await assert.rejects(clientOf(table, pool.to(address)).open({ ref: 'x' }), (thrown) => thrown instanceof NotDoneError && /certificate|signature/.test(thrown.message))
    serverIdentity.change(await cluster.issue('server', 'worker'))
    const { open } = await client()
    await assert.rejects(open({ ref: 'x' }), /no certificate of a manager/)
    const anybody = scope.use(unverifiedConnection(address, systemClock))
    assert.deepEqual(await clientOf(table, anybody).open({ ref: 'x' }), { ref: 'x' })
  })

  it('a renewed certificate serves new connections while old streams go on', async () => {
    const { upper, pool } = await client()
    let more: (() => void) | undefined
    const slow = upper((async function* () {
      yield { ref: 'a' }
      await new Promise<void>((resolve) => (more = resolve))
      yield { ref: 'b' }
    })())[Symbol.asyncIterator]()
    assert.deepEqual((await slow.next()).value, { ref: 'A' })
    const serialBefore = await presentedSerial(server.port)
    serverIdentity.change(await cluster.issue('server', 'manager'))
    assert.notEqual(await presentedSerial(server.port), serialBefore)
    pool.forget(address)
    assert.deepEqual(await clientOf(table, pool.to(address)).echo({ ref: 'new' }), { ref: 'new' })
    more?.()
    assert.deepEqual((await slow.next()).value, { ref: 'B' })
    assert.equal((await slow.next()).done, true)
  })

  it('a changed identity of the client is used for calls that follow', async () => {
    const identity = await cluster.identity('caller', 'worker')
    const pool = scope.use(new ConnectionPool(identity, systemClock))
    const kept = clientOf(table, pool.to(address))
    await assert.rejects(kept.managersOnly({ ref: 'x' }), { kind: 'forbidden' })
    identity.change(await cluster.issue('caller', 'manager'))
    assert.deepEqual(await kept.managersOnly({ ref: 'x' }), { ref: 'x' })
  })

  it('a call under way outlives signs of life after its certificate was renewed', async () => {
    const identity = await cluster.identity('caller', 'manager')
    const pool = scope.use(new ConnectionPool(identity, systemClock, { handshakeMs: 4_000, connectMs: 5_000, keepaliveMs: 1 }))
    const { upper, echo } = clientOf(table, pool.to(address))
    let more: (() => void) | undefined
    const slow = upper((async function* () {
      yield { ref: 'a' }
      await new Promise<void>((resolve) => (more = resolve))
      yield { ref: 'b' }
    })())[Symbol.asyncIterator]()
    assert.deepEqual((await slow.next()).value, { ref: 'A' })
    identity.change(await cluster.issue('caller', 'manager'))
    // Each takes some of the time that is between two of them.
    for (let i = 0; i < 100; i++) await echo({ ref: 'x' })
    more?.()
    assert.deepEqual((await slow.next()).value, { ref: 'B' })
    assert.equal((await slow.next()).done, true)
  })

  it('a call under way on a connection before the newest ends soon after its pool', async () => {
    const identity = await cluster.identity('caller', 'manager')
    const pool = scope.use(new ConnectionPool(identity, systemClock, { handshakeMs: 4_000, connectMs: 5_000, keepaliveMs: 1 }))
    const hanging = clientOf(table, pool.to(address)).echo({ ref: 'hang' })
    await eventually('the handler runs', () => calls.length === 1)
    identity.change(await cluster.issue('caller', 'manager'))
    pool[Symbol.dispose]()
    await assert.rejects(hanging, { kind: 'unavailable' })
  })

  it('cancelling, a time limit and leaving a stream early reach the handler', async () => {
    const { echo, count } = await client()
    const controller = new AbortController()
    const hanging = echo({ ref: 'hang' }, { signal: controller.signal })
    await eventually('the handler runs', () => calls.length === 1)
    controller.abort()
    await assert.rejects(hanging, { kind: 'cancelled' })
    await eventually('the handler is told', () => calls[0]?.signal.aborted)

    await assert.rejects(echo({ ref: 'hang' }, { timeoutMs: 50 }), { kind: 'deadline', message: /within 50 ms/ })
    await eventually('the handler is told', () => calls[1]?.signal.aborted)

    for await (const { ref } of count({ ref: '100000' })) if (ref.startsWith('3 ')) break
    await eventually('the stream is told', () => calls[2]?.signal.aborted)
    assert.ok(produced < 5_000, `${produced} messages were made for a reader that took 4`)
  })

  it('a reader that does not read makes the handler wait', async () => {
    const { count } = await client()
    const iterator = count({ ref: '5000' })[Symbol.asyncIterator]()
    await iterator.next()
    let before = -1
    await eventually('the handler stands still', () => (before === produced ? true : ((before = produced), false)), { everyMs: 200 })
    assert.ok(produced < 2_000, `${produced}`)
    let rest = 0
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) rest++
    assert.equal(rest, 4999)
  })

  it('nobody listening is NotDone, and the connection comes back with the server', async () => {
    const { echo } = await client()
    await echo({ ref: 'x' })
    const { port } = server
    await server[Symbol.asyncDispose]()
    await assert.rejects(echo({ ref: 'x' }), { kind: 'unavailable' })
    await eventually('a refusal that is certain', () => echo({ ref: 'x' }).then(() => false, (thrown) => thrown instanceof NotDoneError))
    server = await listen(port)
    assert.deepEqual(await eventually('an answer', () => echo({ ref: 'y' })), { ref: 'y' })
  })

  it('a peer that takes connections and never answers is given up, and calls that wait were not done', async () => {
    const sockets = new Set<Socket>()
    const frozen = createServer((socket) => void sockets.add(socket))
    scope.defer(() => new Promise((resolve) => frozen.close(resolve)))
    scope.defer(() => sockets.forEach((socket) => socket.destroy()))
    await new Promise<void>((resolve) => frozen.listen(0, '127.0.0.1', resolve))
    const { port } = frozen.address() as AddressInfo
    const { rootsPem } = (await cluster.identity('x', 'worker')).current()
    const connect = (limits: ConnectLimits) =>
      clientOf(table, scope.use(new GrpcConnection(`127.0.0.1:${port}`, credentials.createSsl(Buffer.from(rootsPem)), systemClock, limits)))
    const isNotDone = (thrown: unknown) => thrown instanceof NotDoneError && thrown.message.startsWith(`cannot connect to 127.0.0.1:${port}: `)
    await assert.rejects(connect({ handshakeMs: 50, connectMs: 60_000, keepaliveMs: 60_000 }).open({ ref: 'x' }), isNotDone)
    await eventually('its connection is closed', () => [...sockets].every((socket) => socket.destroyed || socket.readableEnded) || sockets.forEach((socket) => socket.resume()) === undefined && false)
    await assert.rejects(connect({ handshakeMs: 60_000, connectMs: 50, keepaliveMs: 60_000 }).open({ ref: 'x' }), isNotDone)
    await assert.rejects(connect({ handshakeMs: 60_000, connectMs: 60_000, keepaliveMs: 60_000 }).open({ ref: 'x' }, { timeoutMs: 50 }), isNotDone)
    const controller = new AbortController()
    const waiting = connect({ handshakeMs: 60_000, connectMs: 60_000, keepaliveMs: 60_000 }).open({ ref: 'x' }, { signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    await assert.rejects(waiting, isNotDone)
  })

  it('closing the server ends calls with a reason', async () => {
    const { echo } = await client()
    const hanging = echo({ ref: 'hang' })
    await eventually('the handler runs', () => calls.length === 1)
    await Promise.all([assert.rejects(hanging, { kind: 'unavailable', message: 'this manager is shutting down' }), server[Symbol.asyncDispose]()])
  })

  it('a port in use is said', async () => {
    await assert.rejects(listen(server.port), { kind: 'unavailable', message: /cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/ })
  })

  it('only managers may call on behalf of others', async () => {
    const [worker, manager] = [await client('worker', cluster, 'w1'), await client('manager', cluster, 'm1')]
    const onBehalfOf = { caller: { nodeId: 'w2', role: 'worker' as const, clusterId: 'cluster1' }, remoteAddress: '10.0.0.7' }
    await assert.rejects(clientOf(table, worker.pool.to(address), onBehalfOf).echo({ ref: 'x' }), { kind: 'unavailable', message: /w1 is a worker, and only managers may pass on calls/ })
    await clientOf(table, manager.pool.to(address), onBehalfOf).echo({ ref: 'x' })
    assert.deepEqual([calls[0]?.caller, calls[0]?.remoteAddress, calls[0]?.forwardedBy], [onBehalfOf.caller, '10.0.0.7', 'm1'])
    await assert.rejects(clientOf(table, manager.pool.to(address), onBehalfOf).managersOnly({ ref: 'x' }), { kind: 'forbidden' })
  })

  it('reads the host of a peer', () => {
    assert.deepEqual(['10.0.0.1:123', '[::1]:123', '[::ffff:10.0.0.1]:9', '::ffff:10.0.0.1:99'].map(hostOf), ['10.0.0.1', '::1', '10.0.0.1', '10.0.0.1'])
  })
})

function presentedSerial(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] }, () => {
      resolve(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    })
    socket.once('error', reject)
  })
}
