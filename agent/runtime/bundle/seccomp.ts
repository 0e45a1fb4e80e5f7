import { invalid, messageOf } from '../../../src/base/errors.js'
import {
  allowedByCapability, allowedPersonalities, alwaysAllowed, namespaceCloneFlags, refusedSocketFamily, seccompArchitectures,
} from './seccomp-data.js'
import type { OciSeccomp, OciSyscallRule } from './spec.js'

const allow = 'SCMP_ACT_ALLOW'
const enosys = 38

/**
 * The default profile for a container with these capabilities: an allow list; everything else fails with
 * EPERM. Undefined on processors that the list is not known for.
 */
export function defaultSeccomp(capabilities: readonly string[], arch: string): OciSeccomp | undefined {
  const architecture = seccompArchitectures[arch]
  if (!architecture) return undefined
  const names = new Set([...alwaysAllowed, ...architecture.allowed])
  for (const capability of capabilities) for (const name of allowedByCapability[capability] ?? []) names.add(name)
  const syscalls: OciSyscallRule[] = [
    { names: [...names].sort(), action: allow },
    { names: ['socket'], action: allow, args: [{ index: 0, value: refusedSocketFamily, op: 'SCMP_CMP_NE' }] },
    ...allowedPersonalities.map((value) => ({ names: ['personality'], action: allow, args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] })),
  ]
  if (!capabilities.includes('CAP_SYS_ADMIN')) {
    // On s390 the flags are the second argument of clone.
    const index = arch === 's390x' ? 1 : 0
    syscalls.push(
      { names: ['clone'], action: allow, args: [{ index, value: namespaceCloneFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }] },
      // Its flags are behind a pointer that a filter cannot read; ENOSYS makes the C library fall back to clone.
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: enosys },
    )
  }
  return { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1, architectures: [...architecture.architectures], syscalls }
}

interface ProfileRule {
  name?: string
  names?: string[]
  action?: string
  errnoRet?: number
  args?: OciSyscallRule['args'] | null
  includes?: ProfileConditions
  excludes?: ProfileConditions
}

interface ProfileConditions {
  caps?: string[]
  arches?: string[]
  minKernel?: string
}

interface Profile {
  defaultAction?: string
  defaultErrnoRet?: number
  architectures?: string[]
  archMap?: { architecture: string; subArchitectures?: string[] | null }[]
  syscalls?: ProfileRule[]
  flags?: string[]
}

/**
 * A profile of the user's, in the format that `--security-opt seccomp=FILE` has: rules apply where their
 * conditions hold. Throws `invalid` with what is wrong.
 */
export function customSeccomp(json: string, capabilities: readonly string[], host: { arch: string; kernel: string }): OciSeccomp {
  const profile = parseProfile(json)
  if (profile.defaultAction === undefined) throw invalid('the seccomp profile has no defaultAction')
  const names = seccompArchitectures[host.arch]?.names ?? [host.arch]
  const native = seccompArchitectures[host.arch]?.architectures[0]
  const mapped = (profile.archMap ?? []).filter((entry) => entry.architecture === native)
  const architectures = profile.architectures ?? mapped.flatMap((entry) => [entry.architecture, ...(entry.subArchitectures ?? [])])
  const holds = (conditions: ProfileConditions | undefined, every: boolean): boolean => {
    const tests: boolean[] = []
    for (const one of conditions?.caps ?? []) tests.push(capabilities.includes(one))
    if (conditions?.arches?.length) tests.push(conditions.arches.some((one) => names.includes(one)))
    if (conditions?.minKernel) tests.push(kernelAtLeast(host.kernel, conditions.minKernel))
    return every ? tests.every(Boolean) : tests.some(Boolean)
  }
  const syscalls: OciSyscallRule[] = []
  for (const rule of profile.syscalls ?? []) {
    if (!holds(rule.includes, true) || holds(rule.excludes, false)) continue
    const ruleNames = rule.names ?? (rule.name === undefined ? [] : [rule.name])
    if (ruleNames.length === 0 || rule.action === undefined) throw invalid('the seccomp profile has a rule without names or action')
    syscalls.push({
      names: ruleNames,
      action: rule.action,
      ...(rule.errnoRet !== undefined && { errnoRet: rule.errnoRet }),
      ...(rule.args?.length && { args: rule.args }),
    })
  }
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet !== undefined && { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(architectures.length > 0 && { architectures }),
    ...(profile.flags?.length && { flags: profile.flags }),
    syscalls,
  }
}

function parseProfile(json: string): Profile {
  try {
    const parsed: unknown = JSON.parse(json)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
  } catch (cause) {
    throw invalid(`decoding seccomp profile failed: ${messageOf(cause)}`, cause)
  }
  throw invalid('decoding seccomp profile failed: it is not a JSON object')
}

/** Compares the first two numbers of kernel releases. */
export function kernelAtLeast(release: string, minimum: string): boolean {
  const [major = 0, minor = 0] = release.split(/[.-]/).map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = minimum.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}
