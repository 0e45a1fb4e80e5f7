import type { Network } from '../../../model/engine-api/network.js'
import { flag } from '../../../base/flags.js'
import { noun, verb } from '../../command.js'
import { forEachArgument, inspectEach } from '../../each.js'
import { filterValues, inspectFormatHelp, listFlags, printInspect, printListing, type Listing } from '../../formatter.js'
import { pairsOf } from '../../options/key-value.js'
import { naturalOrder } from '../../order.js'
import { confirmed, pruned, pruneFilters, pruneFlags } from '../../prune.js'
import { goTimeOf, shortId } from '../../units.js'
import { labelsText } from '../container/ls.js'
import { create } from './create.js'
import { trace } from './trace.js'

function listingOf(noTrunc: boolean): Listing<Network> {
  return {
    columns: {
      ID: { header: 'NETWORK ID', value: ({ Id: id = '' }) => (noTrunc ? id : shortId(id)) },
      Name: { header: 'NAME', value: ({ Name: name = '' }) => name },
      Driver: { header: 'DRIVER', value: ({ Driver: driver = '' }) => driver },
      Scope: { header: 'SCOPE', value: ({ Scope: scope = '' }) => scope },
      IPv4: { header: 'IPV4', value: ({ EnableIPv4: enabled = true }) => String(enabled) },
      IPv6: { header: 'IPV6', value: ({ EnableIPv6: enabled = false }) => String(enabled) },
      Internal: { header: 'INTERNAL', value: ({ Internal: internal = false }) => String(internal) },
      Labels: { header: 'LABELS', value: ({ Labels: labels }) => labelsText(labels ?? {}) },
      CreatedAt: { header: 'CREATED AT', value: ({ Created: created = '' }) => goTimeOf(created) },
    },
    table: ['ID', 'Name', 'Driver', 'Scope'],
    quiet: 'ID',
    methods: { Label: ({ Labels: labels }) => (name) => labels?.[String(name)] ?? '' },
  }
}

const ls = verb({
  name: 'ls',
  aliases: ['list'],
  summary: 'List networks',
  flags: {
    ...listFlags,
    filter: flag.list('Provide filter values (e.g. "driver=bridge")', { short: 'f', valueName: 'filter' }),
    'no-trunc': flag.bool('Do not truncate the output'),
    quiet: flag.bool('Only display network IDs', { short: 'q' }),
  },
  async run({ context, flags }) {
    const networks = await context.api.networks.list(filterValues(flags.filter))
    networks.sort((a, b) => naturalOrder(a.Name ?? '', b.Name ?? ''))
    printListing(context, networks, listingOf(flags['no-trunc']), flags)
  },
})

const inspect = verb({
  name: 'inspect',
  summary: 'Display detailed information on one or more networks',
  usage: 'NETWORK [NETWORK...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    format: flag.string(inspectFormatHelp, { short: 'f' }),
    verbose: flag.bool('Verbose output for diagnostics', { short: 'v' }),
  },
  run: ({ context, args, flags }) =>
    inspectEach(context, args, (ref) => context.api.networks.inspect(ref, flags.verbose ? { verbose: true } : {}), (found) => printInspect(context, found, flags.format)),
})

const connect = verb({
  name: 'connect',
  summary: 'Connect a container to a network',
  usage: 'NETWORK CONTAINER',
  minArgs: 2,
  flags: {
    alias: flag.list('Add network-scoped alias for the container', { valueName: 'strings' }),
    'driver-opt': flag.list('driver options for the network', { valueName: 'strings' }),
    'gw-priority': flag.int('Highest gw-priority provides the default gateway. Accepts positive and negative values.'),
    ip: flag.string('IPv4 address (e.g., "172.30.100.104")'),
    ip6: flag.string('IPv6 address (e.g., "2001:db8::33")'),
    link: flag.list('Add link to another container'),
    'link-local-ip': flag.list('Add a link-local address for the container', { valueName: 'strings' }),
  },
  async run({ context, args: [network = '', container = ''], flags }) {
    const addresses = {
      ...(flags.ip !== undefined && { IPv4Address: flags.ip }),
      ...(flags.ip6 !== undefined && { IPv6Address: flags.ip6 }),
      ...(flags['link-local-ip'].length > 0 && { LinkLocalIPs: flags['link-local-ip'] }),
    }
    await context.api.networks.connect(network, container, {
      ...(Object.keys(addresses).length > 0 && { IPAMConfig: addresses }),
      ...(flags.alias.length > 0 && { Aliases: flags.alias.flatMap((alias) => alias.split(',')) }),
      ...(flags.link.length > 0 && { Links: flags.link }),
      ...(flags['driver-opt'].length > 0 && { DriverOpts: pairsOf(flags['driver-opt'], 'driver option') }),
      ...(flags['gw-priority'] !== undefined && { GwPriority: flags['gw-priority'] }),
    })
  },
})

const disconnect = verb({
  name: 'disconnect',
  summary: 'Disconnect a container from a network',
  usage: 'NETWORK CONTAINER',
  minArgs: 2,
  flags: { force: flag.bool('Force the container to disconnect from a network', { short: 'f' }) },
  async run({ context, args: [network = '', container = ''], flags }) {
    await context.api.networks.disconnect(network, container, flags.force)
  },
})

const rm = verb({
  name: 'rm',
  aliases: ['remove'],
  summary: 'Remove one or more networks',
  usage: 'NETWORK [NETWORK...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { force: flag.bool('Do not error if the network does not exist', { short: 'f' }) },
  run: ({ context, args, flags }) =>
    forEachArgument(
      context,
      args,
      async (ref) => {
        await context.api.networks.remove(ref)
        return ref
      },
      { missing: flags.force ? 'silent' : undefined },
    ),
})

const prune = verb({
  name: 'prune',
  summary: 'Remove all unused networks',
  flags: pruneFlags('until=<timestamp>'),
  async run({ context, flags }) {
    if (!flags.force && !(await confirmed(context, 'WARNING! This will remove all custom networks not used by at least one container.'))) return 0
    const { NetworksDeleted: names } = await context.api.networks.prune(pruneFilters(flags.filter))
    pruned(context, 'Deleted Networks', names)
    return 0
  },
})

export const network = noun('network', 'Manage networks', [connect, create, disconnect, inspect, ls, prune, rm, trace])
