import fc from 'fast-check'
import { unlessEmpty } from '../../../src/api/encode.js'
import type { ContainerSpec } from '../../../src/model/container-spec.js'
import type { ClusterSpec } from '../../../src/model/cluster.js'
import type { NodeSpec } from '../../../src/model/node.js'
import type { ConfigSpec, SecretSpec } from '../../../src/model/secret.js'
import type { EndpointSpec, NetworkAttachmentConfig, ServiceMode, ServiceSpec, TaskSpec, UpdateConfig } from '../../../src/model/service.js'

/** Specs of every shape that a client may send, for round trips. */
/** Plain objects, as a JSON parser makes them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> => fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/)
const maybe = fc.oneof(fc.constant(''), word)
const words = fc.array(word, { maxLength: 3 })
const map = fc.dictionary(word, fc.oneof(word, fc.constant('')), { maxKeys: 3, noNullPrototype: true })
const number = fc.nat({ max: 2 ** 40 })
const driver = record({ name: word, options: map })
/** All fields that `optional` names may be absent, which is not the same as undefined. */
const some = <T extends object, K extends keyof T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }, optional: K[]) =>
  fc.record(model, { noNullPrototype: true, requiredKeys: (Object.keys(model) as (keyof T)[]).filter((key) => !optional.includes(key as K)) }) as unknown as fc.Arbitrary<
    Omit<T, K> & { [Key in K]?: T[Key] }
  >
/** Parts that say something: one that does not is the same as none. */
const telling = <T extends object>(part: fc.Arbitrary<T>): fc.Arbitrary<T> => part.filter((value) => unlessEmpty(value) !== undefined)

const file = record({ name: word, uid: word, gid: word, mode: fc.nat({ max: 0o777 }) })
const reference = record({ id: word, name: word, file })

const volumeOptions = some({ noCopy: fc.boolean(), labels: map, driver, subpath: maybe }, ['driver'])

const mount = some(
  {
    type: fc.constantFrom('bind', 'volume', 'tmpfs', 'cluster', 'image'),
    source: maybe,
    target: word,
    readOnly: fc.boolean(),
    consistency: maybe,
    bind: telling(record({
      propagation: fc.constantFrom('', 'rprivate', 'shared'),
      nonRecursive: fc.boolean(),
      createMountpoint: fc.boolean(),
      readOnlyNonRecursive: fc.boolean(),
      readOnlyForceRecursive: fc.boolean(),
    })),
    volume: telling(volumeOptions),
    tmpfs: telling(record({ sizeBytes: number, mode: fc.nat({ max: 0o1777 }), options: fc.array(fc.constantFrom('noexec', 'uid=1000', 'a=b=c'), { maxLength: 3 }) })),
    image: telling(record({ subpath: maybe })),
  },
  ['bind', 'volume', 'tmpfs', 'image'],
)

const privileges = some(
  {
    credentialSpec: telling(record({ config: maybe, file: maybe, registry: maybe })),
    seLinux: telling(record({ disable: fc.boolean(), user: maybe, role: maybe, type: maybe, level: maybe })),
    seccomp: record({
      mode: fc.constantFrom('default', 'unconfined', 'custom'),
      profile: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    }),
    appArmor: record({ mode: fc.constantFrom('default', 'disabled') }),
    noNewPrivileges: fc.boolean(),
  },
  ['credentialSpec', 'seLinux', 'seccomp', 'appArmor'],
)

export const containerSpec: fc.Arbitrary<ContainerSpec> = some(
  {
    image: word,
    labels: map,
    command: words,
    args: words,
    hostname: maybe,
    env: words,
    dir: maybe,
    user: maybe,
    groups: words,
    tty: fc.boolean(),
    openStdin: fc.boolean(),
    readOnly: fc.boolean(),
    stopSignal: maybe,
    stopGracePeriodNs: number,
    healthCheck: telling(record({
      test: words,
      intervalNs: number,
      timeoutNs: number,
      startPeriodNs: number,
      startIntervalNs: number,
      retries: fc.nat(),
    })),
    hosts: words,
    dns: telling(record({ nameservers: words, search: words, options: words })),
    secrets: fc.array(reference, { maxLength: 2 }),
    configs: fc.array(some({ id: word, name: word, file }, ['file']), { maxLength: 2 }),
    init: fc.boolean(),
    sysctls: map,
    capabilityAdd: words,
    capabilityDrop: words,
    ulimits: fc.array(record({ name: word, soft: fc.integer(), hard: fc.integer() }), { maxLength: 2 }),
    oomScoreAdj: fc.integer({ min: -1000, max: 1000 }),
    privileges: telling(privileges),
    mounts: fc.array(mount, { maxLength: 3 }),
    isolation: fc.constantFrom('', 'default', 'process'),
    privileged: fc.boolean(),
    shmBytes: number,
    pidMode: maybe,
    ipcMode: maybe,
    devices: fc.array(record({ pathOnHost: word, pathInContainer: word, permissions: maybe }), { maxLength: 2 }),
  },
  ['stopGracePeriodNs', 'healthCheck', 'dns', 'init', 'privileges', 'privileged', 'shmBytes', 'pidMode', 'ipcMode'],
)

