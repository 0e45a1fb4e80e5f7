import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import type { Availability } from '../../../../src/model/node.js'
import type { ServiceSpec, UpdateConfig } from '../../../../src/model/service.js'
import { TaskState } from '../../../../src/model/task-state.js'
import { TestManager, testNode } from '../../../support/manager-loops.js'
import { containerSpec, network, taskSpec } from '../../../support/objects.js'

const image = (name: string) =>
  taskSpec({
    container: containerSpec({ image: name }),
    restart: { condition: 'any', delayNs: 1e9, maxAttempts: 0, windowNs: 0 },
    networks: [{ target: 'back', aliases: [], addresses: [], driverOptions: {} }],
  })

/** Anything that users, nodes and managers may do. */
type Move =
  | { kind: 'scale'; replicas: number }
  | { kind: 'image'; name: string }
  | { kind: 'availability'; node: number; availability: Availability }
  | { kind: 'down' | 'up'; node: number }
  | { kind: 'fail'; which: number }
  | { kind: 'leader' }
  | { kind: 'pass'; ms: number }
  | { kind: 'moody'; image: string }

const node = fc.integer({ min: 1, max: 3 })
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant('scale' as const), replicas: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ kind: fc.constant('image' as const), name: fc.constantFrom('a', 'b', 'c') }),
  fc.record({ kind: fc.constant('availability' as const), node, availability: fc.constantFrom('active' as const, 'drain' as const, 'pause' as const) }),
  fc.record({ kind: fc.constantFrom('down' as const, 'up' as const), node }),
  fc.record({ kind: fc.constant('fail' as const), which: fc.nat(9) }),
  fc.constant<Move>({ kind: 'leader' }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(100, 1000, 5000) }),
  fc.record({ kind: fc.constant('moody' as const), image: fc.constantFrom('a', 'b', 'c', '') }),
)

async function make(manager: TestManager, one: Move): Promise<void> {
  switch (one.kind) {
    case 'scale':
      return manager.updateSpec('web', (spec): ServiceSpec => ({ ...spec, mode: { kind: 'replicated', replicas: one.replicas } }))
    case 'image':
      await manager.updateSpec('agent', (spec) => ({ ...spec, task: image(one.name) }))
      return manager.updateSpec('web', (spec) => ({ ...spec, task: image(one.name) }))
    case 'availability':
      return manager.setNode(`n${one.node}`, (old) => ({ ...old, spec: { ...old.spec, availability: one.availability } }))
    case 'down':
    case 'up': {
      const id = `n${one.node}`
      if (one.kind === 'down') manager.agent.silent.add(id)
      else manager.agent.silent.delete(id)
      await manager.setNode(id, (old) => ({ ...old, status: { ...old.status, state: one.kind === 'down' ? 'down' : 'ready' } }))
      return manager.agent.poke()
    }
    case 'fail': {
      const running = manager.running('web')
      const task = running[one.which % Math.max(1, running.length)]
      if (task && !manager.agent.silent.has(task.nodeId)) await manager.agent.end(task.id, TaskState.failed)
      return manager.quiet()
    }
    case 'leader':
      await manager.stop()
      manager.start()
      return manager.quiet()
    case 'pass':
      return manager.pass(one.ms, 500)
    case 'moody':
      manager.agent.behave = (task) => (one.image !== '' && task.spec.container?.image === one.image ? 'fail' : 'run')
      return manager.agent.poke()
  }
}

/** What must hold at every moment. */
function checkAlways(manager: TestManager): void {
  const owners = new Map<string, string>()
  for (const task of manager.store.view().list('task')) {
    if (task.status.state > TaskState.running) continue
    for (const address of task.networks.flatMap(({ addresses }) => addresses)) {
      assert.equal(owners.get(address), undefined, `${address} is ${task.id}'s and ${owners.get(address)}'s`)
      owners.set(address, task.id)
    }
  }
}

async function scenario(moves: Move[], order: UpdateConfig['order'], seed: number): Promise<void> {
  await using manager = new TestManager(seed)
  const update: UpdateConfig = { parallelism: 2, delayNs: 0, failureAction: 'continue', maxFailureRatio: 0, order, monitorNs: 1e9 }
  await manager.store.update((tx) => {
    for (let i = 1; i <= 3; i++) tx.create('node', testNode(`n${i}`))
    tx.create('network', network('back'))
  })
  manager.start()
  await manager.create('web', { mode: { kind: 'replicated', replicas: 3 }, task: image('a'), update })
  await manager.create('agent', { mode: { kind: 'global' }, task: image('a'), update: { ...update, order: 'stop-first' } })
  for (const one of moves) {
    await make(manager, one)
    checkAlways(manager)
  }
  // Everything heals: then all must be as the specs say, and nothing may move any more.
  manager.agent.behave = () => 'run'
  for (const i of [1, 2, 3]) {
    await make(manager, { kind: 'up', node: i })
    await make(manager, { kind: 'availability', node: i, availability: 'active' })
  }
  await manager.pass(90_000, 5000)
  checkAlways(manager)
  const web = manager.service('web')
  assert.equal(web.spec.mode.kind, 'replicated')
  const replicas = web.spec.mode.kind === 'replicated' ? web.spec.mode.replicas : 0
  const wanted = web.spec.task.container?.image
  assert.deepEqual(manager.running('web').map((task) => task.spec.container?.image), Array.from({ length: replicas }, () => wanted), manager.table('web').join('\n'))
  assert.equal(new Set(manager.running('web').map((task) => task.slot)).size, replicas)
  assert.deepEqual(manager.running('agent').map((task) => task.nodeId).sort(), ['n1', 'n2', 'n3'], manager.table('agent').join('\n'))
  assert.ok(manager.running('agent').every((task) => task.spec.container?.image === manager.service('agent').spec.task.container?.image))
  const { index } = manager.store.view()
  await manager.pass(20_000, 5000)
  assert.equal(manager.store.view().index, index, 'nothing is committed once all is as it should be')
}

describe('convergence', () => {
  it('whatever happened, in the end all runs as the specs say and nothing moves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 14 }), fc.constantFrom('stop-first' as const, 'start-first' as const), fc.nat(), scenario),
      { numRuns: Number(process.env['RUNS'] ?? 40) },
    )
  }).timeout(120_000)
})
