import { invalid } from '../../../src/base/errors.js'
import type { OciDevice, OciDeviceRule } from './spec.js'

/** A device of the host as `stat` sees it, and where it goes. */
export interface ResolvedDevice {
  path: string
  type: 'c' | 'b'
  major: number
  minor: number
  /** Permission bits. */
  mode: number
  uid: number
  gid: number
  /** Some of `rwm`. */
  permissions: string
}

/** The devices that every container may use: mknod of any, and the harmless ones. */
const defaultRules: readonly OciDeviceRule[] = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  ...(
    [
      [1, 3], // null
      [1, 5], // zero
      [1, 7], // full
      [1, 8], // random
      [1, 9], // urandom
      [5, 0], // tty
      [5, 1], // console
      [5, 2], // ptmx
    ] as const
  ).map(([major, minor]) => ({ allow: true, type: 'c', major, minor, access: 'rwm' })),
  { allow: true, type: 'c', major: 136, access: 'rwm' }, // pts
]

/** What the control group lets through: for privileged containers everything. */
export function deviceRules(devices: readonly ResolvedDevice[], rules: readonly string[], privileged: boolean): OciDeviceRule[] {
  if (privileged) return [{ allow: true, access: 'rwm' }]
  return [
    ...defaultRules,
    ...devices.map(({ type, major, minor, permissions }) => ({ allow: true, type, major, minor, access: permissions })),
    ...rules.map(parseDeviceRule),
  ]
}

/** `c 42:* rwm`. Throws `invalid`. */
export function parseDeviceRule(rule: string): OciDeviceRule {
  const match = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(rule)
  if (!match) throw invalid(`invalid device cgroup rule format: '${rule}'`)
  const [, type = 'a', major = '*', minor = '*', access = 'rwm'] = match
  return {
    allow: true,
    ...(type !== 'a' && { type }),
    ...(major !== '*' && { major: Number(major) }),
    ...(minor !== '*' && { minor: Number(minor) }),
    access,
  }
}

/** The device files to make in the container. */
export function deviceNodes(devices: readonly ResolvedDevice[]): OciDevice[] {
  return devices.map(({ path, type, major, minor, mode, uid, gid }) => ({ path, type, major, minor, fileMode: mode & 0o777, uid, gid }))
}
