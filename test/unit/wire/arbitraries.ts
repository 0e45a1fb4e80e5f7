import fc from 'fast-check'
import type { Cluster } from '../../../src/model/cluster.js'
import type { ContainerSpec, HealthCheck, MountSpec, Privileges } from '../../../src/model/container-spec.js'
import type { Network, NetworkSpec } from '../../../src/model/network.js'
import type { EncryptionKey } from '../../../src/model/network-table.js'
import { Availability, CertificateState, NodeRole, NodeState, Reachability, type Node } from '../../../src/model/node.js'
import type { Annotations, Driver, Meta } from '../../../src/model/object.js'
import type { GenericResource, ResourceRequirements } from '../../../src/model/resources.js'
import type { Config, Secret } from '../../../src/model/secret.js'
import type { Endpoint, NetworkAttachmentConfig, PortConfig, Service, ServiceMode, ServiceSpec, TaskSpec, UpdateConfig } from '../../../src/model/service.js'
import { TaskState } from '../../../src/model/task-state.js'
import type { Task } from '../../../src/model/task.js'
import type { Volume } from '../../../src/model/volume.js'

/**
 * Any object of the model, typed by the model itself: a field added there and forgotten in proto/
 * does not survive the round trip.
 */
const text = fc.string({ maxLength: 8 })
const id = fc.string({ minLength: 1, maxLength: 4 }).map((value) => value as never)
const flag = fc.boolean()
const integer = fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 1000 }), fc.maxSafeInteger())
const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1000 }), fc.maxSafeNat())
const small = fc.integer({ min: 0, max: 0x7fff_ffff })
const timeMs = fc.double({ min: 0, max: 4e12, noNaN: true }).map((value) => value + 0)
const bytes = fc.uint8Array({ maxLength: 20 })
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 2 })
const map = <T>(item: fc.Arbitrary<T>) => fc.array(fc.tuple(fc.stringMatching(/^[a-z.]{1,5}$/), item), { maxLength: 2 }).map((pairs): Record<string, T> => Object.fromEntries(pairs))
const oneOf = <T extends string | number>(values: Record<string, T>) => fc.constantFrom(...Object.values(values))

type Fields<T> = { [K in keyof T]-?: fc.Arbitrary<Exclude<T[K], undefined>> }
type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T]
/** Fields named in `optional` may be left out; the model says which these are, so the compiler checks the list. */
function record<T>(fields: Fields<T>, ...optional: OptionalKeys<T>[]): fc.Arbitrary<T> {
  const required = Object.keys(fields).filter((key) => !(optional as string[]).includes(key))
  return fc.record(fields as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: required, noNullPrototype: true }) as fc.Arbitrary<T>
}

