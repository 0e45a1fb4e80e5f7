import { statSync } from 'node:fs'
import { invalid } from '../../src/base/errors.js'
import { parseBool, parseBytes, parseDuration } from '../../src/base/values.js'
import { parseAddress } from './address.js'
import { facilityNumber, syslogFormats } from './syslog-message.js'
import { checkTagTemplate } from './tag.js'

/** `--log-opt`: a driver's options by name. */
export type LogOptions = Readonly<Record<string, string>>

/** Drivers that keep the log on this host alone. */
const localDrivers: readonly string[] = ['json-file', 'local', 'none']
/** Drivers that send it elsewhere too. */
export const remoteDrivers: readonly string[] = ['syslog', 'journald', 'gelf', 'fluentd']
/** As `docker info` lists them. */
const logDrivers: readonly string[] = [...remoteDrivers, ...localDrivers].sort()

/** Those of them that work on this host. */
export function usableLogDrivers(): string[] {
  return logDrivers.filter((name) => name !== 'journald' || statSync(journaldSocket, { throwIfNoEntry: false }) !== undefined)
}

const about = ['labels', 'labels-regex', 'env', 'env-regex', 'tag']
const tls = ['syslog-tls-ca-cert', 'syslog-tls-cert', 'syslog-tls-key', 'syslog-tls-skip-verify']

/** What each driver takes: the option lists of Docker's "Configure logging drivers" pages. */
const optionsOf: Readonly<Record<string, readonly string[]>> = {
  'json-file': ['max-file', 'max-size', 'compress', ...about],
  local: ['max-file', 'max-size', 'compress'],
  syslog: ['syslog-address', 'syslog-facility', 'syslog-format', ...tls, ...about],
  journald: about,
  gelf: ['gelf-address', 'gelf-compression-type', 'gelf-compression-level', 'gelf-tcp-max-reconnect', 'gelf-tcp-reconnect-delay', ...about],
  fluentd: [
    'fluentd-address', 'fluentd-async', 'fluentd-async-connect', 'fluentd-async-reconnect-interval', 'fluentd-buffer-limit', 'fluentd-max-retries',
    'fluentd-request-ack', 'fluentd-retry-wait', 'fluentd-sub-second-precision', 'fluentd-write-timeout', ...about,
  ],
}
/** What every driver takes. */
const commonOptions = ['mode', 'max-buffer-size', 'cache-disabled', 'cache-max-size', 'cache-max-file', 'cache-compress']
const cacheOptions = commonOptions.filter((name) => name.startsWith('cache-'))

/** Where journald listens for messages of programs: systemd-journald.service(8). */
export const journaldSocket = '/run/systemd/journal/socket'

/**
 * Refuses a driver that is not there and options that it does not know or that make no sense, in Docker's words.
 * Throws `invalid`.
 */
export function validateLogConfig(driver: string, options: LogOptions): void {
  const known = optionsOf[driver]
  if (driver !== 'none' && !known) throw invalid(`error looking up logging plugin ${driver}: plugin "${driver}" not found`)
  // Docker looks at no option of a log that nobody writes.
  if (!known) return
  checkMode(options)
  for (const name of ['cache-disabled', 'cache-compress']) {
    if (name in options && readFlag(options, name) === undefined) throw invalid(`invalid value for option ${name}: ${options[name] ?? ''}`)
  }
  if (options['cache-max-size'] !== undefined) parseLogSize(options['cache-max-size'], 'cache-max-size')
  if (options['cache-max-file'] !== undefined) countOf('cache-max-file', options['cache-max-file'])
  if (driver === 'gelf' && options['gelf-address'] === undefined) throw invalid('gelf-address is a required parameter')
  for (const name of Object.keys(options)) {
    if (known.includes(name) || commonOptions.includes(name) || (isLocal(driver) && cacheOptions.includes(name))) continue
    throw invalid(driver === 'local' ? `unknown log opt '${name}' for log driver local` : `unknown log opt '${name}' for ${driver} log driver`)
  }
  for (const name of ['env-regex', 'labels-regex']) checkPattern(name, options[name])
  if (options['tag'] !== undefined) checkTagTemplate(options['tag'])
  validators[driver]?.(options)
}

const isLocal = (driver: string): boolean => localDrivers.includes(driver)

function checkMode(options: LogOptions): void {
  const { mode = '', 'max-buffer-size': buffer } = options
  if (!['', 'blocking', 'non-blocking'].includes(mode)) throw invalid(`logger: logging mode not supported: ${mode}`)
  if (buffer === undefined) return
  if (mode !== 'non-blocking') throw invalid("logger: max-buffer-size option is only supported with 'mode=non-blocking'")
  if (parseBytes(buffer) === undefined) throw invalid(`error parsing option max-buffer-size: invalid size: '${buffer}'`)
}

