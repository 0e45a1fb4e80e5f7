import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { join } from 'node:path'
import { deleteNetns, listNetns } from '../../agent/kernel/netns.js'
import { ClusterNetworking } from '../../agent/network/cluster/cluster-networking.js'
import type { TableRow } from '../../agent/network/cluster/cluster-tables.js'
import { NetworkController } from '../../agent/network/controller.js'
import { idSource } from '../../src/base/id.js'
import { nullLogger } from '../../src/base/log.js'
import { seededRng } from '../../src/base/rng.js'
import type { NodeId, ServiceId } from '../../src/model/ids.js'
import { systemClock } from '../../src/sys/system-clock.js'
import { MemoryNetworkStore, NetworkHost } from '../support/network-host.js'
import { clusterNetwork, endpointRow, serviceRow } from '../support/network-rows.js'
import { repetitions, type BenchContext } from './bench.js'
import type { Figure } from './report.js'
import { rounded, summarise } from './statistics.js'

const tableSizes = [100, 300, 1000] as const
const tasksPerService = 10
const nodes = 10
const manyContainers = 100
const dataPathPort = 4789
const network = clusterNetwork('back', {}, '10.0.0.0/14')

/**
 * What the tables of a network cost a node that is on it: the memory and the time of a full set, the start of
 * a container, a change that has to reach every container. This process is the agent; the longest time that
 * its event loop stood still is told beside each.
 */
export async function benchNetworkScale(context: BenchContext): Promise<Figure[]> {
  const figures: Figure[] = []
  const rounds = repetitions(context, 5, 2)
  for (const services of tableSizes) {
    context.say(`network: tables of ${services} services with ${tasksPerService} tasks each`)
    const measured: Measured[] = []
    for (let round = 0; round < rounds; round++) measured.push(await measureTables(services))
    const subject = `${services} services of ${tasksPerService} tasks`
    const loop = (what: string, all: readonly Watched[]): Figure[] => [
      { bench: 'network', subject: what, figure: 'median', unit: 'ms', skep: summarise(all.map(({ tookMs }) => tookMs)).median },
      { bench: 'network', subject: what, figure: 'event loop, longest', unit: 'ms', skep: worst(all.map(({ blockedMs }) => blockedMs)) },
      { bench: 'network', subject: what, figure: 'event loop, busiest turn', unit: 'ms', skep: worst(all.map(({ busiestMs }) => busiestMs)) },
    ]
    figures.push(
      ...loop(`full tables of ${subject}`, measured.map(({ sync }) => sync)),
      { bench: 'network', subject: `full tables of ${subject}`, figure: 'memory', unit: 'MB', skep: summarise(measured.map(({ memoryMb }) => memoryMb)).median },
      ...loop(`start of a container among ${subject}`, measured.map(({ start }) => start)),
    )
  }
  context.say(`network: a change that reaches ${manyContainers} containers`)
  const changes = await measureChanges(repetitions(context, 50, 10))
  const { median, p95, max } = summarise(changes)
  for (const [figure, value] of Object.entries({ median, p95, max })) {
    figures.push({ bench: 'network', subject: `change of one endpoint, in ${manyContainers} containers`, figure, unit: 'ms', skep: value })
  }
  return figures
}

const worst = (values: readonly number[]): number => rounded(Math.max(...values))

interface Measured {
  /** A full set of tables with one container on the network. */
  sync: Watched
  memoryMb: number
  /** The start of one more container. */
  start: Watched
}

async function measureTables(services: number): Promise<Measured> {
  await using node = await ScaleNode.start()
  await node.apply('complete', tablesOf(0))
  await node.container('first', 0)
  const before = memoryBytes()
  const sync = await watched(() => node.apply('complete', tablesOf(services)))
  const memoryMb = rounded((memoryBytes() - before) / 1e6)
  const start = await watched(() => node.container('second', 1))
  return { sync, memoryMb, start }
}

/** Milliseconds from the managers' message until all containers have it, each time. */
async function measureChanges(rounds: number): Promise<number[]> {
  await using node = await ScaleNode.start()
  await node.apply('complete', tablesOf(100))
  for (let n = 0; n < manyContainers; n++) await node.container(`c${n}`, n)
  const tookMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now()
    await node.apply('incremental', [taskRow(round >> 1, 3, { serving: round % 2 === 1 })])
    tookMs.push(performance.now() - startMs)
  }
  return tookMs
}

