import { invalid } from '../../src/base/errors.js'
import type { HostFacts } from '../engine/context.js'
import { hostDevices } from '../engine/host-devices.js'
import { buildBundle } from '../runtime/bundle/build.js'
import type { OciMount, OciSpec } from '../runtime/bundle/spec.js'
import type { PluginRecord } from './plugin-record.js'

const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** Where a plugin finds the folder for its socket. */
const socketsInPlugin = '/run/docker/plugins'

/** What of the host a plugin's bundle names. */
export interface PluginPlaces {
  /** The mounted root file system. */
  rootfs: string
  /** Becomes `/run/docker/plugins`. */
  sockets: string
  /** Becomes the folder of `PropagatedMount`. */
  propagated: string
  cgroupPath: string
  host: HostFacts
}

/**
 * The OCI bundle of a plugin: a container as root of a plain root file system, with the capabilities, devices and mounts that its user
 * granted, and without a filter of system calls, which Docker gives plugins neither. Throws `invalid` for settings that cannot be.
 */
export function pluginBundle({ id, config, settings }: PluginRecord, places: PluginPlaces): OciSpec {
  const { Network, Linux, PropagatedMount } = config
  const spec = buildBundle({
    config: { Entrypoint: config.Entrypoint, Cmd: settings.Args, WorkingDir: config.WorkDir },
    hostConfig: {
      CapAdd: Linux.Capabilities,
      SecurityOpt: ['seccomp=unconfined'],
      ...(Linux.AllowAllDevices && { DeviceCgroupRules: ['a *:* rwm'] }),
    },
    user: { uid: 0, gid: 0, additionalGids: [], home: '/root' },
    rootfs: places.rootfs,
    hostname: id.slice(0, 12),
    cgroupPath: places.cgroupPath,
    namespaces: {
      network: Network.Type === 'host' ? 'host' : 'own',
      pid: config.PidHost ? 'host' : 'own',
      ipc: config.IpcHost ? 'host' : 'own',
      uts: 'own',
      cgroup: 'own',
    },
    shm: 'own',
    mounts: [],
    devices: hostDevices({ Devices: settings.Devices.map(({ Path, Name }) => ({ PathOnHost: given(Path, `device ${Name}`) })) }),
    initProgram: undefined,
    host: places.host,
    deviceNumbers: () => ({ major: 0, minor: 0 }),
  })
  const bind = (source: string, destination: string, ...options: string[]): OciMount => ({ type: 'bind', source, destination, options: ['rbind', ...options] })
  const added: OciMount[] = [
    ...(PropagatedMount === '' ? [] : [bind(places.propagated, PropagatedMount, 'rw', 'rshared')]),
    ...settings.Mounts.map(({ Name, Source, Destination, Type, Options }) => ({
      destination: given(Destination, `mount ${Name}: the destination`),
      source: given(Source, `mount ${Name}: the source`),
      ...(Type !== '' && { type: Type }),
      options: Options,
    })),
    // Of its own to mount in: what came to the host would be in the way when the folder is removed, content and all.
    bind(places.sockets, socketsInPlugin, 'rw', 'rprivate'),
    ...(Network.Type === '' ? [] : [bind('/etc/hosts', '/etc/hosts', 'ro'), bind('/etc/resolv.conf', '/etc/resolv.conf', 'ro')]),
  ]
  const taken = new Set(added.map(({ destination }) => destination))
  return {
    ...spec,
    process: { ...spec.process, env: [defaultPath, ...settings.Env] },
    mounts: [...spec.mounts.filter(({ destination }) => !taken.has(destination)), ...added],
    linux: { ...spec.linux, ...(PropagatedMount !== '' && { rootfsPropagation: 'rshared' }) },
  }
}

function given(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw invalid(`${what} of the plugin is not set: set it by "plugin set"`)
  return value
}
