import type { Timer } from '../../src/base/clock.js'
import { messageOf } from '../../src/base/errors.js'
import { deepEqual } from '../../src/model/equality.js'
import type { Network } from '../../src/model/network.js'
import type { Service } from '../../src/model/service.js'
import { TaskState } from '../../src/model/task-state.js'
import type { NetworkAttachment, Task } from '../../src/model/task.js'
import { TransactionTooLargeError } from '../store/memory-store.js'
import type { ReadTx, WriteTx } from '../store/store.js'
import { nextTurn, StoreLoop, type LoopDeps, type LoopHandler, type StoreChange } from '../store/store-loop.js'
import { Allocations } from './allocations.js'
import { attachmentConfigs, endpointSpecOf, isAllocated, isReady, publishesIngress, virtualIpNetworks } from './vip.js'

/** Tasks handled in one transaction. */
const batchMax = 200

/** What a task waits for is retried this long after it failed, besides whenever something is freed. */
const retryPeriodMs = 5_000

/**
 * Gives networks their subnets and identifiers, services their ports and virtual IPs, tasks their
 * addresses, and moves tasks from `new` to `pending`. What cannot be had is said on the task that
 * waits for it and keeps nothing else waiting.
 */
class Allocator implements LoopHandler {
  readonly name = 'allocator'
  private state = new Allocations(undefined)
  private readonly networks = new Set<string>()
  private readonly services = new Set<string>()
  private readonly tasks = new Set<string>()
  /** Why a network or a service could not be allocated. */
  private readonly problems = new Map<string, string>()
  private readonly stuckTasks = new Set<string>()
  private timer: Timer | undefined
  private budget = batchMax

  constructor(
    private readonly deps: LoopDeps,
    private readonly wake: () => void,
  ) {}

  reset(tx: ReadTx): void {
    this.stop()
    this.problems.clear()
    this.stuckTasks.clear()
    this.state = new Allocations(tx.list('cluster')[0])
    this.state.restore(tx, this.deps.clock.nowMs(), this.deps.log)
    for (const network of tx.list('network')) this.networks.add(network.id)
    for (const service of tx.list('service')) this.services.add(service.id)
    for (const task of tx.list('task')) if (task.status.state === TaskState.new) this.tasks.add(task.id)
  }

  observe(change: StoreChange): void {
    const nowMs = this.deps.clock.nowMs()
    if (change.table === 'task') {
      const task = change.object
      if (change.action === 'remove' || task.status.state > TaskState.running) this.releaseTask(task, nowMs)
      else if (task.status.state === TaskState.new && !this.stuckTasks.has(task.id)) this.tasks.add(task.id)
    } else if (change.table === 'service') {
      if (change.action === 'remove') {
        this.state.releaseService(change.object, nowMs)
        this.problems.delete(change.object.id)
        this.retry()
      } else {
        this.services.add(change.object.id)
      }
    } else if (change.table === 'network') {
      if (change.action === 'remove') this.state.removeNetwork(change.object.id)
      else this.networks.add(change.object.id)
      if (change.action === 'remove') this.problems.delete(change.object.id)
      this.retry()
    } else if (change.table === 'cluster' && change.action !== 'remove') {
      this.state.setCluster(change.object)
      this.retry()
    }
  }

  async run(): Promise<void> {
    while (this.networks.size > 0 || this.services.size > 0 || this.tasks.size > 0) {
      try {
        await this.deps.store.update((tx) => this.round(tx))
        this.budget = Math.min(batchMax, this.budget * 2)
        await nextTurn()
      } catch (thrown) {
        if (thrown instanceof TransactionTooLargeError) this.budget = Math.max(1, Math.floor(this.budget / 4))
        throw thrown
      }
    }
    if (this.problems.size > 0 || this.stuckTasks.size > 0) this.schedule()
  }

  stop(): void {
    this.timer?.cancel()
    this.timer = undefined
  }

  private round(tx: WriteTx): void {
    for (const id of take(this.networks, this.budget)) this.allocateNetwork(tx, id)
    for (const id of take(this.services, this.budget)) this.allocateService(tx, id)
    for (const id of take(this.tasks, this.budget)) this.allocateTask(tx, id)
  }

