import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { StatusError } from '../../../src/base/errors.js'
import { nullLogger } from '../../../src/base/log.js'
import { seededRng } from '../../../src/base/rng.js'
import { Scope } from '../../../src/base/scope.js'
import type { Control } from '../../../src/model/control.js'
import { systemClock } from '../../../src/sys/system-clock.js'
import { controlClient } from '../../../src/wire/control-client.js'
import { controlHandlers, controlService } from '../../../src/wire/control-service.js'
import { NotDoneError } from '../../../src/wire/error-status.js'
import { ConnectionPool } from '../../../src/wire/grpc-client.js'
import { GrpcServer } from '../../../src/wire/grpc-server.js'
import { LeaderRouter, type Leader, type Leadership } from '../../../src/wire/leader-proxy.js'
import { logBrokerService, type PublishLogsMessage } from '../../../src/wire/logbroker-service.js'
import type { CallContext } from '../../../src/wire/service-table.js'
import { clientOf } from '../../../src/wire/transport.js'
import { eventually } from '../../support/eventually.js'
import { anyConfig, anyNetwork, anyService, anyTask } from './arbitraries.js'
import { testCluster, type TestCluster } from './test-cluster.js'

class FakeLeadership implements Leadership {
  private readonly listeners = new Set<() => void>()
  private leader: Leader | undefined
  current = () => this.leader
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  set(leader: Leader | undefined): void {
    this.leader = leader
    for (const listener of this.listeners) listener()
  }
}

const [service] = fc.sample(anyService, { numRuns: 1, seed: 1 })
const [network] = fc.sample(anyNetwork, { numRuns: 1, seed: 1 })
const tasks = fc.sample(anyTask, { numRuns: 450, seed: 1 })
const configs = fc.sample(anyConfig, { numRuns: 6, seed: 1 }).map((config) => ({ ...config, spec: { ...config.spec, data: new Uint8Array(700_000) } }))

