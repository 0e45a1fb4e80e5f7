import { invalid } from '../../../src/base/errors.js'

/** Every capability by its number in the kernel (capabilities(7), Linux 5.9 and later). */
export const allCapabilities: readonly string[] = [
  'CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL', 'CAP_SETGID', 'CAP_SETUID',
  'CAP_SETPCAP', 'CAP_LINUX_IMMUTABLE', 'CAP_NET_BIND_SERVICE', 'CAP_NET_BROADCAST', 'CAP_NET_ADMIN', 'CAP_NET_RAW',
  'CAP_IPC_LOCK', 'CAP_IPC_OWNER', 'CAP_SYS_MODULE', 'CAP_SYS_RAWIO', 'CAP_SYS_CHROOT', 'CAP_SYS_PTRACE', 'CAP_SYS_PACCT',
  'CAP_SYS_ADMIN', 'CAP_SYS_BOOT', 'CAP_SYS_NICE', 'CAP_SYS_RESOURCE', 'CAP_SYS_TIME', 'CAP_SYS_TTY_CONFIG', 'CAP_MKNOD',
  'CAP_LEASE', 'CAP_AUDIT_WRITE', 'CAP_AUDIT_CONTROL', 'CAP_SETFCAP', 'CAP_MAC_OVERRIDE', 'CAP_MAC_ADMIN', 'CAP_SYSLOG',
  'CAP_WAKE_ALARM', 'CAP_BLOCK_SUSPEND', 'CAP_AUDIT_READ', 'CAP_PERFMON', 'CAP_BPF', 'CAP_CHECKPOINT_RESTORE',
]

/** What a container has unless told otherwise: Docker's fourteen. */
export const defaultCapabilities: readonly string[] = [
  'CAP_AUDIT_WRITE', 'CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL', 'CAP_MKNOD', 'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW', 'CAP_SETFCAP', 'CAP_SETGID', 'CAP_SETPCAP', 'CAP_SETUID', 'CAP_SYS_CHROOT',
]

/**
 * The capabilities after `--cap-add` and `--cap-drop`, sorted. Names come with or without `CAP_`, in any
 * case; `ALL` means all. What the daemon does not have itself it cannot give. Throws `invalid` for unknown names.
 */
export function effectiveCapabilities(options: {
  add?: readonly string[]
  drop?: readonly string[]
  privileged?: boolean
  /** What the daemon itself may give; all when left out. */
  available?: readonly string[]
}): string[] {
  const available = options.available ?? allCapabilities
  const add = (options.add ?? []).map((name) => normalise(name, 'CapAdd'))
  const drop = (options.drop ?? []).map((name) => normalise(name, 'CapDrop'))
  if (options.privileged) return [...available].sort()
  const kept = new Set(drop.includes('ALL') ? [] : add.includes('ALL') ? allCapabilities : defaultCapabilities)
  for (const name of add) if (name !== 'ALL') kept.add(name)
  for (const name of drop) kept.delete(name)
  // Adding ALL and dropping some is "all but these"; dropping ALL and adding some is "only these".
  return [...kept].filter((name) => available.includes(name)).sort()
}

/** The capabilities of a mask as /proc/PID/status prints it (`CapBnd: 000001ffffffffff`). */
export function capabilitiesOfMask(hex: string): string[] {
  const mask = BigInt(`0x${hex}`)
  return allCapabilities.filter((_name, number) => ((mask >> BigInt(number)) & 1n) === 1n)
}

function normalise(name: string, list: 'CapAdd' | 'CapDrop'): string {
  const upper = name.toUpperCase()
  if (upper === 'ALL') return upper
  const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`
  if (!allCapabilities.includes(full)) throw invalid(`invalid ${list}: unknown capability: "${full}"`)
  return full
}
