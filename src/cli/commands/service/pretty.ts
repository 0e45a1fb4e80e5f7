import type { SwarmService } from '../../../model/engine-api/extensions.js'
import type { ServiceSpec, TaskSpec } from '../../../model/engine-api/swarm.js'
import { ago, binarySize, goDuration } from '../../units.js'

/** The page of `service inspect --pretty`: what is not set is left out. */
export function prettyService(service: SwarmService, networks: ReadonlyMap<string, string>, nowMs: number): string {
  const spec = service.Spec ?? {}
  const task = (spec.TaskTemplate ?? {}) as TaskSpec
  const page = new Page()
  page.line(`\nID:\t\t${service.ID ?? ''}`)
  page.line(`Name:\t\t${spec.Name ?? ''}`)
  page.labels('Labels:', spec.Labels)
  mode(page, service)
  updateStatus(page, service, nowMs)
  placement(page, task)
  updateConfig(page, 'UpdateConfig:', 'update', spec.UpdateConfig)
  updateConfig(page, 'RollbackConfig:', 'rollback', spec.RollbackConfig as ServiceSpec['UpdateConfig'])
  container(page, task)
  resources(page, task)
  const attached = [...(task.Networks ?? []), ...(spec.Networks ?? [])].map(({ Target: target = '' }) => networks.get(target) ?? target)
  if (attached.length > 0) page.line(`Networks: ${attached.join(' ')} `)
  page.line(`Endpoint Mode:\t${spec.EndpointSpec?.Mode ?? 'vip'}`)
  const ports = service.Endpoint?.Ports ?? []
  if (ports.length > 0) page.line('Ports:')
  for (const port of ports) {
    page.line(` PublishedPort = ${port.PublishedPort ?? 0}`)
    page.line(`  Protocol = ${port.Protocol ?? 'tcp'}`)
    page.line(`  TargetPort = ${port.TargetPort ?? 0}`)
    page.line(`  PublishMode = ${port.PublishMode ?? 'ingress'}`)
  }
  const health = task.ContainerSpec?.Healthcheck
  if (health) {
    page.line(' Healthcheck:')
    page.valued('  Interval = ', health.Interval, goDuration)
    page.valued('  Retries = ', health.Retries, String)
    page.valued('  StartPeriod = ', health.StartPeriod, goDuration)
    page.valued('  Timeout = ', health.Timeout, goDuration)
    if (health.Test && health.Test.length > 0) {
      page.line('  Tests:')
      for (const word of health.Test) page.line(`\t Test = ${word}`)
    }
  }
  return `${page.text()}\n`
}

class Page {
  private readonly lines: string[] = []

  line(text: string): void {
    this.lines.push(text)
  }

  /** Nothing for an absent or a zero value. */
  valued(label: string, value: number | undefined, shown: (value: number) => string): void {
    if (value) this.line(`${label}${shown(value)}`)
  }

  labels(title: string, labels: Readonly<Record<string, string>> | undefined): void {
    const entries = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
    if (entries.length === 0) return
    this.line(title)
    for (const [key, value] of entries) this.line(` ${key}${value === '' ? '' : `=${value}`}`)
  }

  text(): string {
    return `${this.lines.join('\n')}\n`
  }
}

function mode(page: Page, { Spec: spec, ServiceStatus: status }: SwarmService): void {
  const { Replicated: replicated, Global: global, ReplicatedJob: job, GlobalJob: globalJob } = spec?.Mode ?? {}
  if (global) page.line('Service Mode:\tGlobal')
  else if (globalJob) page.line('Service Mode:\tGlobalJob')
  else if (job) {
    page.line('Service Mode:\tReplicatedJob')
    page.valued(' Max Concurrent:\t', job.MaxConcurrent, String)
    page.valued(' Total Completions:\t', job.TotalCompletions, String)
  } else {
    page.line('Service Mode:\tReplicated')
    page.line(` Replicas:\t${replicated?.Replicas ?? status?.DesiredTasks ?? 1}`)
  }
}

function updateStatus(page: Page, { UpdateStatus: status }: SwarmService, nowMs: number): void {
  if (!status?.State) return
  page.line('UpdateStatus:')
  page.line(` State:\t\t${status.State}`)
  if (status.StartedAt) page.line(` Started:\t${ago(status.StartedAt, nowMs)}`)
  const completed = status.State === 'completed' || status.State === 'rollback_completed'
  if (completed && status.CompletedAt) page.line(` Completed:\t${ago(status.CompletedAt, nowMs)}`)
  page.line(` Message:\t${status.Message ?? ''}`)
}

