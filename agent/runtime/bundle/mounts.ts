import type { HostConfig } from '../../../src/model/engine-api/container.js'
import { writableCgroups } from './process.js'
import type { OciMount } from './spec.js'

/** Where something of the host appears in the container. Sources exist by now. */
export type BundleMount =
  | { kind: 'bind'; source: string; target: string; readOnly: boolean; propagation: string; recursive: boolean; recursiveReadOnly: boolean }
  | { kind: 'tmpfs'; target: string; options: string[] }

/** Where /dev/shm comes from: a new one, nothing, or a folder of the host. */
export type SharedMemory = 'own' | 'none' | { path: string }

export interface MountInput {
  hostConfig: HostConfig
  mounts: readonly BundleMount[]
  /** It lives in the host's network namespace. */
  networkHost: boolean
  shm: SharedMemory
}

/** Docker's default for /dev/shm, in bytes. */
export const defaultShmBytes = 64 * 1024 * 1024

/** File systems that every container gets, then those asked for, parents before what lies in them. */
export function mounts(input: MountInput): OciMount[] {
  const privileged = input.hostConfig.Privileged ?? false
  const readOnlySys = privileged ? 'rw' : 'ro'
  const cgroupAccess = (writableCgroups(input.hostConfig) ?? privileged) ? 'rw' : 'ro'
  const wanted = [...input.mounts].sort((a, b) => depth(a.target) - depth(b.target))
  const taken = new Set(wanted.map((mount) => mount.target))
  const system: OciMount[] = [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },
    sysfs(input, readOnlySys),
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [cgroupAccess, 'nosuid', 'noexec', 'nodev', 'relatime'] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    ...shm(input.hostConfig, input.shm),
  ]
  return [...system.filter((mount) => !taken.has(mount.destination)), ...wanted.map(ociMount)]
}

/** A container in the host's network namespace may not mount a sysfs that shows another. */
function sysfs(input: MountInput, access: string): OciMount {
  if (input.networkHost) return { destination: '/sys', type: 'bind', source: '/sys', options: ['rbind', access, 'nosuid', 'noexec', 'nodev'] }
  return { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', access] }
}

function shm(hostConfig: HostConfig, choice: SharedMemory): OciMount[] {
  const options = ['nosuid', 'noexec', 'nodev']
  if (choice === 'none') return []
  if (choice !== 'own') return [{ destination: '/dev/shm', type: 'bind', source: choice.path, options: ['rbind', 'rprivate', ...options] }]
  const bytes = hostConfig.ShmSize || defaultShmBytes
  return [{ destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...options, 'mode=1777', `size=${bytes}`] }]
}

function ociMount(mount: BundleMount): OciMount {
  if (mount.kind === 'tmpfs') {
    // crun does not take a flag back that another word set.
    const cautious = ['exec', 'suid', 'dev'].filter((flag) => !mount.options.includes(flag)).map((flag) => `no${flag}`)
    return { destination: mount.target, type: 'tmpfs', source: 'tmpfs', options: [...cautious, ...mount.options] }
  }
  const readOnly = mount.readOnly ? [mount.recursiveReadOnly ? 'rro' : 'ro'] : ['rw']
  return {
    destination: mount.target,
    type: 'bind',
    source: mount.source,
    options: [mount.recursive ? 'rbind' : 'bind', mount.propagation, ...readOnly],
  }
}

function depth(path: string): number {
  return path.split('/').filter((part) => part !== '').length
}
