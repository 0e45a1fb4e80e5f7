import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { errnoOf } from '../../../src/base/errors.js'
import { formatHostsFile } from '../../network/dns/hosts-file.js'
import { resolverAddress } from '../../network/dns/dns-listener.js'
import { containerResolvConf, embeddedResolvConf, formatResolvConf, hostResolvConfPath } from '../../network/dns/resolv-conf.js'
import type { EndpointInfo } from '../../network/types.js'
import type { BundleMount } from '../../runtime/bundle/mounts.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { linkHosts } from '../net/links.js'

/**
 * Writes /etc/hosts, /etc/hostname and /etc/resolv.conf of a container and gives their mounts. A container
 * in another's network has the other's files.
 */
export async function writeEtcFiles(context: EngineContext, container: Container, endpoints: readonly EndpointInfo[]): Promise<BundleMount[]> {
  const { id } = container
  const owner = fileOwner(context, container)
  if (owner === id) {
    writeFileSync(context.paths.hostname(id), `${container.record.config.Hostname ?? ''}\n`)
    writeHosts(context, container, endpoints)
    await writeResolvConf(context, container, endpoints)
  }
  return placesOf(context, container, owner).map(({ source, target }) => etcMount(source, target))
}

/**
 * Where a container that does not run has these files: as its last start left them. Before the first they are the image's, and
 * empty ones where `inImage` says that it has none.
 */
export function keptEtcFiles(context: EngineContext, container: Container, inImage: (target: string) => boolean): { source: string; target: string }[] {
  let owner = container.id
  try {
    owner = fileOwner(context, container)
  } catch {
    // The container that it shared the network of is gone, and its files with it.
  }
  return placesOf(context, container, owner).filter(({ source, target }) => {
    if (existsSync(source)) return true
    if (inImage(target)) return false
    writeFileSync(source, '')
    return true
  })
}

function placesOf({ paths }: EngineContext, container: Container, owner: string): { source: string; target: string }[] {
  return [
    { source: paths.resolvConf(owner), target: '/etc/resolv.conf' },
    { source: paths.hostname(owner), target: '/etc/hostname' },
    { source: paths.hosts(owner), target: '/etc/hosts' },
  ].filter(({ target }) => !container.record.mounts.some((own) => own.destination === target))
}

/** Writes /etc/hosts, in place: the file is mounted in the container. */
export function writeHosts(context: EngineContext, container: Container, endpoints: readonly EndpointInfo[]): void {
  const { config, hostConfig } = container.record
  const extraHosts = hostConfig.ExtraHosts ?? []
  const hostname = config.Hostname ?? ''
  const full = config.Domainname ? [`${hostname}.${config.Domainname}`] : []
  const gateways = extraHosts.some((entry) => entry.endsWith('host-gateway')) ? hostGateways(context) : []
  const text =
    hostConfig.NetworkMode === 'host'
      ? readOrEmpty('/etc/hosts') + linesOf(formatHostsFile({ addresses: [], names: [], extraHosts, hostGateways: gateways })).slice(6).join('')
      : formatHostsFile({
          addresses: endpoints.flatMap((endpoint) => [endpoint.ipv4Address, endpoint.ipv6Address].filter((address) => address !== '')),
          names: [...full, hostname],
          extraHosts,
          hostGateways: gateways,
        })
  writeFileSync(context.paths.hosts(container.id), text + linkHosts(context, container).map(([address, words]) => `${address}\t${words}\n`).join(''))
}

function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/)
}

/** The container whose files these are. */
function fileOwner(context: EngineContext, container: Container): string {
  const mode = container.record.hostConfig.NetworkMode ?? ''
  if (!mode.startsWith('container:')) return container.id
  return fileOwner(context, context.store.find(mode.slice('container:'.length)))
}

/**
 * Writes /etc/resolv.conf, in place. On networks with names the container asks the daemon's name server,
 * which passes on what it does not know to the servers that would be in the file otherwise.
 */
export async function writeResolvConf(context: EngineContext, container: Container, endpoints: readonly EndpointInfo[]): Promise<void> {
  const { Dns, DnsSearch, DnsOptions, NetworkMode } = container.record.hostConfig
  const settings = {
    servers: Dns?.length ? Dns : (context.settings.dns.servers ?? []),
    search: DnsSearch?.length ? DnsSearch : (context.settings.dns.search ?? []),
    options: DnsOptions?.length ? DnsOptions : (context.settings.dns.options ?? []),
  }
  const hostText = readOrEmpty(hostResolvConfPath(readOrEmpty('/etc/resolv.conf')))
  const path = context.paths.resolvConf(container.id)
  if (NetworkMode === 'host' && settings.servers.length + settings.search.length + settings.options.length === 0) {
    writeFileSync(path, hostText)
    return
  }
  const ipv6 = endpoints.some((endpoint) => endpoint.ipv6Address !== '')
  if (!endpoints.some((endpoint) => endpoint.interfaceName !== '' && endpoint.networkName !== 'bridge')) {
    writeFileSync(path, formatResolvConf(containerResolvConf(hostText, settings, ipv6)))
    return
  }
  const { conf, resolver } = embeddedResolvConf(hostText, settings, resolverAddress)
  await context.network.serveNames(container.id, resolver)
  writeFileSync(path, formatResolvConf(conf))
}

/** What `host-gateway` stands for: as it is set, or the addresses of the default bridge, IPv4 first. */
export function hostGateways({ settings, network }: Pick<EngineContext, 'settings' | 'network'>): readonly string[] {
  if (settings.hostGateways.length > 0) return settings.hostGateways
  return network.inspect('bridge').ipam.config.map((config) => config.gateway)
}

function etcMount(source: string, target: string): BundleMount {
  return { kind: 'bind', source, target, readOnly: false, propagation: 'rprivate', recursive: true, recursiveReadOnly: false }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return ''
    throw thrown
  }
}
