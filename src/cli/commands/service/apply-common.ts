import { invalid } from '../../../base/errors.js'
import type { ServiceSpec, TaskSpec } from '../../../model/engine-api/swarm.js'
import { parseCpus } from '../../options/cpus.js'
import { optionsOf } from '../../options/key-value.js'
import { splitWords } from '../../options/words.js'
import type { CommonFlagValues } from './flags.js'

export type ContainerSpec = NonNullable<TaskSpec['ContainerSpec']>

/** Sets on a spec what the flags that `create` and `update` share ask for; the rest stays. */
export function applyCommonFlags(spec: ServiceSpec, flags: CommonFlagValues, given: ReadonlySet<string>): void {
  const task = (spec.TaskTemplate ??= {})
  const container = (task.ContainerSpec ??= {})
  applyContainer(container, flags, given)
  applyHealth(container, flags, given)
  applyResources(task, flags)
  applyRestart(task, flags)
  spec.UpdateConfig = changed('update', spec.UpdateConfig, flags, given) as ServiceSpec['UpdateConfig']
  spec.RollbackConfig = changed('rollback', spec.RollbackConfig, flags, given) as ServiceSpec['RollbackConfig']
  if (flags['endpoint-mode'] !== undefined) {
    if (flags['endpoint-mode'] !== 'vip' && flags['endpoint-mode'] !== 'dnsrr') throw invalid(`unknown endpoint mode: ${flags['endpoint-mode']} (vip or dnsrr)`)
    spec.EndpointSpec = { ...spec.EndpointSpec, Mode: flags['endpoint-mode'] }
  }
  if (flags['replicas-max-per-node'] !== undefined) task.Placement = { ...task.Placement, MaxReplicas: flags['replicas-max-per-node'] }
  if (flags['log-driver'] !== undefined || flags['log-opt'].length > 0) {
    task.LogDriver = {
      Name: flags['log-driver'] ?? task.LogDriver?.Name ?? '',
      Options: optionsOf(flags['log-opt'], 'log option'),
    }
  }
}

function applyContainer(container: ContainerSpec, flags: CommonFlagValues, given: ReadonlySet<string>): void {
  if (flags.entrypoint !== undefined) container.Command = splitWords(flags.entrypoint)
  if (flags.hostname !== undefined) container.Hostname = flags.hostname
  if (flags.user !== undefined) container.User = flags.user
  if (flags.workdir !== undefined) container.Dir = flags.workdir
  if (flags['stop-signal'] !== undefined) container.StopSignal = flags['stop-signal']
  if (flags['stop-grace-period'] !== undefined) container.StopGracePeriod = flags['stop-grace-period']
  if (flags['oom-score-adj'] !== undefined) Object.assign(container, { OomScoreAdj: flags['oom-score-adj'] })
  if (flags.isolation !== undefined) container.Isolation = flags.isolation as 'default'
  if (given.has('init')) container.Init = flags.init
  if (given.has('read-only')) container.ReadOnly = flags['read-only']
  if (given.has('tty')) container.TTY = flags.tty
  const withPrefix = (names: string[]): string[] => names.map((name) => name.toUpperCase().replace(/^(?!CAP_|ALL$)/, 'CAP_'))
  if (flags['cap-add'].length + flags['cap-drop'].length === 0) return
  const { CapabilityAdd: hadAdded = [], CapabilityDrop: hadDropped = [] } = container
  const added = withPrefix(flags['cap-add'])
  const dropped = withPrefix(flags['cap-drop']).filter((name) => !added.includes(name))
  // Three states: what was dropped and is added now goes back to the default, and the other way round.
  const merged = (had: string[], opposite: string[], now: string[], undone: string[]): string[] =>
    [...new Set([...had.filter((name) => !undone.includes(name)), ...now.filter((name) => !opposite.includes(name))])].sort()
  container.CapabilityAdd = merged(hadAdded, hadDropped, added, dropped)
  container.CapabilityDrop = merged(hadDropped, hadAdded, dropped, added)
}

