import { resolve } from 'node:path'
import { invalid } from '../../base/errors.js'
import type { SwarmContainerSpec, SwarmServiceSpec, SwarmTaskSpec } from '../../model/engine-api/extensions.js'
import { proxyProtocolLabelPrefix } from '../../model/network-table.js'
import { deviceMapping } from '../options/device.js'
import { linesOfFiles } from '../options/key-value.js'
import { parsePublish, parseServicePort } from '../options/port.js'
import { splitWords } from '../options/words.js'
import { hostLine } from '../commands/service/create-spec.js'
import { deploySettings } from './deploy-section.js'
import { defined, Field } from './field.js'
import { imageLabel, scoped, stackLabels } from './names.js'
import { mountsOf } from './volumes.js'

/** What services refer to, by the keys of the file. */
export interface ServiceScope {
  stack: string
  folder: string
  root: Field
  environment: Readonly<Record<string, string | undefined>>
  networks: ReadonlyMap<string, string>
  secrets: ReadonlyMap<string, { name: string; id: string }>
  configs: ReadonlyMap<string, { name: string; id: string }>
}

/** What has no meaning for services of a cluster: told, and passed over. */
const passedOver = ['build', 'cgroup_parent', 'cgroupns_mode', 'credential_spec', 'domainname', 'external_links', 'links', 'mac_address', 'network_mode', 'restart', 'security_opt', 'userns_mode'] as const
const deprecated = ['container_name', 'expose', 'extends', 'volume_driver', 'volumes_from', 'cpu_quota', 'cpu_shares', 'cpuset', 'mem_limit', 'memswap_limit'] as const
const used = [
  'cap_add', 'cap_drop', 'command', 'configs', 'depends_on', 'deploy', 'devices', 'dns', 'dns_opt', 'dns_search', 'entrypoint', 'env_file', 'environment',
  'extra_hosts', 'group_add', 'healthcheck', 'hostname', 'image', 'init', 'ipc', 'isolation', 'labels', 'logging', 'networks', 'oom_score_adj', 'pid', 'platform',
  'ports', 'privileged', 'profiles', 'pull_policy', 'read_only', 'secrets', 'shm_size', 'stdin_open', 'stop_grace_period', 'stop_signal', 'sysctls', 'tmpfs', 'tty', 'ulimits',
  'user', 'volumes', 'working_dir',
] as const
/** What a service of a Compose file may have. */
export const serviceKeys = new Set<string>([...used, ...passedOver, ...deprecated])

/** The options of a file that are passed over, by kind and name. */
export function ignoredOptions(root: Field): { unsupported: string[]; deprecated: string[] } {
  const services = root.at('services').entries().map(([, service]) => service)
  const given = (names: readonly string[]): string[] => names.filter((name) => services.some((service) => service.at(name).given)).sort()
  return { unsupported: given(passedOver), deprecated: given(deprecated) }
}

/** A sentence for each port that names an address of the host: services publish on all of them. Throws `invalid` for what is no port. */
export function ignoredAddresses(root: Field): string[] {
  const services = root.at('services').entries().map(([, service]) => service)
  const ports = services.flatMap((service) => service.at('ports').items()).flatMap((item) => (item.isMapping ? [] : parsePublish(item.text() ?? '')))
  return ports
    .filter(({ hostIp }) => hostIp !== '')
    .map(({ hostIp, hostPort, containerPort, protocol }) => {
      const address = hostIp.includes(':') ? `[${hostIp}]` : hostIp
      return `ignoring IP-address (${address}:${hostPort}:${containerPort}/${protocol}) service will listen on '0.0.0.0'`
    })
}

/** The keys of the networks that a service is on. */
export function networkKeysOf(service: Field): string[] {
  const networks = service.at('networks')
  const keys = networks.isMapping ? networks.entries().map(([key]) => key) : networks.texts()
  return keys.length > 0 ? keys : ['default']
}

/** The spec of one service of a Compose file. Throws `invalid` with the place. */
export function serviceSpec(key: string, service: Field, scope: ServiceScope): SwarmServiceSpec {
  service.allow(serviceKeys)
  const image = service.at('image').text()
  if (image === undefined) throw invalid(`invalid image reference for service ${key}: no image specified`)
  const deploy = deploySettings(service.at('deploy'))
  const { ports, portLabels } = portsOf(service.at('ports'))
  const logging = service.at('logging')
  const task: SwarmTaskSpec = {
    ...deploy.task,
    ContainerSpec: containerSpec(service, image, scope),
    // In docker's order: a stack deployed with either client is the same to the cluster, and no task is replaced.
    Networks: networkKeysOf(service).map((network) => attachment(network, key, service, scope)).sort((a, b) => ((a.Target ?? '') < (b.Target ?? '') ? -1 : 1)),
    ...(logging.given && { LogDriver: { Name: logging.at('driver').text() ?? '', Options: logging.at('options').labels() } }),
  }
  return {
    Name: scoped(scope.stack, key),
    Labels: stackLabels(scope.stack, { ...deploy.labels, ...portLabels, [imageLabel]: image }),
    TaskTemplate: task,
    Mode: deploy.mode,
    ...defined({ UpdateConfig: deploy.update, RollbackConfig: deploy.rollback }),
    EndpointSpec: { ...defined({ Mode: deploy.endpointMode }), ...(ports.length > 0 && { Ports: ports }) },
  }
}

