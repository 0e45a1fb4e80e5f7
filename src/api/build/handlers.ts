import type { Clock } from '../../base/clock.js'
import { ErrorKind, invalid, messageOf, StatusError } from '../../base/errors.js'
import { untilFilterMs } from '../../base/moment.js'
import type { BuildMessage } from '../../model/engine-api/build.js'
import type { HostConfig } from '../../model/engine-api/container.js'
import type { AuthConfig } from '../../model/engine-api/image.js'
import { decodeBase64 } from '../base64.js'
import { authConfig, withPair } from '../registry-auth.js'
import type { Exchange } from '../exchange.js'
import { Filters } from '../filters.js'
import { platformParameter } from '../images/platform.js'
import { listOf, mapOf, orNull, shape, text, whole, type Check } from '../json-check.js'
import type { Query } from '../query.js'
import type { Handler } from '../route.js'
import type { BuildBackend, BuildRequest } from './backend.js'
import { BuildTrace, type TraceMessage } from './trace.js'

const headerBytesMax = 256 * 1024

const ulimits = listOf(shape<{ Name?: string; Soft?: number; Hard?: number }>({ Name: text, Soft: whole, Hard: whole }))

const output = shape<{ Type: string; Attrs: Record<string, string> }>({ Type: text, Attrs: orNull(mapOf(text), {}) })

/** The upgrade that a client asks for to be asked by the daemon, in gRPC. */
const sessionProtocol = 'h2c'

export function buildHandlers(backend: BuildBackend, clock: Clock) {
  const build: Handler = async (exchange) => {
    const { body, signal } = exchange
    const options = readOptions(exchange)
    const trace = exchange.query.text('version') === '2' ? new BuildTrace(clock) : undefined
    const send = (message: BuildMessage | TraceMessage): Promise<void> => {
      if (exchange.open) exchange.startStream('application/json')
      return exchange.write(`${JSON.stringify(message)}\r\n`)
    }
    const sendAll = async (messages: readonly TraceMessage[]): Promise<void> => {
      for (const message of messages) await send(message)
    }
    const emit = (message: BuildMessage): Promise<void> => (trace ? sendAll(trace.translate(message)) : send(message))
    try {
      await backend.build(body, options, emit, signal)
      if (trace) await sendAll(trace.end())
    } catch (thrown) {
      // Before the first line an error has a status of its own; later it is the last line.
      if (exchange.open || signal.aborted) throw thrown
      const message = messageOf(thrown)
      if (trace) await sendAll(trace.end(message))
      const code = Number(/returned a non-zero code: (\d+)/.exec(message)?.[1] ?? 0)
      await exchange.write(`${JSON.stringify({ errorDetail: { ...(code > 0 && { code }), message }, error: message })}\r\n`)
    }
    exchange.end()
  }

  /** Cache mounts and what was fetched; the images of steps are `docker image prune`'s. */
  const prune: Handler = async (exchange) => {
    const { query } = exchange
    const filters = Filters.parse(query.text('filters'), ['until', 'unused-for', 'id', 'parent', 'type', 'description', 'inuse', 'shared', 'private', 'label', 'label!'])
    const until = untilFilterMs(filters.get('until'), clock.nowMs())
    const keepBytes = query.whole('reserved-space') ?? query.whole('keep-storage')
    const { ids, freedBytes } = await backend.prune({
      ...(until !== undefined && { untilMs: until }),
      ...(keepBytes !== undefined && keepBytes > 0 && { keepBytes }),
      matches: ({ ID: id = '', Type: type = '', Description: description = '' }) =>
        filters.prefix('id', id) && filters.exact('type', type) && filters.match('description', description) && filters.get('parent').length === 0 && filters.flag('shared') !== true &&
        // Nothing of the cache has labels.
        !filters.has('label'),
    })
    exchange.json(200, { CachesDeleted: ids, SpaceReclaimed: freedBytes })
  }

  /** BuildKit's session: the client serves gRPC on this connection, and the daemon calls it during a build. */
  const session: Handler = async (exchange) => {
    const id = exchange.headers['x-docker-expose-session-uuid']
    if (typeof id !== 'string' || id === '') throw invalid('a session needs an id: the header X-Docker-Expose-Session-Uuid')
    if (String(exchange.headers.upgrade).toLowerCase() !== sessionProtocol) throw invalid(`a session is an upgraded connection: the header "Upgrade: ${sessionProtocol}" is needed`)
    const { socket, end } = exchange.hijack('application/vnd.docker.raw-stream')
    if (!socket) throw invalid('a session is an upgraded connection')
    try {
      await backend.session(id, socket)
    } finally {
      end()
      socket.destroy()
    }
  }

  /** BuildKit's API, served to the client on this connection: for `docker buildx`. */
  const grpc: Handler = async (exchange) => {
    if (String(exchange.headers.upgrade).toLowerCase() !== sessionProtocol) throw invalid(`gRPC is spoken on an upgraded connection: the header "Upgrade: ${sessionProtocol}" is needed`)
    const { socket, end } = exchange.hijack('application/vnd.docker.raw-stream')
    if (!socket) throw invalid('gRPC is spoken on an upgraded connection')
    try {
      await backend.grpc(socket)
    } finally {
      end()
      socket.destroy()
    }
  }

  return { build, prune, session, grpc }
}