describe('calls to the leader', () => {
  let scope: Scope
  let cluster: TestCluster
  beforeEach(async () => {
    scope = new Scope()
    cluster = await testCluster()
  })
  afterEach(() => scope[Symbol.asyncDispose]())

  /** A manager with a `Control` of its own, of which only the leader's is to be used. */
  async function manager(nodeId: string, control: Partial<Control>, patienceMs = 5_000) {
    const identity = await cluster.identity(nodeId, 'manager')
    const leadership = new FakeLeadership()
    const connections = scope.use(new ConnectionPool(identity, systemClock))
    const router = new LeaderRouter({ leadership, connections, clock: systemClock, rng: seededRng(1), patienceMs })
    const handlers = controlHandlers(control as Control)
    const server = scope.use(
      await GrpcServer.listen({ address: '127.0.0.1:0', identity, isRevoked: () => false, clock: systemClock, log: nullLogger }, router.served(controlService, handlers)),
    )
    const leader = (): Leader => ({ self: false, nodeId, address: `127.0.0.1:${server.port}` })
    const own = controlClient(router.client(controlService, handlers, () => ({ nodeId, role: 'manager', clusterId: cluster.clusterId })))
    const over = (pool: ConnectionPool) => controlClient(clientOf(controlService, pool.to(`127.0.0.1:${server.port}`)))
    return { leadership, router, server, leader, own, over, connections }
  }

  it('every manager answers with what the leader says, errors and lists included', async () => {
    const leading = await manager('m1', {
      getService: async () => service as never,
      listTasks: async (select) => (select?.nodeId === 'n1' ? tasks : []),
      listConfigs: async () => configs,
      createService: async () => {
        throw new StatusError('conflict', 'name conflicts with an existing object')
      },
      serviceStatuses: async (ids) => Object.fromEntries(ids.map((id) => [id, { running: 1, desired: 2, completed: 0 }])),
      removeService: async () => undefined,
      watch: async function* (signal) {
        yield { table: 'service', action: 'create', id: 's', name: 'web', timeMs: 5, attributes: { name: 'web' } }
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      },
    })
    const following = await manager('m2', {})
    leading.leadership.set({ self: true })
    following.leadership.set(leading.leader())
    const worker = await cluster.identity('w', 'worker')
    for (const control of [leading.own, following.own, following.over(leading.connections)]) {
      assert.deepStrictEqual(await control.getService('web'), service)
      assert.deepStrictEqual(await control.listTasks({ nodeId: 'n1' }), tasks)
      assert.deepStrictEqual(await control.listTasks(), [])
      assert.equal((await control.listConfigs()).length, 6)
      await assert.rejects(control.createService(service?.spec as never), { kind: 'conflict', message: 'name conflicts with an existing object' })
      assert.deepStrictEqual(await control.serviceStatuses(['a', 'b']), { a: { running: 1, desired: 2, completed: 0 }, b: { running: 1, desired: 2, completed: 0 } })
      assert.equal(await control.removeService('web'), undefined)
      const controller = new AbortController()
      for await (const event of control.watch(controller.signal)) {
        assert.equal(event.attributes.name, 'web')
        break
      }
    }
    const refused = following.over(scope.use(new ConnectionPool(worker, systemClock)))
    await assert.rejects(refused.getService('web'), { kind: 'forbidden' })
  })

  it('a command right after the leader died waits for the next one', async () => {
    const [dead, next, asked] = [await manager('m1', {}), await manager('m2', { createService: async () => service as never }), await manager('m3', {})]
    asked.leadership.set(dead.leader())
    await dead.server[Symbol.asyncDispose]()
    const answer = asked.own.createService(service?.spec as never)
    await new Promise((resolve) => setTimeout(resolve, 200))
    asked.leadership.set(undefined)
    next.leadership.set({ self: true })
    asked.leadership.set(next.leader())
    assert.deepStrictEqual(await answer, service)
  })

  it('a manager that is thought to lead but does not passes nothing on: no loops', async () => {
    const [a, b] = [await manager('m1', {}, 300), await manager('m2', {}, 300)]
    a.leadership.set(b.leader())
    b.leadership.set(a.leader())
    await assert.rejects(a.own.getService('web'), (thrown) => thrown instanceof NotDoneError && /does not have a leader/.test(thrown.message) && /does not lead/.test(thrown.message))
  })

  it('gives up after its patience when there is no leader', async () => {
    const alone = await manager('m1', {}, 100)
    await assert.rejects(alone.own.removeService('web'), { kind: 'unavailable', message: /The swarm does not have a leader/ })
  })

  it('a leader that is cut off: reads are asked again, writes say that the outcome is unknown', async () => {
    let asked = 0
    const never = async () => {
      asked++
      return await new Promise<never>(() => undefined)
    }
    const [old, next, follower] = [
      await manager('m1', { getService: never, removeService: never }),
      await manager('m2', { getService: async () => service as never }),
      await manager('m3', {}),
    ]
    old.leadership.set({ self: true })
    next.leadership.set({ self: true })
    follower.leadership.set(old.leader())
    const [read, write] = [follower.own.getService('web'), follower.own.removeService('web')]
    const refused = assert.rejects(write, { kind: 'unavailable', message: /the leader changed: the outcome of this call is not known/ })
    await eventually('both calls arrived', () => asked === 2)
    follower.leadership.set(next.leader())
    assert.deepStrictEqual(await read, service)
    await refused
  })

  it('a write that failed at the leader is not made again', async () => {
    let made = 0
    const leading = await manager('m1', {
      removeService: async () => {
        made++
        throw new StatusError('unavailable', 'leadership was lost')
      },
    })
    const follower = await manager('m2', {})
    leading.leadership.set({ self: true })
    follower.leadership.set(leading.leader())
    await assert.rejects(follower.own.removeService('web'), { kind: 'unavailable', message: 'leadership was lost' })
    assert.equal(made, 1)
  })

  it('a write that takes effect once is made again with the next leader, which knows whether it was done', async () => {
    let asked = 0
    const never = async () => {
      asked++
      return await new Promise<never>(() => undefined)
    }
    const refuse = (kind: 'outOfSequence' | 'conflict') => async () => {
      throw new StatusError(kind, 'refused')
    }
    const [old, next, follower] = [
      await manager('m1', { createService: never, updateService: never, createNetwork: never }),
      await manager('m2', { createService: async () => service as never, updateService: refuse('outOfSequence'), createNetwork: refuse('conflict') }),
      await manager('m3', {}),
    ]
    old.leadership.set({ self: true })
    next.leadership.set({ self: true })
    follower.leadership.set(old.leader())
    const { own } = follower
    const lost = follower.own.createService(service?.spec as never)
    const done = [own.updateService('web', 1, service?.spec as never, false), own.createNetwork(network?.spec as never)]
    const refused = Promise.all(done.map((write) => assert.rejects(write, { kind: 'unavailable', message: /the leader changed: the outcome of this call is not known/ })))
    await eventually('the calls arrived', () => asked === 3)
    follower.leadership.set(next.leader())
    assert.deepStrictEqual(await lost, service)
    await refused
    // Without an attempt before, a refusal is what it says.
    await assert.rejects(own.updateService('web', 1, service?.spec as never, false), { kind: 'outOfSequence' })
  })

  it("streams of a worker go through a follower to the leader, in the worker's own name", async () => {
    const told: string[] = []
    const calls: CallContext[] = []
    const handlers = {
      listenSubscriptions: async function* (_request: object, call: CallContext) {
        calls.push(call)
        yield { id: 'sub1', selector: { serviceIds: [], taskIds: [], nodeIds: [] }, options: { stdout: true, stderr: true, follow: false, tail: -1 }, close: false }
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve, { once: true }))
      },
      publishLogs: async (requests: AsyncIterable<PublishLogsMessage>, call: CallContext) => {
        calls.push(call)
        for await (const { subscriptionId, messages } of requests) told.push(`${subscriptionId}:${messages.map(({ data }) => Buffer.from(data).toString()).join('')}`)
        return {}
      },
    }
    const [leading, following] = [await manager('m1', {}), await manager('m2', {})]
    leading.leadership.set({ self: true })
    following.leadership.set(leading.leader())
    for (const one of [leading, following]) one.server.serve(one.router.served(logBrokerService, handlers))
    const worker = scope.use(new ConnectionPool(await cluster.identity('w1', 'worker'), systemClock))
    const broker = clientOf(logBrokerService, worker.to(`127.0.0.1:${following.server.port}`))
    const lines = async function* () {
      for (const line of ['a', 'b', 'c']) {
        const message = { serviceId: '', taskId: '', nodeId: '', timestampMs: 0, timestamp: '', stream: 'stdout' as const, data: Buffer.from(line) }
        yield { subscriptionId: 's', messages: [message], close: false }
      }
    }
    await broker.publishLogs(lines())
    assert.deepEqual(told, ['s:a', 's:b', 's:c'])
    const listening = broker.listenSubscriptions({})[Symbol.asyncIterator]()
    assert.equal(((await listening.next()).value as { id: string }).id, 'sub1')
    for (const call of calls) {
      assert.deepEqual(call.caller, { nodeId: 'w1', role: 'worker', clusterId: 'cluster1' })
      assert.deepEqual([call.remoteAddress, call.forwardedBy], ['127.0.0.1', 'm2'])
    }
    // A change of leader ends the stream: the agent begins again and reaches the new one.
    following.leadership.set({ self: true })
    await assert.rejects(listening.next(), { kind: 'unavailable', message: /the leader changed/ })
    await eventually('the old leader is told', () => calls[1]?.signal.aborted)
  })
})
