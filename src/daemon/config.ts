import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { errnoOf, invalid, messageOf } from '../base/errors.js'
import { Endpoints } from '../../agent/image/registry/endpoints.js'
import { Proxies, type ProxySettings } from '../../agent/image/registry/proxies.js'
import { validateLogConfig } from '../../agent/log-drivers/options.js'
import type { FlagTable } from '../base/flags.js'
import type { ConfiguredRuntime } from './host-check.js'
import { daemonFlags, type DaemonFlags } from './flags.js'
import { parseMetricsAddress } from './metrics-server.js'

/** A key of daemon.json and the flag it stands for, where they differ as dockerd's do. */
const fileKeys: Record<string, keyof DaemonFlags> = {
  hosts: 'host',
  'host-gateway-ips': 'host-gateway-ip',
  labels: 'label',
  'insecure-registries': 'insecure-registry',
  'registry-mirrors': 'registry-mirror',
  'default-address-pools': 'default-address-pool',
  'dns-opts': 'dns-opt',
  'node-generic-resources': 'node-generic-resource',
  runtimes: 'add-runtime',
  'log-opts': 'log-opt',
}
const flagOnly: readonly (keyof DaemonFlags)[] = ['config-file', 'validate', 'version']
const proxyKeys: readonly string[] = ['http-proxy', 'https-proxy', 'no-proxy']
const configBytesMax = 1024 * 1024

/** Settings of the daemon from flags and file together. */
export type DaemonConfig = DaemonFlags

/**
 * Joins the flags with the configuration file. Throws `invalid` in dockerd's words for unknown keys,
 * wrong types, and settings made in both places. A missing file is none, unless it was asked for.
 */
export function loadConfig(flags: DaemonFlags, given: ReadonlySet<string>): DaemonConfig {
  const file = readConfigFile(flags['config-file'], given.has('config-file'))
  const config: Record<string, unknown> = { ...flags }
  const unknown: string[] = []
  const twice: string[] = []
  for (const [key, value] of fileEntries(file)) {
    const name = fileKeys[key] ?? key
    if (key === 'host-gateway-ip' && 'host-gateway-ips' in file) throw invalid('"host-gateway-ip" and "host-gateway-ips" cannot both be in the configuration file')
    const spec = (daemonFlags as FlagTable)[name]
    if (!spec || flagOnly.includes(name as keyof DaemonFlags) || (key !== name && !(key in fileKeys))) {
      unknown.push(key)
      continue
    }
    const converted = convert(key, value, spec.kind)
    if (given.has(name)) twice.push(`${key}: (from flag: ${JSON.stringify(config[name])}, from file: ${JSON.stringify(converted)})`)
    config[name] = converted
  }
  if (unknown.length > 0) throw invalid(`the following directives don't match any configuration option: ${unknown.join(', ')}`)
  if (twice.length > 0) throw invalid(`the following directives are specified both as a flag and in the configuration file: ${twice.join(', ')}`)
  const whole = config as DaemonConfig
  // Relative folders are those of where the daemon was started.
  const merged = { ...whole, 'data-root': resolve(whole['data-root']), 'exec-root': resolve(whole['exec-root']) }
  validate(merged)
  return merged
}

/** The settings of the file one by one: those of "proxies" stand in an object of their own there. */
function fileEntries(file: Record<string, unknown>): [string, unknown][] {
  return Object.entries(file).flatMap(([key, value]): [string, unknown][] => {
    if (key !== 'proxies') return proxyKeys.includes(key) ? [[`${key} (which belongs into "proxies")`, value]] : [[key, value]]
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('the configuration file\'s "proxies" must be an object of {"http-proxy", "https-proxy", "no-proxy"}')
    const other = Object.keys(value).find((name) => !proxyKeys.includes(name))
    if (other !== undefined) return [[`proxies.${other}`, value]]
    return Object.entries(value)
  })
}

/** What requests to registries go through: settings first, then the variables that programs know. */
export function proxySettings(config: DaemonConfig, environment: NodeJS.ProcessEnv): ProxySettings {
  const variable = (name: string): string => environment[name] || environment[name.toLowerCase()] || ''
  return {
    httpProxy: config['http-proxy'] || variable('HTTP_PROXY'),
    httpsProxy: config['https-proxy'] || variable('HTTPS_PROXY'),
    noProxy: config['no-proxy'] || variable('NO_PROXY'),
  }
}

function readConfigFile(path: string, required: boolean): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT' && !required) return {}
    throw invalid(`unable to read the configuration file ${path}: ${messageOf(thrown)}`, thrown)
  }
  if (text.length > configBytesMax) throw invalid(`the configuration file ${path} is over ${configBytesMax} bytes`)
  if (text.trim() === '') return {}
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('an object is expected')
    return parsed as Record<string, unknown>
  } catch (thrown) {
    throw invalid(`unable to configure the daemon with file ${path}: ${messageOf(thrown)}`, thrown)
  }
}

