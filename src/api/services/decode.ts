import { invalid } from '../../base/errors.js'
import type { SwarmServiceSpec } from '../../model/engine-api/extensions.js'
import type { EndpointPortConfig, EndpointSpec as EndpointSpecJson, ServiceSpec as ServiceSpecJson } from '../../model/engine-api/swarm.js'
import type { EndpointSpec, PortConfig, ServiceMode, ServiceSpec, UpdateConfig } from '../../model/service.js'
import { decodeAttachmentConfig, decodeTaskSpec } from './decode-task-spec.js'

/** The model of a checked service spec. Throws `invalid` for what types do not show. */
export function decodeServiceSpec(json: SwarmServiceSpec): ServiceSpec {
  return {
    name: json.Name ?? '',
    labels: json.Labels ?? {},
    task: decodeTaskSpec(json.TaskTemplate ?? {}),
    mode: decodeMode(json.Mode ?? {}),
    ...(json.UpdateConfig && { update: decodeUpdateConfig(json.UpdateConfig) }),
    ...(json.RollbackConfig && { rollback: decodeUpdateConfig(json.RollbackConfig) }),
    networks: (json.Networks ?? []).map(decodeAttachmentConfig),
    ...(json.EndpointSpec && { endpoint: decodeEndpointSpec(json.EndpointSpec) }),
  }
}

function decodeMode(json: NonNullable<ServiceSpecJson['Mode']>): ServiceMode {
  const given = Object.entries(json).filter(([, value]) => value !== undefined)
  if (given.length > 1) {
    throw invalid(`must specify only one service mode, not ${given.map(([name]) => name).join(' and ')}`)
  }
  if (json.Global) return { kind: 'global' }
  if (json.GlobalJob) return { kind: 'globalJob' }
  if (json.ReplicatedJob) {
    const maxConcurrent = json.ReplicatedJob.MaxConcurrent ?? 1
    return { kind: 'replicatedJob', maxConcurrent, totalCompletions: json.ReplicatedJob.TotalCompletions ?? maxConcurrent }
  }
  return { kind: 'replicated', replicas: json.Replicated?.Replicas ?? 1 }
}

function decodeUpdateConfig(json: NonNullable<ServiceSpecJson['UpdateConfig']>): UpdateConfig {
  return {
    parallelism: json.Parallelism ?? 0,
    delayNs: json.Delay ?? 0,
    failureAction: json.FailureAction ?? 'pause',
    ...(json.Monitor !== undefined && { monitorNs: json.Monitor }),
    maxFailureRatio: json.MaxFailureRatio ?? 0,
    order: json.Order ?? 'stop-first',
  }
}

function decodeEndpointSpec(json: EndpointSpecJson): EndpointSpec {
  return { mode: json.Mode ?? 'vip', ports: (json.Ports ?? []).map(decodePort) }
}

function decodePort(json: EndpointPortConfig): PortConfig {
  return {
    name: json.Name ?? '',
    protocol: json.Protocol ?? 'tcp',
    targetPort: json.TargetPort ?? 0,
    publishedPort: json.PublishedPort ?? 0,
    publishMode: json.PublishMode ?? 'ingress',
  }
}