function attachment(network: string, key: string, service: Field, { networks }: ServiceScope): NonNullable<SwarmTaskSpec['Networks']>[number] {
  const target = networks.get(network)
  if (target === undefined) throw invalid(`undefined network "${network}"`)
  const settings = service.at('networks').isMapping ? service.at('networks').at(network) : new Field(undefined, '')
  return {
    Target: target,
    Aliases: [...new Set([...settings.at('aliases').texts(), key])],
    ...(settings.at('driver_opts').given && { DriverOpts: settings.at('driver_opts').labels() }),
  }
}

function containerSpec(service: Field, image: string, scope: ServiceScope): SwarmContainerSpec {
  const text = (name: string): string | undefined => service.at(name).text()
  const list = (name: string): string[] | undefined => nonEmpty(service.at(name).texts())
  const dns = [service.at('dns').texts(), service.at('dns_search').texts(), service.at('dns_opt').texts()] as const
  const extension = defined({
    Privileged: service.at('privileged').bool(),
    ShmSize: service.at('shm_size').bytes(),
    PidMode: text('pid'),
    IpcMode: text('ipc'),
    Devices: nonEmpty(service.at('devices').texts().map(deviceMapping)),
  })
  return {
    Image: image,
    Labels: stackLabels(scope.stack, service.at('labels').labels()),
    ...defined({
      Command: commandWords(service.at('entrypoint')),
      Args: commandWords(service.at('command')),
      Hostname: text('hostname'),
      Env: environmentEntries(service, scope),
      Dir: text('working_dir'),
      User: text('user'),
      Groups: list('group_add'),
      TTY: service.at('tty').bool(),
      OpenStdin: service.at('stdin_open').bool(),
      ReadOnly: service.at('read_only').bool(),
      Mounts: nonEmpty(mountsOf(service, { stack: scope.stack, declared: scope.root.at('volumes'), folder: scope.folder })),
      StopSignal: text('stop_signal'),
      StopGracePeriod: service.at('stop_grace_period').durationNs(),
      Healthcheck: healthcheck(service.at('healthcheck')),
      Hosts: nonEmpty(hostsOf(service.at('extra_hosts')).map(hostLine)),
      DNSConfig: dns.some((items) => items.length > 0) ? { Nameservers: dns[0], Search: dns[1], Options: dns[2] } : undefined,
      Secrets: nonEmpty(references(service.at('secrets'), scope.secrets, 'secret').map(({ id, name, file }) => ({ File: file, SecretID: id, SecretName: name }))),
      Configs: nonEmpty(references(service.at('configs'), scope.configs, 'config').map(({ id, name, file }) => ({ File: file, ConfigID: id, ConfigName: name }))),
      OomScoreAdj: service.at('oom_score_adj').int(),
      Isolation: service.at('isolation').oneOf(['default', 'process', 'hyperv'] as const),
      Init: service.at('init').bool(),
      Sysctls: service.at('sysctls').given ? service.at('sysctls').labels() : undefined,
      CapabilityAdd: capabilities(service.at('cap_add')),
      CapabilityDrop: capabilities(service.at('cap_drop')),
      Ulimits: nonEmpty(ulimits(service.at('ulimits'))),
    }),
    ...(Object.keys(extension).length > 0 && { Skep: extension }),
  }
}

/** A command line: a list, or a text split as a shell does. */
export function commandWords(field: Field): string[] | undefined {
  if (!field.given) return undefined
  return Array.isArray(field.value) ? field.texts() : splitWords(field.text() ?? '')
}

/**
 * The environment of a service: its `env_file`s, with what `environment` says over them. A name alone takes its value from
 * here; one that is not set here has none, or is left out when it is a file's.
 */