  private allocateNetwork(tx: WriteTx, id: string): void {
    const network = tx.get('network', id)
    if (!network) return
    if (network.pendingDelete && this.isUnused(tx, id)) return tx.remove('network', id)
    if (isReady(network)) return void this.problems.delete(id)
    try {
      this.checkPredecessor(tx, network)
      tx.update('network', this.state.allocateNetwork(network, tx.list('node')))
      this.solved(id)
    } catch (thrown) {
      this.problem(id, `network ${network.spec.name}: ${messageOf(thrown)}`)
    }
  }

  /** Throws while a subnet that the network asks for is that of a removed one whose tasks still end. */
  private checkPredecessor(tx: ReadTx, { spec }: Network): void {
    for (const { subnet } of spec.ipam?.configs ?? []) {
      const holder = subnet === '' ? undefined : this.state.ipam.holderOf(subnet)
      const present = holder === undefined ? undefined : tx.get('network', holder)
      if (holder === undefined || (present && !present.pendingDelete)) continue
      throw new Error(`waiting for the tasks of network ${present?.spec.name ?? holder} to end: it is being removed, and has the subnet ${subnet}`)
    }
  }

  private isUnused(tx: ReadTx, networkId: string): boolean {
    return !tx.tasksUsing('network', networkId).some((task) => task.status.state <= TaskState.running) && tx.servicesUsing('network', networkId).length === 0
  }

  private allocateService(tx: WriteTx, id: string): void {
    const service = tx.get('service', id)
    if (!service || service.pendingDelete) return
    const spec = endpointSpecOf(service)
    const ingress = publishesIngress(spec) ? ingressNetwork(tx) : undefined
    try {
      if (publishesIngress(spec) && !ingress) {
        throw new Error('there is no ingress network: create one with "network create --ingress", or publish the ports in host mode')
      }
      const networks = virtualIpNetworks(service, (target) => findNetwork(tx, target), ingress)
      for (const network of networks) if (!isReady(network)) throw new Error(this.waitingFor(network))
      if (this.isCurrent(service, networks)) return this.problems.has(id) ? this.solved(id) : undefined
      const endpoint = this.state.allocateEndpoint(service, spec, networks, this.deps.clock.nowMs())
      tx.update('service', { ...service, endpoint })
      this.solved(id)
    } catch (thrown) {
      this.problem(id, messageOf(thrown))
    }
  }

  /** The endpoint is what the spec asks for already. */
  private isCurrent({ spec, endpoint }: Service, networks: readonly Network[]): boolean {
    const wantedSpec = endpointSpecOf({ spec })
    // Nothing to give: a write would only take the version away under a client that is about to update the service.
    if (!endpoint) return networks.length === 0 && wantedSpec.ports.length === 0
    if (!deepEqual(wantedSpec, endpoint.spec)) return false
    const keyOf = (networkId: string, family: 4 | 6): string => `${networkId} ${family}`
    const present = new Set(endpoint.virtualIps.map(({ networkId, address }) => keyOf(networkId, address.includes(':') ? 6 : 4)))
    const wanted = networks.flatMap((network) => this.state.vipFamilies(network).map((family) => keyOf(network.id, family)))
    return present.size === wanted.length && wanted.every((key) => present.has(key))
  }

  private allocateTask(tx: WriteTx, id: string): void {
    const task = tx.get('task', id)
    this.stuckTasks.delete(id)
    if (!task || task.status.state !== TaskState.new || task.desiredState > TaskState.complete) return
    // The newest spec may be ahead of the changes heard so far: its endpoint comes first.
    if (task.serviceId !== '') this.allocateService(tx, task.serviceId)
    const service = task.serviceId === '' ? undefined : tx.get('service', task.serviceId)
    if (task.serviceId !== '' && !service) return
    const nowMs = this.deps.clock.nowMs()
    try {
      const problem = service && this.problems.get(service.id)
      if (problem !== undefined) throw new Error(problem)
      const { wanted, asked } = this.attachments(tx, task, service)
      const networks = this.state.attach(task.id, wanted, asked, nowMs)
      const status = { ...task.status, state: TaskState.pending, timestampMs: nowMs, appliedAtMs: nowMs, message: 'pending task scheduling', err: '' }
      const endpoint = service && (service.endpoint ?? { spec: endpointSpecOf(service), ports: [], virtualIps: [] })
      tx.update('task', { ...task, networks, ...(endpoint && { endpoint }), status })
    } catch (thrown) {
      this.stuckTasks.add(id)
      const err = messageOf(thrown)
      if (task.status.err === err) return
      tx.update('task', { ...task, status: { ...task.status, timestampMs: nowMs, message: 'waiting for networks and ports', err } })
    }
  }

