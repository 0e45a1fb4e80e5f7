import { resolve } from 'node:path'
import { invalid } from '../../base/errors.js'
import { goDuration } from '../units.js'
import { parsePublish } from '../options/port.js'
import { Field } from './field.js'
import { commandWords, environmentOf, healthTest, hostsOf, portKeys, serviceKeys } from './service.js'
import { externalName, localPath, longVolume } from './volumes.js'

interface Scope {
  /** What relative paths begin at. */
  folder: string
  environment: Readonly<Record<string, string | undefined>>
}
/** The normal form of a value; undefined where it says nothing. */
type Form = (field: Field, scope: Scope) => unknown
type Forms = readonly (readonly [key: string, form: Form])[]

/** The version of a file that names none: the newest there is. */
const newestVersion = '3.13'

const text: Form = (field) => field.text() || undefined
const texts: Form = (field) => nonEmpty(field.texts())
const whole: Form = (field) => field.int()
/** A port, or a range of them as a text. */
const port: Form = (field) => (/-/.test(field.text() ?? '') ? field.text() : field.int())
const number: Form = (field) => field.number() || undefined
const yes: Form = (field) => field.bool() || undefined
const bool: Form = (field) => field.bool()
const mode: Form = (field) => field.mode()
const bytes: Form = (field) => (field.given ? String(field.bytes()) : undefined)
const duration: Form = (field) => (field.given ? goDuration(field.durationNs() ?? 0) : undefined)
const longDuration: Form = (field) => (field.durationNs() ? duration(field, noScope) : undefined)
const labels: Form = (field) => nonEmptyMapping(sorted(Object.entries(field.labels())))
const values: Form = (field) => nonEmptyMapping(sorted([...field.pairs()].map(([key, value]) => [key, value ?? null])))
const words: Form = (field) => nonEmpty(commandWords(field) ?? [])
const hosts: Form = (field) => nonEmpty(hostsOf(field))
const asItIs: Form = (field) => (field.given ? field.value : undefined)
const path: Form = (field, { folder }) => (field.given ? resolve(folder, field.text() ?? '') : undefined)
const noScope: Scope = { folder: '/', environment: {} }

const list = (form: Form): Form => (field, scope) => nonEmpty(field.items().map((item) => form(item, scope)))
/** A mapping that says nothing when nothing is in it. */
const section = (forms: Forms): Form => (field, scope) => nonEmptyMapping(written(field, forms, scope))
/** A mapping that says something by being there. */
const told = (forms: Forms): Form => (field, scope) => (field.given ? written(field, forms, scope) : undefined)

const rollout = told([
  ['parallelism', whole],
  ['delay', longDuration],
  ['failure_action', text],
  ['monitor', longDuration],
  ['max_failure_ratio', number],
  ['order', text],
])

const deploy = section([
  ['mode', text],
  ['replicas', whole],
  ['labels', labels],
  ['update_config', rollout],
  ['rollback_config', rollout],
  ['resources', section([
    ['limits', told([['cpus', text], ['memory', bytes], ['pids', whole]])],
    ['reservations', told([['cpus', text], ['memory', bytes], ['generic_resources', list(asItIs)]])],
  ])],
  ['restart_policy', told([['condition', text], ['delay', duration], ['max_attempts', whole], ['window', duration]])],
  ['placement', section([['constraints', texts], ['preferences', list(section([['spread', text]]))], ['max_replicas_per_node', whole]])],
  ['endpoint_mode', text],
])

const healthcheck = told([
  ['test', (field) => healthTest(field)],
  ['timeout', duration],
  ['interval', duration],
  ['retries', whole],
  ['start_period', duration],
  ['start_interval', duration],
  ['disable', yes],
])

const build: Form = (field, scope) =>
  field.given && !field.isMapping
    ? { context: field.text() }
    : section([
        ['context', text],
        ['dockerfile', text],
        ['args', values],
        ['labels', labels],
        ['cache_from', texts],
        ['extra_hosts', hosts],
        ['network', text],
        ['target', text],
      ])(field, scope)