function applyHealth(container: ContainerSpec, flags: CommonFlagValues, given: ReadonlySet<string>): void {
  const any = [...given].some((name) => name.startsWith('health-'))
  if (flags['no-healthcheck']) {
    if (any) throw invalid('--no-healthcheck conflicts with --health-* options')
    container.Healthcheck = { Test: ['NONE'] }
    return
  }
  if (!any) return
  const health = { ...container.Healthcheck }
  if (health.Test?.[0] === 'NONE') delete health.Test
  if (flags['health-cmd'] !== undefined) health.Test = ['CMD-SHELL', flags['health-cmd']]
  if (flags['health-interval'] !== undefined) health.Interval = flags['health-interval']
  if (flags['health-timeout'] !== undefined) health.Timeout = flags['health-timeout']
  if (flags['health-retries'] !== undefined) health.Retries = flags['health-retries']
  if (flags['health-start-period'] !== undefined) health.StartPeriod = flags['health-start-period']
  if (flags['health-start-interval'] !== undefined) health.StartInterval = flags['health-start-interval']
  container.Healthcheck = health
}

function applyResources(task: TaskSpec, flags: CommonFlagValues): void {
  const limits = {
    ...(flags['limit-cpu'] !== undefined && { NanoCPUs: parseCpus(flags['limit-cpu']) }),
    ...(flags['limit-memory'] !== undefined && { MemoryBytes: flags['limit-memory'] }),
    ...(flags['limit-pids'] !== undefined && { Pids: flags['limit-pids'] }),
  }
  const reservations = {
    ...(flags['reserve-cpu'] !== undefined && { NanoCPUs: parseCpus(flags['reserve-cpu']) }),
    ...(flags['reserve-memory'] !== undefined && { MemoryBytes: flags['reserve-memory'] }),
  }
  if (Object.keys(limits).length > 0) task.Resources = { ...task.Resources, Limits: { ...task.Resources?.Limits, ...limits } }
  if (Object.keys(reservations).length > 0) {
    task.Resources = { ...task.Resources, Reservations: { ...task.Resources?.Reservations, ...reservations } }
  }
}

function applyRestart(task: TaskSpec, flags: CommonFlagValues): void {
  const condition = flags['restart-condition']
  if (condition !== undefined && !['none', 'on-failure', 'any'].includes(condition)) {
    throw invalid(`invalid restart condition '${condition}' (none, on-failure or any)`)
  }
  const policy = {
    ...(condition !== undefined && { Condition: condition as 'any' }),
    ...(flags['restart-delay'] !== undefined && { Delay: flags['restart-delay'] }),
    ...(flags['restart-max-attempts'] !== undefined && { MaxAttempts: flags['restart-max-attempts'] }),
    ...(flags['restart-window'] !== undefined && { Window: flags['restart-window'] }),
  }
  if (Object.keys(policy).length > 0) task.RestartPolicy = { ...task.RestartPolicy, ...policy }
}

function changed(kind: 'update' | 'rollback', current: object | undefined, flags: CommonFlagValues, given: ReadonlySet<string>): object | undefined {
  if (![...given].some((name) => name.startsWith(`${kind}-`))) return current
  const action = flags[`${kind}-failure-action`]
  const actions = kind === 'update' ? ['pause', 'continue', 'rollback'] : ['pause', 'continue']
  if (action !== undefined && !actions.includes(action)) throw invalid(`invalid ${kind} failure action '${action}' (${actions.join(', ')})`)
  const order = flags[`${kind}-order`]
  if (order !== undefined && order !== 'stop-first' && order !== 'start-first') throw invalid(`invalid ${kind} order '${order}' (stop-first or start-first)`)
  // The API reads absent numbers as zero; the first flag of the group brings the group's defaults along.
  return {
    Parallelism: 1,
    Monitor: 5_000_000_000,
    FailureAction: 'pause',
    Order: 'stop-first',
    ...current,
    ...(flags[`${kind}-parallelism`] !== undefined && { Parallelism: flags[`${kind}-parallelism`] }),
    ...(flags[`${kind}-delay`] !== undefined && { Delay: flags[`${kind}-delay`] }),
    ...(flags[`${kind}-monitor`] !== undefined && { Monitor: flags[`${kind}-monitor`] }),
    ...(flags[`${kind}-max-failure-ratio`] !== undefined && { MaxFailureRatio: flags[`${kind}-max-failure-ratio`] }),
    ...(action !== undefined && { FailureAction: action }),
    ...(order !== undefined && { Order: order }),
  }
}
