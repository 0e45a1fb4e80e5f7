import type { ContainerSpec, HealthCheck, MountSpec } from '../../src/model/container-spec.js'
import type { ContainerConfig, HealthConfig, HostConfig, Mount, MountType, NetworkingConfig, PortMap } from '../../src/model/engine-api/container.js'
import type { Driver } from '../../src/model/object.js'
import type { GenericResource, ResourceRequirements } from '../../src/model/resources.js'
import { taskName, type Task } from '../../src/model/task.js'
import { TaskError } from './errors.js'
import type { AttachmentPlan } from './network-attachment.js'
import { expand, taskScope, type TemplateNode, type TemplateScope } from './template.js'

/** The body of a container's creation. */
export type ContainerRequest = ContainerConfig & { HostConfig: HostConfig; NetworkingConfig: NetworkingConfig }

/** Labels by which a container is known to be a task's. */
export const TaskLabel = {
  nodeId: 'com.docker.swarm.node.id',
  serviceId: 'com.docker.swarm.service.id',
  serviceName: 'com.docker.swarm.service.name',
  task: 'com.docker.swarm.task',
  taskId: 'com.docker.swarm.task.id',
  taskName: 'com.docker.swarm.task.name',
} as const

const nsPerSecond = 1e9

/** The name of a task's container: `web.1.<task id>`. */
export function containerName(task: Task): string {
  const name = taskName(task)
  return name.endsWith(task.id) ? name : `${name}.${task.id}`
}

/** The container part of a task's spec. Throws `TaskError` for a task without one. */
export function containerSpec(task: Task): ContainerSpec {
  const { container } = task.spec
  if (!container) throw new TaskError('the task has no container to run')
  return container
}

/**
 * What the engine is asked to make for a task. `files` are its secrets and configs, with the host's path
 * of each. Throws `invalid` for a template that cannot be filled in.
 */
export function containerRequest(
  task: Task,
  node: TemplateNode,
  network: AttachmentPlan,
  files: readonly { source: string; target: string }[],
): ContainerRequest {
  const spec = containerSpec(task)
  const scope = taskScope(task, node)
  const binds = files.map(({ source, target }): Mount => ({ Type: 'bind', Source: source, Target: target, ReadOnly: true, BindOptions: { Propagation: 'rprivate' } }))
  return {
    Image: spec.image,
    ...(spec.command.length > 0 && { Entrypoint: spec.command }),
    ...(spec.args.length > 0 && { Cmd: spec.args }),
    ...(spec.hostname !== '' && { Hostname: expand(spec.hostname, scope) }),
    Env: [...spec.env.map((line) => expand(line, scope)), ...genericResourceEnv(task.assignedGenericResources)],
    ...(spec.dir !== '' && { WorkingDir: spec.dir }),
    ...(spec.user !== '' && { User: spec.user }),
    Tty: spec.tty,
    OpenStdin: spec.openStdin,
    ...(spec.stopSignal !== '' && { StopSignal: spec.stopSignal }),
    ...(spec.stopGracePeriodNs !== undefined && { StopTimeout: Math.ceil(spec.stopGracePeriodNs / nsPerSecond) }),
    ...(spec.healthCheck && { Healthcheck: healthConfig(spec.healthCheck) }),
    ExposedPorts: exposedPorts(task),
    Labels: { ...spec.labels, ...taskLabels(task, node) },
    HostConfig: hostConfig(task, spec, scope, network, binds),
    NetworkingConfig: { EndpointsConfig: network.endpoints },
  }
}

function taskLabels(task: Task, node: TemplateNode): Record<string, string> {
  return {
    [TaskLabel.nodeId]: node.id,
    [TaskLabel.serviceId]: task.serviceId,
    [TaskLabel.serviceName]: task.serviceAnnotations.name,
    [TaskLabel.task]: '',
    [TaskLabel.taskId]: task.id,
    [TaskLabel.taskName]: containerName(task),
  }
}

function hostConfig(task: Task, spec: ContainerSpec, scope: TemplateScope, network: AttachmentPlan, binds: Mount[]): HostConfig {
  const security = securityOptions(spec)
  const logDriver = task.logDriver ?? task.spec.logDriver
  return {
    NetworkMode: network.mode,
    PortBindings: hostPorts(task),
    Mounts: [...spec.mounts.map((mount) => mountOf(mount, scope)), ...binds],
    ReadonlyRootfs: spec.readOnly,
    GroupAdd: spec.groups,
    ExtraHosts: extraHosts(spec.hosts),
    ...(spec.dns && { Dns: spec.dns.nameservers, DnsSearch: spec.dns.search, DnsOptions: spec.dns.options }),
    ...(spec.init !== undefined && { Init: spec.init }),
    Sysctls: spec.sysctls,
    CapAdd: spec.capabilityAdd,
    CapDrop: spec.capabilityDrop,
    Ulimits: spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    OomScoreAdj: spec.oomScoreAdj,
    ...(security.length > 0 && { SecurityOpt: security }),
    ...(spec.privileged && { Privileged: true }),
    ...(spec.shmBytes && { ShmSize: spec.shmBytes }),
    ...(spec.pidMode && { PidMode: spec.pidMode }),
    ...(spec.ipcMode && { IpcMode: spec.ipcMode }),
    Devices: spec.devices.map((one) => ({ PathOnHost: one.pathOnHost, PathInContainer: one.pathInContainer, CgroupPermissions: one.permissions })),
    ...resources(task.spec.resources),
    ...(logDriver && logDriver.name !== '' && { LogConfig: logConfig(logDriver) }),
    // The swarm decides what takes the place of a task that ended.
    RestartPolicy: { Name: 'no' },
  }
}