const fileReferences = list((item, scope) =>
  item.isMapping ? written(item, [['source', text], ['target', text], ['uid', text], ['gid', text], ['mode', mode]], scope) : { source: item.text() },
)

const networksOfService: Form = (field, scope) => {
  if (!field.isMapping) return nonEmptyMapping(sorted(field.texts().map((key) => [key, null])))
  const settings = section([['aliases', texts], ['driver_opts', labels], ['ipv4_address', text], ['ipv6_address', text]])
  return nonEmptyMapping(sorted(field.entries().map(([key, network]) => [key, network.given ? (settings(network, scope) ?? {}) : null])))
}

const ports: Form = (field, scope) =>
  nonEmpty(
    field.items().flatMap((item): unknown[] => {
      if (item.isMapping) {
        item.allow(portKeys)
        const fields = ['mode', 'target', 'published', 'protocol', 'name', 'app_protocol', 'proxy_protocol']
        return [written(item, fields.map((key) => [key, key === 'target' || key === 'published' ? port : text]), scope)]
      }
      return parsePublish(item.text() ?? '').map(({ hostPort, containerPort, protocol }) => {
        if (hostPort.includes('-')) throw invalid(`invalid hostPort: ${hostPort}`)
        return { mode: 'ingress', target: containerPort, ...(Number(hostPort) > 0 && { published: Number(hostPort) }), protocol }
      })
    }),
  )

const volumes = list((item, { folder }) => {
  const long = item.isMapping ? item : new Field(longVolume(item.text() ?? ''), item.path)
  const source: Form = (field) => (field.given && long.at('type').text() === 'bind' ? localPath(field.text() ?? '', folder) : text(field, noScope))
  const forms: Forms = [
    ['type', text],
    ['source', source],
    ['target', text],
    ['read_only', yes],
    ['consistency', text],
    ['bind', told([['propagation', text]])],
    ['volume', told([['nocopy', yes], ['subpath', text]])],
    ['tmpfs', told([['size', (field) => field.bytes()], ['mode', mode]])],
    ['image', told([['subpath', text]])],
  ]
  return written(long, forms, noScope)
})

const ulimits: Form = (field, scope) =>
  nonEmptyMapping(sorted(field.entries().map(([name, limit]) => [name, limit.isMapping ? written(limit, [['soft', whole], ['hard', whole]], scope) : limit.int()])))

/** Every key of a service in the order in which it is printed; `env_file` is in the environment. */
const service: Forms = [
  ['build', build],
  ['cap_add', texts],
  ['cap_drop', texts],
  ['cgroupns_mode', text],
  ['cgroup_parent', text],
  ['command', words],
  ['configs', fileReferences],
  ['container_name', text],
  ['credential_spec', asItIs],
  ['depends_on', (field) => nonEmpty(field.isMapping ? field.entries().map(([key]) => key).sort() : field.texts())],
  ['deploy', deploy],
  ['devices', texts],
  ['dns', texts],
  ['dns_opt', texts],
  ['dns_search', texts],
  ['domainname', text],
  ['entrypoint', words],
  ['expose', texts],
  ['external_links', texts],
  ['extra_hosts', hosts],
  ['group_add', texts],
  ['hostname', text],
  ['healthcheck', healthcheck],
  ['image', text],
  ['init', bool],
  ['ipc', text],
  ['isolation', text],
  ['labels', labels],
  ['links', texts],
  ['logging', told([['driver', text], ['options', labels]])],
  ['mac_address', text],
  ['network_mode', text],
  ['networks', networksOfService],
  ['oom_score_adj', whole],
  ['pid', text],
  ['platform', text],
  ['ports', ports],
  ['privileged', yes],
  ['profiles', texts],
  ['pull_policy', text],
  ['read_only', yes],
  ['restart', text],
  ['secrets', fileReferences],
  ['security_opt', texts],
  ['shm_size', text],
  ['stdin_open', yes],
  ['stop_grace_period', duration],
  ['stop_signal', text],
  ['sysctls', labels],
  ['tmpfs', texts],
  ['tty', yes],
  ['ulimits', ulimits],
  ['user', text],
  ['userns_mode', text],
  ['volumes', volumes],
  ['working_dir', text],
]

