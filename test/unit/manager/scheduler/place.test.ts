import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { seededRng } from '../../../../src/base/rng.js'
import type { Node } from '../../../../src/model/node.js'
import type { TaskSpec } from '../../../../src/model/service.js'
import { TaskState } from '../../../../src/model/task-state.js'
import type { Task } from '../../../../src/model/task.js'
import { NodeInfo } from '../../../../manager/scheduler/node-info.js'
import { defaultFilters, Pipeline } from '../../../../manager/scheduler/pipeline.js'
import { confirm, place, type Decision } from '../../../../manager/scheduler/place.js'
import { testNode } from '../../../support/manager-loops.js'
import { network, task, taskSpec } from '../../../support/objects.js'

const meta = { version: 1, createdAtMs: 0, updatedAtMs: 0 }
const info = (id: string, over: Parameters<typeof testNode>[1] = {}): NodeInfo => new NodeInfo({ ...testNode(id, over), meta } as Node)
const labelled = (id: string, labels: Record<string, string>) => info(id, { spec: { name: '', labels, role: 'worker', availability: 'active' } })
const tasks = (count: number, spec: Partial<TaskSpec> = {}, over: Partial<Task> = {}): Task[] =>
  Array.from({ length: count }, (_, i) => ({ ...task(`${over.serviceId ?? 's'}-t${i}`, { serviceId: 's' as Task['serviceId'], spec: taskSpec(spec), ...over }), meta }) as Task)
const reserve = (nanoCpus: number, memoryBytes: number, generic: { kind: string; count: number }[] = []) => ({ resources: { reservations: { nanoCpus, memoryBytes, generic } } })
const placement = (over: object) => ({ placement: { constraints: [], preferences: [], maxReplicas: 0, platforms: [], ...over } })
const run = (group: Task[], nodes: NodeInfo[], nowMs = 0, seed = 1) => place(group, nodes, defaultFilters, nowMs, seededRng(seed))
const tally = (decisions: Decision[]) => {
  const counts: Record<string, number> = {}
  for (const { nodeId } of decisions) counts[nodeId ?? '-'] = (counts[nodeId ?? '-'] ?? 0) + 1
  return counts
}
const why = (decisions: Decision[]) => decisions.flatMap((one) => (one.nodeId === undefined ? [one.why] : []))[0]