const labels = map(text)
const annotationFields = { name: text, labels }
const annotations = record<Annotations>(annotationFields)
const driver = record<Driver>({ name: text, options: labels })
const meta = record<Meta>({ version: count, createdAtMs: timeMs, updatedAtMs: timeMs })
const platform = record<{ architecture: string; os: string }>({ architecture: text, os: text })
const generic = record<GenericResource>({ kind: text, value: text, count: integer }, 'value', 'count')
const resources = record<NonNullable<ResourceRequirements['reservations']>>({ nanoCpus: integer, memoryBytes: integer, generic: list(generic) })
const requirements = record<ResourceRequirements>(
  {
    limits: record<NonNullable<ResourceRequirements['limits']>>({ nanoCpus: integer, memoryBytes: integer, pids: integer }),
    reservations: resources,
    swapBytes: integer,
    memorySwappiness: integer,
  },
  'limits', 'reservations', 'swapBytes', 'memorySwappiness',
)
const port = record<PortConfig>({
  name: text,
  protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
  targetPort: small,
  publishedPort: small,
  publishMode: fc.constantFrom('ingress', 'host'),
})
const endpointSpec = record<Endpoint['spec']>({ mode: fc.constantFrom('vip', 'dnsrr'), ports: list(port) })
const endpoint = record<Endpoint>({
  spec: endpointSpec,
  ports: list(port),
  virtualIps: list(record<Endpoint['virtualIps'][number]>({ networkId: text, address: text })),
})
const attachmentConfig = record<NetworkAttachmentConfig>({ target: text, aliases: list(text), addresses: list(text), driverOptions: labels })
const healthCheck = record<HealthCheck>({
  test: list(text), intervalNs: integer, timeoutNs: integer, startPeriodNs: integer, startIntervalNs: integer, retries: integer,
})
const fileReference = record<ContainerSpec['secrets'][number]>(
  { id: text, name: text, file: record<NonNullable<ContainerSpec['secrets'][number]['file']>>({ name: text, uid: text, gid: text, mode: small }) },
  'file',
)
const privileges = record<Privileges>(
  {
    credentialSpec: record<NonNullable<Privileges['credentialSpec']>>({ config: text, file: text, registry: text }),
    seLinux: record<NonNullable<Privileges['seLinux']>>({ disable: flag, user: text, role: text, type: text, level: text }),
    seccomp: record<NonNullable<Privileges['seccomp']>>({ mode: text, profile: bytes }),
    appArmor: record<NonNullable<Privileges['appArmor']>>({ mode: text }),
    noNewPrivileges: flag,
  },
  'credentialSpec', 'seLinux', 'seccomp', 'appArmor',
)
const mount = record<MountSpec>(
  {
    type: text, source: text, target: text, readOnly: flag, consistency: text,
    bind: record<NonNullable<MountSpec['bind']>>({
      propagation: text, nonRecursive: flag, createMountpoint: flag, readOnlyNonRecursive: flag, readOnlyForceRecursive: flag,
    }),
    volume: record<NonNullable<MountSpec['volume']>>({ noCopy: flag, labels, driver, subpath: text }, 'driver'),
    tmpfs: record<NonNullable<MountSpec['tmpfs']>>({ sizeBytes: integer, mode: small, options: list(text) }),
    image: record<NonNullable<MountSpec['image']>>({ subpath: text }),
  },
  'bind', 'volume', 'tmpfs', 'image',
)
const container = record<ContainerSpec>(
  {
    image: text, labels, command: list(text), args: list(text), hostname: text, env: list(text), dir: text, user: text,
    groups: list(text), tty: flag, openStdin: flag, readOnly: flag, stopSignal: text, stopGracePeriodNs: integer, healthCheck,
    hosts: list(text), dns: record<NonNullable<ContainerSpec['dns']>>({ nameservers: list(text), search: list(text), options: list(text) }),
    secrets: list(fileReference), configs: list(fileReference), init: flag, sysctls: labels, capabilityAdd: list(text),
    capabilityDrop: list(text), ulimits: list(record<ContainerSpec['ulimits'][number]>({ name: text, soft: integer, hard: integer })),
    oomScoreAdj: integer, privileges, mounts: list(mount), isolation: text, privileged: flag, shmBytes: integer, pidMode: text, registryAuth: text,
    ipcMode: text, devices: list(record<ContainerSpec['devices'][number]>({ pathOnHost: text, pathInContainer: text, permissions: text })),
  },
  'stopGracePeriodNs', 'healthCheck', 'dns', 'init', 'privileges', 'privileged', 'shmBytes', 'pidMode', 'ipcMode', 'registryAuth',
)
const taskSpec = record<TaskSpec>(
  {
    container,
    attachment: record<NonNullable<TaskSpec['attachment']>>({ containerId: text }),
    resources: requirements,
    restart: record<NonNullable<TaskSpec['restart']>>(
      { condition: fc.constantFrom('none', 'on-failure', 'any'), delayNs: integer, maxAttempts: count, windowNs: integer }, 'delayNs',
    ),
    placement: record<NonNullable<TaskSpec['placement']>>({
      constraints: list(text), preferences: list(record<{ spread: string }>({ spread: text })), maxReplicas: count, platforms: list(platform),
    }),
    networks: list(attachmentConfig), logDriver: driver, forceUpdate: count, runtime: text,
  },
  'container', 'attachment', 'resources', 'restart', 'placement', 'logDriver',
)
const update = record<UpdateConfig>(
  {
    parallelism: count, delayNs: integer, failureAction: fc.constantFrom('pause', 'continue', 'rollback'), monitorNs: integer,
    maxFailureRatio: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0), order: fc.constantFrom('stop-first', 'start-first'),
  },
  'monitorNs',
)
const mode: fc.Arbitrary<ServiceMode> = fc.oneof(
  fc.record({ kind: fc.constant('replicated' as const), replicas: count }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant('global' as const) }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant('replicatedJob' as const), maxConcurrent: count, totalCompletions: count }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant('globalJob' as const) }, { noNullPrototype: true }),
)
const serviceSpec = record<ServiceSpec>(
  { ...annotationFields, task: taskSpec, mode, update, rollback: update, networks: list(attachmentConfig), endpoint: endpointSpec },
  'update', 'rollback', 'endpoint',
)
const ipam = record<NonNullable<NetworkSpec['ipam']>>({
  driver, configs: list(record<NonNullable<NetworkSpec['ipam']>['configs'][number]>({ subnet: text, range: text, gateway: text, auxAddresses: labels })),
})

