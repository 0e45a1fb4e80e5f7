import { humanDuration } from '../../../base/human-duration.js'
import type { SystemInfo } from '../../../model/engine-api/system.js'
import type { ClusterInfo, SwarmInfo } from '../../../model/engine-api/swarm.js'
import { binarySize, goDuration } from '../../units.js'

/** The page of `info`: the command line's own part and, when it could be reached, the daemon's. */
export function infoPage(client: { Version: string; Context: string; Debug: boolean }, server: SystemInfo | undefined): string {
  const lines = ['Client:', ` Version:    ${client.Version}`, ` Context:    ${client.Context}`, ` Debug Mode: ${String(client.Debug)}`, '', 'Server:']
  return `${[...lines, ...(server ? serverLines(server) : [])].join('\n')}\n${server ? '\n' : ''}`
}

function serverLines(info: SystemInfo): string[] {
  const lines: string[] = []
  const add = (name: string, value: string | number | boolean | undefined): void => {
    if (value !== undefined && value !== '') lines.push(` ${name}: ${String(value)}`)
  }
  const list = (words: readonly string[] | undefined): string => (words ?? []).join(' ')
  add('Containers', info.Containers ?? 0)
  lines.push(`  Running: ${info.ContainersRunning ?? 0}`, `  Paused: ${info.ContainersPaused ?? 0}`, `  Stopped: ${info.ContainersStopped ?? 0}`)
  add('Images', info.Images ?? 0)
  add('Server Version', info.ServerVersion)
  add('Storage Driver', info.Driver)
  for (const [name = '', value = ''] of info.DriverStatus ?? []) lines.push(`  ${name}: ${value}`)
  add('Logging Driver', info.LoggingDriver)
  add('Cgroup Driver', info.CgroupDriver)
  add('Cgroup Version', info.CgroupVersion)
  lines.push(' Plugins:', `  Volume: ${list(info.Plugins?.Volume)}`, `  Network: ${list(info.Plugins?.Network)}`, `  Log: ${list(info.Plugins?.Log)}`)
  lines.push(...swarmLines(info.Swarm ?? {}))
  add('Runtimes', list(Object.keys(info.Runtimes ?? {}).sort()))
  add('Default Runtime', info.DefaultRuntime)
  if (info.SecurityOptions && info.SecurityOptions.length > 0) {
    lines.push(' Security Options:')
    for (const option of info.SecurityOptions) lines.push(...securityLines(option))
  }
  add('Kernel Version', info.KernelVersion)
  add('Operating System', info.OperatingSystem)
  add('OSType', info.OSType)
  add('Architecture', info.Architecture)
  add('CPUs', info.NCPU)
  add('Total Memory', binarySize(info.MemTotal ?? 0))
  add('Name', info.Name)
  add('ID', info.ID)
  add('Docker Root Dir', info.DockerRootDir)
  add('Debug Mode', info.Debug ?? false)
  add('HTTP Proxy', info.HttpProxy)
  add('HTTPS Proxy', info.HttpsProxy)
  add('No Proxy', info.NoProxy)
  if (info.Labels && info.Labels.length > 0) lines.push(' Labels:', ...info.Labels.map((label) => `  ${label}`))
  add('Experimental', info.ExperimentalBuild ?? false)
  const registries = info.RegistryConfig
  const insecure = [
    ...Object.values(registries?.IndexConfigs ?? {}).filter(({ Secure: secure }) => secure === false).map(({ Name: name = '' }) => name),
    ...(registries?.InsecureRegistryCIDRs ?? []),
  ]
  if (insecure.length > 0) lines.push(' Insecure Registries:', ...insecure.map((one) => `  ${one}`))
  if (registries?.Mirrors && registries.Mirrors.length > 0) lines.push(' Registry Mirrors:', ...registries.Mirrors.map((one) => `  ${one}`))
  add('Live Restore Enabled', info.LiveRestoreEnabled ?? false)
  const pools = info.DefaultAddressPools ?? []
  if (pools.length > 0) lines.push(' Default Address Pools:', ...pools.map(({ Base: base = '', Size: size = 0 }) => `   Base: ${base}, Size: ${size}`))
  return lines
}