/** The tables of one network with so many services. */
function tablesOf(services: number): TableRow[] {
  const rows: TableRow[] = [{ action: 'update', network }]
  for (let n = 0; n < nodes; n++) rows.push({ action: 'update', peer: { nodeId: nodeId(n), address: nodeAddress(n) } as never })
  for (let s = 0; s < services; s++) {
    rows.push({ action: 'update', service: serviceRow('back', `service-${s}`, `10.3.${s >> 8}.${s & 0xff}`) })
    for (let t = 0; t < tasksPerService; t++) rows.push(taskRow(s, t))
  }
  return rows
}

function taskRow(service: number, task: number, over = {}): TableRow {
  const n = service * tasksPerService + task
  const row = endpointRow('back', `s${service}t${task}`, `10.1.${n >> 8}.${n & 0xff}`, {
    serviceId: `service-${service}` as ServiceId, taskName: `service-${service}.${task + 1}.s${service}t${task}`, nodeId: nodeId(1 + (n % (nodes - 1))), nodeAddress: nodeAddress(1 + (n % (nodes - 1))), ...over,
  })
  return { action: 'update', endpoint: row }
}

const nodeId = (n: number): NodeId => `n${n}` as NodeId
const nodeAddress = (n: number): string => `192.0.2.${n + 1}`

/** Bytes in use after a collection: of the heap and beside it. */
function memoryBytes(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

interface Watched {
  tookMs: number
  /** The longest time that the event loop stood still. */
  blockedMs: number
  /** The most processor time between two of its turns: what of that is this process's own, on a machine that others use. */
  busiestMs: number
}

/** How long an action took, and what it did to the event loop meanwhile. */
async function watched(act: () => Promise<unknown>): Promise<Watched> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await turn()
  let busiestMs = 0
  let watching = true
  let last = process.cpuUsage()
  const look = (): void => {
    const { user, system } = process.cpuUsage(last)
    busiestMs = Math.max(busiestMs, (user + system) / 1e3)
    last = process.cpuUsage()
    if (watching) setImmediate(look)
  }
  setImmediate(look)
  const startMs = performance.now()
  await act()
  const tookMs = performance.now() - startMs
  await turn()
  watching = false
  delay.disable()
  return { tookMs, blockedMs: delay.max / 1e6, busiestMs }
}

/** Timers have had their turn. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

/** An agent's networks in namespaces of their own. */
class ScaleNode implements AsyncDisposable {
  private constructor(
    private readonly hosts: NetworkHost,
    private readonly controller: NetworkController,
    private readonly cluster: ClusterNetworking,
  ) {}

  static async start(): Promise<ScaleNode> {
    const hosts = new NetworkHost()
    const rng = seededRng(randomBytes(4).readUInt32LE())
    const controller = await NetworkController.open({
      store: new MemoryNetworkStore(), netnsDir: hosts.netnsDir, overlayDir: join(hosts.folder, 'overlay'),
      log: nullLogger, clock: systemClock, rng, ids: idSource(rng), hostNetns: hosts.host,
    })
    await controller.recover(new Set())
    const cluster = new ClusterNetworking({ controller, clock: systemClock, log: nullLogger })
    await cluster.begin(nodeId(0), nodeAddress(0))
    return new ScaleNode(hosts, controller, cluster)
  }

  apply(kind: 'complete' | 'incremental', rows: readonly TableRow[]): Promise<void> {
    return this.cluster.apply(kind, rows, dataPathPort)
  }

  /** All that a container's start needs of networks. */
  async container(name: string, n: number): Promise<void> {
    await this.cluster.ensure(network)
    await this.controller.createSandbox(name)
    await this.controller.connect(name, network.id, { containerName: name, ipv4Address: `10.2.${n >> 8}.${(n & 0xff) + 1}` })
    await this.controller.serveNames(name, { upstreams: [], ndotsSet: false })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cluster[Symbol.dispose]()
    this.controller[Symbol.dispose]()
    const overlays = join(this.hosts.folder, 'overlay')
    for (const name of listNetns(overlays)) deleteNetns(join(overlays, name))
    this.hosts[Symbol.dispose]()
  }
}