  /** The networks a task goes on, and the addresses asked for on each. Throws what it has to wait for. */
  private attachments(tx: ReadTx, task: Task, service: Service | undefined): { wanted: Omit<NetworkAttachment, 'addresses'>[]; asked: string[][] } {
    const wanted: Omit<NetworkAttachment, 'addresses'>[] = []
    const asked: string[][] = []
    const add = (network: Network, aliases: string[], driverOptions: Record<string, string>, addresses: string[]) => {
      if (!isReady(network)) throw new Error(this.waitingFor(network))
      if (wanted.some((other) => other.network.id === network.id)) return
      wanted.push({ network, aliases, driverOptions })
      asked.push(addresses)
    }
    if (service && publishesIngress(endpointSpecOf(service))) {
      const ingress = ingressNetwork(tx)
      if (!ingress) throw new Error('waiting for the ingress network')
      add(ingress, [], {}, [])
    }
    for (const { target, aliases, driverOptions, addresses } of attachmentConfigs(task.spec, service)) {
      const network = findNetwork(tx, target)
      if (!network) throw new Error(`network ${target} not found`)
      add(network, aliases, driverOptions, addresses)
    }
    return { wanted, asked }
  }

  private waitingFor(network: Network): string {
    return this.problems.get(network.id) ?? `waiting for network ${network.spec.name} to be allocated`
  }

  private releaseTask(task: Task, nowMs: number): void {
    this.tasks.delete(task.id)
    this.stuckTasks.delete(task.id)
    for (const { network } of task.networks) if (this.deps.store.view().get('network', network.id)?.pendingDelete) this.networks.add(network.id)
    if (!task.networks.some(({ network }) => isAllocated(network))) return
    this.state.detach(task.id, task.networks, nowMs)
    // Free only after its rest: the timer tries again.
    if (this.stuckTasks.size > 0) this.schedule()
  }

  private problem(id: string, why: string): void {
    if (this.problems.get(id) !== why) this.deps.log.warn(`allocator: ${why}`)
    const isNew = this.problems.get(id) !== why
    this.problems.set(id, why)
    if (isNew) this.retryTasks()
  }

  private solved(id: string): void {
    if (this.problems.delete(id)) this.retry()
    else this.retryTasks()
  }

  private retryTasks(): void {
    for (const id of this.stuckTasks) this.tasks.add(id)
  }

  private retry(): void {
    const view = this.deps.store.view()
    for (const id of this.problems.keys()) (view.get('network', id) ? this.networks : this.services).add(id)
    this.retryTasks()
  }

  private schedule(): void {
    if (this.timer) return
    const nowMs = this.deps.clock.nowMs()
    const freeInMs = (this.state.ipam.nextFreeAtMs(nowMs) ?? Infinity) - nowMs
    this.timer = this.deps.clock.setTimer(Math.max(1, Math.min(retryPeriodMs, freeInMs)), () => {
      this.timer = undefined
      this.retry()
      this.wake()
    })
  }
}

function ingressNetwork(tx: ReadTx): Network | undefined {
  return tx.list('network').find(({ spec }) => spec.ingress)
}

function findNetwork(tx: ReadTx, target: string): Network | undefined {
  return tx.get('network', target) ?? tx.byName('network', target)
}

function* take(set: Set<string>, limit: number): Generator<string> {
  let left = limit
  for (const id of set) {
    if (left-- <= 0) return
    set.delete(id)
    yield id
  }
}

/** The allocation loop; `start` it while leading. */
export function allocatorLoop(deps: LoopDeps): StoreLoop {
  const loop: StoreLoop = new StoreLoop(deps, new Allocator(deps, () => loop.wake()))
  return loop
}