/** `name=seccomp,profile=builtin`. */
function securityLines(option: string): string[] {
  const fields = option.split(',').map((field) => field.split('=', 2) as [string, string?])
  return fields.map(([key, value = '']) => (key === 'name' ? `  ${value}` : `   ${key.replace(/^./, (letter) => letter.toUpperCase())}: ${value}`))
}

function swarmLines(swarm: SwarmInfo): string[] {
  const lines = [` Swarm: ${swarm.LocalNodeState || 'inactive'}`]
  if (!swarm.LocalNodeState || swarm.LocalNodeState === 'inactive' || swarm.LocalNodeState === 'locked') return lines
  lines.push(`  NodeID: ${swarm.NodeID ?? ''}`)
  if (swarm.Error) lines.push(`  Error: ${swarm.Error}`)
  lines.push(`  Is Manager: ${String(swarm.ControlAvailable ?? false)}`)
  if (swarm.Cluster && swarm.ControlAvailable && !swarm.Error) lines.push(...clusterLines(swarm, swarm.Cluster))
  lines.push(`  Node Address: ${swarm.NodeAddr ?? ''}`)
  const managers = (swarm.RemoteManagers ?? []).map(({ Addr: address = '' }) => address).sort()
  if (managers.length > 0) lines.push('  Manager Addresses:', ...managers.map((address) => `   ${address}`))
  return lines
}

function clusterLines(swarm: SwarmInfo, cluster: ClusterInfo): string[] {
  const { Orchestration: orchestration, Raft: raft, Dispatcher: dispatcher, CAConfig: ca, EncryptionConfig: encryption } = cluster.Spec ?? {}
  const snapshots = raft?.KeepOldSnapshots
  return [
    `  ClusterID: ${cluster.ID ?? ''}`,
    `  Managers: ${swarm.Managers ?? 0}`,
    `  Nodes: ${swarm.Nodes ?? 0}`,
    `  Default Address Pool: ${(cluster.DefaultAddrPool ?? []).map((pool) => `${pool}  `).join('')}`,
    `  SubnetSize: ${cluster.SubnetSize ?? 0}`,
    `  Data Path Port: ${cluster.DataPathPort ?? 0}`,
    '  Orchestration:',
    `   Task History Retention Limit: ${orchestration?.TaskHistoryRetentionLimit ?? 0}`,
    '  Raft:',
    `   Snapshot Interval: ${raft?.SnapshotInterval ?? 0}`,
    ...(snapshots === undefined ? [] : [`   Number of Old Snapshots to Retain: ${snapshots}`]),
    `   Heartbeat Tick: ${raft?.HeartbeatTick ?? 0}`,
    `   Election Tick: ${raft?.ElectionTick ?? 0}`,
    '  Dispatcher:',
    `   Heartbeat Period: ${spanText(dispatcher?.HeartbeatPeriod ?? 0)}`,
    '  CA Configuration:',
    `   Expiry Duration: ${spanText(ca?.NodeCertExpiry ?? 0)}`,
    `   Force Rotate: ${ca?.ForceRotate ?? 0}`,
    ...(ca?.ExternalCAs && ca.ExternalCAs.length > 0 ? ['   External CAs:', ...ca.ExternalCAs.map((one) => `     ${one.Protocol ?? ''}: ${one.URL ?? ''}`)] : []),
    `  Autolock Managers: ${String(encryption?.AutoLockManagers ?? false)}`,
    `  Root Rotation In Progress: ${String(cluster.RootRotationInProgress ?? false)}`,
  ]
}

/** In words; shorter than a second it would say nothing. */
function spanText(ns: number): string {
  return ns >= 1e9 || ns === 0 ? humanDuration(ns / 1e6) : goDuration(ns)
}
