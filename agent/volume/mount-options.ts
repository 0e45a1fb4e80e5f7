import { invalid } from '../../src/base/errors.js'
import { MountFlag } from '../kernel/mount.js'

/** What the options of a local volume ask to be mounted. */
export interface VolumeMount {
  /** `nfs`, `tmpfs`, `ext4`, ...; `none` for a bind mount. */
  type: string
  device: string
  flags: number
  /** `MountFlag`s of propagation; 0 leaves it as it comes. Set by a call of its own. */
  propagation: number
  /** The file system's own options, comma separated. */
  data: string
}

const known = ['type', 'o', 'device', 'size']

/** `o` words that mount(2) takes as flags: [set, clear]. */
const flagWords: Record<string, [number, number]> = {
  defaults: [0, 0],
  ro: [MountFlag.readOnly, 0],
  rw: [0, MountFlag.readOnly],
  nosuid: [MountFlag.noSuid, 0],
  suid: [0, MountFlag.noSuid],
  nodev: [MountFlag.noDev, 0],
  dev: [0, MountFlag.noDev],
  noexec: [MountFlag.noExec, 0],
  exec: [0, MountFlag.noExec],
  sync: [MountFlag.synchronous, 0],
  async: [0, MountFlag.synchronous],
  dirsync: [MountFlag.directorySynchronous, 0],
  atime: [0, MountFlag.noAtime],
  noatime: [MountFlag.noAtime, 0],
  diratime: [0, MountFlag.noDirAtime],
  nodiratime: [MountFlag.noDirAtime, 0],
  relatime: [MountFlag.relatime, 0],
  norelatime: [0, MountFlag.relatime],
  strictatime: [MountFlag.strictAtime, 0],
  nostrictatime: [0, MountFlag.strictAtime],
  mand: [MountFlag.mandatoryLock, 0],
  nomand: [0, MountFlag.mandatoryLock],
  bind: [MountFlag.bind, 0],
  rbind: [MountFlag.bind | MountFlag.recursive, 0],
}

const propagationWords: Record<string, number> = {
  private: MountFlag.private,
  rprivate: MountFlag.private | MountFlag.recursive,
  slave: MountFlag.slave,
  rslave: MountFlag.slave | MountFlag.recursive,
  shared: MountFlag.shared,
  rshared: MountFlag.shared | MountFlag.recursive,
  unbindable: MountFlag.unbindable,
  runbindable: MountFlag.unbindable | MountFlag.recursive,
}

/**
 * Reads the options of a local volume (`type`, `o`, `device`); undefined when nothing is to be mounted.
 * Throws `invalid` with Docker's words for options that are unknown or lack another.
 */
export function parseMountOptions(options: Record<string, string>): VolumeMount | undefined {
  for (const key of Object.keys(options)) if (!known.includes(key)) throw invalid(`invalid option: ${JSON.stringify(key)}`)
  if ('size' in options) throw invalid('the size of a local volume cannot be limited on this host: leave out the option "size", or use a tmpfs with o=size=')
  const { type, o, device } = options
  if (type === undefined && o === undefined && device === undefined) return undefined
  if (device === undefined || device === '') throw invalid('missing required option: "device"')
  if (type === undefined || type === '') throw invalid('missing required option: "type"')
  if (type === 'cifs' && /^[^/]*\/\/[^/]*:\d*(\/|$)/.test(device)) throw invalid("port not allowed in CIFS device URL, include 'port' in 'o='")
  let flags = 0
  let propagation = 0
  const data: string[] = []
  for (const word of (o ?? '').split(',').map((one) => one.trim()).filter(Boolean)) {
    const change = flagWords[word]
    const further = propagationWords[word]
    if (further !== undefined) propagation = further
    else if (change) flags = (flags | change[0]) & ~change[1]
    else data.push(word)
  }
  return { type, device, flags, propagation, data: data.join(',') }
}

/** File systems of other hosts: the kernel wants an address of theirs, and mounting them may take as long as they do. */
export function isNetworkType(type: string): boolean {
  return ['nfs', 'nfs4', 'cifs', 'smb3'].includes(type)
}

/** The host in `addr=`. */
export function addressOption(data: string): string | undefined {
  return /(?:^|,)addr=([^,]+)/.exec(data)?.[1]
}

/** The same options with another `addr=`. */
export function withAddress(data: string, address: string): string {
  return data.replace(/(^|,)addr=[^,]+/, (_, before: string) => `${before}addr=${address}`)
}

/** The host of a device like `//host/share`; undefined when it names none, or an address in brackets. */
export function serverOf(device: string): string | undefined {
  return /^(?:\w+:)?\/\/([^/[\]]+)/.exec(device)?.[1]
}

/** The same device at another host. */
export function withServer(device: string, address: string): string {
  return device.replace(/^((?:\w+:)?\/\/)[^/]+/, (_, before: string) => `${before}${address}`)
}

/** For messages: without the password among the options. */
export function hideSecrets(text: string): string {
  return text.replace(/(^|[, ])(pass|password)=[^,]*/g, (_, before: string, name: string) => `${before}${name}=********`)
}
