import { invalid, notFound } from '../../../src/base/errors.js'
import type { ContainerSummary, Port } from '../../../src/model/engine-api/container.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { mountPoint, networksOf } from './inspect.js'
import { statusText } from './status-text.js'
import type { ListFilters } from '../types.js'

/** The containers that pass the filters, the newest first. Throws `invalid` for filter values that cannot be. */
export async function listContainers(
  context: EngineContext,
  options: { all: boolean; limit?: number; size: boolean; filters: ListFilters },
): Promise<ContainerSummary[]> {
  const accept = compileFilters(context, options.filters)
  // A filter on state, or a limit, looks at all of them.
  const all = options.all || (options.limit ?? 0) > 0 || options.filters.has('status') || options.filters.has('exited')
  const newestFirst = [...context.store.all()].sort((a, b) => b.record.createdMs - a.record.createdMs)
  const found = newestFirst.filter((container) => (all || container.isUp || container.status === 'restarting') && accept(container))
  const limited = options.limit && options.limit > 0 ? found.slice(0, options.limit) : found
  const links = context.store.links()
  return Promise.all(limited.map((container) => summarise(context, container, options.size, links.get(container.id) ?? [])))
}

/** `links`: those that lead to it, whose aliases are names of it too. */
async function summarise(context: EngineContext, container: Container, size: boolean, links: readonly { parent: Container; alias: string }[]): Promise<ContainerSummary> {
  const { record, id } = container
  const sizeRw = size ? await context.rootfs.usage(id) : undefined
  return {
    Id: id,
    Names: [`/${record.name}`, ...links.map(({ parent, alias }) => `/${parent.name}/${alias}`)],
    Image: shownImage(context, record.imageRef, record.imageId),
    ImageID: record.imageId,
    Command: commandText(container),
    Created: Math.floor(record.createdMs / 1000),
    Ports: portsOf(context, container),
    ...(sizeRw !== undefined && { SizeRw: sizeRw, SizeRootFs: context.images.bytesOf(record.imageId) + sizeRw }),
    Labels: record.config.Labels ?? {},
    State: record.state.status,
    Status: statusText(record.state, context.clock.nowMs()),
    HostConfig: { NetworkMode: record.hostConfig.NetworkMode ?? 'default', ...(record.hostConfig.Annotations && { Annotations: record.hostConfig.Annotations }) },
    NetworkSettings: { Networks: networksOf(container) },
    Mounts: record.mounts.map(mountPoint),
  }
}

/** The image as it was named, or its id once that name leads to another image or to none. */
function shownImage(context: EngineContext, ref: string, imageId: string): string {
  return ref === imageId || idOfImage(context, ref) === imageId ? ref : imageId
}

/** The command line, with arguments quoted where they hold spaces. */
function commandText(container: Container): string {
  const { Entrypoint, Cmd } = container.record.config
  const [path = '', ...args] = [...(Entrypoint ?? []), ...(Cmd ?? [])]
  return [path, ...args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))].join(' ')
}

function portsOf(context: EngineContext, container: Container): Port[] {
  if (!container.isUp) return []
  const published = context.network.published(container.id)
  const bound = new Set(published.map((port) => `${port.containerPort}/${port.protocol}`))
  const exposed = Object.keys(container.record.config.ExposedPorts ?? {}).flatMap((key): Port[] => {
    const [port = '', protocol = 'tcp'] = key.split('/')
    const whole = `${port}/${protocol}`
    if (bound.has(whole)) return []
    // `80` and `80/tcp` are one port.
    bound.add(whole)
    return [{ PrivatePort: Number(port), Type: protocol as NonNullable<Port['Type']> }]
  })
  return [
    ...published.map(({ containerPort, protocol, hostIp, hostPort }) => ({ IP: hostIp, PrivatePort: containerPort, PublicPort: hostPort, Type: protocol })),
    ...exposed,
  ]
}