export function environmentOf(service: Field, { folder, environment }: Pick<ServiceScope, 'folder' | 'environment'>): Map<string, string | undefined> {
  const merged = new Map<string, string | undefined>()
  const files = service.at('env_file')
  const paths = Array.isArray(files.value) ? files.items().map((item) => (item.isMapping ? (item.at('path').text() ?? '') : (item.text() ?? ''))) : files.texts()
  for (const line of linesOfFiles(paths.map((path) => resolve(folder, path)))) {
    const at = line.indexOf('=')
    const name = at < 0 ? line : line.slice(0, at)
    const value = at < 0 ? environment[name] : line.slice(at + 1)
    if (value !== undefined) merged.set(name, value)
  }
  for (const [name, value] of service.at('environment').pairs()) merged.set(name, value ?? environment[name])
  return merged
}

/** Entries as docker sends them: a name without a value is an entry of its own. */
function environmentEntries(service: Field, scope: ServiceScope): string[] | undefined {
  return nonEmpty([...environmentOf(service, scope)].map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).sort())
}

function healthcheck(field: Field): SwarmContainerSpec['Healthcheck'] {
  if (!field.given) return undefined
  const test = field.at('test')
  if (field.at('disable').bool() === true) {
    if (test.given) throw invalid(`${field.path}: test and disable can't be set at the same time`)
    return { Test: ['NONE'] }
  }
  return defined({
    Test: healthTest(test),
    Interval: field.at('interval').durationNs(),
    Timeout: field.at('timeout').durationNs(),
    Retries: field.at('retries').int(),
    StartPeriod: field.at('start_period').durationNs(),
    StartInterval: field.at('start_interval').durationNs(),
  })
}

/** The command of a health check; a text alone is for a shell. */
export function healthTest(test: Field): string[] | undefined {
  return !test.given ? undefined : Array.isArray(test.value) ? test.texts() : ['CMD-SHELL', test.text() ?? '']
}

/** `NAME:ADDRESS` of each entry of `extra_hosts`. */
export function hostsOf(field: Field): string[] {
  if (field.isMapping) return field.entries().flatMap(([name, addresses]) => addresses.texts().map((address) => `${name}:${address}`)).sort()
  return field.texts().map((item) => item.replace('=', ':'))
}

function capabilities(field: Field): string[] | undefined {
  return nonEmpty(field.texts().map((name) => name.toUpperCase().replace(/^(?!CAP_|ALL$)/, 'CAP_')))
}

function ulimits(field: Field): { Name: string; Soft: number; Hard: number }[] {
  return field.entries().map(([name, limit]) => {
    const soft = limit.isMapping ? limit.at('soft').int() : limit.int()
    const hard = limit.isMapping ? limit.at('hard').int() : limit.int()
    if (soft === undefined || hard === undefined) throw limit.wrong('a number, or a mapping with soft and hard')
    return { Name: name, Soft: soft, Hard: hard }
  })
}

interface Reference {
  name: string
  id: string
  file: { Name: string; UID: string; GID: string; Mode: number }
}

function references(field: Field, known: ReadonlyMap<string, { name: string; id: string }>, what: 'secret' | 'config'): Reference[] {
  return field.items().map((item) => {
    const source = item.isMapping ? item.at('source').text() : item.text()
    const found = known.get(source ?? '')
    if (source === undefined || !found) throw invalid(`undefined ${what} "${source ?? ''}"`)
    const long = item.isMapping ? item : new Field(undefined, item.path)
    return {
      ...found,
      file: {
        Name: long.at('target').text() ?? (what === 'config' ? `/${source}` : source),
        UID: long.at('uid').text() ?? '0',
        GID: long.at('gid').text() ?? '0',
        Mode: long.at('mode').mode() ?? 0o444,
      },
    }
  })
}

/** Of the long form of a port. */
export const portKeys = new Set(['target', 'published', 'protocol', 'mode', 'name', 'app_protocol', 'proxy_protocol'])

function portsOf(field: Field): { ports: ReturnType<typeof parseServicePort>; portLabels: Record<string, string> } {
  const portLabels: Record<string, string> = {}
  const ports = field.items().flatMap((item) => {
    if (!item.isMapping) return parseServicePort(item.text() ?? '', true)
    item.allow(portKeys)
    const fields = (['target', 'published', 'protocol', 'mode'] as const).flatMap((name) => (item.at(name).given ? [`${name}=${item.at(name).text() ?? ''}`] : []))
    const proxy = item.at('proxy_protocol').text()
    const parsed = parseServicePort([...fields, ...(proxy === undefined ? [] : [`proxy-protocol=${proxy}`])].join(','))
    if (proxy !== undefined) for (const { PublishedPort: port = 0 } of parsed) portLabels[`${proxyProtocolLabelPrefix}${port}`] = proxy
    return parsed
  })
  return { ports: ports.sort((a, b) => (a.PublishedPort ?? 0) - (b.PublishedPort ?? 0)), portLabels }
}

function nonEmpty<T>(items: T[]): T[] | undefined {
  return items.length > 0 ? items : undefined
}