const validators: Readonly<Record<string, (options: LogOptions) => void>> = {
  'json-file': checkJsonFiles,
  local: checkLocalFiles,
  syslog: (options) => {
    const address = options['syslog-address']
    if (address !== undefined && address !== '') {
      const found = parseAddress(address, ['udp', 'tcp', 'tcp+tls', 'unix', 'unixgram'], 514)
      if (!found) throw invalid(`syslog-address should be in form proto://address, got ${address}`)
      if (found.path !== undefined && !statSync(found.path, { throwIfNoEntry: false })) throw invalid(`stat ${found.path}: no such file or directory`)
    }
    if (facilityNumber(options['syslog-facility'] ?? '') === undefined) throw invalid('invalid syslog facility')
    if (!(syslogFormats as readonly string[]).includes(options['syslog-format'] ?? '')) throw invalid('Invalid syslog format')
    checkBool(options, 'syslog-tls-skip-verify')
  },
  journald: () => {
    if (!statSync(journaldSocket, { throwIfNoEntry: false })) {
      throw invalid(`journald is not enabled on this host: ${journaldSocket} is not there; use another log driver`)
    }
  },
  gelf: (options) => {
    const address = options['gelf-address'] ?? ''
    if (!/^(udp|tcp):\/\//.test(address)) throw invalid(`gelf-address should be in form proto://address, got ${address}`)
    if (!parseAddress(address, ['udp', 'tcp'], undefined)) throw invalid('gelf: please provide gelf-address as proto://host:port')
    const tcp = address.startsWith('tcp')
    const { 'gelf-compression-type': type, 'gelf-compression-level': level } = options
    if (tcp && (type ?? level) !== undefined) throw invalid('compression is only supported on UDP')
    if (type !== undefined && !['gzip', 'zlib', 'none'].includes(type)) throw invalid(`unknown value ${JSON.stringify(type)} for log opt "gelf-compression-type" for gelf log driver`)
    if (level !== undefined && !/^(-1|[0-9])$/.test(level)) throw invalid(`unknown value ${JSON.stringify(level)} for log opt "gelf-compression-level" for gelf log driver`)
    for (const name of ['gelf-tcp-max-reconnect', 'gelf-tcp-reconnect-delay']) {
      if (options[name] === undefined) continue
      if (!tcp) throw invalid(`"${name}" is only valid for TCP`)
      if (!/^\d+$/.test(options[name])) throw invalid(`"${name}" must be a positive integer`)
    }
  },
  fluentd: (options) => {
    const address = options['fluentd-address']
    if (address !== undefined && address !== '' && !fluentdAddress(address)) throw invalid(`invalid fluentd-address ${address}: use HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT or unix:///PATH`)
    if ('fluentd-async' in options && 'fluentd-async-connect' in options) {
      throw invalid("conflicting options: cannot specify both 'fluentd-async' and 'fluentd-async-connect'")
    }
    for (const name of ['fluentd-async', 'fluentd-async-connect', 'fluentd-request-ack', 'fluentd-sub-second-precision']) checkBool(options, name)
    const limit = options['fluentd-buffer-limit']
    if (limit !== undefined && parseBytes(limit) === undefined) throw invalid(`invalid size: '${limit}'`)
    const retries = options['fluentd-max-retries']
    if (retries !== undefined && !/^\d+$/.test(retries)) throw invalid(`invalid value for fluentd-max-retries: ${JSON.stringify(retries)} is no number`)
    for (const name of ['fluentd-retry-wait', 'fluentd-async-reconnect-interval', 'fluentd-write-timeout']) {
      if (options[name] !== undefined && parseDuration(options[name]) === undefined) throw invalid(`time: invalid duration ${JSON.stringify(options[name])}`)
    }
  },
}

/** `HOST:PORT` without a protocol means TCP to fluentd. */
export function fluentdAddress(address: string): ReturnType<typeof parseAddress> {
  return parseAddress(address.includes('://') ? address : `tcp://${address}`, ['tcp', 'tls', 'unix'], 24224)
}

/** What Docker says of these when the container is to start: here none is made that never could. */
const refusedAtStart = (why: string): Error => invalid(`failed to initialize logging driver: ${why}`)

function checkJsonFiles(options: LogOptions): void {
  const { 'max-size': size, 'max-file': files, compress } = options
  if (size !== undefined) {
    const bytes = parseBytes(size)
    if (bytes === undefined) throw refusedAtStart(`invalid size: '${size}'`)
    if (bytes === 0) throw refusedAtStart('max-size must be a positive number')
  }
  if (files !== undefined && wholeNumber(files) < 1) throw refusedAtStart('max-file cannot be less than 1')
  checkFileCount(files)
  checkCompress(compress, '')
  if (readFlag(options, 'compress') === true && (size === undefined || Number(files ?? 1) < 2)) {
    throw refusedAtStart('compress cannot be true when max-file is less than 2 or max-size is not set')
  }
}

function checkLocalFiles(options: LogOptions): void {
  const { 'max-size': size, 'max-file': files, compress } = options
  if (size !== undefined) {
    const bytes = parseBytes(size)
    if (bytes === undefined) throw refusedAtStart(`invalid value for max-size: ${size}: invalid size: '${size}'`)
    if (bytes === 0) throw refusedAtStart(`invalid value for max-size: ${size}: it must be a positive number`)
  }
  if (files !== undefined && wholeNumber(files, `invalid value for max-file: ${files}: `) < 1) throw refusedAtStart('max file count cannot be less than 1')
  checkFileCount(files)
  checkCompress(compress, 'error reading compress log option: ')
  if (readFlag(options, 'compress') === true && files === '1') throw refusedAtStart('compression cannot be enabled when max file count is 1')
}

function wholeNumber(text: string, prefix = ''): number {
  if (!/^[-+]?\d+$/.test(text)) throw refusedAtStart(`${prefix}strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

function checkFileCount(files = '1'): void {
  if (Number(files) > filesMax) throw refusedAtStart(`max-file cannot be more than ${filesMax}`)
}

function checkCompress(text: string | undefined, prefix: string): void {
  if (text !== undefined && parseBool(text) === undefined) throw refusedAtStart(`${prefix}strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`)
}

function checkBool(options: LogOptions, name: string): void {
  const value = options[name]
  if (value !== undefined && readFlag(options, name) === undefined) throw invalid(`invalid value for ${name}: ${JSON.stringify(value)} is neither true nor false`)
}

function checkPattern(name: string, pattern: string | undefined): void {
  if (pattern === undefined) return
  if (pattern.length > patternCharsMax) throw invalid(`invalid value for ${name}: at most ${patternCharsMax} characters`)
  try {
    new RegExp(pattern)
  } catch (thrown) {
    throw invalid(`invalid value for ${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  }
}

const patternCharsMax = 1_000
const filesMax = 1_000

function countOf(name: string, text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1) throw invalid(`invalid value for ${name}: ${text}; it must be at least 1`)
  if (count > filesMax) throw invalid(`invalid value for ${name}: ${text}; at most ${filesMax}`)
  return count
}

/** The bytes of `max-size` and its like. Throws `invalid`. */
export function parseLogSize(text: string, option = 'max-size'): number {
  const bytes = parseBytes(text)
  if (bytes === undefined || bytes <= 0) throw invalid(`invalid value for ${option}: ${text}; use a number with k, m or g`)
  return bytes
}

/** An option that says yes or no; undefined when it is not given. */
export function readFlag(options: LogOptions, name: string): boolean | undefined {
  return parseBool(options[name] ?? '')
}

/** How much of a log is kept on this host. */
export interface LogLimits {
  /** Of one file; undefined for no limit. */
  fileBytesMax?: number
  /** The current one included. */
  files: number
  /** Files that are full are compressed. */
  compress: boolean
}

/** What Docker's driver `local` and its cache for remote drivers keep when nothing is said. */
const localFileBytes = 20 * 1024 * 1024
const localFiles = 5

/** The limits of a log whose options passed `validateLogConfig`. */
export function logLimits(driver: string, options: LogOptions): LogLimits {
  if (driver === 'json-file' || driver === 'none') {
    const size = options['max-size']
    return {
      ...(size !== undefined && { fileBytesMax: parseLogSize(size) }),
      files: size === undefined ? 1 : Number(options['max-file'] ?? '1'),
      compress: readFlag(options, 'compress') ?? false,
    }
  }
  const prefix = driver === 'local' ? '' : 'cache-'
  const files = Number(options[`${prefix}max-file`] ?? localFiles)
  return {
    fileBytesMax: parseLogSize(options[`${prefix}max-size`] ?? String(localFileBytes)),
    files,
    compress: files > 1 && (readFlag(options, `${prefix}compress`) ?? true),
  }
}

/** False when `docker logs` has nothing to read. */
export function isReadable(driver: string, options: LogOptions): boolean {
  return driver !== 'none' && (isLocal(driver) || readFlag(options, 'cache-disabled') !== true)
}

/**
 * The daemon's own options fill in what a container of the same driver left out; those of the cache hold for every
 * driver, as Docker merges them.
 */
export function mergeLogConfig(asked: { Type?: string; Config?: Record<string, string> } | undefined, standard: { driver: string; options: LogOptions }): { driver: string; options: Record<string, string> } {
  const driver = asked?.Type || standard.driver
  const given = asked?.Config ?? {}
  if (driver === standard.driver) return { driver, options: { ...standard.options, ...given } }
  const cache = Object.fromEntries(Object.entries(standard.options).filter(([name]) => cacheOptions.includes(name)))
  return { driver, options: driver === 'none' ? { ...given } : { ...cache, ...given } }
}
