import type { SwarmServiceSpec, SwarmTaskSpec } from '../../model/engine-api/extensions.js'
import { defined, type Field } from './field.js'

/** What the `deploy` section of a service asks for. */
export interface DeploySettings {
  labels: Record<string, string>
  mode: NonNullable<SwarmServiceSpec['Mode']>
  endpointMode: 'vip' | 'dnsrr' | undefined
  update: SwarmServiceSpec['UpdateConfig']
  rollback: SwarmServiceSpec['RollbackConfig']
  /** Restart policy, resources and placement. */
  task: SwarmTaskSpec
}

const deployKeys = new Set(['mode', 'endpoint_mode', 'replicas', 'labels', 'update_config', 'rollback_config', 'resources', 'restart_policy', 'placement'])
const rolloutKeys = new Set(['parallelism', 'delay', 'failure_action', 'monitor', 'max_failure_ratio', 'order'])

/** Throws `invalid` with the place. */
export function deploySettings(deploy: Field): DeploySettings {
  deploy.allow(deployKeys)
  const restart = deploy.at('restart_policy')
  const placement = deploy.at('placement')
  const preferences = placement.at('preferences').items().map((item) => ({ Spread: { SpreadDescriptor: item.at('spread').text() ?? '' } }))
  return {
    labels: deploy.at('labels').labels(),
    mode: modeOf(deploy),
    endpointMode: deploy.at('endpoint_mode').oneOf(['vip', 'dnsrr'] as const),
    update: rollout(deploy.at('update_config')),
    rollback: rollout(deploy.at('rollback_config')),
    task: {
      Placement: defined({
        Constraints: placement.at('constraints').given ? placement.at('constraints').texts() : undefined,
        Preferences: preferences.length > 0 ? preferences : undefined,
        MaxReplicas: placement.at('max_replicas_per_node').int(),
      }),
      Resources: resources(deploy.at('resources')),
      ...(restart.given && {
        RestartPolicy: defined({
          Condition: restart.at('condition').oneOf(['none', 'on-failure', 'any'] as const),
          Delay: restart.at('delay').durationNs(),
          MaxAttempts: restart.at('max_attempts').int(),
          Window: restart.at('window').durationNs(),
        }),
      }),
    },
  }
}

function modeOf(deploy: Field): NonNullable<SwarmServiceSpec['Mode']> {
  const replicas = deploy.at('replicas').int()
  const mode = deploy.at('mode').oneOf(['replicated', 'global', 'replicated-job', 'global-job'] as const) ?? 'replicated'
  if (replicas !== undefined && replicas < 0) throw deploy.at('replicas').wrong('an integer from 0')
  if (replicas !== undefined && (mode === 'global' || mode === 'global-job')) throw deploy.at('replicas').wrong('left out: replicas can only be used with replicated or replicated-job mode')
  switch (mode) {
    case 'replicated':
      return { Replicated: { Replicas: replicas ?? 1 } }
    case 'replicated-job':
      return { ReplicatedJob: { MaxConcurrent: replicas ?? 1, TotalCompletions: replicas ?? 1 } }
    case 'global':
      return { Global: {} }
    case 'global-job':
      return { GlobalJob: {} }
  }
}

function rollout(field: Field): SwarmServiceSpec['UpdateConfig'] {
  if (!field.given) return undefined
  field.allow(rolloutKeys)
  return {
    // One at a time unless the file says otherwise; the API reads an absent number as all at once.
    Parallelism: field.at('parallelism').int() ?? 1,
    ...defined({
      Delay: field.at('delay').durationNs(),
      FailureAction: field.at('failure_action').oneOf(['continue', 'pause', 'rollback'] as const),
      Monitor: field.at('monitor').durationNs(),
      MaxFailureRatio: field.at('max_failure_ratio').number(),
      Order: field.at('order').oneOf(['stop-first', 'start-first'] as const),
    }),
  }
}

function resources(field: Field): NonNullable<SwarmTaskSpec['Resources']> {
  const limits = field.at('limits')
  const reservations = field.at('reservations')
  const generic = reservations.at('generic_resources').items().map((item) => {
    const resource = item.at('discrete_resource_spec')
    return { DiscreteResourceSpec: { Kind: resource.at('kind').text() ?? '', Value: resource.at('value').int() ?? 0 } }
  })
  return {
    ...(limits.given && { Limits: defined({ NanoCPUs: limits.at('cpus').nanoCpus(), MemoryBytes: limits.at('memory').bytes(), Pids: limits.at('pids').int() }) }),
    ...(reservations.given && {
      Reservations: defined({ NanoCPUs: reservations.at('cpus').nanoCpus(), MemoryBytes: reservations.at('memory').bytes(), GenericResources: generic.length > 0 ? generic : undefined }),
    }),
  }
}
