import { ErrorKind, StatusError, conflict, notFound } from '../../src/base/errors.js'
import type { Cluster, ClusterSpec } from '../../src/model/cluster.js'
import type { ClusterEvent, Control, LogMessage, LogOptions, LogSelector, TokenRotation } from '../../src/model/control.js'
import type { Network, NetworkSpec } from '../../src/model/network.js'
import type { Node, NodeSpec } from '../../src/model/node.js'
import type { Meta } from '../../src/model/object.js'
import type { Config, ConfigSpec, Secret, SecretSpec } from '../../src/model/secret.js'
import type { Service, ServiceSpec } from '../../src/model/service.js'
import type { Task } from '../../src/model/task.js'
import { cluster, network, node, service } from './objects.js'

const startMs = 1_700_000_000_000

interface Named {
  id: string
  meta: Meta
}

/** A control API over maps: references, versions and names as the real one has them, nothing behind it. */
export class FakeControl implements Control {
  readonly nodes = new Map<string, Node>()
  readonly services = new Map<string, Service>()
  readonly tasks = new Map<string, Task>()
  readonly networks = new Map<string, Network>()
  readonly secrets = new Map<string, Secret>()
  readonly configs = new Map<string, Config>()
  logs: LogMessage[] = []
  rotations: TokenRotation[] = []
  rollbacks: string[] = []
  private version = 10
  private sequence = 0
  theCluster: Cluster = { ...cluster(), meta: this.meta() }

  meta(): Meta {
    return { version: ++this.version, createdAtMs: startMs, updatedAtMs: startMs }
  }
  id(): string {
    return (++this.sequence).toString(36).padStart(25, 'x')
  }
  addNode(name: string, over: Partial<Node> = {}): Node {
    const made = {
      ...node(this.id(), {
        description: {
          hostname: name,
          platform: { architecture: 'x86_64', os: 'linux' },
          resources: { nanoCpus: 2e9, memoryBytes: 2 ** 31, generic: [] },
          engineVersion: '0.1.0',
          engineLabels: {},
          plugins: [],
        },
        ...over,
      }),
      meta: this.meta(),
    }
    this.nodes.set(made.id, made)
    return made
  }

  private find<T extends Named>(table: Map<string, T>, what: string, ref: string, nameOf: (object: T) => string): T {
    const all = [...table.values()]
    const byPrefix = all.filter(({ id }) => id.startsWith(ref))
    const found = table.get(ref) ?? all.find((one) => nameOf(one) === ref) ?? (byPrefix.length === 1 ? byPrefix[0] : undefined)
    if (!found) throw notFound(`${what} ${ref} not found`)
    return found
  }
  private change<T extends Named>(table: Map<string, T>, id: string, version: number, change: (object: T) => T): T {
    const old = table.get(id)
    if (!old) throw notFound(`${id} not found`)
    if (old.meta.version !== version) throw new StatusError(ErrorKind.outOfSequence, 'rpc error: code = Unknown desc = update out of sequence')
    const changed = { ...change(old), meta: this.meta() }
    table.set(id, changed)
    return changed
  }
  private free<T>(table: Map<string, T>, what: string, name: string, nameOf: (object: T) => string): void {
    if ([...table.values()].some((one) => nameOf(one) === name)) throw conflict(`name conflicts with an existing object: ${what} ${name} already exists`)
  }

  async getCluster() {
    return this.theCluster
  }
  async updateCluster(version: number, spec: ClusterSpec, rotate: TokenRotation) {
    if (version !== this.theCluster.meta.version) throw new StatusError(ErrorKind.outOfSequence, 'update out of sequence')
    this.rotations.push(rotate)
    this.theCluster = { ...this.theCluster, spec, meta: this.meta() }
    return this.theCluster
  }

  async listNodes() {
    return [...this.nodes.values()]
  }
  async getNode(ref: string) {
    return this.find(this.nodes, 'node', ref, (one) => one.description?.hostname ?? '')
  }
  async updateNode(id: string, version: number, spec: NodeSpec) {
    return this.change(this.nodes, id, version, (old) => ({ ...old, spec }))
  }
  async removeNode(ref: string) {
    this.nodes.delete((await this.getNode(ref)).id)
  }

