import { invalid } from '../../../src/base/errors.js'
import type { ContainerConfig, HostConfig } from '../../../src/model/engine-api/container.js'
import type { EndpointSettings as ApiEndpointSettings } from '../../../src/model/engine-api/network.js'
import type { EndpointSettings, PortBinding, Protocol, SandboxMode } from '../../network/types.js'
import type { ContainerRecord } from '../container-record.js'
import { parseLink } from './links.js'

/** The networks to connect to, the main one first, and how. */
export interface NetworkPlan {
  mode: SandboxMode
  connections: { network: string; settings: EndpointSettings }[]
  bindings: PortBinding[]
}

/** `idOf` finds the container of `--network container:REF`. Throws what it throws, and `invalid`. */
export function planNetwork(record: ContainerRecord, idOf: (ref: string) => string): NetworkPlan {
  const { hostConfig, config } = record
  const named = hostConfig.NetworkMode || 'default'
  if (named.startsWith('container:')) {
    return { mode: { kind: 'container', containerId: idOf(named.slice('container:'.length)) }, connections: [], bindings: [] }
  }
  const main = mainNetwork(hostConfig)
  const kind = main === 'host' || main === 'none' ? main : 'own'
  const wanted = new Map<string, ApiEndpointSettings>()
  if (!record.leftMainNetwork) wanted.set(main, record.networking[named] ?? record.networking[main] ?? {})
  for (const [network, settings] of Object.entries(record.networking)) if (network !== 'default') wanted.set(network, settings ?? {})
  const connections = [...wanted].map(([network, settings]) => ({ network, settings: endpointSettings(record, network, settings) }))
  return { mode: { kind }, connections, bindings: kind === 'own' ? portBindings(config, hostConfig) : [] }
}

/** The network of `--network`: `bridge` by default. */
export function mainNetwork(hostConfig: HostConfig): string {
  const mode = hostConfig.NetworkMode || 'default'
  return mode === 'default' ? 'bridge' : mode
}

/** How to attach the container to one network. On user-defined networks its short id is a name too. */
export function endpointSettings(record: ContainerRecord, network: string, asked: ApiEndpointSettings): EndpointSettings {
  const { IPAMConfig: ipam } = asked
  const mac = asked.MacAddress || (network === mainNetwork(record.hostConfig) ? record.config.MacAddress : undefined)
  return {
    containerName: record.name,
    aliases: [...new Set([...(asked.Aliases ?? []), ...(network === 'bridge' ? [] : [record.id.slice(0, 12)])])],
    ...(asked.Links?.length && { links: Object.fromEntries(asked.Links.map(parseLink).map(({ name, alias }) => [alias, name])) }),
    ...linksAndPorts(record, network, asked),
    ...(ipam?.IPv4Address && { ipv4Address: ipam.IPv4Address }),
    ...(ipam?.IPv6Address && { ipv6Address: ipam.IPv6Address }),
    ...(mac && { macAddress: mac }),
    ...(asked.GwPriority && { gatewayPriority: asked.GwPriority }),
    ...(asked.DriverOpts && { driverOptions: asked.DriverOpts }),
  }
}

/** Whose ports it reaches on networks that keep containers apart, and which of its own those linked to it reach. */
function linksAndPorts({ config, links = [] }: ContainerRecord, network: string, { Links }: ApiEndpointSettings): Pick<EndpointSettings, 'linkedTo' | 'exposedPorts'> {
  const linkedTo = network === 'bridge' ? links.map(({ containerId }) => containerId) : (Links ?? []).map((link) => parseLink(link).name)
  const exposedPorts = Object.keys(config.ExposedPorts ?? {}).map(parsePort)
  return { ...(linkedTo.length > 0 && { linkedTo }), ...(exposedPorts.length > 0 && { exposedPorts }) }
}

/** `PortBindings`, and with `--publish-all` every exposed port that they leave out. Throws `invalid`. */
export function portBindings(config: ContainerConfig, hostConfig: HostConfig): PortBinding[] {
  const bindings = Object.entries(hostConfig.PortBindings ?? {}).flatMap(([port, hosts]) => {
    const parsed = parsePort(port)
    const list = hosts && hosts.length > 0 ? hosts : [{}]
    return list.map(({ HostIp, HostPort }) => ({ ...parsed, ...(HostIp && { hostIp: HostIp }), ...(HostPort && { hostPort: HostPort }) }))
  })
  if (!hostConfig.PublishAllPorts) return bindings
  const bound = new Set(bindings.map((binding) => `${binding.containerPort}/${binding.protocol}`))
  const exposed = Object.keys(config.ExposedPorts ?? {}).map(parsePort)
  return [...bindings, ...exposed.filter((port) => !bound.has(`${port.containerPort}/${port.protocol}`))]
}

/** `80/tcp`, `53/udp`, `80`. */
export function parsePort(text: string): { containerPort: number; protocol: Protocol } {
  const match = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(text)
  const containerPort = Number(match?.[1])
  if (!match || containerPort > 65_535) throw invalid(`invalid port specification: "${text}"`)
  return { containerPort, protocol: (match[2]?.toLowerCase() ?? 'tcp') as Protocol }
}