export const anyNetwork = record<Network>(
  {
    id, meta,
    spec: record<NetworkSpec>(
      { ...annotationFields, driver, ipv6Enabled: flag, internal: flag, attachable: flag, ingress: flag, ipam, scope: text, configFrom: text }, 'ipam',
    ),
    driverState: driver, ipam, pendingDelete: flag,
  },
  'driverState', 'ipam',
)

export const anyService = record<Service>(
  {
    id, meta, spec: serviceSpec, previousSpec: serviceSpec, specVersion: count, previousSpecVersion: count, endpoint,
    updateStatus: record<NonNullable<Service['updateStatus']>>(
      {
        state: fc.constantFrom('updating', 'paused', 'completed', 'rollback_started', 'rollback_paused', 'rollback_completed'),
        startedAtMs: timeMs, completedAtMs: timeMs, message: text,
      },
      'startedAtMs', 'completedAtMs',
    ),
    jobStatus: record<NonNullable<Service['jobStatus']>>({ jobIteration: count, lastExecutionMs: timeMs }),
    pendingDelete: flag,
  },
  'previousSpec', 'previousSpecVersion', 'endpoint', 'updateStatus', 'jobStatus',
)

export const anyTaskStatus = record<Task['status']>(
  {
    state: oneOf(TaskState), timestampMs: timeMs, message: text, err: text,
    container: record<NonNullable<Task['status']['container']>>({ containerId: text, pid: integer, exitCode: fc.integer({ min: -1, max: 255 }) }),
    ports: list(port), appliedBy: text, appliedAtMs: timeMs,
  },
  'container', 'appliedAtMs',
)

export const anyTask = record<Task>(
  {
    id, meta, spec: taskSpec, specVersion: count, serviceId: id, slot: count, nodeId: id, serviceAnnotations: annotations, annotations,
    status: anyTaskStatus, desiredState: oneOf(TaskState),
    networks: list(record<Task['networks'][number]>({ network: anyNetwork, addresses: list(text), aliases: list(text), driverOptions: labels })),
    endpoint, logDriver: driver, assignedGenericResources: list(generic), jobIteration: count,
  },
  'endpoint', 'logDriver', 'jobIteration',
)

