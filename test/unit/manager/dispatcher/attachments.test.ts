import { strict as assert } from 'node:assert'
import { allocatorLoop } from '../../../../manager/allocator/allocator.js'
import { Attachments } from '../../../../manager/dispatcher/attachments.js'
import { DataPaths } from '../../../../manager/dispatcher/data-paths.js'
import { taskReaperLoop } from '../../../../manager/orchestrator/task-reaper.js'
import { schedulerLoop } from '../../../../manager/scheduler/scheduler.js'
import { nullLogger } from '../../../../src/base/log.js'
import { seededRng } from '../../../../src/base/rng.js'
import type { NodeId } from '../../../../src/model/ids.js'
import type { Node } from '../../../../src/model/node.js'
import { TaskState } from '../../../../src/model/task-state.js'
import { eventually } from '../../../support/eventually.js'
import { createTestStore } from '../../../support/memory-cluster.js'
import { clusterNetwork } from '../../../support/network-rows.js'
import { cluster, node } from '../../../support/objects.js'
import { systemClock } from '../../../../src/sys/system-clock.js'

const container = (digit: string): string => digit.repeat(64)
const signal = new AbortController().signal

describe('attachments of containers', () => {
  let given: ReturnType<typeof createTestStore>
  let attachments: Attachments
  let loops: (AsyncDisposable & { start(): void })[]

  beforeEach(async () => {
    given = createTestStore()
    const deps = { store: given.store, clock: systemClock, rng: seededRng(1), ids: given.ids, log: nullLogger }
    await given.store.update((tx) => {
      tx.create('cluster', cluster())
      for (const id of ['n1', 'n2']) tx.create('node', node(id, { status: { state: 'ready', message: '', address: '192.0.2.1' } }))
      // A drained node runs no tasks of services; its users still start containers there.
      tx.create('node', node('drained', { spec: { name: '', labels: {}, role: 'worker', availability: 'drain' } }))
      tx.create('network', clusterNetwork('net', { attachable: true }))
      tx.create('network', clusterNetwork('closed', {}, '10.0.2.0/24'))
    })
    attachments = new Attachments({ store: given.store, clock: systemClock, ids: given.ids })
    loops = [allocatorLoop(deps), schedulerLoop(deps), taskReaperLoop(deps)]
    for (const loop of loops) loop.start()
  })
  afterEach(async () => {
    for (const loop of loops) await loop[Symbol.asyncDispose]()
  })

  const attach = (nodeId: string, digit: string, over: Partial<Parameters<Attachments['attach']>[1]> = {}) =>
    attachments.attach(nodeId, { network: 'net', containerId: container(digit), containerName: `c${digit}`, aliases: [], addresses: [], ...over }, signal)
  const refused = async (work: Promise<unknown>, kind: string, message: RegExp): Promise<void> => {
    await assert.rejects(work, (thrown: Error & { kind?: string }) => {
      assert.equal(thrown.kind, kind)
      assert.match(thrown.message, message)
      return true
    })
  }

  it('are tasks bound to the node that asks, with addresses and the container behind them', async () => {
    for (const [nodeId, digit] of [['n1', 'a'], ['drained', 'b']] as const) {
      const { attachmentId } = await attach(nodeId, digit, { aliases: ['also'] })
      const task = given.store.view().get('task', attachmentId)
      assert.equal(task?.nodeId, nodeId)
      assert.equal(task?.status.state, TaskState.assigned)
      assert.deepEqual(task?.spec.attachment, { containerId: container(digit) })
      assert.equal(task?.networks[0]?.addresses.length, 1)
      assert.deepEqual(task?.networks[0]?.aliases, ['also'])
    }
  })

  it('are taken back when the caller went away before they had addresses', async () => {
    const caller = new AbortController()
    const request = { network: 'net', containerId: container('a'), containerName: 'ca', aliases: [], addresses: [] }
    const attached = attachments.attach('n1', request, caller.signal)
    caller.abort(new Error('gone'))
    await assert.rejects(attached, /gone/)
    assert.deepEqual(given.store.view().list('task'), [])
  })

  it('are refused for networks that are not attachable, unknown, and for what cannot be', async () => {
    await refused(attach('n1', 'a', { network: 'closed' }), 'forbidden', /^network closed not manually attachable$/)
    await refused(attach('n1', 'a', { network: 'none' }), 'notFound', /^network none not found$/)
    await refused(attach('stranger', 'a'), 'notFound', /^node stranger not found/)
    await refused(attach('n1', 'a', { containerId: 'x' }), 'invalid', /id of its container/)
    await refused(attach('n1', 'a', { containerName: 'x'.repeat(300) }), 'invalid', /container name/)
    await refused(attach('n1', 'a', { aliases: Array.from({ length: 101 }, (_, i) => `a${i}`) }), 'invalid', /101 aliases/)
    await refused(attach('n1', 'a', { addresses: ['nothing'] }), 'invalid', /invalid address nothing/)
    await refused(attach('n1', 'a', { addresses: ['10.0.1.9', '10.0.1.8'] }), 'invalid', /one address of each family/)
    assert.equal(given.store.view().count('task'), 0)
  })

  it('get an address that is asked for, unless another has it or it is in no subnet', async () => {
    const { attachmentId } = await attach('n1', 'a', { addresses: ['10.0.1.77'] })
    assert.deepEqual(given.store.view().get('task', attachmentId)?.networks[0]?.addresses, ['10.0.1.77/24'])
    await refused(attach('n2', 'b', { addresses: ['10.0.1.77'] }), 'conflict', /10\.0\.1\.77 is in use/)
    await refused(attach('n2', 'b', { addresses: ['10.9.9.9'] }), 'conflict', /none of the network's subnets/)
    assert.equal(given.store.view().count('task'), 1)
    // The container's next start may come before its last end was told.
    const next = await attach('n1', 'a', { addresses: ['10.0.1.77'] })
    assert.notEqual(next.attachmentId, attachmentId)
    assert.equal(given.store.view().count('task'), 1)
  })

  it('are taken back by their node alone, and forgotten when they have ended', async () => {
    const { attachmentId } = await attach('n1', 'a')
    await refused(attachments.detach('n2', attachmentId), 'forbidden', /belongs to another node/)
    await refused(attachments.rename('n2', attachmentId, 'mine'), 'forbidden', /belongs to another node/)
    await refused(attachments.rename('n1', attachmentId, ''), 'invalid', /container name/)
    await attachments.rename('n1', attachmentId, 'later')
    assert.equal(given.store.view().get('task', attachmentId)?.annotations.name, 'later')
    const before = given.store.view().get('task', attachmentId)?.meta.version
    await attachments.rename('n1', attachmentId, 'later')
    assert.equal(given.store.view().get('task', attachmentId)?.meta.version, before, 'said again it changes nothing')
    await attachments.detach('n1', attachmentId)
    await attachments.detach('n1', attachmentId)
    await attachments.rename('n1', attachmentId, 'never')
    assert.equal(given.store.view().count('task'), 0)
    const second = await attach('n1', 'b')
    await given.store.update((tx) => {
      const task = tx.get('task', second.attachmentId)
      if (task) tx.update('task', { ...task, status: { ...task.status, state: TaskState.complete } })
    })
    await eventually('it is forgotten', () => given.store.view().count('task') === 0)
  })

  it('show a node the networks that are attachable or its own', async () => {
    assert.equal(attachments.find('n1', 'net').id, 'net')
    await refused(Promise.resolve().then(() => attachments.find('n1', 'closed')), 'forbidden', /not manually attachable/)
    await refused(Promise.resolve().then(() => attachments.find('n1', 'x')), 'notFound', /network x not found/)
  })
})

describe('data paths of nodes', () => {
  const nodes = (...names: string[]): Node[] =>
    names.map((name) => ({ ...node(name, { spec: { name, labels: {}, role: 'worker', availability: 'active' }, status: { state: 'ready', message: '', address: `address of ${name}` } }), id: name as NodeId, meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 } }))
  const told = (paths: DataPaths, ...names: string[]): string[] => [...paths.messages(nodes(...names))].map(([id, text]) => `${id}: ${text.split(':')[0] ?? ''}`)

  it('are wrong where others get no answer, and where nobody answers', () => {
    const paths = new DataPaths()
    assert.deepEqual(told(paths, 'a', 'b', 'c'), [])
    paths.report('a', { problem: '', silent: ['c'], answering: 1 })
    paths.report('b', { problem: '', silent: ['c'], answering: 1 })
    paths.report('c', { problem: '', silent: ['a', 'b'], answering: 0 })
    assert.deepEqual(told(paths, 'a', 'b', 'c'), [
      'c: no other node answers this one on the data path (its address is address of c)',
    ])
    // Its packets get out, those of others do not get in.
    paths.report('c', { problem: '', silent: [], answering: 2 })
    assert.deepEqual(told(paths, 'a', 'b', 'c'), ['c: data path address address of c is not reachable from a, b'])
    // Nodes that are down accuse nobody and are accused of nothing.
    assert.deepEqual(told(paths, 'b', 'c'), ['c: data path address address of c is not reachable from b'])
    assert.deepEqual(told(paths, 'a', 'b'), [])
    paths.report('a', { problem: '', silent: [], answering: 2 })
    paths.forget('b')
    assert.deepEqual(told(paths, 'a', 'b', 'c'), [])
  })

  it('of two nodes are both in question, and what a node says of itself comes first', () => {
    const paths = new DataPaths()
    paths.report('a', { problem: '', silent: ['b'], answering: 0 })
    paths.report('b', { problem: 'the address is none of this host', silent: ['a'], answering: 0 })
    assert.deepEqual(told(paths, 'a', 'b'), ['a: data path address address of a is not reachable from b', 'b: the address is none of this host'])
  })
})
