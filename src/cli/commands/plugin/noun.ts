import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import type { Plugin } from '../../../model/engine-api/plugin.js'
import { noun, verb } from '../../command.js'
import { registryAuthOf } from '../../credentials/store.js'
import { forEachArgument, inspectEach } from '../../each.js'
import { filterValues, inspectFormatHelp, listFlags, printInspect, printListing, type Listing } from '../../formatter.js'
import { familiarName } from '../../image-name.js'
import { naturalOrder } from '../../order.js'
import { showProgress } from '../../progress/image-progress.js'
import { ellipsis, shortId } from '../../units.js'
import { create } from './create.js'
import { install, upgrade } from './install.js'

/** What a table has room for. */
const descriptionLength = 45

/** A line of `plugin ls`, shortened or not. */
interface Row {
  plugin: Plugin
  id: string
  description: string
}

const listing: Listing<Row> = {
  columns: {
    ID: { header: 'ID', value: ({ id }) => id },
    Name: { header: 'NAME', value: ({ plugin }) => plugin.Name },
    Description: { header: 'DESCRIPTION', value: ({ description }) => description },
    Enabled: { header: 'ENABLED', value: ({ plugin }) => plugin.Enabled },
    PluginReference: { header: 'IMAGE', value: ({ plugin }) => plugin.PluginReference ?? '' },
  },
  table: ['ID', 'Name', 'Description', 'Enabled'],
  quiet: 'ID',
}

const ls = verb({
  name: 'ls',
  aliases: ['list'],
  summary: 'List plugins',
  flags: { ...listFlags, 'no-trunc': flag.bool("Don't truncate output"), quiet: flag.bool('Only display plugin IDs', { short: 'q' }) },
  async run({ context, flags }) {
    const plugins = await context.api.plugins.list(filterValues(flags.filter))
    const rows = plugins
      .sort((a, b) => naturalOrder(a.Name, b.Name))
      .map((plugin): Row => {
        const description = plugin.Config.Description.replace(/[\r\n]/g, '')
        return flags['no-trunc'] ? { plugin, id: plugin.Id, description } : { plugin, id: shortId(plugin.Id), description: ellipsis(description, descriptionLength) }
      })
    printListing(context, rows, listing, flags)
  },
})

const inspect = verb({
  name: 'inspect',
  summary: 'Display detailed information on one or more plugins',
  usage: 'PLUGIN [PLUGIN...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { format: flag.string(inspectFormatHelp, { short: 'f' }) },
  run: ({ context, args, flags }) => inspectEach(context, args, (name) => context.api.plugins.inspect(name), (found) => printInspect(context, found, flags.format)),
})

const enable = verb({
  name: 'enable',
  summary: 'Enable a plugin',
  usage: 'PLUGIN',
  minArgs: 1,
  flags: { timeout: flag.int('HTTP client timeout (in seconds)', { default: 30 }) },
  async run({ context, args: [name = ''], flags }) {
    if (flags.timeout < 0) throw invalid(`negative timeout ${flags.timeout} is invalid`)
    await context.api.plugins.enable(name, flags.timeout)
    context.stdout.write(`${name}\n`)
  },
})

const disable = verb({
  name: 'disable',
  summary: 'Disable a plugin',
  usage: 'PLUGIN',
  minArgs: 1,
  flags: { force: flag.bool('Force the disable of an active plugin', { short: 'f' }) },
  async run({ context, args: [name = ''], flags }) {
    await context.api.plugins.disable(name, flags.force)
    context.stdout.write(`${name}\n`)
  },
})

const rm = verb({
  name: 'rm',
  aliases: ['remove'],
  summary: 'Remove one or more plugins',
  usage: 'PLUGIN [PLUGIN...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { force: flag.bool('Force the removal of an active plugin', { short: 'f' }) },
  run: ({ context, args, flags }) =>
    forEachArgument(context, args, async (name) => {
      await context.api.plugins.remove(name, flags.force)
      return name
    }),
})

const set = verb({
  name: 'set',
  summary: 'Change settings for a plugin',
  usage: 'PLUGIN KEY=VALUE [KEY=VALUE...]',
  minArgs: 2,
  maxArgs: Infinity,
  interspersed: false,
  flags: {},
  run: ({ context, args: [name = '', ...changes] }) => context.api.plugins.set(name, changes),
})

const push = verb({
  name: 'push',
  summary: 'Push a plugin to a registry',
  usage: 'PLUGIN[:TAG]',
  minArgs: 1,
  flags: { 'disable-content-trust': flag.bool('Skip image signing', { default: true, hidden: true }) },
  async run({ context, args: [name = ''] }) {
    const auth = await registryAuthOf(context, name)
    await showProgress(await context.api.plugins.push(familiarName(name), auth), context.stdout)
  },
})

export const plugin = noun('plugin', 'Manage plugins', [create, disable, enable, inspect, install, ls, push, rm, set, upgrade])