export const anyNode = record<Node>(
  {
    id, meta,
    spec: record<Node['spec']>({ ...annotationFields, role: oneOf(NodeRole), availability: oneOf(Availability) }),
    specChangedAfter: count,
    description: record<NonNullable<Node['description']>>(
      {
        hostname: text, platform, resources, engineVersion: text, engineLabels: labels,
        plugins: list(record<{ type: string; name: string }>({ type: text, name: text })),
        tls: record<NonNullable<NonNullable<Node['description']>['tls']>>({ trustRootPem: text, issuerSubject: bytes, issuerPublicKey: bytes }),
        dataPathAddress: text,
        dataPathProbePort: small,
        hostNetworks: record<NonNullable<NonNullable<Node['description']>['hostNetworks']>>({ subnets: list(text) }),
        encryptionProblem: text,
        encryption: record<NonNullable<NonNullable<Node['description']>['encryption']>>({ keys: list(record<EncryptionKey>({ publicKey: text, port: small })) }),
      },
      'tls', 'dataPathAddress', 'dataPathProbePort', 'hostNetworks', 'encryptionProblem', 'encryption',
    ),
    status: record<Node['status']>({ state: oneOf(NodeState), message: text, address: text }),
    managerStatus: record<NonNullable<Node['managerStatus']>>({ raftId: count, address: text, leader: flag, reachability: oneOf(Reachability) }),
    observedRole: oneOf(NodeRole),
    certificate: record<Node['certificate']>(
      { state: oneOf(CertificateState), message: text, role: oneOf(NodeRole), csrPem: text, certificatePem: text, commonName: text },
      'csrPem', 'certificatePem',
    ),
  },
  'description', 'managerStatus', 'specChangedAfter',
)

export const anySecret = record<Secret>({
  id, meta, spec: record<Secret['spec']>({ ...annotationFields, data: bytes, templating: driver, driver }, 'templating', 'driver'), internal: flag,
})

export const anyConfig = record<Config>({
  id, meta, spec: record<Config['spec']>({ ...annotationFields, data: bytes, templating: driver }, 'templating'),
})

export const anyVolume = record<Volume>({
  id, meta,
  spec: record<Volume['spec']>({
    ...annotationFields, group: text, driver,
    accessMode: record<Volume['spec']['accessMode']>({
      scope: fc.constantFrom('single', 'multi'), sharing: fc.constantFrom('none', 'readonly', 'onewriter', 'all'), mount: flag,
    }),
    secrets: list(record<{ key: string; secret: string }>({ key: text, secret: text })),
    requiredBytes: integer, limitBytes: integer, availability: fc.constantFrom('active', 'pause', 'drain'),
  }),
  pendingDelete: flag,
})

export const anyCluster = record<Cluster>({
  id, meta,
  spec: record<Cluster['spec']>({
    ...annotationFields,
    orchestration: record<Cluster['spec']['orchestration']>({ taskHistoryRetentionLimit: integer }),
    raft: record<Cluster['spec']['raft']>({
      snapshotInterval: count, keepOldSnapshots: count, logEntriesForSlowFollowers: count, heartbeatTick: small, electionTick: small,
    }),
    dispatcher: record<Cluster['spec']['dispatcher']>({ heartbeatPeriodNs: integer }),
    ca: record<Cluster['spec']['ca']>({
      nodeCertExpiryNs: integer,
      externalCas: list(record<Cluster['spec']['ca']['externalCas'][number]>({ protocol: text, url: text, options: labels, caCertPem: text })),
      signingCaCertPem: text, signingCaKeyPem: text, forceRotate: count,
    }),
    taskDefaults: record<Cluster['spec']['taskDefaults']>({ logDriver: driver }, 'logDriver'),
    encryption: record<Cluster['spec']['encryption']>({ autoLockManagers: flag }),
  }),
  rootCa: record<Cluster['rootCa']>(
    {
      certPem: text, keyPem: text, digest: text, joinTokens: record<Cluster['rootCa']['joinTokens']>({ worker: text, manager: text }),
      rotation: record<NonNullable<Cluster['rootCa']['rotation']>>({ certPem: text, keyPem: text, crossSignedPem: text }),
      lastForcedRotation: count,
    },
    'rotation',
  ),
  unlockKeys: list(record<Cluster['unlockKeys'][number]>({ subsystem: text, key: bytes })),
  blacklistedCertificates: map(record<{ expiryMs: number }>({ expiryMs: timeMs })),
  defaultAddressPool: list(text), subnetSize: small, dataPathPort: small, fipsEnabled: flag,
})
