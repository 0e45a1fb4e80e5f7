import { conflict, invalid, StatusError } from '../../src/base/errors.js'
import { parseAddress } from '../kernel/address-bytes.js'
import type { EndpointAddresses } from './address-book.js'
import { macOfHex, macOfIpv4, nextInterfaceName } from './endpoint.js'
import type { Endpoint, Sandbox, StoredNetwork } from './endpoint.js'
import type { EndpointSettings } from './types.js'

/** Refuses an attachment that cannot work, in Docker's words. `present` are the network's endpoints. Pure. */
export function checkConnect(sandbox: Sandbox, network: StoredNetwork, settings: EndpointSettings, present: readonly Endpoint[]): void {
  const { mode, containerId } = sandbox
  const allowed = { own: !['host', 'null'].includes(network.driver), host: network.driver === 'host', none: network.driver === 'null', container: false }
  if (!allowed[mode.kind]) throw new StatusError('forbidden', `cannot connect container ${settings.containerName} to network ${network.name}: ${modeReasons[mode.kind]}`)
  const named = network.driver === 'bridge' && present.some((one) => one.containerName === settings.containerName)
  if (named || present.some((one) => one.containerId === containerId)) {
    throw new StatusError('forbidden', `endpoint with name ${settings.containerName} already exists in network ${network.name}`)
  }
  if (network.name === 'bridge' && (settings.ipv4Address || settings.ipv6Address)) {
    throw invalid('user specified IP address is supported on user defined networks only')
  }
  if (network.driver === 'overlay' && !settings.ipv4Address && !settings.ipv6Address) {
    throw new StatusError('forbidden', `cannot connect container ${settings.containerName} to network ${network.name}: its addresses come from the managers of the swarm`)
  }
  if (settings.macAddress && !/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(settings.macAddress)) throw invalid(`invalid MAC address: ${settings.macAddress}`)
  checkAddress(settings.ipv4Address, 4)
  checkAddress(settings.ipv6Address, 16)
  const name = askedInterfaceName(settings)
  if (name !== undefined && (!/^[a-zA-Z][a-zA-Z0-9_.-]{0,14}$/.test(name) || reservedNames.includes(name))) {
    throw invalid(`invalid ${interfaceNameOption}: "${name}": give a letter and up to 14 letters, digits, "-", "_" and ".", but none of ${reservedNames.join(', ')}`)
  }
  interfaceSysctls(settings, '')
}

/** The endpoint option of Docker's that names the interface inside the container. */
const interfaceNameOption = 'com.docker.network.endpoint.ifname'
/** The kernel's settings of all interfaces have places of these names. */
const reservedNames = ['lo', 'all', 'default']

/** The interface's name inside the container as asked for; undefined for any. */
export function askedInterfaceName({ driverOptions }: EndpointSettings): string | undefined {
  return driverOptions?.[interfaceNameOption] || undefined
}

/** The endpoint option of Docker's that sets kernel parameters of the interface: `net.ipv4.conf.IFNAME.log_martians=1,...`. */
const sysctlsOption = 'com.docker.network.endpoint.sysctls'

/**
 * The kernel parameters that are asked for an interface of this name: path under /proc/sys and value. Throws `invalid`, in
 * Docker's words, for what is no parameter of one interface. Pure.
 */
export function interfaceSysctls({ driverOptions }: Pick<EndpointSettings, 'driverOptions'>, interfaceName: string): { path: string; value: string }[] {
  const asked = driverOptions?.[sysctlsOption]
  return asked === undefined ? [] : asked.split(',').map((sysctl) => {
    // The client writes options in lower case.
    const [, family, table, name, value] = /^net\.(ipv4|ipv6|mpls)\.([a-z0-9_-]+)\.ifname\.([a-z0-9_-]+)(?:=(.*))?$/is.exec(sysctl) ?? []
    if (family === undefined || value === undefined) {
      const form = `represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4', 'ipv6' or 'mpls'`
      throw invalid(`invalid endpoint settings:\nunrecognised network interface sysctl '${sysctl}'; ${form}`)
    }
    return { path: ['net', family, table, interfaceName, name].join('/'), value }
  })
}

const modeReasons: Record<Sandbox['mode']['kind'], string> = {
  own: 'the container has a network namespace of its own',
  host: 'container sharing network namespace with another container or host cannot be connected to any other network',
  none: 'container cannot be connected to multiple networks with one of the networks in private (none) mode',
  container: 'container sharing network namespace with another container or host cannot be connected to any other network',
}

function checkAddress(address: string | undefined, bytes: number): void {
  if (!address) return
  try {
    if (parseAddress(address).length === bytes) return
  } catch {
    // The sentence below says it.
  }
  throw invalid(`invalid IPv${bytes === 4 ? 4 : 6} address: ${address}`)
}

/** Throws `conflict` when the container has an interface already of the name that is asked for. Pure. */
export function checkInterfaceName(network: StoredNetwork, settings: EndpointSettings, taken: readonly string[]): void {
  const name = askedInterfaceName(settings)
  if (name === undefined || !taken.includes(name)) return
  throw conflict(`cannot connect container ${settings.containerName} to network ${network.name}: it has an interface ${name} already: give another ${interfaceNameOption}`)
}

/** What a new endpoint is made of. */
export interface EndpointPlan {
  endpointId: string
  containerId: string
  network: StoredNetwork
  settings: EndpointSettings
  /** The network keeps its containers apart: what links open matters. */
  apart: boolean
  addresses: EndpointAddresses
  /** From the driver; an empty host name means that the endpoint has no devices. */
  devices: { containerPrefix: string; host: string }
  /** False: the driver gives no MAC addresses. */
  hasMacs: boolean
  /** The driver needs no gateway. */
  routedByDevice: boolean
  /** Interface names that the container has already. */
  takenNames: readonly string[]
}

/** Throws `invalid` for a MAC address that the network's driver cannot give. */
export function checkMac({ driver }: Pick<StoredNetwork, 'driver'>, { macAddress }: EndpointSettings, hasMacs: boolean): void {
  if (macAddress && !hasMacs) throw invalid(`${driver} interfaces do not support custom mac address assignment`)
}

/** The record of a new endpoint. Pure. */
export function planEndpoint(plan: EndpointPlan): Endpoint {
  const { endpointId, containerId, network, settings, addresses, devices } = plan
  const hasDevices = devices.host !== ''
  const asked = settings.macAddress?.toLowerCase().replaceAll('-', ':')
  const derived = addresses.ipv4Address === '' ? macOfHex(endpointId) : macOfIpv4(addresses.ipv4Address)
  return {
    endpointId,
    networkId: network.id,
    networkName: network.name,
    containerId,
    containerName: settings.containerName,
    aliases: [...(settings.aliases ?? [])],
    ...(settings.links && { links: { ...settings.links } }),
    macAddress: hasDevices && plan.hasMacs ? (asked || derived) : '',
    ...addresses,
    ...(plan.routedByDevice && { ipv4Gateway: '', ipv6Gateway: '', routedByDevice: !network.internal }),
    gatewayPriority: settings.gatewayPriority ?? 0,
    interfaceName: hasDevices ? (askedInterfaceName(settings) ?? nextInterfaceName(devices.containerPrefix, plan.takenNames)) : '',
    driverOptions: { ...settings.driverOptions },
    hostLink: devices.host,
    ...(plan.apart && settings.linkedTo && { linkedTo: [...settings.linkedTo] }),
    ...(plan.apart && settings.exposedPorts && { exposedPorts: [...settings.exposedPorts] }),
  }
}