function readOptions(exchange: Exchange): BuildRequest {
  const { query, headers } = exchange
  // The classic client's BuildKit mode sends no context: the daemon would ask for files one by one, and run what the client compiled.
  if (query.text('version') === '2' && query.text('remote') === 'client-session') {
    throw new StatusError(ErrorKind.unsupported, 'BuildKit is spoken here with docker buildx alone: install its plugin, or set DOCKER_BUILDKIT=0')
  }
  const isolation = query.text('isolation')
  if (isolation !== undefined && isolation !== 'default') throw invalid(`Invalid isolation: '${isolation}' - linux only supports 'default'`)
  const remote = query.text('remote')
  const session = query.text('session')
  const prefix = query.text('contextprefix')
  if (prefix !== undefined && !/^(?!\.{1,2}$)[\w.-]{1,64}$/.test(prefix)) throw invalid('invalid value for contextprefix: letters and digits expected')
  const target = query.text('target')
  const platform = platformParameter(query)
  const config = headers['x-registry-config']
  return {
    dockerfile: query.text('dockerfile') ?? 'Dockerfile',
    ...(remote !== undefined && { remote }),
    ...(session !== undefined && { session }),
    namedContexts: readJson(query, 'namedcontexts', mapOf(text)) ?? {},
    ...(prefix !== undefined && { namedContextsPrefix: prefix }),
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    tags: query.all('t'),
    args: readJson(query, 'buildargs', mapOf(orNull(text, null))) ?? {},
    labels: readJson(query, 'labels', mapOf(text)) ?? {},
    noCache: query.flag('nocache'),
    cacheFrom: readJson(query, 'cachefrom', listOf(text)) ?? [],
    pull: query.flag('pull'),
    quiet: query.flag('q'),
    squash: query.flag('squash'),
    remove: query.flag('rm', true),
    removeAlways: query.flag('forcerm'),
    hostConfig: hostConfigOf(query),
    outputs: (readJson(query, 'outputs', listOf(output)) ?? []).map(({ Type = '', Attrs }) => ({ type: Type, attributes: Attrs ?? {} })),
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
  const limits = readJson(query, 'ulimits', ulimits) ?? []
  const security = readJson(query, 'securityopt', listOf(text)) ?? []
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
    ...(security.length > 0 && { SecurityOpt: security }),
  }
}

/** Undefined also for `null`: Docker's SDK for Go sends it for what its caller left out. */
function readJson<T>(query: Query, name: string, check: Check<T>): T | undefined {
  const value = query.text(name)
  const parsed = value === undefined ? null : parse(value, name)
  return parsed === null ? undefined : check(parsed, name)
}

function parse(value: string, name: string): unknown {
  try {
    return JSON.parse(value)
  } catch (cause) {
    throw invalid(`invalid value for ${name}: it is not JSON`, cause)
  }
}