function convert(key: string, value: unknown, kind: FlagTable[string]['kind']): unknown {
  const wrong = (what: string) => invalid(`the configuration file's ${JSON.stringify(key)} must be ${what}`)
  switch (kind) {
    case 'bool':
      if (typeof value !== 'boolean') throw wrong('true or false')
      return value
    case 'string':
      if (typeof value !== 'string') throw wrong('a string')
      return value
    case 'int':
    case 'float':
    case 'duration':
    case 'bytes':
      if (typeof value !== 'number') throw wrong('a number')
      return value
    case 'list':
      if (key === 'runtimes') return runtimes(value, wrong)
      if (key === 'log-opts') return pairs(value, wrong)
      if (key === 'default-address-pools') return addressPools(value, wrong)
      // The older name, of one address.
      if (key === 'host-gateway-ip') {
        if (typeof value !== 'string') throw wrong('a string')
        return value === '' ? [] : [value]
      }
      if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw wrong('a list of strings')
      return value
  }
}

function runtimes(value: unknown, wrong: (what: string) => Error): string[] {
  const what = 'an object of {"name": {"path": "/program", "runtimeArgs": []}}'
  if (typeof value !== 'object' || value === null) throw wrong(what)
  return Object.entries(value).map(([name, runtime]) => {
    if (typeof runtime !== 'object' || runtime === null) throw wrong(what)
    const { path, runtimeArgs = [] } = runtime as Partial<Record<keyof ConfiguredRuntime, unknown>>
    if (typeof path !== 'string' || !Array.isArray(runtimeArgs) || !runtimeArgs.every((arg) => typeof arg === 'string')) throw wrong(what)
    return runtimeArgs.length === 0 ? `${name}=${path}` : `${name}=${JSON.stringify({ path, runtimeArgs })}`
  })
}

function pairs(value: unknown, wrong: (what: string) => Error): string[] {
  const what = 'an object of strings'
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(what)
  return Object.entries(value).map(([name, text]: [string, unknown]) => {
    if (typeof text !== 'string') throw wrong(what)
    return `${name}=${text}`
  })
}

function addressPools(value: unknown, wrong: (what: string) => Error): string[] {
  const what = 'a list of {"base": "CIDR", "size": bits}'
  if (!Array.isArray(value)) throw wrong(what)
  return value.map((pool: unknown) => {
    const { base, size } = (pool ?? {}) as { base?: unknown; size?: unknown }
    if (typeof base !== 'string' || typeof size !== 'number') throw wrong(what)
    return `base=${base},size=${size}`
  })
}

/** `--log-opt` by name. Throws `invalid`. */
export function logOptionsOf(config: Pick<DaemonConfig, 'log-opt'>): Record<string, string> {
  return Object.fromEntries(
    config['log-opt'].map((text) => {
      const at = text.indexOf('=')
      if (at <= 0) throw invalid(`invalid log option ${JSON.stringify(text)}: name=value expected`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

function validate(config: DaemonConfig): void {
  if (!['debug', 'info', 'warn', 'error', 'fatal'].includes(config['log-level'])) {
    throw invalid(`invalid logging level: ${config['log-level']} (debug, info, warn, error or fatal)`)
  }
  if (config['storage-driver'] !== 'overlay2') throw invalid(`unknown storage driver ${config['storage-driver']}: overlay2 is the one there is`)
  for (const label of config.label) if (!label.includes('=')) throw invalid(`bad attribute format: ${label} (key=value expected)`)
  const keys = config.label.map((label) => label.split('=', 1)[0] as string)
  const conflicting = keys.find((key, index) => keys.indexOf(key) !== index && new Set(config.label.filter((label) => label.startsWith(`${key}=`))).size > 1)
  if (conflicting !== undefined) throw invalid(`conflict labels for ${conflicting}`)
  if (config.mtu < 68 || config.mtu > 65_535) throw invalid(`invalid MTU ${config.mtu}: 68 to 65535`)
  for (const name of ['max-concurrent-downloads', 'max-concurrent-uploads', 'max-download-attempts'] as const) {
    if (config[name] < 1) throw invalid(`invalid value for --${name}: ${config[name]}; it must be at least 1`)
  }
  const gateways = config['host-gateway-ip'].map((address) => {
    const family = isIP(address)
    if (family === 0) throw invalid(`invalid host-gateway-ip ${JSON.stringify(address)}: an IP address is expected`)
    return family
  })
  for (const family of [4, 6]) if (gateways.filter((one) => one === family).length > 1) throw invalid(`only one IPv${family} host-gateway-ip can be given`)
  validateLogConfig(config['log-driver'], logOptionsOf(config))
  if (config['metrics-addr'] !== undefined) parseMetricsAddress(config['metrics-addr'])
  if (config['encryption-key-rotation'] < 10e9) throw invalid('invalid value for --encryption-key-rotation: it must be at least 10s')
  // Mirrors and insecure registries are checked where they are read.
  new Proxies(proxySettings(config, {}))
  new Endpoints({ mirrors: config['registry-mirror'], insecure: config['insecure-registry'] })
  if (config['shutdown-timeout'] < -1) throw invalid(`invalid shutdown timeout ${config['shutdown-timeout']}`)
}
