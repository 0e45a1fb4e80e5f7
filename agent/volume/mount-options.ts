import { invalid } from '../../src/base/errors.js'
import { MountFlag } from '../kernel/mount.js'

/** What the options of a local volume ask to be mounted. */
export interface VolumeMount {
  /** `nfs`, `tmpfs`, `ext4`, ...; `none` for a bind mount. */
  type: string
  device: string
  flags: number
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
  noatime: [MountFlag.noAtime, 0],
  nodiratime: [MountFlag.noDirAtime, 0],
  relatime: [MountFlag.relatime, 0],
  strictatime: [MountFlag.strictAtime, 0],
  bind: [MountFlag.bind, 0],
  rbind: [MountFlag.bind | MountFlag.recursive, 0],
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
  let flags = 0
  const data: string[] = []
  for (const word of (o ?? '').split(',').map((one) => one.trim()).filter(Boolean)) {
    const change = flagWords[word]
    if (change) flags = (flags | change[0]) & ~change[1]
    else data.push(word)
  }
  return { type, device, flags, data: data.join(',') }
}

/** The host in `addr=` of network file systems, which the kernel wants as an address. */
export function addressOption(data: string): string | undefined {
  return /(?:^|,)addr=([^,]+)/.exec(data)?.[1]
}

/** The same options with another `addr=`. */
export function withAddress(data: string, address: string): string {
  return data.replace(/(^|,)addr=[^,]+/, `$1addr=${address}`)
}
