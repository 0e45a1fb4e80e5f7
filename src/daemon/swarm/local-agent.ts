import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.js'
import { ErrorKind, invalid, kindOf, messageOf, StatusError } from '../../base/errors.js'
import { Limit } from '../../base/limit.js'
import type { Logger } from '../../base/log.js'
import type { Rng } from '../../base/rng.js'
import { Serial } from '../../base/serial.js'
import type { Network } from '../../model/network.js'
import type { Node, NodeDescription } from '../../model/node.js'
import type { GenericResource } from '../../model/resources.js'
import { issuerOf } from '../../pki/issuer.js'
import type { ConnectionPool } from '../../wire/grpc-client.js'
import { Dependencies } from '../../../agent/dependencies.js'
import { ContainerExecutor } from '../../../agent/executor/container-executor.js'
import { TemporaryError } from '../../../agent/executor/errors.js'
import { usableLogDrivers } from '../../../agent/log-drivers/options.js'
import { keepPublishing } from '../../../agent/logs/keep-publishing.js'
import { LogPublisher } from '../../../agent/logs/log-publisher.js'
import { ClusterNetworking } from '../../../agent/network/cluster/cluster-networking.js'
import { Reporter } from '../../../agent/reporter.js'
import { TaskDb } from '../../../agent/task-db.js'
import { TmpfsFileKeeper } from '../../../agent/task-files-keeper.js'
import { drainTask } from '../../../agent/task-drain.js'
import { Worker } from '../../../agent/worker.js'
import { machineName } from '../backends/system.js'
import type { DaemonConfig } from '../config.js'
import { encryptionCheck } from '../encryption-check.js'
import type { HostParts } from '../host-parts.js'
import { version } from '../version.js'
import type { AgentSide, SwarmPlace } from './agent-side.js'
import { attachedContainers } from './attached-containers.js'
import { DataPathWatch } from './data-path-watch.js'
import { HostWatch } from './host-watch.js'
import { TaskPuller } from './task-puller.js'

export interface LocalAgentDeps {
  parts: HostParts
  config: DaemonConfig
  clock: Clock
  rng: Rng
  log: Logger
}

/** Containers that are created or started at the same time. */
const stepsAtOnce = 16

/** This host as a place for tasks: its engine, seen through a worker. */
export class LocalAgent implements AgentSide {
  readonly reporter = new Reporter()
  readonly consumer: AgentSide['consumer'] = {
    onAssignments: (assignments) => (this.worker ? this.worker.onAssignments(assignments) : Promise.reject(new Error('this node is not ready'))),
  }
  readonly networks: AgentSide['networks']
  /** Who answers questions of other nodes' users, by kind. */
  readonly questions = new Map<string, (body: Uint8Array) => Promise<Uint8Array>>()
  private readonly cluster: ClusterNetworking
  private readonly dataPath: DataPathWatch
  private readonly host: HostWatch
  private worker: Worker | undefined
  private readonly applying = new Serial()
  private place: SwarmPlace | undefined
  private nodeId = ''

  private readonly files: TmpfsFileKeeper

  constructor(private readonly deps: LocalAgentDeps) {
    this.files = new TmpfsFileKeeper(join(deps.config['exec-root'], 'tasks'))
    this.cluster = new ClusterNetworking({
      controller: deps.parts.networks, clock: deps.clock, log: deps.log.child({ part: 'network' }), announce: () => this.place?.describeAgain(),
    })
    this.dataPath = new DataPathWatch({
      controller: deps.parts.networks, clock: deps.clock, rng: deps.rng, log: deps.log.child({ part: 'network' }), onLost: (nodeIds) => this.lose(nodeIds),
    })
    const encryption = encryptionCheck({ wireguardPath: deps.config['wireguard-path'] ?? '', environment: process.env })
    this.host = new HostWatch({
      subnets: (max) => deps.parts.networks.networks.subnetsOfHost(max),
      encryptionProblem: () => encryption.problem(),
      clock: deps.clock,
      log: deps.log.child({ part: 'network' }),
    })
    this.networks = {
      // In order across sessions too.
      onNetworks: ({ kind, changes, dataPathPort }) =>
        this.applying.run(async () => {
          await this.cluster.apply(kind, changes, dataPathPort)
          // The first that a session tells: whatever waited for the managers can go on.
          if (kind !== 'complete') return
          deps.parts.attached.reachable()
          await this.dataPath.sessionBegun()
        }),
      led: () => this.cluster.led(),
    }
    deps.parts.attached.serve(attachedContainers(deps.parts.engine, (taskId) => this.worker?.has(taskId) ?? false))
  }

  async begin(nodeId: string, place: SwarmPlace): Promise<void> {
    this.nodeId = nodeId
    this.place = place
    await this.cluster.begin(nodeId, place.dataPathAddress)
    await this.dataPath.begin(nodeId, place)
    this.host.begin(place)
    this.worker = this.createWorker()
    this.worker.start()
    this.deps.parts.attached.follow(place.attachments)
  }

  async end(): Promise<void> {
    const { worker } = this
    this.worker = undefined
    this.dataPath.end()
    this.host.end()
    await worker?.close()
  }

  async clear(): Promise<void> {
    const worker = this.worker ?? this.createWorker()
    if (!this.worker) worker.start()
    this.worker = undefined
    await worker.leave()
    await worker.close()
    this.dataPath.end()
    this.host.end()
    await this.cluster.end()
    this.deps.parts.attached.follow('none')
    this.place = undefined
    await this.files.destroy()
  }

