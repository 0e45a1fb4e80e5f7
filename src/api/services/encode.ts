import { rfc3339 } from '../../base/clock.js'
import type { ServiceTaskCounts } from '../../model/control.js'
import { defaultRestartPolicy, defaultUpdateConfig, defaults } from '../../model/defaults.js'
import type { SwarmService, SwarmServiceSpec } from '../../model/engine-api/extensions.js'
import type { EndpointPortConfig, EndpointSpec as EndpointSpecJson, ServiceSpec as ServiceSpecJson } from '../../model/engine-api/swarm.js'
import type { EndpointSpec, PortConfig, Service, ServiceMode, ServiceSpec, UpdateConfig, UpdateStatus } from '../../model/service.js'
import { encodeMeta, omitEmpty } from '../encode.js'
import { encodeAttachmentConfig, encodeTaskSpec } from './encode-task-spec.js'

/** A service as the Engine API has it. `counts` adds `ServiceStatus`. */
export function encodeService(service: Service, counts?: ServiceTaskCounts): SwarmService {
  const { endpoint, updateStatus, jobStatus } = service
  return {
    ...encodeMeta(service.id, service.meta),
    Spec: encodeServiceSpec(service.spec),
    ...(service.previousSpec && { PreviousSpec: encodeServiceSpec(service.previousSpec) }),
    Endpoint: endpoint
      ? {
          Spec: encodeEndpointSpec(endpoint.spec),
          ...omitEmpty({
            Ports: endpoint.ports.map(encodePort),
            VirtualIPs: endpoint.virtualIps.map(({ networkId, address }) => ({ NetworkID: networkId, Addr: address })),
          }),
        }
      : { Spec: {} },
    ...(updateStatus && { UpdateStatus: encodeUpdateStatus(updateStatus) }),
    ...(jobStatus && {
      JobStatus: { JobIteration: { Index: jobStatus.jobIteration }, LastExecution: rfc3339(jobStatus.lastExecutionMs) },
    }),
    ...(counts && {
      ServiceStatus: { RunningTasks: counts.running, DesiredTasks: counts.desired, CompletedTasks: counts.completed },
    }),
  }
}

export function encodeServiceSpec(spec: ServiceSpec): SwarmServiceSpec {
  return {
    Name: spec.name,
    Labels: spec.labels,
    TaskTemplate: encodeTaskSpec(spec.task),
    Mode: encodeMode(spec.mode),
    ...(spec.update && { UpdateConfig: encodeUpdateConfig(spec.update) }),
    ...(spec.rollback && { RollbackConfig: encodeUpdateConfig(spec.rollback) }),
    ...omitEmpty({ Networks: spec.networks.map(encodeAttachmentConfig) }),
    ...(spec.endpoint && { EndpointSpec: encodeEndpointSpec(spec.endpoint) }),
  }
}

/** The spec with the defaults in the places that it leaves out: `insertDefaults=true`. */
export function withDefaults(spec: ServiceSpec): ServiceSpec {
  const { container } = spec.task
  return {
    ...spec,
    task: {
      ...spec.task,
      ...(container && {
        container: {
          ...container,
          stopGracePeriodNs: container.stopGracePeriodNs ?? defaults.stopGracePeriodNs,
          dns: container.dns ?? { nameservers: [], search: [], options: [] },
        },
      }),
      restart: { ...defaultRestartPolicy, ...spec.task.restart },
      placement: spec.task.placement ?? { constraints: [], preferences: [], maxReplicas: 0, platforms: [] },
      resources: spec.task.resources ?? {},
    },
    update: { ...defaultUpdateConfig, ...spec.update },
    rollback: { ...defaultUpdateConfig, ...spec.rollback },
    endpoint: spec.endpoint ?? { mode: 'vip', ports: [] },
  }
}

function encodeMode(mode: ServiceMode): NonNullable<ServiceSpecJson['Mode']> {
  switch (mode.kind) {
    case 'replicated':
      return { Replicated: { Replicas: mode.replicas } }
    case 'global':
      return { Global: {} }
    case 'replicatedJob':
      return { ReplicatedJob: { MaxConcurrent: mode.maxConcurrent, TotalCompletions: mode.totalCompletions } }
    case 'globalJob':
      return { GlobalJob: {} }
  }
}

function encodeUpdateConfig(config: UpdateConfig): NonNullable<ServiceSpecJson['UpdateConfig']> {
  return {
    Parallelism: config.parallelism,
    ...omitEmpty({ Delay: config.delayNs }),
    FailureAction: config.failureAction,
    ...(config.monitorNs !== undefined && { Monitor: config.monitorNs }),
    MaxFailureRatio: config.maxFailureRatio,
    Order: config.order,
  }
}

function encodeUpdateStatus(status: UpdateStatus): NonNullable<SwarmService['UpdateStatus']> {
  return {
    State: status.state,
    ...(status.startedAtMs !== undefined && { StartedAt: rfc3339(status.startedAtMs) }),
    ...(status.completedAtMs !== undefined && { CompletedAt: rfc3339(status.completedAtMs) }),
    Message: status.message,
  }
}

function encodeEndpointSpec(spec: EndpointSpec): EndpointSpecJson {
  return { Mode: spec.mode, ...omitEmpty({ Ports: spec.ports.map(encodePort) }) }
}

export function encodePort(port: PortConfig): EndpointPortConfig {
  return {
    ...omitEmpty({ Name: port.name }),
    Protocol: port.protocol,
    TargetPort: port.targetPort,
    ...omitEmpty({ PublishedPort: port.publishedPort }),
    PublishMode: port.publishMode,
  }
}
