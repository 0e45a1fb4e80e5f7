import { conflict, invalid, kindOf, messageOf } from '../../../src/base/errors.js'
import type { ContainerConfig, HostConfig } from '../../../src/model/engine-api/container.js'
import type { EndpointInfo } from '../../network/types.js'
import type { Container } from '../container.js'
import type { LinkRecord } from '../container-record.js'
import type { EngineContext } from '../context.js'

/**
 * Links of `--link`: on the default bridge, which has no name server, the other container's name in
 * /etc/hosts and its ports and settings in the environment (Docker's "Legacy container links"); on other
 * networks a name that the name server knows for this container alone.
 */

const modeConflict = (kind: string): Error => conflict(`conflicting options: ${kind} type networking can't be used with links. This would result in undefined behavior`)

/** `web`, `web:db`, and `/web:/app/db` as an inspection shows it. Throws `invalid`. */
export function parseLink(text: string): { name: string; alias: string } {
  if (text === '') throw invalid('empty string specified for links')
  const [name = '', alias = name, ...rest] = text.split(':')
  if (rest.length > 0) throw invalid(`bad format for links: ${text}`)
  if (name.startsWith('/')) return { name: name.slice(1), alias: alias.slice(alias.lastIndexOf('/') + 1) }
  return { name, alias }
}

/** The containers that a new one on the default bridge is linked to. Throws `invalid` and `conflict` with Docker's sentences. */
export function resolveLinks(context: EngineContext, { Links, NetworkMode = '' }: HostConfig): LinkRecord[] {
  const links = (Links ?? []).map(parseLink)
  if (links.length === 0) return []
  if (NetworkMode === 'host') throw modeConflict('host')
  if (NetworkMode.startsWith('container:')) throw modeConflict('container')
  if (NetworkMode !== 'default' && NetworkMode !== 'bridge') return []
  return links.map(({ name, alias }) => {
    const target = networkOwner(context, find(context, name))
    if (target.record.hostConfig.NetworkMode === 'host') throw modeConflict('host')
    return { containerId: target.id, alias }
  })
}

function find(context: EngineContext, name: string): Container {
  try {
    return context.store.find(name)
  } catch (thrown) {
    if (kindOf(thrown) === 'notFound') throw invalid(`could not get container for ${name}: ${messageOf(thrown)}`, thrown)
    throw thrown
  }
}

/** The container whose network this one uses. */
function networkOwner(context: EngineContext, container: Container): Container {
  const mode = container.record.hostConfig.NetworkMode ?? ''
  return mode.startsWith('container:') ? networkOwner(context, find(context, mode.slice('container:'.length))) : container
}

interface Linked {
  alias: string
  target: Container
}

/** The links whose other ends are still there. */
function linked(context: EngineContext, container: Container): Linked[] {
  return (container.record.links ?? []).flatMap(({ containerId, alias }) => {
    const target = context.store.byExactId(containerId)
    return target ? [{ alias, target }] : []
  })
}

/** What an inspection shows as `HostConfig.Links`. */
export function linkTexts(context: EngineContext, container: Container): string[] {
  return linked(context, container).map(({ alias, target }) => `/${target.name}:/${container.name}/${alias}`)
}

/** Lines of /etc/hosts for the links: address and names. */
export function linkHosts(context: EngineContext, container: Container): [address: string, names: string][] {
  return linked(context, container).flatMap(({ alias, target }) => {
    const address = bridgeEndpoint(target)?.ipv4Address ?? ''
    const names = new Set([alias, target.record.config.Hostname ?? '', target.name])
    return address === '' ? [] : [[address, [...names].filter((name) => name !== '').join(' ')] as [string, string]]
  })
}

/** The containers whose /etc/hosts names this one. */
export function linkParents(context: EngineContext, container: Container): Container[] {
  return (context.store.links().get(container.id) ?? []).flatMap(({ parent }) => (parent.isUp ? [parent] : []))
}

/**
 * The variables that links set. Throws `invalid` when a linked container does not run: its address is
 * not known then.
 */
export function linkEnvironment(context: EngineContext, container: Container): string[] {
  return linked(context, container).flatMap(({ alias, target }) => {
    const endpoint = target.isUp ? bridgeEndpoint(target) : undefined
    if (!endpoint) throw invalid(`Cannot link to a non running container: /${target.name} AS /${container.name}/${alias}`)
    return variablesOf(`/${container.name}/${alias}`, alias, endpoint.ipv4Address, target.record.config)
  })
}

/** The same for a process that joins a running container: links whose other end has ended since are left out. */
export function runningLinkEnvironment(context: EngineContext, container: Container): string[] {
  return linked(context, container).flatMap(({ alias, target }) => {
    const address = bridgeEndpoint(target)?.ipv4Address
    return address === undefined ? [] : variablesOf(`/${container.name}/${alias}`, alias, address, target.record.config)
  })
}

/** The variables of one link. Pure. */
export function variablesOf(name: string, alias: string, address: string, config: ContainerConfig): string[] {
  const prefix = alias.replaceAll('-', '_').toUpperCase()
  const ports = Object.keys(config.ExposedPorts ?? {})
    .map((key) => ({ port: Number(key.split('/')[0]), protocol: key.split('/')[1] ?? 'tcp' }))
    .sort((a, b) => a.port - b.port || Number(b.protocol === 'tcp') - Number(a.protocol === 'tcp'))
  const [first] = ports
  return [
    ...(first ? [`${prefix}_PORT=${first.protocol}://${address}:${first.port}`] : []),
    ...ports.flatMap(({ port, protocol }) => {
      const one = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`
      return [`${one}=${protocol}://${address}:${port}`, `${one}_ADDR=${address}`, `${one}_PORT=${port}`, `${one}_PROTO=${protocol}`]
    }),
    `${prefix}_NAME=${name}`,
    ...(config.Env ?? []).flatMap((entry) => {
      const key = entry.split('=', 1)[0]
      // Of the image rather than of the service in it.
      return !entry.includes('=') || key === 'HOME' || key === 'PATH' ? [] : [`${prefix}_ENV_${entry}`]
    }),
  ]
}

function bridgeEndpoint(container: Container): EndpointInfo | undefined {
  return container.isUp ? container.record.endpoints.find((endpoint) => endpoint.networkName === 'bridge') : undefined
}