  async describe(certPem: string, trustRootPem: string): Promise<NodeDescription> {
    const { subject, publicKey } = await issuerOf(certPem, trustRootPem)
    const { cpus, memoryBytes } = this.deps.parts.engine.context.host
    const volumeDrivers = await this.deps.parts.volumes.driverNames({ own: true })
    const encryption = this.deps.parts.networks.encryption.announcement
    return {
      hostname: hostname(),
      platform: { architecture: machineName, os: 'linux' },
      resources: { nanoCpus: cpus * 1e9, memoryBytes, generic: this.deps.config['node-generic-resource'].map(genericResource) },
      engineVersion: version,
      engineLabels: Object.fromEntries(
        this.deps.config.label.map((label) => [label.slice(0, label.indexOf('=')), label.slice(label.indexOf('=') + 1)]),
      ),
      plugins: [
        ...usableLogDrivers().map((name) => ({ type: 'Log', name })),
        { type: 'Network', name: 'bridge' },
        { type: 'Network', name: 'host' },
        { type: 'Network', name: 'null' },
        { type: 'Network', name: 'overlay' },
        ...volumeDrivers.map((name) => ({ type: 'Volume', name })),
      ],
      tls: { trustRootPem, issuerSubject: subject, issuerPublicKey: publicKey },
      ...(this.place && { dataPathAddress: this.place.dataPathAddress }),
      ...(this.dataPath.port !== undefined && { dataPathProbePort: this.dataPath.port }),
      ...(await this.host.describe()),
      ...(encryption && { encryption }),
    }
  }

  onNode(_node: Node): void {
    // Availability and labels matter to the managers, who decide what runs here.
  }

  async answer(kind: string, body: Uint8Array): Promise<Uint8Array> {
    const answer = this.questions.get(kind)
    if (!answer) throw new StatusError(ErrorKind.unsupported, `node ${hostname()} cannot answer questions of kind ${kind}: it may need a newer version`)
    return answer(body)
  }

  async publishLogs(manager: () => string | undefined, connections: ConnectionPool, signal: AbortSignal): Promise<void> {
    const { parts, clock, rng } = this.deps
    const log = this.deps.log.child({ part: 'logs' })
    if (!this.worker) return
    const publisher = new LogPublisher({ engine: parts.engine, events: parts.events, tasks: this.worker, log })
    const connect = () => {
      const address = manager()
      return address === undefined ? undefined : connections.to(address)
    }
    await keepPublishing({ publisher, connect, clock, rng, log }, signal)
  }

  private async ensureNetwork(network: Network): Promise<string> {
    try {
      return await this.cluster.ensure(network)
    } catch (thrown) {
      // The managers tell of the network as soon as they can be reached.
      if (kindOf(thrown) === ErrorKind.unavailable) throw new TemporaryError(messageOf(thrown))
      throw thrown
    }
  }

  private async drain(taskId: string, signal: AbortSignal): Promise<void> {
    const { place } = this
    if (!place) return
    const { clock, log } = this.deps
    const managers = { connected: place.attachments.connected.bind(place.attachments), awaitDrain: place.awaitDrain.bind(place) }
    await drainTask({ managers, clock, log: log.child({ part: 'network' }) }, taskId, signal)
  }

  /** These nodes are not reached: new flows go elsewhere. */
  private lose(nodeIds: ReadonlySet<string>): void {
    const log = this.deps.log.child({ part: 'network' })
    log.info(nodeIds.size > 0 ? 'nodes do not answer on the data path: new flows are led to tasks elsewhere while there are some' : 'all nodes answer on the data path', { nodes: [...nodeIds] })
    this.applying.run(() => this.cluster.lose(nodeIds)).catch((err: unknown) => log.error('flows may be led to nodes that do not answer', { err }))
  }

  private createWorker(): Worker {
    const { parts, clock, rng, log } = this.deps
    const dependencies = new Dependencies()
    const executor = new ContainerExecutor(
      {
        engine: parts.engine,
        events: parts.events,
        images: parts.images,
        puller: new TaskPuller(parts.registries, log.child({ part: 'images' })),
        networks: { ensure: (network) => this.ensureNetwork(network) },
        drain: (taskId, signal) => this.drain(taskId, signal),
        files: this.files,
        fileSource: dependencies,
        limit: new Limit(stepsAtOnce),
        node: () => ({ id: this.nodeId, hostname: hostname(), platform: { os: 'linux', architecture: machineName } }),
      },
      log.child({ part: 'executor' }),
      parts.attached,
    )
    return new Worker({
      db: new TaskDb(parts.db),
      executor,
      dependencies,
      reporter: this.reporter,
      nodeId: () => this.nodeId,
      clock,
      rng,
      log: log.child({ part: 'worker' }),
    })
  }
}

/** `--node-generic-resource gpu=4` or `gpu=UUID1`. */
function genericResource(text: string): GenericResource {
  const at = text.indexOf('=')
  if (at <= 0) throw invalid(`invalid generic resource ${text}: kind=value expected`)
  const kind = text.slice(0, at)
  const value = text.slice(at + 1)
  return /^\d+$/.test(value) ? { kind, count: Number(value) } : { kind, value }
}
