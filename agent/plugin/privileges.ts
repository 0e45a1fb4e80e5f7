import { invalid, type StatusError } from '../../src/base/errors.js'
import type { PluginConfig, PluginPrivilege } from '../../src/model/engine-api/plugin.js'

/** Networks for which nobody is asked: none at all. */
const harmlessNetworks = ['', 'null', 'none', 'bridge']

/** What a plugin may do beyond a plain container, in Docker's names: what its user grants. */
export function privilegesOf({ Network, IpcHost, PidHost, Mounts, Linux }: PluginConfig): PluginPrivilege[] {
  const found: PluginPrivilege[] = []
  const need = (Name: string, Description: string, Value: string[]): void => void found.push({ Name, Description, Value })
  if (!harmlessNetworks.includes(Network.Type)) need('network', 'permissions to access a network', [Network.Type])
  if (IpcHost) need('host ipc namespace', 'allow access to host ipc namespace', ['true'])
  if (PidHost) need('host pid namespace', 'allow access to host pid namespace', ['true'])
  // Options with values are told too: those of overlays name folders of the host.
  for (const { Source, Options } of Mounts) if (Source !== undefined) need('mount', 'host path to mount', [Source, ...Options.filter((one) => one.includes('='))])
  for (const { Path } of Linux.Devices) if (Path !== undefined) need('device', 'host device to access', [Path])
  if (Linux.AllowAllDevices) need('allow-all-devices', "allow 'rwm' access to all devices", ['true'])
  if (Linux.Capabilities.length > 0) need('capabilities', 'list of additional capabilities required', Linux.Capabilities)
  return found
}

/** An `invalid` unless exactly what is needed was granted; the order does not matter. */
export function refusalOf(needed: readonly PluginPrivilege[], granted: readonly PluginPrivilege[]): StatusError | undefined {
  const normal = (list: readonly PluginPrivilege[]): string => JSON.stringify(list.map(({ Name = '', Value }) => JSON.stringify([Name, [...(Value ?? [])].sort()])).sort())
  return normal(needed) === normal(granted) ? undefined : invalid('incorrect privileges')
}