function logConfig(driver: Driver): NonNullable<HostConfig['LogConfig']> {
  return { Type: driver.name as NonNullable<NonNullable<HostConfig['LogConfig']>['Type']>, Config: driver.options }
}

function resources(requirements: ResourceRequirements | undefined): HostConfig {
  const config: HostConfig = {}
  const { limits, reservations, swapBytes, memorySwappiness } = requirements ?? {}
  if (limits && limits.nanoCpus > 0) config.NanoCpus = limits.nanoCpus
  if (limits && limits.memoryBytes > 0) config.Memory = limits.memoryBytes
  if (limits && limits.pids > 0) config.PidsLimit = limits.pids
  if (reservations && reservations.memoryBytes > 0) config.MemoryReservation = reservations.memoryBytes
  // The engine counts memory and swap together.
  if (swapBytes !== undefined) config.MemorySwap = swapBytes < 0 ? -1 : swapBytes + (limits?.memoryBytes ?? 0)
  if (memorySwappiness !== undefined) config.MemorySwappiness = memorySwappiness
  return config
}

function securityOptions(spec: ContainerSpec): string[] {
  const { privileges } = spec
  if (!privileges) return []
  const options: string[] = []
  if (privileges.noNewPrivileges) options.push('no-new-privileges=true')
  if (privileges.seccomp?.mode === 'unconfined') options.push('seccomp=unconfined')
  if (privileges.seccomp?.mode === 'custom') options.push(`seccomp=${Buffer.from(privileges.seccomp.profile).toString('utf8')}`)
  if (privileges.appArmor?.mode === 'disabled') options.push('apparmor=unconfined')
  const { seLinux } = privileges
  if (seLinux?.disable) options.push('label=disable')
  else if (seLinux) {
    for (const key of ['user', 'role', 'type', 'level'] as const) if (seLinux[key] !== '') options.push(`label=${key}:${seLinux[key]}`)
  }
  return options
}

function healthConfig(check: HealthCheck): HealthConfig {
  return {
    Test: check.test,
    Interval: check.intervalNs,
    Timeout: check.timeoutNs,
    StartPeriod: check.startPeriodNs,
    StartInterval: check.startIntervalNs,
    Retries: check.retries,
  }
}

function mountOf(mount: MountSpec, scope: TemplateScope): Mount {
  const expandAll = (record: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, expand(value, scope)]))
  const { bind, volume, tmpfs, image } = mount
  return {
    Type: mount.type as MountType,
    Source: expand(mount.source, scope),
    Target: expand(mount.target, scope),
    ReadOnly: mount.readOnly,
    ...(mount.consistency !== '' && { Consistency: mount.consistency }),
    ...(bind && {
      BindOptions: {
        ...(bind.propagation !== '' && { Propagation: bind.propagation as NonNullable<NonNullable<Mount['BindOptions']>['Propagation']> }),
        NonRecursive: bind.nonRecursive,
        CreateMountpoint: bind.createMountpoint,
        ReadOnlyNonRecursive: bind.readOnlyNonRecursive,
        ReadOnlyForceRecursive: bind.readOnlyForceRecursive,
      },
    }),
    ...(volume && {
      VolumeOptions: {
        NoCopy: volume.noCopy,
        Labels: expandAll(volume.labels),
        ...(volume.driver && { DriverConfig: { Name: volume.driver.name, Options: expandAll(volume.driver.options) } }),
        ...(volume.subpath !== '' && { Subpath: volume.subpath }),
      },
    }),
    ...(tmpfs && {
      TmpfsOptions: {
        SizeBytes: tmpfs.sizeBytes,
        Mode: tmpfs.mode,
        ...(tmpfs.options.length > 0 && { Options: tmpfs.options.map((option) => option.split(/=(.*)/s).slice(0, 2)) }),
      },
    }),
    ...(image && image.subpath !== '' && { ImageOptions: { Subpath: image.subpath } }),
  }
}

/** Lines of /etc/hosts (`IP name [alias...]`) in the engine's form `name:IP`. */
function extraHosts(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [ip, ...names] = line.trim().split(/\s+/)
    return ip === undefined ? [] : names.map((name) => `${name}:${ip}`)
  })
}

function exposedPorts(task: Task): Record<string, Record<string, unknown>> {
  return Object.fromEntries((task.endpoint?.ports ?? []).map((port) => [`${port.targetPort}/${port.protocol}`, {}]))
}

/** Ports published in host mode; a port of 0 lets the node choose. */
function hostPorts(task: Task): PortMap {
  const map: PortMap = {}
  for (const port of task.endpoint?.ports ?? []) {
    if (port.publishMode !== 'host') continue
    const key = `${port.targetPort}/${port.protocol}`
    map[key] = [...(map[key] ?? []), { HostPort: port.publishedPort > 0 ? String(port.publishedPort) : '' }]
  }
  return map
}

/** `DOCKER_RESOURCE_GPU=GPU-0,GPU-1`, as Swarm mode tells a task what it was given. */
function genericResourceEnv(assigned: readonly GenericResource[]): string[] {
  const values = new Map<string, string[]>()
  for (const { kind, value, count } of assigned) {
    const known = values.get(kind) ?? []
    known.push(value ?? String(count ?? 0))
    values.set(kind, known)
  }
  return [...values].map(([kind, list]) => `DOCKER_RESOURCE_${kind.toUpperCase()}=${list.join(',')}`)
}
