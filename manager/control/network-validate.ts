import ipaddr from 'ipaddr.js'
import { conflict, invalid, StatusError } from '../../src/base/errors.js'
import { predefinedLabel, type IpamConfig, type Network, type NetworkSpec } from '../../src/model/network.js'
import { nodeName, NodeState, type Node } from '../../src/model/node.js'
import { validateAnnotations } from './annotations-validate.js'

/** Networks every node has of its own: their names are taken. */
const predefined = ['bridge', 'host', 'none', 'default', 'docker_gwbridge']
const internalLabel = 'com.docker.swarm.internal'
const drivers = ['overlay']
/** The option that asks for a VXLAN network identifier, named as Docker names it. */
const vniOption = 'com.docker.network.driver.overlay.vxlanid_list'
const vniMax = 2 ** 24 - 1
const mtuOption = 'com.docker.network.driver.mtu'
/** What the kernel gives an Ethernet device at least and at most, and what IPv6 asks for (RFC 8200). */
const mtuMin = 68
const mtuMax = 65_535
const ipv6MtuMin = 1280

type Subnet = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Checks a network's spec by itself. Throws `invalid`, or `forbidden` for what is reserved. */
export function validateNetwork(spec: NetworkSpec): void {
  validateAnnotations(spec)
  if (predefined.includes(spec.name)) {
    throw new StatusError('forbidden', `operation is not permitted on predefined ${spec.name} network: choose another name`)
  }
  if (Object.hasOwn(spec.labels, predefinedLabel)) {
    throw new StatusError('forbidden', `label ${predefinedLabel} is for predefined networks and cannot be applied by users`)
  }
  if (Object.hasOwn(spec.labels, internalLabel)) {
    throw new StatusError('forbidden', `label ${internalLabel} is for predefined internal networks and cannot be applied by users`)
  }
  if (spec.ingress && spec.driver.name !== '' && spec.driver.name !== 'overlay') {
    throw new StatusError('unsupported', 'only overlay driver is currently supported for ingress network')
  }
  if (spec.ingress && spec.attachable) throw invalid('ingress network cannot be attachable')
  if (spec.configFrom === '' && spec.driver.name !== '' && !drivers.includes(spec.driver.name)) {
    throw invalid(`network driver "${spec.driver.name}" is not supported for a network of the swarm: use ${drivers.join(', ')}`)
  }
  validateMtu(spec)
  spec.ipam?.configs.forEach((config) => validateIpam(config))
  const subnets = (spec.ipam?.configs ?? []).map(({ subnet }) => subnet).filter((subnet) => subnet !== '')
  subnets.forEach((subnet, at) => {
    if (subnets.slice(0, at).some((other) => overlap(parseSubnet(subnet), parseSubnet(other)))) {
      throw invalid(`ipam configuration: subnet ${subnet} overlaps with another one of the same network`)
    }
  })
}

/** A node would find out only when it makes the devices for a task. */
function validateMtu(spec: NetworkSpec): void {
  const text = spec.driver.options[mtuOption] ?? ''
  if (text === '' || text === '0') return
  const mtu = /^\d{1,5}$/.test(text) ? Number(text) : NaN
  if (!(mtu >= mtuMin && mtu <= mtuMax)) throw invalid(`invalid ${mtuOption}: "${text}": a number from ${mtuMin} to ${mtuMax} is needed`)
  if (spec.ipv6Enabled && mtu < ipv6MtuMin) throw invalid(`invalid ${mtuOption}: "${text}": IPv6 needs at least ${ipv6MtuMin}`)
}

function validateIpam({ subnet, range, gateway, auxAddresses }: IpamConfig): void {
  if (subnet === '') {
    if (range !== '' || gateway !== '') throw invalid('ipam configuration: a range or gateway needs a subnet: give one')
    return
  }
  const net = parseSubnet(subnet)
  if (!net) throw invalid(`ipam configuration: invalid subnet ${subnet}: write it as 10.1.0.0/24`)
  if (range !== '') {
    const part = parseSubnet(range)
    if (!part) throw invalid(`ipam configuration: invalid range ${range}: write it as 10.1.0.128/25`)
    if (part[1] < net[1] || !overlap(part, net)) throw invalid(`ipam configuration: subnet ${subnet} does not contain range ${range}`)
  }
  const named = [['gateway', gateway] as const, ...Object.entries(auxAddresses).map(([name, address]) => [`address of ${name}`, address] as const)]
  for (const [what, address] of named) {
    if (address === '') continue
    if (!ipaddr.isValid(address)) throw invalid(`ipam configuration: invalid ${what} ${address}`)
    const parsed = ipaddr.process(address)
    if (parsed.kind() === net[0].kind() && parsed.match(net)) continue
    throw invalid(`ipam configuration: subnet ${subnet} does not contain ${what} ${address}`)
  }
}

