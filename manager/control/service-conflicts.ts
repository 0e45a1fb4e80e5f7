import { invalid, StatusError } from '../../src/base/errors.js'
import { isPredefinedNetwork } from '../../src/model/network.js'
import { PublishMode, type NetworkAttachmentConfig, type PortConfig, type Service, type ServiceSpec } from '../../src/model/service.js'
import { resolveNetwork } from '../store/resolve.js'
import type { ReadTx } from '../store/store.js'

/** Every node has its own of these. */
const localNetworks = ['bridge', 'host', 'none']

function notForServices(name: string): StatusError {
  return new StatusError(
    'forbidden',
    `network ${name} cannot be used with services. Only networks scoped to the swarm can be used, such as those created with the overlay driver.`,
  )
}

/**
 * The spec with every network by its id. Networks that older clients give beside the task are moved
 * into it. Throws for networks that are not there, cannot be used by services, or are the ingress network.
 */
export function withNetworks(tx: ReadTx, spec: ServiceSpec): ServiceSpec {
  const asked = spec.task.networks.length > 0 ? spec.task.networks : spec.networks
  const networks: NetworkAttachmentConfig[] = []
  for (const attachment of asked) {
    if (localNetworks.includes(attachment.target) && !tx.byName('network', attachment.target)) throw notForServices(attachment.target)
    const network = resolveNetwork(tx, attachment.target)
    if (network.spec.ingress) throw invalid(`service cannot be explicitly attached to the ingress network "${network.spec.name}"`)
    if (networks.some(({ target }) => target === network.id)) {
      throw invalid(`network ${network.spec.name} is given twice: a service attaches to a network once`)
    }
    networks.push({ ...attachment, target: network.id })
  }
  checkPredefined(tx, spec, networks)
  return { ...spec, networks: [], task: { ...spec.task, networks } }
}

/**
 * A container that uses its host's network, or none, is on no other, and has no ports of its own to publish
 * on every node. Throws `invalid`.
 */
function checkPredefined(tx: ReadTx, spec: ServiceSpec, networks: readonly NetworkAttachmentConfig[]): void {
  for (const { target, aliases } of networks) {
    const network = tx.get('network', target)
    if (!network || !isPredefinedNetwork(network)) continue
    const { name } = network.spec
    if (aliases.length > 0) throw invalid(`network-scoped aliases are only supported for user-defined networks: leave out the aliases on ${name}`)
    if (name === 'bridge') continue
    if (networks.length > 1) throw invalid(`a service on network ${name} can be on no other network: give it alone`)
    if (spec.endpoint?.ports.some((port) => port.publishMode === PublishMode.ingress)) {
      throw invalid(`ports of a service on network ${name} cannot be published with mode ingress: its tasks have no address of their own; publish nothing, or use an overlay network`)
    }
  }
}

/** Throws `invalid` unless every secret and config the spec names by id is there. */
export function checkFilesExist(tx: ReadTx, spec: ServiceSpec): void {
  const { container } = spec.task
  if (!container) return
  for (const [table, references] of [['secret', container.secrets], ['config', container.configs]] as const) {
    const missing = references.filter(({ id }) => !tx.get(table, id)).map(({ name }) => name)
    if (missing.length > 0) throw invalid(`${table}${missing.length > 1 ? 's' : ''} not found: ${missing.join(', ')}`)
  }
  const { credentialSpec } = container.privileges ?? {}
  if (credentialSpec && credentialSpec.config !== '' && !tx.get('config', credentialSpec.config)) {
    throw invalid(`config not found: ${credentialSpec.config} (the credential spec)`)
  }
}

/**
 * Throws `invalid` when a published port is taken by another service. An ingress port is taken on
 * every node; two services may publish the same port in host mode, on different nodes.
 */
export function checkPorts(tx: ReadTx, spec: ServiceSpec, serviceId: string): void {
  const wanted = (spec.endpoint?.ports ?? []).filter((port) => port.publishedPort !== 0)
  if (wanted.length === 0) return
  for (const service of tx.list('service')) {
    if (service.id === serviceId) continue
    for (const port of wanted) for (const taken of portsOf(service)) refuseClash(port, taken, service)
  }
}

/**
 * Throws `invalid` when the service publishes ports in the routing mesh and there is no ingress network, in
 * SwarmKit's words.
 */
export function checkIngress(tx: ReadTx, spec: ServiceSpec): void {
  if (!spec.endpoint?.ports.some(({ publishMode }) => publishMode === PublishMode.ingress)) return
  if (tx.list('network').some((network) => network.spec.ingress)) return
  throw invalid('service needs ingress network, but no ingress network is present: make one with "network create --driver overlay --ingress NAME", or publish with mode=host')
}

/** Asked-for ports and those the allocator chose. */
function portsOf(service: Service): PortConfig[] {
  return [...(service.spec.endpoint?.ports ?? []), ...(service.endpoint?.ports ?? [])]
}

function refuseClash(port: PortConfig, taken: PortConfig, { id, spec }: Service): void {
  if (port.publishedPort !== taken.publishedPort || port.protocol !== taken.protocol) return
  if (taken.publishMode === PublishMode.ingress) {
    throw new StatusError('invalid', `port '${port.publishedPort}' is already in use by service '${spec.name}' (${id}) as an ingress port`)
  }
  if (port.publishMode === PublishMode.ingress) {
    throw new StatusError('invalid', `port '${port.publishedPort}' is already in use by service '${spec.name}' (${id}) as a host-published port`)
  }
}