function placement(page: Page, { Placement: wanted }: TaskSpec): void {
  page.line('Placement:')
  const constraints = wanted?.Constraints ?? []
  if (constraints.length > 0) page.line(` Constraints:\t[${constraints.join(' ')}]`)
  const preferences = (wanted?.Preferences ?? []).map(({ Spread: spread }) => `spread=${spread?.SpreadDescriptor ?? ''}`)
  if (preferences.length > 0) page.line(` Preferences:\t[${preferences.join(' ')}]`)
  page.valued(' Max Replicas Per Node:\t', wanted?.MaxReplicas, String)
}

function updateConfig(page: Page, title: string, word: string, config: ServiceSpec['UpdateConfig']): void {
  if (!config) return
  page.line(title)
  page.line(` Parallelism:\t${config.Parallelism ?? 0}`)
  page.valued(' Delay:\t\t', config.Delay, goDuration)
  page.line(` On failure:\t${config.FailureAction ?? 'pause'}`)
  page.valued(' Monitoring Period: ', config.Monitor, goDuration)
  page.line(` Max failure ratio: ${config.MaxFailureRatio ?? 0}`)
  page.line(` ${`${word.replace(/^./, (letter) => letter.toUpperCase())} order:`.padEnd(19)}${config.Order ?? 'stop-first'}`)
}

function container(page: Page, { ContainerSpec: spec = {} }: TaskSpec): void {
  page.line('ContainerSpec:')
  page.line(` Image:\t\t${spec.Image ?? ''}`)
  const words = (label: string, list: readonly string[] | undefined): void => {
    if (list && list.length > 0) page.line(`${label}${list.join(' ')} `)
  }
  words(' Command:\t', spec.Command)
  words(' Args:\t\t', spec.Args)
  words(' Env:\t\t', spec.Env)
  if (spec.Dir) page.line(` Dir:\t\t${spec.Dir}`)
  if (spec.User) page.line(` User: ${spec.User}`)
  if (spec.Init !== undefined && spec.Init !== null) page.line(` Init:\t\t${String(spec.Init)}`)
  const { CapabilityAdd: added = [], CapabilityDrop: dropped = [] } = spec
  if (added.length + dropped.length > 0) page.line('Capabilities:')
  if (added.length > 0) page.line(` Add: ${added.join(', ')}`)
  if (dropped.length > 0) page.line(` Drop: ${dropped.join(', ')}`)
  if (spec.Mounts && spec.Mounts.length > 0) page.line('Mounts:')
  for (const mount of spec.Mounts ?? []) {
    page.line(` Target:\t${mount.Target ?? ''}`)
    if (mount.Source) page.line(`  Source:\t${mount.Source}`)
    page.line(`  ReadOnly:\t${String(mount.ReadOnly ?? false)}`)
    page.line(`  Type:\t\t${mount.Type ?? 'bind'}`)
  }
  const configs = spec.Configs ?? []
  if (configs.length > 0) page.line('Configs:')
  for (const config of configs) page.line(` Target:\t${config.File?.Name ?? ''}\n  Source:\t${config.ConfigName ?? ''}`)
  const secrets = spec.Secrets ?? []
  if (secrets.length > 0) page.line('Secrets:')
  for (const secret of secrets) page.line(` Target:\t${secret.File?.Name ?? ''}\n  Source:\t${secret.SecretName ?? ''}`)
}

function resources(page: Page, { Resources: wanted, LogDriver: log }: TaskSpec): void {
  if (log) {
    page.line('Log Driver:')
    page.line(` Name:\t\t${log.Name ?? ''}`)
    const options = Object.entries(log.Options ?? {})
    if (options.length > 0) page.line(` LogOpts:\t\n${options.map(([key, value]) => `  ${key}:       ${value}`).join('\n')}`)
  }
  const { Reservations: reserved, Limits: limits } = wanted ?? {}
  page.line('Resources:')
  if (reserved?.NanoCPUs || reserved?.MemoryBytes) {
    page.line(' Reservations:')
    page.valued('  CPU:\t\t', reserved.NanoCPUs, (nano) => String(nano / 1e9))
    page.valued('  Memory:\t', reserved.MemoryBytes, binarySize)
  }
  if (limits?.NanoCPUs || limits?.MemoryBytes || limits?.Pids) {
    page.line(' Limits:')
    page.valued('  CPU:\t\t', limits.NanoCPUs, (nano) => String(nano / 1e9))
    page.valued('  Memory:\t', limits.MemoryBytes, binarySize)
    page.valued('  PIDs:\t\t', limits.Pids, String)
  }
}
