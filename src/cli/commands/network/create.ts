import { BlockList, isIP, isIPv4 } from 'node:net'
import { invalid } from '../../../base/errors.js'
import { flag, type FlagValues } from '../../../base/flags.js'
import type { IPAMConfig } from '../../../model/engine-api/network.js'
import type { NetworkCreate } from '../../../client/networks.js'
import { verb } from '../../command.js'
import { labelsOf, optionsOf, pairsOf } from '../../options/key-value.js'

const flags = {
  attachable: flag.bool('Enable manual container attachment'),
  'aux-address': flag.list('Auxiliary IPv4 or IPv6 addresses used by Network driver', { valueName: 'map' }),
  'config-from': flag.string('The network from which to copy the configuration'),
  'config-only': flag.bool('Create a configuration only network'),
  driver: flag.string('Driver to manage the Network', { short: 'd', default: 'bridge' }),
  gateway: flag.list('IPv4 or IPv6 Gateway for the master subnet', { valueName: 'strings' }),
  ingress: flag.bool('Create swarm routing-mesh network'),
  internal: flag.bool('Restrict external access to the network'),
  'ip-range': flag.list('Allocate container ip from a sub-range', { valueName: 'strings' }),
  'ipam-driver': flag.string('IP Address Management Driver', { default: 'default' }),
  'ipam-opt': flag.list('Set IPAM driver specific options', { valueName: 'map' }),
  ipv4: flag.bool('Enable or disable IPv4 address assignment', { default: true }),
  ipv6: flag.bool('Enable or disable IPv6 address assignment'),
  label: flag.list('Set metadata on a network'),
  opt: flag.list('Set driver specific options', { short: 'o', valueName: 'map' }),
  scope: flag.string("Control the network's scope"),
  subnet: flag.list('Subnet in CIDR format that represents a network segment', { valueName: 'strings' }),
} as const

export const create = verb({
  name: 'create',
  summary: 'Create a network',
  usage: 'NETWORK',
  minArgs: 1,
  flags,
  async run({ context, args: [name = ''], flags: values, given }) {
    const { Id: id = '', Warning: warning } = await context.api.networks.create(networkBody(name, values, given))
    if (warning) context.stderr.write(`WARNING: ${warning}\n`)
    context.stdout.write(`${id}\n`)
  },
})

/** The body of a network create call. Throws `invalid` for addresses that are in none of the subnets. */
function networkBody(name: string, values: FlagValues<typeof flags>, given: ReadonlySet<string>): NetworkCreate & { Scope?: string } {
  return {
    Name: name,
    Driver: values.driver,
    ...(values.scope !== undefined && { Scope: values.scope }),
    ...(given.has('ipv4') && { EnableIPv4: values.ipv4 }),
    ...(given.has('ipv6') && { EnableIPv6: values.ipv6 }),
    IPAM: { Driver: values['ipam-driver'], Config: ipamConfigs(values), Options: optionsOf(values['ipam-opt'], 'IPAM option') },
    Internal: values.internal,
    Attachable: values.attachable,
    Ingress: values.ingress,
    ConfigOnly: values['config-only'],
    ...(values['config-from'] !== undefined && { ConfigFrom: { Network: values['config-from'] } }),
    Options: optionsOf(values.opt, 'driver option'),
    Labels: labelsOf(values.label),
  }
}

/** One entry a subnet, each with the range, gateway and addresses that lie in it. */
function ipamConfigs(values: FlagValues<typeof flags>): IPAMConfig[] {
  const list = (items: readonly string[]): string[] => items.flatMap((item) => item.split(',')).map((item) => item.trim())
  const subnets = list(values.subnet).map((subnet) => ({ subnet, contains: subnetTest(subnet), config: { Subnet: subnet } as IPAMConfig }))
  const [ranges, gateways] = [list(values['ip-range']), list(values.gateway)]
  if (subnets.length === 0 && ranges.length + gateways.length > 0) throw invalid('every ip-range or gateway must have a corresponding subnet')
  const owner = (address: string, what: string): IPAMConfig => {
    const found = subnets.find(({ contains }) => contains(address.split('/', 1)[0] as string))
    if (!found) throw invalid(`no matching subnet for ${what} ${address}`)
    return found.config
  }
  for (const range of ranges) {
    const config = owner(range, 'range')
    if (config.IPRange !== undefined) throw invalid(`cannot configure multiple ranges (${config.IPRange}, ${range}) on the same subnet (${config.Subnet ?? ''})`)
    config.IPRange = range
  }
  for (const gateway of gateways) {
    const config = owner(gateway, 'gateway')
    if (config.Gateway !== undefined) throw invalid(`cannot configure multiple gateways (${gateway}, ${config.Gateway}) for the same subnet (${config.Subnet ?? ''})`)
    config.Gateway = gateway
  }
  for (const [host, address] of Object.entries(pairsOf(values['aux-address'], 'aux-address'))) {
    const config = owner(address, 'aux-address')
    config.AuxiliaryAddresses = { ...config.AuxiliaryAddresses, [host]: address }
  }
  return subnets.map(({ config }) => config)
}

function subnetTest(subnet: string): (address: string) => boolean {
  const [network = '', bits = ''] = subnet.split('/')
  const family = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6')
  if (isIP(network) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (isIPv4(network) ? 32 : 128)) throw invalid(`invalid CIDR address: ${subnet}`)
  const block = new BlockList()
  block.addSubnet(network, Number(bits), family(network))
  return (address) => isIP(address) !== 0 && block.check(address, family(address))
}
