import { invalid } from '../../../src/base/errors.js'
import type { ContainerConfig, HostConfig } from '../../../src/model/engine-api/container.js'
import type { OciCapabilities, OciProcess } from './spec.js'
import type { ResolvedUser } from './user.js'

const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Where the program of `--init` appears in the container. */
export const initInContainer = '/sbin/docker-init'

/** Program and arguments: the entrypoint, then the command. Throws `invalid` when there is neither. */
export function commandLine(config: ContainerConfig): string[] {
  const args = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])]
  if (args.length === 0) throw invalid('no command specified')
  return args
}

/**
 * The environment: PATH and HOSTNAME first, TERM with a terminal, then what image and user say; the last
 * setting of a name wins in place. HOME comes from the user's entry. A name without `=` unsets.
 */
export function environment(config: ContainerConfig, hostname: string, home: string): string[] {
  const values = new Map<string, string>([['PATH', defaultPath], ['HOSTNAME', `HOSTNAME=${hostname}`]])
  if (config.Tty) values.set('TERM', 'TERM=xterm')
  for (const entry of config.Env ?? []) {
    const equals = entry.indexOf('=')
    if (equals < 0) values.delete(entry)
    else values.set(entry.slice(0, equals), entry)
  }
  if (!values.has('HOME')) values.set('HOME', `HOME=${home}`)
  return [...values.values()]
}

/** The same five sets that Docker gives; processes of other users than root have none but by file. */
export function capabilitySets(names: readonly string[], user: ResolvedUser): OciCapabilities {
  const all = [...names]
  return user.uid === 0 ? { bounding: all, effective: all, permitted: all } : { bounding: all, effective: [], permitted: [] }
}

/** The limits of `--ulimit`; throws `invalid` for unknown names. */
export function rlimits(ulimits: NonNullable<HostConfig['Ulimits']>): NonNullable<OciProcess['rlimits']> {
  return ulimits.map(({ Name = '', Soft = 0, Hard = 0 }) => {
    if (!rlimitNames.includes(Name)) throw invalid(`invalid ulimit type: ${Name}`)
    if (Hard !== -1 && (Soft === -1 || Soft > Hard)) {
      throw invalid(`ulimit soft limit must be less than or equal to hard limit: ${Soft} > ${Hard}`)
    }
    return { type: `RLIMIT_${Name.toUpperCase()}`, soft: unlimited(Soft), hard: unlimited(Hard) }
  })
}

const rlimitNames = [
  'core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack',
]

/** JSON numbers cannot hold RLIM_INFINITY exactly; the nearest double below 2^64 is as good to every runtime. */
function unlimited(value: number): number {
  return value === -1 ? 18446744073709549568 : value
}

export interface ProcessInput {
  config: ContainerConfig
  hostConfig: HostConfig
  user: ResolvedUser
  hostname: string
  capabilities: readonly string[]
  /** Put the init program before the command. */
  init: boolean
}

/** The first process of a container. */
export function containerProcess(input: ProcessInput): OciProcess {
  const { config, hostConfig, user } = input
  const args = commandLine(config)
  const [height = 0, width = 0] = hostConfig.ConsoleSize ?? []
  return {
    terminal: config.Tty ?? false,
    ...(config.Tty && height > 0 && width > 0 && { consoleSize: { height, width } }),
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    args: input.init ? [initInContainer, '--', ...args] : args,
    env: environment(config, input.hostname, user.home),
    cwd: config.WorkingDir || '/',
    capabilities: capabilitySets(input.capabilities, user),
    ...processLimits(hostConfig),
  }
}

/** What holds for every process of a container, also for those that come later. */
export function processLimits(hostConfig: HostConfig): Pick<OciProcess, 'rlimits' | 'noNewPrivileges' | 'oomScoreAdj'> {
  return {
    rlimits: rlimits(hostConfig.Ulimits ?? []),
    noNewPrivileges: securityOption(hostConfig, 'no-new-privileges') === 'true',
    oomScoreAdj: hostConfig.OomScoreAdj ?? 0,
  }
}

/** What `--security-opt writable-cgroups` says; undefined when it is not given. Throws `invalid` for what is neither true nor false. */
export function writableCgroups(hostConfig: HostConfig): boolean | undefined {
  const value = securityOption(hostConfig, 'writable-cgroups')
  if (value === undefined) return undefined
  if (/^(1|t|true)$/i.test(value)) return true
  if (/^(0|f|false)$/i.test(value)) return false
  throw invalid(`invalid --security-opt 2: "writable-cgroups=${value}"`)
}

/** The value of `--security-opt key[=value]`; `true` when it has none, undefined when it is not given. */
export function securityOption(hostConfig: HostConfig, key: string): string | undefined {
  for (const option of hostConfig.SecurityOpt ?? []) {
    if (option === key) return 'true'
    const separator = option.slice(key.length, key.length + 1)
    if (option.startsWith(key) && (separator === '=' || separator === ':')) return option.slice(key.length + 1)
  }
  return undefined
}
