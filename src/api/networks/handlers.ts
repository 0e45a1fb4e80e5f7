import { ErrorKind, StatusError, conflict, invalid, kindOf, notFound } from '../../base/errors.js'
import { untilFilterMs } from '../../base/moment.js'
import type { Network } from '../../model/engine-api/network.js'
import { predefinedLabel } from '../../model/network.js'
import type { ApiDeps } from '../backends.js'
import type { Handler } from '../route.js'
import type { SwarmBackend } from '../swarm/backend.js'
import { decodeNetworkSpec, encodeClusterNetwork } from './encode.js'
import { isPredefined, networkFilters, passes, pruneFilters } from './filter.js'
import { encodePeers, encodeVerbose } from './verbose.js'
import { connectBody, createBody, disconnectBody } from './shape.js'

/** Networks of this host come from the engine, networks of the cluster from the manager; clients see one list. */
export function networkHandlers({ networks, swarm, clock }: Pick<ApiDeps, 'networks' | 'swarm' | 'clock'>) {
  const list: Handler = async (exchange) => {
    const filters = exchange.query.filters(networkFilters)
    const found = await everyNetwork()
    exchange.json(200, found.filter((network) => passes(network, filters)).map(({ Containers: _, ...summary }) => ({ ...summary, Containers: {} })))
  }

  const inspect: Handler = async (exchange) => {
    const scope = exchange.query.text('scope')
    const network = await find(exchange.param('id'), scope)
    const verbose = exchange.query.flag('verbose')
    const rows = network.Scope === 'swarm' ? await networks.rows(network.Id ?? '', verbose) : undefined
    const problems = rows ? networks.problems(network.Id ?? '') : []
    const shown = rows ? { ...network, Peers: encodePeers(rows), ...(problems.length > 0 && { Problems: problems }) } : network
    exchange.json(200, rows && verbose ? encodeVerbose(shown, rows) : shown)
  }

  const create: Handler = async (exchange) => {
    const body = await exchange.readJson(createBody)
    const name = body.Name ?? ''
    if (name === '') throw invalid('network name is missing: give one in Name')
    if (isPredefined(name)) throw new StatusError(ErrorKind.forbidden, `operation is not permitted on predefined ${name} network`)
    if (body.Driver !== 'overlay' && body.Scope !== 'swarm' && body.Ingress !== true) {
      const created = await networks.create(body)
      exchange.json(201, { Id: created.Id, Warning: created.Warning ?? '' })
      return
    }
    if (body.EnableIPv4 === false) throw invalid('IPv4 cannot be disabled in a Swarm scoped network')
    const control = swarm.control()
    // The managers know which names the cluster has; one that is being removed may still be on this host.
    if ((await networks.list()).some((network) => network.Name === name && network.Scope !== 'swarm')) throw conflict(`network with name ${name} already exists`)
    // What this host is on itself its containers could not reach any more. The managers know of the other hosts.
    await networks.checkSubnets((body.IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined || Subnet === '' ? [] : [Subnet])))
    const created = await control.createNetwork(decodeNetworkSpec(body))
    exchange.json(201, { Id: created.id, Warning: '' })
  }

  const remove: Handler = async (exchange) => {
    const network = await find(exchange.param('id'))
    if (network.Scope === 'swarm') await swarm.control().removeNetwork(network.Id ?? '')
    else await networks.remove(network.Id ?? '')
    exchange.empty(204)
  }

  const connect: Handler = async (exchange) => {
    const body = await exchange.readJson(connectBody)
    if (body.Container === undefined || body.Container === '') throw invalid('Container is missing: name the container to connect')
    const ref = exchange.param('id')
    const network = await findKnown(ref)
    if (network?.Scope === 'swarm' && network.Attachable !== true) {
      const why = `rpc error: code = PermissionDenied desc = network ${network.Name ?? ref} not manually attachable`
      throw new StatusError(ErrorKind.forbidden, `Could not attach to network ${ref}: ${why}`)
    }
    await networks.connect(nameFor(network, ref), body.Container, body.EndpointConfig ?? {})
    exchange.empty(200)
  }

  const disconnect: Handler = async (exchange) => {
    const body = await exchange.readJson(disconnectBody)
    if (body.Container === undefined || body.Container === '') throw invalid('Container is missing: name the container to disconnect')
    const ref = exchange.param('id')
    await networks.disconnect(nameFor(await findKnown(ref), ref), body.Container, body.Force ?? false)
    exchange.empty(200)
  }

  const prune: Handler = async (exchange) => {
    const filters = exchange.query.filters(pruneFilters)
    const olderThanMs = untilFilterMs(filters.get('until'), clock.nowMs())
    const deleted: string[] = []
    for (const { Id, Name, Labels, Created, Containers, Scope } of await everyNetwork()) {
      const unused = Object.keys(Containers ?? {}).length === 0
      const old = olderThanMs === undefined || Date.parse(Created ?? '') < olderThanMs
      const labelled = filters.labels('label', Labels) && (!filters.has('label!') || !filters.labels('label!', Labels))
      if (isPredefined(Name ?? '') || Name === 'ingress' || Name === 'docker_gwbridge' || !unused || !old || !labelled) continue
      if (await removeUnused(Id ?? '', Scope === 'swarm')) deleted.push(Name ?? '')
    }
    networks.pruned()
    exchange.json(200, { NetworksDeleted: deleted })
  }

  /** False when it is in use after all. */
  const removeUnused = async (id: string, ofCluster: boolean): Promise<boolean> => {
    try {
      await (ofCluster ? swarm.control().removeNetwork(id) : networks.remove(id))
      return true
    } catch (thrown) {
      const kind = kindOf(thrown)
      if (kind === 'internal' || kind === 'unavailable') throw thrown
      return false
    }
  }

  /** Those that services name to be on a network of their host's are left out unless asked for, as in Docker. */
  const everyNetwork = async (withPredefined = false): Promise<Network[]> => {
    const here = await networks.list()
    const known = await clusterNetworks(swarm)
    const cluster = (known ?? []).filter((network) => withPredefined || !isForServices(network))
    // One that only waits for its last tasks to end is gone to clients: its name may be given to another.
    const local = here.filter(({ Id, Scope }) => Scope !== 'swarm' || !known || known.some((network) => network.Id === Id))
    const inCluster = new Map(cluster.map((network) => [network.Id, network]))
    // What the host knows of a cluster network goes past the cluster's view: it has the containers.
    const merged = local.map((network) => ({ ...inCluster.get(network.Id), ...network }))
    return [...merged, ...cluster.filter((network) => !local.some(({ Id }) => Id === network.Id))]
  }

  /** By full id, then full name, then a unique prefix of an id. Throws `notFound`, or `invalid` when more than one fits. */
  const find = async (ref: string, scope?: string): Promise<Network> => {
    // Of the two networks `host` there are (the host's own and what services name) the first is meant, unless it is asked for by scope or id.
    const all = (await everyNetwork(true)).filter((network) => (scope === undefined ? network.Id === ref || !isForServices(network) : network.Scope === scope))
    for (const fits of [
      (network: Network) => network.Id === ref,
      (network: Network) => network.Name === ref,
      (network: Network) => (network.Id ?? '').startsWith(ref),
    ]) {
      const found = all.filter(fits)
      if (found.length > 1) throw invalid(`network ${ref} is ambiguous (${found.length} matches found on name or id prefix)`)
      const [network] = found
      // The engine's own answer for a local network has all that `list` may leave out.
      if (network) return network.Scope === 'swarm' ? network : { ...network, ...(await networks.inspect(network.Id ?? '')) }
    }
    throw notFound(`network ${ref} not found`)
  }

  /** Undefined for what is unknown here: on a worker it may be an attachable network of the swarm. */
  const findKnown = async (ref: string): Promise<Network | undefined> => {
    try {
      return await find(ref)
    } catch (thrown) {
      if (kindOf(thrown) === 'notFound') return undefined
      throw thrown
    }
  }

  return { list, inspect, create, remove, connect, disconnect, prune }
}

/** The object by which services name a network that every node has of its own. */
function isForServices(network: Network): boolean {
  return network.Labels?.[predefinedLabel] === 'true'
}

/** How the engine is told of a network: those of the swarm by name, as its sentences have it. */
function nameFor(network: Network | undefined, ref: string): string {
  return (network?.Scope === 'swarm' ? network.Name : network?.Id) ?? ref
}

/** Undefined where nobody can tell, as on a node that is not a manager: it knows only the networks it takes part in. */
async function clusterNetworks(swarm: SwarmBackend): Promise<Network[] | undefined> {
  const { ControlAvailable: manager } = await swarm.info()
  if (manager !== true) return undefined
  try {
    return (await swarm.control().listNetworks()).filter(({ spec }) => spec.scope !== 'local').map(encodeClusterNetwork)
  } catch (thrown) {
    // A cluster without a leader does not take away the host's own networks.
    if (kindOf(thrown) === 'unavailable') return undefined
    throw thrown
  }
}
