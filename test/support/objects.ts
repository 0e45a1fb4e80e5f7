import type { ContainerSpec } from '../../src/model/container-spec.js'
import { defaultClusterSpec } from '../../src/model/defaults.js'
import type { ClusterId, ConfigId, NetworkId, NodeId, SecretId, ServiceId, TaskId } from '../../src/model/ids.js'
import type { Network, NetworkSpec } from '../../src/model/network.js'
import type { Node } from '../../src/model/node.js'
import type { Cluster } from '../../src/model/cluster.js'
import type { Config, Secret } from '../../src/model/secret.js'
import type { Service, ServiceSpec, TaskSpec } from '../../src/model/service.js'
import type { Task } from '../../src/model/task.js'
import { TaskState } from '../../src/model/task-state.js'

/** Whole objects for tests, from the few fields a test is about. */
type New<T> = Omit<T, 'meta'>

export function containerSpec(over: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    image: 'busybox:latest',
    labels: {},
    command: [],
    args: [],
    hostname: '',
    env: [],
    dir: '',
    user: '',
    groups: [],
    tty: false,
    openStdin: false,
    readOnly: false,
    stopSignal: '',
    hosts: [],
    secrets: [],
    configs: [],
    sysctls: {},
    capabilityAdd: [],
    capabilityDrop: [],
    ulimits: [],
    oomScoreAdj: 0,
    mounts: [],
    isolation: '',
    devices: [],
    ...over,
  }
}

export function taskSpec(over: Partial<TaskSpec> = {}): TaskSpec {
  return { container: containerSpec(), networks: [], forceUpdate: 0, runtime: '', ...over }
}

export function serviceSpec(name: string, over: Partial<ServiceSpec> = {}): ServiceSpec {
  return { name, labels: {}, task: taskSpec(), mode: { kind: 'replicated', replicas: 1 }, networks: [], ...over }
}

export function service(id: string, over: Partial<New<Service>> = {}): New<Service> {
  return { id: id as ServiceId, spec: serviceSpec(id), specVersion: 0, pendingDelete: false, ...over }
}

export function task(id: string, over: Partial<New<Task>> = {}): New<Task> {
  return {
    id: id as TaskId,
    spec: taskSpec(),
    specVersion: 0,
    serviceId: '',
    slot: 1,
    nodeId: '',
    serviceAnnotations: { name: '', labels: {} },
    annotations: { name: '', labels: {} },
    status: { state: TaskState.new, timestampMs: 0, message: '', err: '', ports: [], appliedBy: '' },
    desiredState: TaskState.running,
    networks: [],
    assignedGenericResources: [],
    ...over,
  }
}

export function node(id: string, over: Partial<New<Node>> = {}): New<Node> {
  return {
    id: id as NodeId,
    spec: { name: '', labels: {}, role: 'worker', availability: 'active' },
    status: { state: 'ready', message: '', address: '' },
    observedRole: 'worker',
    certificate: { state: 'issued', message: '', role: 'worker', commonName: id },
    ...over,
  }
}

export function networkSpec(name: string, over: Partial<NetworkSpec> = {}): NetworkSpec {
  return {
    name,
    labels: {},
    driver: { name: 'overlay', options: {} },
    ipv6Enabled: false,
    internal: false,
    attachable: false,
    ingress: false,
    scope: 'swarm',
    configFrom: '',
    ...over,
  }
}

export function network(id: string, over: Partial<New<Network>> = {}): New<Network> {
  return { id: id as NetworkId, spec: networkSpec(id), pendingDelete: false, ...over }
}

export function secret(id: string, over: Partial<New<Secret>> = {}): New<Secret> {
  return { id: id as SecretId, spec: { name: id, labels: {}, data: new Uint8Array([1, 2, 3]) }, internal: false, ...over }
}

export function config(id: string, over: Partial<New<Config>> = {}): New<Config> {
  return { id: id as ConfigId, spec: { name: id, labels: {}, data: new Uint8Array([1, 2, 3]) }, ...over }
}

export function cluster(id = 'cluster', over: Partial<New<Cluster>> = {}): New<Cluster> {
  return {
    id: id as ClusterId,
    spec: defaultClusterSpec(),
    rootCa: {
      certPem: '',
      keyPem: '',
      digest: '',
      joinTokens: { worker: 'SWMTKN-1-w', manager: 'SWMTKN-1-m' },
      lastForcedRotation: 0,
    },
    unlockKeys: [],
    blacklistedCertificates: {},
    defaultAddressPool: ['10.0.0.0/8'],
    subnetSize: 24,
    dataPathPort: 4789,
    fipsEnabled: false,
    ...over,
  }
}
