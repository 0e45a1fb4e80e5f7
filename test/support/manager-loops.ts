import type { IdSource } from '../../src/base/id.js'
import { nullLogger } from '../../src/base/log.js'
import { seededRng } from '../../src/base/rng.js'
import type { Node } from '../../src/model/node.js'
import type { Service, ServiceSpec } from '../../src/model/service.js'
import { TaskState, taskStateName } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'
import { allocatorLoop } from '../../manager/allocator/allocator.js'
import { constraintEnforcerLoop } from '../../manager/orchestrator/constraint-enforcer.js'
import { globalLoop } from '../../manager/orchestrator/global/loop.js'
import { jobLoops } from '../../manager/orchestrator/jobs/loop.js'
import { replicatedLoop } from '../../manager/orchestrator/replicated/loop.js'
import { taskReaperLoop } from '../../manager/orchestrator/task-reaper.js'
import { schedulerLoop } from '../../manager/scheduler/scheduler.js'
import type { MemoryStore } from '../../manager/store/memory-store.js'
import type { LoopDeps, StoreLoop } from '../../manager/store/store-loop.js'
import { FakeAgent } from './fake-agent.js'
import type { ManualClock } from './manual-clock.js'
import { createTestStore, type MemoryCluster } from './memory-cluster.js'
import { cluster, node, service, serviceSpec } from './objects.js'

/** Every loop of a leader over a store in memory, with pretended agents and a clock moved by hand. */
export class TestManager implements AsyncDisposable {
  readonly store: MemoryStore
  readonly raft: MemoryCluster
  readonly clock: ManualClock
  readonly ids: IdSource
  readonly deps: LoopDeps
  agent: FakeAgent
  private loops: StoreLoop[] = []

  constructor(seed = 1) {
    const made = createTestStore({ seed })
    this.store = made.store
    this.raft = made.cluster
    this.clock = made.clock
    this.ids = made.ids
    this.deps = { store: this.store, clock: this.clock, rng: seededRng(seed), ids: this.ids, log: nullLogger }
    this.agent = new FakeAgent(this.store, this.clock)
  }

  /** A manager that leads, with so many nodes `n1`, `n2`, ... */
  static async lead(nodes: number, seed = 1): Promise<TestManager> {
    const manager = new TestManager(seed)
    await manager.store.update((tx) => {
      tx.create('cluster', cluster())
      for (let i = 1; i <= nodes; i++) tx.create('node', testNode(`n${i}`))
    })
    manager.start()
    await manager.quiet()
    return manager
  }

  start(): void {
    const { deps } = this
    this.loops = [
      allocatorLoop(deps),
      schedulerLoop(deps),
      constraintEnforcerLoop(deps),
      taskReaperLoop(deps),
      replicatedLoop(deps),
      globalLoop(deps),
      ...jobLoops(deps),
    ]
    for (const loop of this.loops) loop.start()
  }

  async stop(): Promise<void> {
    for (const loop of this.loops) await loop[Symbol.asyncDispose]()
    this.loops = []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    this.agent[Symbol.dispose]()
  }

  /** Waits until nothing is committed any more; time stands still. */
  async quiet(): Promise<void> {
    for (let still = 0, last = -1; still < 8; ) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      const { index } = this.store.view()
      still = index === last ? still + 1 : 0
      last = index
    }
  }

  /** Lets time pass in steps, with everything quiet between two of them. */
  async pass(ms: number, stepMs = 100): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await this.clock.advance(Math.min(stepMs, ms - passed))
      await this.quiet()
    }
  }

  async create(name: string, over: Partial<ServiceSpec> = {}): Promise<void> {
    await this.store.update((tx) => {
      const spec = serviceSpec(name, over)
      const job = spec.mode.kind === 'replicatedJob' || spec.mode.kind === 'globalJob'
      tx.create('service', service(name, { spec, specVersion: 1, ...(job ? { jobStatus: { jobIteration: 1, lastExecutionMs: this.clock.nowMs() } } : {}) }))
    })
    await this.quiet()
  }

  /** As the control API updates a service. */
  async updateSpec(name: string, change: (spec: ServiceSpec) => ServiceSpec): Promise<void> {
    await this.store.update((tx) => {
      const old = tx.get('service', name)
      if (!old) throw new Error(`no service ${name}`)
      const { updateStatus: _, ...rest } = old
      const jobStatus = old.jobStatus && { jobIteration: old.jobStatus.jobIteration + 1, lastExecutionMs: this.clock.nowMs() }
      tx.update('service', {
        ...rest,
        spec: change(old.spec),
        previousSpec: old.spec,
        previousSpecVersion: old.specVersion,
        specVersion: Math.max(old.specVersion, old.previousSpecVersion ?? 0) + 1,
        ...(jobStatus ? { jobStatus } : {}),
      })
    })
    await this.quiet()
  }

  async setNode(id: string, change: (node: Node) => Node): Promise<void> {
    await this.store.update((tx) => {
      const old = tx.get('node', id)
      if (old) tx.update('node', change(old))
    })
    await this.quiet()
  }

  service(name: string): Service {
    const found = this.store.view().get('service', name)
    if (!found) throw new Error(`no service ${name}`)
    return found
  }

  tasks(name: string): Task[] {
    return this.store.view().tasksByService(name)
  }

  running(name: string): Task[] {
    return this.tasks(name).filter((task) => task.status.state === TaskState.running && task.desiredState <= TaskState.complete)
  }

  /** `slot@node image state>desired` of each task, sorted. */
  table(name: string): string[] {
    return this.tasks(name)
      .map((task) => `${task.slot}@${task.nodeId || '-'} ${task.spec.container?.image} ${taskStateName(task.status.state)}>${taskStateName(task.desiredState)}`)
      .sort()
  }
}

/** A node that is up, with 4 CPUs and 8 GiB. */
export function testNode(id: string, over: Parameters<typeof node>[1] = {}): Omit<Node, 'meta'> {
  return node(id, {
    description: {
      hostname: id,
      platform: { architecture: 'x86_64', os: 'linux' },
      resources: { nanoCpus: 4e9, memoryBytes: 8 * 1024 ** 3, generic: [] },
      engineVersion: '',
      engineLabels: {},
      plugins: [],
    },
    ...over,
  })
}
