import { conflict, invalid, notFound, StatusError } from '../../../src/base/errors.js'
import type { EndpointSettings } from '../../../src/model/engine-api/network.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { writeHosts, writeResolvConf } from '../files/etc-files.js'
import { endpointSettings, mainNetwork } from './network-plan.js'

/** Attaches a container to one more network. Throws `conflict` for containers without a network of their own. */
export function connectNetwork(context: EngineContext, container: Container, network: string, asked: EndpointSettings): Promise<void> {
  return container.exclusive(async () => {
    const { record } = container
    const mode = record.hostConfig.NetworkMode ?? ''
    if (mode === 'host' || mode === 'none' || mode.startsWith('container:')) {
      throw conflict(`container sharing network namespace with another container or host cannot be connected to any other network`)
    }
    const name = await context.network.nameOf(network)
    // Also for one that does not run: what cannot be read may not get into its record.
    const settings = endpointSettings(record, name, asked)
    if (container.isUp) {
      await context.network.connect(container.id, name, settings)
      await refresh(context, container)
    }
    record.networking[name] = asked
    if (await isMainNetwork(context, container, name)) delete record.leftMainNetwork
    await context.store.save(container)
  })
}

/** Detaches a container from a network. */
export function disconnectNetwork(context: EngineContext, container: Container, network: string): Promise<void> {
  return container.exclusive(async () => {
    const { record } = container
    // A network of the swarm that nobody here is on is known to the managers alone.
    const name = !container.isUp && network in record.networking ? network : context.network.inspect(network).name
    const main = await isMainNetwork(context, container, name)
    if (container.isUp) {
      await context.network.disconnect(container.id, name)
      await refresh(context, container)
    } else if (!(name in record.networking) && (!main || record.leftMainNetwork)) {
      throw new StatusError('forbidden', `container ${container.id} is not connected to network ${name}`)
    }
    delete record.networking[name]
    if (main) record.leftMainNetwork = true
    await context.store.save(container)
  })
}

/** Whether a network's name is that of `NetworkMode`, which may hold an id. */
async function isMainNetwork(context: EngineContext, container: Container, name: string): Promise<boolean> {
  const main = mainNetwork(container.record.hostConfig)
  return main === name || (await context.network.nameOf(main).catch(() => main)) === name
}

/** `app/db`: the name goes, both containers stay. Throws `invalid` and `notFound`. */
export function removeLink(context: EngineContext, ref: string): Promise<void> {
  const name = ref.replace(/^\//, '')
  const slash = name.indexOf('/')
  if (slash < 0) throw invalid('Conflict, cannot remove the default link name of the container')
  const parent = context.store.find(name.slice(0, slash))
  const alias = name.slice(slash + 1)
  return parent.exclusive(async () => {
    const links = parent.record.links ?? []
    if (!links.some((link) => link.alias === alias)) throw notFound(`No such link: ${ref}`)
    parent.record.links = links.filter((link) => link.alias !== alias)
    if (parent.isUp) {
      writeHosts(context, parent, parent.record.endpoints)
      const left = parent.record.links.map((link) => link.containerId)
      if (parent.record.endpoints.some(({ networkName }) => networkName === 'bridge')) await context.network.setLinks(parent.id, 'bridge', left)
    }
    await context.store.save(parent)
  })
}

async function refresh(context: EngineContext, container: Container): Promise<void> {
  container.record.endpoints = context.network.endpointsOf(container.id)
  writeHosts(context, container, container.record.endpoints)
  await writeResolvConf(context, container, container.record.endpoints)
}