describe('placement', () => {
  it('spreads evenly', () => {
    assert.deepEqual(tally(run(tasks(9), [info('a'), info('b'), info('c')])), { a: 3, b: 3, c: 3 })
  })

  it('fills up emptier nodes first', () => {
    const [a, b] = [info('a'), info('b')]
    for (const old of tasks(4, {}, { serviceId: 's' as Task['serviceId'], nodeId: 'a' as Task['nodeId'] })) a.add({ ...old, id: `old-${old.id}` as Task['id'] })
    assert.deepEqual(tally(run(tasks(4), [a, b])), { b: 4 })
  })

  it('prefers nodes with fewer tasks of other services when the service is even', () => {
    const [a, b] = [info('a'), info('b')]
    for (const other of tasks(3, {}, { serviceId: 'other' as Task['serviceId'] })) a.add(other)
    assert.deepEqual(tally(run(tasks(1), [a, b])), { b: 1 })
  })

  it('the same seed gives the same places', () => {
    const once = () => run(tasks(7), [info('a'), info('b'), info('c')], 0, 42).map(({ nodeId }) => nodeId)
    assert.deepEqual(once(), once())
  })

  it('fills a node to its resources, then says what is missing', () => {
    const decisions = run(tasks(10, reserve(1e9, 0)), [info('a'), info('b')])
    assert.deepEqual(tally(decisions), { a: 4, b: 4, '-': 2 })
    assert.equal(why(decisions), 'no suitable node (insufficient CPU on 2 nodes)')
  })

  it('keeps tasks of encrypted networks off nodes that cannot encrypt, and tells why when there is no other', () => {
    const cannot = (id: string, encryptionProblem: string) => {
      const { description, ...rest } = testNode(id)
      return info(id, { ...rest, ...(description && { description: { ...description, encryptionProblem } }) })
    }
    const nodes = [cannot('a', 'no WireGuard'), cannot('b', 'no WireGuard'), cannot('c', 'no IPv6'), info('d')]
    const onNetwork = (options: Record<string, string>, over: Partial<TaskSpec> = {}) => {
      const net = { ...network('secret', { driverState: { name: 'overlay', options } }), meta }
      return tasks(3, over, { networks: [{ network: net, addresses: [], aliases: [], driverOptions: {} }] })
    }
    assert.deepEqual(tally(run(onNetwork({ encrypted: '' }), nodes)), { d: 3 })
    assert.equal(
      why(run(onNetwork({ encrypted: '' }), nodes.slice(0, 3))),
      'no suitable node (network secret is encrypted, which 2 nodes cannot do: no WireGuard; network secret is encrypted, which 1 node cannot do: no IPv6)',
    )
    assert.deepEqual(tally(run(onNetwork({}), nodes.slice(0, 3))), { a: 1, b: 1, c: 1 })
    // The container is there already: its node tells the user.
    assert.equal(tally(run(onNetwork({ encrypted: '' }, { attachment: { containerId: 'x' } }), nodes.slice(0, 1)))['a'], 3)
  })

  it('tells each reason with its number of nodes, the most frequent first', () => {
    const spec = (availability: 'drain' | 'pause') => ({ spec: { name: '', labels: {}, role: 'worker' as const, availability } })
    const nodes = [info('a', spec('drain')), info('b', spec('drain')), info('c'), info('d', { status: { state: 'down', message: '', address: '' } }), info('e'), info('f')]
    assert.equal(why(run(tasks(1, reserve(0, 1e12)), nodes)), 'no suitable node (insufficient memory on 3 nodes; 2 nodes drained; 1 node down)')
    assert.equal(why(run(tasks(1), [])), 'no suitable node')
  })

  it('each filter has its sentence', () => {
    const one = [info('a')]
    const port = { name: '', protocol: 'tcp', targetPort: 80, publishedPort: 8080, publishMode: 'host' } as const
    const endpoint = { spec: { mode: 'vip', ports: [port] }, ports: [port], virtualIps: [] } as const
    const cases: [Decision[], string][] = [
      [run(tasks(1, placement({ constraints: ['node.labels.zone==x'] })), one), 'scheduling constraints not satisfied on 1 node'],
      [run(tasks(1, placement({ platforms: [{ architecture: 'arm64', os: 'linux' }] })), one), 'unsupported platform on 1 node'],
      [run(tasks(2, placement({ maxReplicas: 1 })), [info('a')]), 'max replicas per node limit exceed'],
      [run(tasks(2, {}, { endpoint: endpoint as unknown as NonNullable<Task['endpoint']> }), [info('a')]), 'host-mode port already in use on 1 node'],
      [run(tasks(1, reserve(0, 0, [{ kind: 'gpu', count: 1 }])), one), 'insufficient gpu on 1 node'],
      [run(tasks(1, { logDriver: { name: 'splunk', options: {} } }), [info('a', { description: { ...testNode('a').description!, plugins: [{ type: 'Log', name: 'json-file' }] } })]), 'missing plugin splunk on 1 node'],
      [run(tasks(1), [info('a', { spec: { name: '', labels: {}, role: 'worker', availability: 'pause' } })]), '1 node paused'],
    ]
    for (const [decisions, sentence] of cases) assert.equal(why(decisions), `no suitable node (${sentence})`)
  })

  it('amd64 images run on x86_64 nodes', () => {
    assert.deepEqual(tally(run(tasks(1, placement({ platforms: [{ architecture: 'amd64', os: 'linux' }] })), [info('a')])), { a: 1 })
  })

  it('named resources are handed out piece by piece', () => {
    const generic = [{ kind: 'gpu', value: 'g0' }, { kind: 'gpu', value: 'g1' }, { kind: 'ssd', count: 3 }]
    const node = info('a', { description: { ...testNode('a').description!, resources: { nanoCpus: 0, memoryBytes: 0, generic } } })
    const decisions = run(tasks(3, reserve(0, 0, [{ kind: 'gpu', count: 1 }, { kind: 'ssd', count: 1 }])), [node])
    assert.deepEqual(decisions.map((one) => (one.nodeId === undefined ? one.why : one.generic)), [
      [{ kind: 'gpu', value: 'g0' }, { kind: 'ssd', count: 1 }],
      [{ kind: 'gpu', value: 'g1' }, { kind: 'ssd', count: 1 }],
      'no suitable node (insufficient gpu on 1 node)',
    ])
    node.remove('s-t0')
    assert.deepEqual(run(tasks(1, reserve(0, 0, [{ kind: 'gpu', count: 1 }]), { specVersion: 2 }), [node]).map((one) => one.nodeId), ['a'])
  })

  it('spreads over zones first, then over nodes', () => {
    const nodes = [labelled('a1', { zone: 'a' }), labelled('b1', { zone: 'b' }), labelled('b2', { zone: 'b' }), labelled('b3', { zone: 'b' })]
    assert.deepEqual(tally(run(tasks(12, placement({ preferences: [{ spread: 'node.labels.zone' }] })), nodes)), { a1: 6, b1: 2, b2: 2, b3: 2 })
  })

  it('nested preferences, with branches that are full', () => {
    const nodes = [
      labelled('a1', { zone: 'a', rack: '1' }),
      labelled('a2', { zone: 'a', rack: '2' }),
      labelled('a3', { zone: 'a', rack: '2' }),
      labelled('b1', { zone: 'b', rack: '1' }),
    ]
    const preferences = [{ spread: 'node.labels.zone' }, { spread: 'node.labels.rack' }]
    assert.deepEqual(tally(run(tasks(8, placement({ preferences })), nodes)), { a1: 2, a2: 1, a3: 1, b1: 4 })
    const small = nodes.map((node) => labelled(node.node.id, node.node.spec.labels))
    // b1 takes two only: what is left goes to zone a.
    assert.deepEqual(tally(run(tasks(8, { ...placement({ preferences }), ...reserve(2e9, 0) }), small)), { a1: 2, a2: 2, a3: 2, b1: 2 })
  })

  it('a node on which the service keeps failing comes last', () => {
    const [a, b] = [info('a'), info('b')]
    for (let i = 0; i < 5; i++) a.noteFailure({ serviceId: 's' as Task['serviceId'], specVersion: 0 }, 1000 * i)
    assert.deepEqual(tally(run(tasks(3), [a, b], 10_000)), { b: 3 })
    // Five minutes later it is forgiven.
    assert.deepEqual(tally(run(tasks(6, {}, { specVersion: 0, slot: 9 }).map((one) => ({ ...one, id: `n-${one.id}` as Task['id'] })), [a, b], 400_000)), { a: 5, b: 1 })
  })

  it('a task bound to its node is checked there', () => {
    const [bound] = tasks(1, reserve(9e9, 0), { nodeId: 'a' as Task['nodeId'] })
    assert.equal(why([confirm(bound!, info('a'), defaultFilters)]), 'no suitable node (insufficient CPU on 1 node)')
    assert.equal(why([confirm(bound!, undefined, defaultFilters)]), 'no suitable node (its node was removed)')
  })

  it('never puts a task where a filter forbids it, and never leaves one out that fits', () => {
    const nodeArbitrary = fc.record({ cpus: fc.integer({ min: 0, max: 4 }), zone: fc.constantFrom('a', 'b', 'c'), availability: fc.constantFrom('active', 'active', 'drain', 'pause'), up: fc.boolean() })
    const taskArbitrary = fc.record({ count: fc.integer({ min: 1, max: 30 }), cpus: fc.integer({ min: 0, max: 2 }), max: fc.integer({ min: 0, max: 3 }), constrained: fc.boolean(), spread: fc.boolean() })
    fc.assert(
      fc.property(fc.array(nodeArbitrary, { maxLength: 8 }), taskArbitrary, fc.integer(), (nodeSpecs, wanted, seed) => {
        const nodes = nodeSpecs.map((spec, i) =>
          info(`n${i}`, {
            spec: { name: '', labels: { zone: spec.zone }, role: 'worker', availability: spec.availability as 'active' },
            status: { state: spec.up ? 'ready' : 'down', message: '', address: '' },
            description: { ...testNode('x').description!, resources: { nanoCpus: spec.cpus * 1e9, memoryBytes: 0, generic: [] } },
          }),
        )
        const constraints = wanted.constrained ? ['node.labels.zone!=a'] : []
        const preferences = wanted.spread ? [{ spread: 'node.labels.zone' }] : []
        const spec = { ...reserve(wanted.cpus * 1e9, 0), ...placement({ constraints, preferences, maxReplicas: wanted.max }) }
        const group = tasks(wanted.count, spec)
        const decisions = run(group, nodes, 0, seed)
        assert.equal(decisions.length, group.length)
        for (const node of nodes) {
          const placed = decisions.filter(({ nodeId }) => nodeId === node.node.id).length
          const zone = node.node.spec.labels['zone']
          if (placed === 0) continue
          assert.ok(node.node.status.state === 'ready' && node.node.spec.availability === 'active')
          assert.ok(node.nanoCpusFree >= 0)
          assert.ok(wanted.max === 0 || placed <= wanted.max)
          assert.ok(!wanted.constrained || zone !== 'a')
        }
        const left = decisions.find(({ nodeId }) => nodeId === undefined)
        if (left) assert.ok(nodes.every((node) => !new Pipeline(left.task, defaultFilters).accepts(node)))
      }),
    )
  })

  it('what a task held is free when it is gone', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { maxLength: 60 }), (steps) => {
        const node = info('a')
        const before = [node.nanoCpusFree, node.memoryBytesFree, node.taskCount]
        for (const [which, add] of steps) {
          const [one] = tasks(1, reserve(1e8, 1e6), { id: `t${which}` as Task['id'], desiredState: which % 2 ? TaskState.running : TaskState.shutdown })
          if (add) node.add({ ...one!, id: `t${which}` as Task['id'] })
          else node.remove(`t${which}`)
        }
        for (let i = 0; i < 10; i++) node.remove(`t${i}`)
        assert.deepEqual([node.nanoCpusFree, node.memoryBytesFree, node.taskCount], before)
      }),
    )
  })
})