  async listServices() {
    return [...this.services.values()]
  }
  async getService(ref: string) {
    return this.find(this.services, 'service', ref, (one) => one.spec.name)
  }
  async createService(spec: ServiceSpec) {
    this.free(this.services, 'service', spec.name, (one) => one.spec.name)
    const endpoint = spec.endpoint && { endpoint: { spec: spec.endpoint, ports: spec.endpoint.ports, virtualIps: [] } }
    const made = { ...service(this.id(), { spec, ...endpoint }), meta: this.meta() }
    this.services.set(made.id, made)
    return made
  }
  async updateService(id: string, version: number, spec: ServiceSpec, rollback: boolean) {
    if (rollback) this.rollbacks.push(id)
    return this.change(this.services, id, version, (old) => ({ ...old, spec, previousSpec: old.spec }))
  }
  async removeService(ref: string) {
    this.services.delete((await this.getService(ref)).id)
  }
  async serviceStatuses(ids: string[]) {
    return Object.fromEntries(ids.map((id) => [id, { running: 1, desired: 2, completed: 0 }]))
  }

  async askNode(ref: string, kind: string): Promise<Uint8Array> {
    throw new StatusError('unavailable', `node ${ref} cannot be asked for its ${kind}: it has no session with the managers`)
  }
  async listTasks(select: { serviceId?: string; nodeId?: string } = {}) {
    return [...this.tasks.values()].filter(
      (one) =>
        (select.serviceId === undefined || one.serviceId === select.serviceId) && (select.nodeId === undefined || one.nodeId === select.nodeId),
    )
  }
  async getTask(ref: string) {
    return this.find(this.tasks, 'task', ref, () => '')
  }
  async removeTask(ref: string) {
    this.tasks.delete((await this.getTask(ref)).id)
  }

  async listNetworks() {
    return [...this.networks.values()]
  }
  async getNetwork(ref: string) {
    return this.find(this.networks, 'network', ref, (one) => one.spec.name)
  }
  async createNetwork(spec: NetworkSpec) {
    this.free(this.networks, 'network', spec.name, (one) => one.spec.name)
    const made = { ...network(this.id(), { spec }), meta: this.meta() }
    this.networks.set(made.id, made)
    return made
  }
  async removeNetwork(ref: string) {
    this.networks.delete((await this.getNetwork(ref)).id)
  }

  async listSecrets() {
    return [...this.secrets.values()]
  }
  async getSecret(ref: string) {
    return this.find(this.secrets, 'secret', ref, (one) => one.spec.name)
  }
  async createSecret(spec: SecretSpec) {
    this.free(this.secrets, 'secret', spec.name, (one) => one.spec.name)
    const made = { id: this.id() as Secret['id'], meta: this.meta(), spec, internal: false }
    this.secrets.set(made.id, made)
    return made
  }
  async updateSecret(id: string, version: number, spec: SecretSpec) {
    return this.change(this.secrets, id, version, (old) => ({ ...old, spec }))
  }
  async removeSecret(ref: string) {
    this.secrets.delete((await this.getSecret(ref)).id)
  }

  async listConfigs() {
    return [...this.configs.values()]
  }
  async getConfig(ref: string) {
    return this.find(this.configs, 'config', ref, (one) => one.spec.name)
  }
  async createConfig(spec: ConfigSpec) {
    this.free(this.configs, 'config', spec.name, (one) => one.spec.name)
    const made = { id: this.id() as Config['id'], meta: this.meta(), spec }
    this.configs.set(made.id, made)
    return made
  }
  async updateConfig(id: string, version: number, spec: ConfigSpec) {
    return this.change(this.configs, id, version, (old) => ({ ...old, spec }))
  }
  async removeConfig(ref: string) {
    this.configs.delete((await this.getConfig(ref)).id)
  }

  async *watch(): AsyncGenerator<ClusterEvent> {}
  async *serviceLogs(selector: LogSelector, options: LogOptions) {
    const ofService = this.logs.filter(({ serviceId }) => selector.serviceIds.length === 0 || selector.serviceIds.includes(serviceId))
    yield ofService.filter(({ stream }) => (stream === 'stdout' ? options.stdout : options.stderr))
  }
}