const statuses = ['created', 'restarting', 'running', 'removing', 'paused', 'exited', 'dead']
const healths = ['starting', 'healthy', 'unhealthy', 'none']

function compileFilters(context: EngineContext, filters: ListFilters): (container: Container) => boolean {
  for (const status of filters.get('status')) {
    if (!statuses.includes(status)) throw invalid(`invalid filter 'status=${status}'; use one of ${statuses.join(', ')}`)
  }
  for (const health of filters.get('health')) {
    if (!healths.includes(health)) throw invalid(`invalid filter 'health=${health}'; use one of ${healths.join(', ')}`)
  }
  const exited = filters.get('exited').map((code) => {
    if (!/^-?\d+$/.test(code)) throw invalid(`invalid filter 'exited=${code}': a number expected`)
    return Number(code)
  })
  const created = (key: string): number[] => filters.get(key).map((ref) => findOr(context, key, ref).record.createdMs)
  const before = created('before')
  const since = created('since')
  const ancestors = filters.get('ancestor')
  const ancestorIds = new Set(ancestors.map((ref) => idOfImage(context, ref)))
  const isTask = filters.flag('is-task')
  return (container) => {
    const { record } = container
    const health = record.state.health?.status ?? 'none'
    return (
      filters.prefix('id', record.id) &&
      (filters.match('name', record.name) || filters.match('name', `/${record.name}`)) &&
      filters.labels('label', record.config.Labels) &&
      filters.exact('status', record.state.status) &&
      filters.exact('health', health) &&
      (exited.length === 0 || (!container.isUp && record.state.finishedMs > 0 && exited.includes(record.state.exitCode))) &&
      before.every((ms) => record.createdMs < ms) &&
      since.every((ms) => record.createdMs > ms) &&
      (ancestors.length === 0 || ancestors.includes(record.imageRef) || ancestorIds.has(record.imageId)) &&
      (isTask === undefined || isTask === 'com.docker.swarm.task.id' in (record.config.Labels ?? {})) &&
      matchesVolume(container, filters) &&
      matchesNetwork(container, filters) &&
      matchesPort(context, container, filters, 'publish') &&
      matchesPort(context, container, filters, 'expose')
    )
  }
}

function matchesVolume(container: Container, filters: ListFilters): boolean {
  return !filters.has('volume') || container.record.mounts.some((mount) => filters.exact('volume', mount.name ?? '') || filters.exact('volume', mount.source) || filters.exact('volume', mount.destination))
}

function matchesNetwork(container: Container, filters: ListFilters): boolean {
  if (!filters.has('network')) return true
  return Object.entries(networksOf(container)).some(([name, endpoint]) => filters.exact('network', name) || filters.prefix('network', endpoint.NetworkID ?? ''))
}

function matchesPort(context: EngineContext, container: Container, filters: ListFilters, key: 'publish' | 'expose'): boolean {
  if (!filters.has(key)) return true
  const have =
    key === 'publish'
      ? context.network.published(container.id).map((port) => `${port.hostPort}/${port.protocol}`)
      : Object.keys(container.record.config.ExposedPorts ?? {}).map((port) => (port.includes('/') ? port : `${port}/tcp`))
  return filters.get(key).some((wanted) => {
    const [range = '', protocol = 'tcp'] = wanted.split('/')
    const [first = 0, last = first] = range.split('-').map(Number)
    return have.some((port) => {
      const [number = '', type = ''] = port.split('/')
      return type === protocol && Number(number) >= first && Number(number) <= last
    })
  })
}

function findOr(context: EngineContext, key: string, ref: string): Container {
  try {
    return context.store.find(ref)
  } catch (cause) {
    throw notFound(`invalid filter '${key}=${ref}': No such container: ${ref}`, cause)
  }
}

/** An image that is not there matches nothing. */
function idOfImage(context: EngineContext, ref: string): string {
  try {
    return context.images.forRun(ref).id
  } catch {
    return ref
  }
}