const attachment: fc.Arbitrary<NetworkAttachmentConfig> = record({ target: word, aliases: words, addresses: words, driverOptions: map })

const generic = fc.oneof(record({ kind: word, value: word }), record({ kind: word, count: fc.nat() }))

const resources = some(
  {
    limits: telling(record({ nanoCpus: number, memoryBytes: number, pids: fc.nat() })),
    reservations: telling(record({ nanoCpus: number, memoryBytes: number, generic: fc.array(generic, { maxLength: 3 }) })),
    swapBytes: fc.integer({ min: -1 }),
    memorySwappiness: fc.nat({ max: 100 }),
  },
  ['limits', 'reservations', 'swapBytes', 'memorySwappiness'],
)

const restart = some(
  { condition: fc.constantFrom('none' as const, 'on-failure' as const, 'any' as const), delayNs: number, maxAttempts: fc.nat(), windowNs: number },
  ['delayNs'],
)

const placement = record({
  constraints: words,
  preferences: fc.array(record({ spread: word }), { maxLength: 2 }),
  maxReplicas: fc.nat(),
  platforms: fc.array(record({ architecture: word, os: maybe }), { maxLength: 2 }),
})

export const taskSpec: fc.Arbitrary<TaskSpec> = some(
  {
    container: containerSpec,
    // Zero is something here: swap that is off.
    resources: resources.filter((value) => Object.keys(value).length > 0),
    restart,
    placement: telling(placement),
    networks: fc.array(attachment, { maxLength: 2 }),
    logDriver: driver,
    forceUpdate: fc.nat(),
    runtime: fc.constant('container'),
  },
  ['resources', 'restart', 'placement', 'logDriver'],
)

const mode: fc.Arbitrary<ServiceMode> = fc.oneof(
  record({ kind: fc.constant('replicated' as const), replicas: fc.nat() }),
  record({ kind: fc.constant('global' as const) }),
  record({ kind: fc.constant('replicatedJob' as const), maxConcurrent: fc.nat(), totalCompletions: fc.nat() }),
  record({ kind: fc.constant('globalJob' as const) }),
)

const update: fc.Arbitrary<UpdateConfig> = some(
  {
    parallelism: fc.nat(),
    delayNs: number,
    failureAction: fc.constantFrom('pause' as const, 'continue' as const, 'rollback' as const),
    monitorNs: number,
    maxFailureRatio: fc.constantFrom(0, 0.25, 1),
    order: fc.constantFrom('stop-first' as const, 'start-first' as const),
  },
  ['monitorNs'],
)

const endpoint: fc.Arbitrary<EndpointSpec> = record({
  mode: fc.constantFrom('vip' as const, 'dnsrr' as const),
  ports: fc.array(
    record({
      name: maybe,
      protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
      targetPort: fc.nat({ max: 65_535 }),
      publishedPort: fc.nat({ max: 65_535 }),
      publishMode: fc.constantFrom('ingress' as const, 'host' as const),
    }),
    { maxLength: 2 },
  ),
})

export const serviceSpec: fc.Arbitrary<ServiceSpec> = some(
  { name: word, labels: map, task: taskSpec, mode, update, rollback: update, networks: fc.array(attachment, { maxLength: 2 }), endpoint },
  ['update', 'rollback', 'endpoint'],
)

export const nodeSpec: fc.Arbitrary<NodeSpec> = record({
  name: maybe,
  labels: map,
  role: fc.constantFrom('worker' as const, 'manager' as const),
  availability: fc.constantFrom('active' as const, 'pause' as const, 'drain' as const),
})

const data = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))
export const secretSpec: fc.Arbitrary<SecretSpec> = some({ name: word, labels: map, data, templating: driver, driver }, ['templating', 'driver'])
export const configSpec: fc.Arbitrary<ConfigSpec> = some({ name: word, labels: map, data, templating: driver }, ['templating'])

export const clusterSpec: fc.Arbitrary<ClusterSpec> = record({
  name: fc.constant('default'),
  labels: map,
  orchestration: record({ taskHistoryRetentionLimit: fc.nat() }),
  raft: record({
    snapshotInterval: fc.integer({ min: 1 }),
    keepOldSnapshots: fc.nat(),
    logEntriesForSlowFollowers: fc.integer({ min: 1 }),
    heartbeatTick: fc.integer({ min: 1 }),
    electionTick: fc.integer({ min: 1 }),
  }),
  dispatcher: record({ heartbeatPeriodNs: fc.integer({ min: 1 }) }),
  ca: record({
    nodeCertExpiryNs: fc.integer({ min: 1 }),
    externalCas: fc.array(record({ protocol: fc.constant('cfssl'), url: word, options: map, caCertPem: maybe }), { maxLength: 2 }),
    signingCaCertPem: maybe,
    // Never shown, so there is nothing to come back.
    signingCaKeyPem: fc.constant(''),
    forceRotate: fc.nat(),
  }),
  taskDefaults: some({ logDriver: driver }, ['logDriver']),
  encryption: record({ autoLockManagers: fc.boolean() }),
})