/**
 * Refuses a subnet that another network of the cluster has, asked for or allocated. One that is being removed leaves
 * it to the next, which has it when the last task on the old one has ended. Throws `forbidden` with the sentence of
 * Docker's address manager.
 */
export function checkSubnets(spec: NetworkSpec, networks: readonly Network[]): void {
  const wanted = (spec.ipam?.configs ?? []).filter(({ subnet }) => subnet !== '')
  for (const network of networks) {
    if (network.pendingDelete) continue
    const taken = [...(network.ipam?.configs ?? []), ...(network.spec.ipam?.configs ?? [])]
    for (const { subnet } of wanted) {
      if (!taken.some((other) => overlap(parseSubnet(subnet), parseSubnet(other.subnet)))) continue
      throw new StatusError(
        'forbidden',
        `invalid pool request: Pool overlaps with other one on this address space: ${subnet} is in use by network ${network.spec.name}`,
      )
    }
  }
}

/** Refuses a subnet that has the address of a node: its containers could not reach that node. Throws `forbidden`. */
export function checkNodeAddresses(spec: NetworkSpec, nodes: readonly Node[]): void {
  const wanted = (spec.ipam?.configs ?? []).map(({ subnet }) => ({ subnet, net: parseSubnet(subnet) }))
  for (const node of nodes) {
    for (const address of [node.status.address, node.description?.dataPathAddress ?? '']) {
      if (!ipaddr.isValid(address)) continue
      const own: Subnet = [ipaddr.process(address), ipaddr.process(address).kind() === 'ipv4' ? 32 : 128]
      const clash = wanted.find(({ net }) => overlap(net, own))
      if (!clash) continue
      throw overlapping(`${clash.subnet} has the address ${address} of node ${nodeName(node)}`)
    }
  }
}

/**
 * Refuses a subnet that overlaps one that a node's host is on by itself: that node could not reach both. Throws
 * `forbidden`. A node that is down is not asked: it may be gone for good.
 */
export function checkHostNetworks(spec: NetworkSpec, nodes: readonly Node[]): void {
  const wanted = (spec.ipam?.configs ?? []).map(({ subnet }) => ({ subnet, net: parseSubnet(subnet) }))
  for (const node of nodes) {
    if (node.status.state === NodeState.down) continue
    for (const own of node.description?.hostNetworks?.subnets ?? []) {
      const clash = wanted.find(({ net }) => overlap(net, parseSubnet(own)))
      if (clash) throw overlapping(`${clash.subnet} overlaps with ${own}, which the host of node ${nodeName(node)} is on`)
    }
  }
}

/** The sentence of Docker's address manager, and why. */
function overlapping(why: string): StatusError {
  return new StatusError('forbidden', `invalid pool request: Pool overlaps with other one on this address space: ${why}; choose another subnet`)
}

/** The VXLAN network identifier that a network asks for. Throws `invalid` for what is none, `conflict` when another network has it and keeps it. */
export function checkVni(spec: NetworkSpec, networks: readonly Network[]): void {
  const asked = spec.driver.options[vniOption]
  if (asked === undefined) return
  const vni = Number(asked)
  if (!/^\d{1,8}$/.test(asked) || vni < 1 || vni > vniMax) throw invalid(`invalid VXLAN network identifier "${asked}": one number from 1 to ${vniMax} is needed`)
  const holder = networks.find((network) => !network.pendingDelete && Number((network.driverState ?? network.spec.driver).options[vniOption]) === vni)
  if (holder) throw conflict(`VXLAN network identifier ${vni} is in use by network ${holder.spec.name}: choose another one, or leave the option out`)
}

function parseSubnet(text: string): Subnet | undefined {
  return ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : undefined
}

function overlap(a: Subnet | undefined, b: Subnet | undefined): boolean {
  if (!a || !b || a[0].kind() !== b[0].kind()) return false
  const bits = Math.min(a[1], b[1])
  return a[0].match([b[0], bits])
}
