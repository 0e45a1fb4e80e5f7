import { posix } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import { parseDuration } from '../../src/base/values.js'
import type { HealthConfig } from '../../src/model/engine-api/container.js'
import type { ImageConfig } from '../../src/model/engine-api/image.js'
import { jsonList } from './json-list.js'

type Change = (config: ImageConfig, rest: string) => void

/**
 * Applies Dockerfile instructions to a configuration, as `docker import --change` and `docker commit --change`
 * give them; each string may hold several lines. Throws `invalid` for any other instruction. The
 * configuration given is not changed.
 */
export function applyChanges(config: ImageConfig, changes: readonly string[]): ImageConfig {
  const changed = structuredClone(config)
  for (const line of changes.flatMap((change) => change.replace(/\\\r?\n/g, ' ').split('\n'))) {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) continue
    const [, word, rest] = /^(\S+)\s*(.*)$/s.exec(text) as unknown as [string, string, string]
    const apply = instructions[word.toLowerCase()]
    if (!apply) throw invalid(`${word} is not a valid change command`)
    if (rest === '') throw invalid(`${word.toUpperCase()} requires at least one argument`)
    apply(changed, rest)
  }
  return changed
}

const instructions: Record<string, Change> = {
  cmd: (config, rest) => {
    config.Cmd = command(rest)
    if (jsonList(rest)) delete config.ArgsEscaped
  },
  entrypoint: (config, rest) => void (config.Entrypoint = command(rest)),
  env: (config, rest) => {
    for (const [name, value] of pairs('ENV', rest)) {
      config.Env = [...(config.Env ?? []).filter((one) => !one.startsWith(`${name}=`)), `${name}=${value}`]
    }
  },
  label: (config, rest) => void (config.Labels = { ...config.Labels, ...Object.fromEntries(pairs('LABEL', rest)) }),
  expose: (config, rest) => {
    config.ExposedPorts = { ...config.ExposedPorts, ...Object.fromEntries(words(rest).flatMap(ports).map((port) => [port, {}])) }
  },
  volume: (config, rest) => {
    const paths = jsonList(rest) ?? words(rest)
    if (paths.some((path) => path.trim() === '')) throw invalid('VOLUME specified can not be an empty string')
    config.Volumes = { ...config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) }
  },
  user: (config, rest) => void (config.User = rest),
  workdir: (config, rest) => void (config.WorkingDir = posix.resolve('/', config.WorkingDir ?? '', unquoted(rest))),
  stopsignal: (config, rest) => void (config.StopSignal = rest),
  shell: (config, rest) => {
    const list = jsonList(rest)
    if (!list || list.length === 0) throw invalid('SHELL requires the arguments to be in JSON form')
    config.Shell = list
  },
  onbuild: (config, rest) => void (config.OnBuild = [...(config.OnBuild ?? []), rest]),
  healthcheck: (config, rest) => void (config.Healthcheck = healthCheck(rest)),
}

/** A JSON list is run as it is, anything else by the shell. */
function command(rest: string): string[] {
  return jsonList(rest) ?? ['/bin/sh', '-c', rest]
}

/** `a=b "c d"=e`, or `name the whole rest`. */
function pairs(instruction: string, rest: string): [string, string][] {
  const parts = words(rest)
  if (!(parts[0] ?? '').includes('=')) {
    const [, name, value] = /^(\S+)\s+(.*)$/s.exec(rest) ?? []
    if (name === undefined || value === undefined) throw invalid(`${instruction} must have two arguments`)
    return [[unquoted(name), value]]
  }
  return parts.map((part) => {
    const equals = part.indexOf('=')
    if (equals < 1) throw invalid(`Syntax error - can't find = in ${JSON.stringify(part)}. Must be of the form: name=value`)
    return [part.slice(0, equals), part.slice(equals + 1)]
  })
}

/** Cut at blanks outside of quotes; quotes and escapes are resolved. */
function words(text: string): string[] {
  const found: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string
    if (char === '\\' && quote !== "'" && i + 1 < text.length) word = (word ?? '') + (text[++i] as string)
    else if (quote === undefined && (char === '"' || char === "'")) {
      quote = char
      word ??= ''
    } else if (char === quote) quote = undefined
    else if (quote === undefined && /\s/.test(char)) {
      if (word !== undefined) found.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (word !== undefined) found.push(word)
  return found
}

function unquoted(text: string): string {
  return words(text).join(' ')
}

const portMax = 65_535

function ports(text: string): string[] {
  const [, first, last, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(text) ?? []
  const [from, to] = [Number(first), Number(last ?? first)]
  if (first === undefined || from > to || to > portMax || !['tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())) {
    throw invalid(`Invalid containerPort: ${text}`)
  }
  return Array.from({ length: to - from + 1 }, (_, i) => `${from + i}/${protocol.toLowerCase()}`)
}

function healthCheck(rest: string): HealthConfig {
  const check: HealthConfig = {}
  let text = rest
  for (let flag = /^--([a-z-]+)=(\S+)\s*/.exec(text); flag; flag = /^--([a-z-]+)=(\S+)\s*/.exec(text)) {
    const [whole, name, value] = flag as unknown as [string, string, string]
    text = text.slice(whole.length)
    if (name === 'interval') check.Interval = duration(name, value)
    else if (name === 'timeout') check.Timeout = duration(name, value)
    else if (name === 'start-period') check.StartPeriod = duration(name, value)
    else if (name === 'start-interval') check.StartInterval = duration(name, value)
    else if (name === 'retries' && /^\d+$/.test(value)) check.Retries = Number(value)
    else throw invalid(`HEALTHCHECK: unknown flag or bad value: --${name}=${value}`)
  }
  const [, kind, body] = /^(\w+)\s*(.*)$/s.exec(text) ?? []
  if (kind?.toUpperCase() === 'NONE' && body === '') return { Test: ['NONE'] }
  if (kind?.toUpperCase() !== 'CMD' || !body) throw invalid('HEALTHCHECK: CMD with a command, or NONE, is expected')
  const list = jsonList(body)
  return { Test: list ? ['CMD', ...list] : ['CMD-SHELL', body], ...check }
}

function duration(flag: string, value: string): number {
  const ns = parseDuration(value)
  if (ns === undefined || ns < 0) throw invalid(`HEALTHCHECK: invalid duration for --${flag}: ${value}`)
  return ns
}
