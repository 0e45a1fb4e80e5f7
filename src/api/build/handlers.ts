import { ErrorKind, invalid, messageOf, StatusError } from '../../base/errors.js'
import type { HostConfig } from '../../model/engine-api/container.js'
import type { AuthConfig } from '../../model/engine-api/image.js'
import { decodeBase64 } from '../base64.js'
import { authConfig, withPair } from '../registry-auth.js'
import type { Exchange } from '../exchange.js'
import { listOf, mapOf, orNull, shape, text, whole, type Check } from '../json-check.js'
import type { Query } from '../query.js'
import type { Handler } from '../route.js'
import type { BuildBackend, BuildMessage, BuildOptions } from './backend.js'

const headerBytesMax = 256 * 1024

const ulimits = listOf(shape<{ Name?: string; Soft?: number; Hard?: number }>({ Name: text, Soft: whole, Hard: whole }))

export function buildHandlers(backend: BuildBackend) {
  const build: Handler = async (exchange) => {
    const { body, signal } = exchange
    const options = readOptions(exchange)
    const emit = (message: BuildMessage): Promise<void> => {
      if (exchange.open) exchange.startStream('application/json')
      return exchange.write(`${JSON.stringify(message)}\r\n`)
    }
    try {
      await backend.build(body, options, emit, signal)
    } catch (thrown) {
      // Before the first line an error has a status of its own; later it is the last line.
      if (exchange.open || signal.aborted) throw thrown
      const message = messageOf(thrown)
      const code = Number(/returned a non-zero code: (\d+)/.exec(message)?.[1] ?? 0)
      await exchange.write(`${JSON.stringify({ errorDetail: { ...(code > 0 && { code }), message }, error: message })}\r\n`)
    }
    exchange.end()
  }

  /** What builds keep for the next one are images, which `docker image prune` removes: there is nothing beside them. */
  const prune: Handler = (exchange) => {
    exchange.json(200, { CachesDeleted: [], SpaceReclaimed: 0 })
  }

  return { build, prune }
}

function readOptions(exchange: Exchange): BuildOptions {
  const { query, headers } = exchange
  if (query.text('version') === '2') {
    throw new StatusError(ErrorKind.unsupported, 'this daemon builds without BuildKit: set DOCKER_BUILDKIT=0')
  }
  if (query.has('remote') && query.text('remote') !== undefined) {
    throw new StatusError(ErrorKind.unsupported, 'building from a remote context is not supported: send the context with the request')
  }
  if (query.flag('squash')) throw new StatusError(ErrorKind.unsupported, 'squash is not supported: use a build of several stages and COPY --from')
  const target = query.text('target')
  const platform = query.text('platform')
  const config = headers['x-registry-config']
  return {
    dockerfile: query.text('dockerfile') ?? 'Dockerfile',
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    tags: query.all('t'),
    args: readJson(query, 'buildargs', mapOf(orNull(text, null))) ?? {},
    labels: readJson(query, 'labels', mapOf(text)) ?? {},
    noCache: query.flag('nocache'),
    pull: query.flag('pull'),
    quiet: query.flag('q'),
    remove: query.flag('rm', true),
    removeAlways: query.flag('forcerm'),
    hostConfig: hostConfigOf(query),
    auths: typeof config === 'string' && config !== '' ? readAuths(config) : {},
  }
}

/** The header `X-Registry-Config`: credentials by the registries' addresses, as JSON in base 64. */
function readAuths(header: string): Record<string, AuthConfig> {
  const name = 'X-Registry-Config'
  const data = Buffer.from(decodeBase64(header, name, headerBytesMax)).toString('utf8')
  const entries = orNull(mapOf(authConfig), {})(parse(data, name), name)
  return Object.fromEntries(Object.entries(entries).map(([address, config]) => [address, withPair(config)]))
}

/** Limits and network of the containers that RUN uses. */
function hostConfigOf(query: Query): HostConfig {
  const number = (parameter: string, field: keyof HostConfig): HostConfig => {
    const value = query.whole(parameter)
    return value === undefined || value === 0 ? {} : { [field]: value }
  }
  const word = (parameter: string, field: keyof HostConfig): HostConfig => {
    const value = query.text(parameter)
    return value === undefined ? {} : { [field]: value }
  }
  const limits = readJson(query, 'ulimits', orNull(ulimits, [])) ?? []
  const hosts = query.all('extrahosts').flatMap((list) => list.split(','))
  return {
    ...number('memory', 'Memory'),
    ...number('memswap', 'MemorySwap'),
    ...number('cpushares', 'CpuShares'),
    ...number('cpuperiod', 'CpuPeriod'),
    ...number('cpuquota', 'CpuQuota'),
    ...number('shmsize', 'ShmSize'),
    ...word('cpusetcpus', 'CpusetCpus'),
    ...word('cpusetmems', 'CpusetMems'),
    ...word('cgroupparent', 'CgroupParent'),
    ...word('networkmode', 'NetworkMode'),
    ...(limits.length > 0 && { Ulimits: limits }),
    ...(hosts.length > 0 && { ExtraHosts: hosts }),
  }
}

function readJson<T>(query: Query, name: string, check: Check<T>): T | undefined {
  const value = query.text(name)
  return value === undefined ? undefined : check(parse(value, name), name)
}

function parse(value: string, name: string): unknown {
  try {
    return JSON.parse(value)
  } catch (cause) {
    throw invalid(`invalid value for ${name}: it is not JSON`, cause)
  }
}