const network: Forms = [
  ['driver', text],
  ['driver_opts', labels],
  ['ipam', section([
    ['driver', text],
    ['config', list(section([['subnet', text], ['ip_range', text], ['gateway', text], ['aux_addresses', labels]]))],
  ])],
  ['internal', yes],
  ['attachable', yes],
  ['enable_ipv4', bool],
  ['enable_ipv6', bool],
  ['labels', labels],
]
const volume: Forms = [['driver', text], ['driver_opts', labels], ['labels', labels]]
const fileObject: Forms = [
  ['file', path],
  ['environment', text],
  ['content', text],
  ['labels', labels],
  ['driver', text],
  ['driver_opts', labels],
  ['template_driver', text],
]

/**
 * A Compose file's normal form, as `docker stack config` prints it: long syntax, absolute paths, one way of writing each
 * value, keys in a fixed order. What would be looked for in the file's folder is in it, so that it says the same wherever
 * it is read; `escape` keeps the dollar signs that interpolation left. Throws `invalid` with the place.
 */
export function normalForm(root: Field, folder: string, environment: Scope['environment'], escape: boolean): unknown {
  const scope = { folder, environment }
  const things = (key: string, forms: Forms): Record<string, unknown> | undefined =>
    nonEmptyMapping(sorted(root.at(key).entries().map(([name, thing]) => [name, { ...named(thing, name), ...written(thing, forms, scope), ...extras(thing) }])))
  const form = {
    version: root.at('version').text() ?? newestVersion,
    ...(root.at('name').given && { name: root.at('name').text() }),
    services: sorted(root.at('services').entries().map(([name, one]) => [name, serviceForm(one, scope)])),
    ...given('networks', things('networks', network)),
    ...given('volumes', things('volumes', volume)),
    ...given('secrets', things('secrets', fileObject)),
    ...given('configs', things('configs', fileObject)),
    ...extras(root),
  }
  return escape ? escaped(form) : form
}

function serviceForm(field: Field, scope: Scope): Record<string, unknown> {
  field.allow(serviceKeys)
  const environment = sorted([...environmentOf(field, scope)].map(([name, value]) => [name, value ?? null]))
  const forms = service.flatMap(([key, form]): Forms => (key === 'expose' ? [['environment', () => nonEmptyMapping(environment)], [key, form]] : [[key, form]]))
  return { ...written(field, forms, scope), ...extras(field) }
}

/** The name of what has one, and whether it is the stack's own. */
function named(thing: Field, key: string): Record<string, unknown> {
  const external = externalName(thing, key)
  return external === undefined ? given('name', thing.at('name').text()) : { name: external, external: true }
}

function written(field: Field, forms: Forms, scope: Scope): Record<string, unknown> {
  return Object.fromEntries(forms.map(([key, form]) => [key, form(field.at(key), scope)] as const).filter(([, value]) => value !== undefined))
}

/** The keys `x-…`, which are anybody's. */
function extras(field: Field): Record<string, unknown> {
  return sorted(field.entries().filter(([key]) => key.startsWith('x-')).map(([key, { value }]) => [key, value]))
}

function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$')
  if (Array.isArray(value)) return value.map(escaped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escaped(one)]))
}

function sorted(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function given(key: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [key]: value }
}

function nonEmpty(items: unknown[]): unknown[] | undefined {
  return items.length > 0 ? items : undefined
}

function nonEmptyMapping(mapping: Record<string, unknown>): Record<string, unknown> | undefined {
  return Object.keys(mapping).length > 0 ? mapping : undefined
}
