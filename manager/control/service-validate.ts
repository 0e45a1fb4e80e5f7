import { invalid, messageOf, StatusError } from '../../src/base/errors.js'
import { parseConstraints } from '../../src/model/constraint.js'
import { proxyProtocolLabelPrefix, proxyProtocolPorts } from '../../src/model/network-table.js'
import {
  EndpointMode,
  FailureAction,
  Protocol,
  PublishMode,
  RestartCondition,
  UpdateOrder,
  type EndpointSpec,
  type RestartPolicy,
  type ServiceMode,
  type ServiceSpec,
  type TaskSpec,
  type UpdateConfig,
} from '../../src/model/service.js'
import { validateAnnotations, validateChoice, validateWhole } from './annotations-validate.js'
import { validateContainer } from './container-validate.js'
import { validateResources } from './resources-validate.js'

/** One service may ask for this many tasks. */
const replicasMax = 100_000
const portMax = 65_535

/** Checks a service's spec by itself, as SwarmKit's control API does. Throws `invalid` for the first thing wrong. */
export function validateService(spec: ServiceSpec): void {
  validateAnnotations(spec)
  validateTask(spec.task)
  validateMode(spec.mode)
  if (spec.mode.kind === 'replicatedJob' || spec.mode.kind === 'globalJob') {
    if (spec.update || spec.rollback) throw invalid('update and rollback configuration is not supported for jobs: leave it out')
    if (spec.task.restart?.condition === 'any') throw invalid('a job ends when its tasks do: its restart condition must be "none" or "on-failure"')
  }
  if ((spec.mode.kind === 'global' || spec.mode.kind === 'globalJob') && spec.task.placement && spec.task.placement.maxReplicas > 0) {
    throw invalid('replicas-max-per-node can only be used with replicated or replicated-job mode: a global service has one task a node')
  }
  if (spec.update) validateUpdate('update', spec.update)
  if (spec.rollback) validateUpdate('rollback', spec.rollback)
  if (spec.endpoint) validateEndpoint(spec.endpoint)
  validateProxyProtocol(spec)
}

function validateTask(task: TaskSpec): void {
  if (task.runtime !== '' && task.runtime !== 'container') {
    throw new StatusError('unsupported', `the runtime "${task.runtime}" is not supported for services: use containers`)
  }
  if (!task.container) throw invalid('TaskSpec: missing runtime')
  if (task.resources) validateResources(task.resources)
  if (task.restart) validateRestart(task.restart)
  if (task.placement) {
    parseConstraints(task.placement.constraints)
    validateWhole('max replicas per node', task.placement.maxReplicas, 0)
  }
  if (task.logDriver && task.logDriver.name === '') throw invalid('log driver name: a log driver without a name: give one, or leave its options out')
  validateContainer(task.container)
}

function validateRestart(policy: RestartPolicy): void {
  validateChoice('restart condition', policy.condition, RestartCondition)
  if (policy.delayNs !== undefined && !(policy.delayNs >= 0)) throw invalid('TaskSpec: restart-delay cannot be negative')
  if (!(policy.windowNs >= 0)) throw invalid('TaskSpec: restart-window cannot be negative')
  validateWhole('restart-max-attempts', policy.maxAttempts, 0)
}

function validateMode(mode: ServiceMode): void {
  switch (mode.kind) {
    case 'replicated':
      return validateWhole('number of replicas', mode.replicas, 0, replicasMax)
    case 'replicatedJob':
      validateWhole('maximum of concurrent tasks', mode.maxConcurrent, 0, replicasMax)
      return validateWhole('number of completions', mode.totalCompletions, 0, replicasMax)
    case 'global':
    case 'globalJob':
  }
}

function validateUpdate(which: 'update' | 'rollback', config: UpdateConfig): void {
  validateWhole(`${which}-parallelism`, config.parallelism, 0)
  if (!(config.delayNs >= 0)) throw invalid(`TaskSpec: ${which}-delay cannot be negative`)
  if (config.monitorNs !== undefined && !(config.monitorNs >= 0)) throw invalid(`TaskSpec: ${which}-monitor cannot be negative`)
  if (!(config.maxFailureRatio >= 0 && config.maxFailureRatio <= 1)) {
    throw invalid(`TaskSpec: ${which}-maxfailureratio cannot be less than 0 or bigger than 1`)
  }
  validateChoice(`${which} failure action`, config.failureAction, FailureAction)
  if (which === 'rollback' && config.failureAction === 'rollback') {
    throw invalid('unrecognized rollback failure action rollback: a rollback that fails can only pause or continue')
  }
  validateChoice(`${which} order`, config.order, UpdateOrder)
}

/** A header can be put in front of connections that the routing mesh takes in: TCP, at a port that is known. */
function validateProxyProtocol({ labels, endpoint }: ServiceSpec): void {
  let asked: number[]
  try {
    asked = proxyProtocolPorts(labels)
  } catch (thrown) {
    throw invalid(messageOf(thrown))
  }
  for (const port of asked) {
    const found = (endpoint?.ports ?? []).some(({ publishedPort, protocol, publishMode }) => publishedPort === port && protocol === Protocol.tcp && publishMode === PublishMode.ingress)
    if (!found) throw invalid(`label ${proxyProtocolLabelPrefix}${port}: the service publishes no TCP port ${port} in ingress mode: publish it, or remove the label`)
  }
}

function validateEndpoint({ mode, ports }: EndpointSpec): void {
  validateChoice('endpoint mode', mode, EndpointMode)
  const published = new Set<string>()
  for (const port of ports) {
    validateChoice('protocol of a port', port.protocol, Protocol)
    validateChoice('publish mode of a port', port.publishMode, PublishMode)
    validateWhole('target port', port.targetPort, 1, portMax)
    validateWhole('published port', port.publishedPort, 0, portMax)
    if (mode === EndpointMode.dnsrr && port.publishMode === PublishMode.ingress) {
      throw invalid("EndpointSpec: port published with ingress mode can't be used with dnsrr mode")
    }
    if (port.publishedPort === 0) continue
    const key = `${port.publishedPort}/${port.protocol}`
    if (published.has(key)) throw invalid(`EndpointSpec: duplicate published ports provided: ${key}`)
    published.add(key)
  }
}
