import { access, readdir, readFile } from 'node:fs/promises'
import { ErrorKind, messageOf, StatusError } from '../base/errors.js'
import { exec } from '../sys/exec.js'
import { prepareCgroups, type CgroupMode } from '../../agent/runtime/cgroup/mode.js'
import type { RuntimeChoice } from '../../agent/runtime/oci-runtime.js'
import { findProgram, knownRuntimes, versionOf } from '../../agent/runtime/programs.js'
import { encryptionCheck } from './encryption-check.js'

/** An OCI runtime as the configuration file has it. */
export interface ConfiguredRuntime {
  path: string
  runtimeArgs?: string[]
}

/** What skepd needs of its host, found. */
export interface HostTools {
  cgroupMode: CgroupMode
  /** Each OCI runtime that is there; the first is the default. */
  runtimes: (RuntimeChoice & { version: string })[]
  conmon: string
  conmonVersion: string
  /** What is missing for some features only, and how to get it. */
  warnings: string[]
}

export interface HostCheckOptions {
  /** `--default-runtime`; empty takes the first of crun and runc. */
  defaultRuntime: string
  /** `--add-runtime`: `name=path`, or `name=` and an object of a path and `runtimeArgs` as the configuration file has it. */
  addedRuntimes: readonly string[]
  /** `--wireguard-path`; empty looks for wireguard-go. */
  wireguardPath: string
  environment: NodeJS.ProcessEnv
}

/**
 * Looks for everything at once, so that one start tells all that is missing. Throws `internal` with one
 * sentence for each missing thing and how to get it.
 */
export async function checkHost(options: HostCheckOptions): Promise<HostTools> {
  const missing: string[] = []
  const note = (problem: string): undefined => {
    missing.push(problem)
    return undefined
  }
  if (process.getuid?.() !== 0) note('skepd must run as root: it makes namespaces and mounts')

  let cgroupMode: CgroupMode | undefined
  try {
    cgroupMode = prepareCgroups()
  } catch (thrown) {
    note(`control groups: ${messageOf(thrown)}`)
  }
  if (!(await kernelHas('overlay'))) note('overlayfs: the kernel does not have it; load it with "modprobe overlay"')
  if (!(await anyFile(['/usr/lib/*/libnftables.so.1', '/usr/lib64/libnftables.so.1', '/usr/lib/libnftables.so.1', '/lib/*/libnftables.so.1']))) {
    note('nftables: its library libnftables.so.1 is not installed; install the package libnftables1 (Debian, Ubuntu) or nftables-libs')
  }
  const runtimes = await findRuntimes(options, note)
  const conmon = await findProgram('conmon', options.environment)
  if (conmon === undefined) note('conmon: it is not installed; install the package conmon')
  if (missing.length > 0 || !cgroupMode || conmon === undefined) {
    throw new StatusError(ErrorKind.internal, `this host lacks what skepd needs:\n${missing.map((problem) => `  - ${problem}`).join('\n')}`)
  }
  const problem = await encryptionCheck(options).problem()
  const warnings = problem === undefined ? [] : [`WARNING: Encrypted overlay networks cannot be used on this host: ${problem}`]
  return { cgroupMode, runtimes, conmon, conmonVersion: (await versionOf(conmon)) ?? '', warnings }
}

async function findRuntimes({ defaultRuntime, addedRuntimes, environment }: HostCheckOptions, note: (problem: string) => undefined) {
  const candidates = [
    ...addedRuntimes.map((text) => {
      const at = text.indexOf('=')
      const program = runtimeProgram(text.slice(at + 1))
      if (at <= 0 || !program) note(`--add-runtime ${text}: name=path expected`)
      return { name: text.slice(0, at), ...(program ?? { path: '', args: [] }) }
    }),
    ...knownRuntimes.map((name) => ({ name, path: name, args: [] })),
  ]
  const found: HostTools['runtimes'] = []
  for (const { name, path, args } of candidates) {
    if (found.some((one) => one.name === name)) continue
    const program = path.includes('/') ? path : await findProgram(path, environment)
    const version = program === undefined ? undefined : await versionOf(program)
    if (program !== undefined && version !== undefined) found.push({ name, path: program, args, version })
    else if (path.includes('/')) note(`OCI runtime ${name}: ${path} cannot be run`)
  }
  if (defaultRuntime !== '') {
    const at = found.findIndex(({ name, path }) => name === defaultRuntime || path === defaultRuntime)
    if (at < 0) note(`OCI runtime: specified default runtime '${defaultRuntime}' does not exist; install it or give its path with --add-runtime`)
    else found.unshift(...found.splice(at, 1))
  } else if (found.length === 0) note('OCI runtime: neither crun nor runc is installed; install the package crun')
  return found
}

/** Undefined for what is neither a path nor the object that the configuration file gives. */
function runtimeProgram(text: string): { path: string; args: string[] } | undefined {
  if (!text.startsWith('{')) return { path: text, args: [] }
  try {
    const { path, runtimeArgs = [] } = JSON.parse(text) as Partial<ConfiguredRuntime>
    return typeof path === 'string' && Array.isArray(runtimeArgs) ? { path, args: runtimeArgs } : undefined
  } catch {
    return undefined
  }
}

async function kernelHas(fileSystem: string): Promise<boolean> {
  const has = async (): Promise<boolean> => new RegExp(`\\b${fileSystem}$`, 'm').test(await readFile('/proc/filesystems', 'utf8'))
  if (await has()) return true
  await exec('modprobe', [fileSystem]).catch(() => undefined)
  return has()
}

async function anyFile(patterns: readonly string[]): Promise<boolean> {
  for (const pattern of patterns) {
    const [before = '', after] = pattern.split('*')
    if (after === undefined) {
      if (await exists(before)) return true
      continue
    }
    const names = await readdir(before).catch(() => [] as string[])
    for (const name of names) if (await exists(`${before}${name}${after}`)) return true
  }
  return false
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
