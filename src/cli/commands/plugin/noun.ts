import { ErrorKind, notFound, StatusError } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { noun, verb } from '../../command.js'
import { inspectFormatHelp, listFlags, printListing, type Listing } from '../../formatter.js'

/** Plugins that an engine installs from registries and runs itself; this one has none to show. */
type Plugin = Record<'id' | 'name' | 'description' | 'enabled', string>

const listing: Listing<Plugin> = {
  columns: {
    ID: { header: 'ID', value: ({ id }) => id },
    Name: { header: 'NAME', value: ({ name }) => name },
    Description: { header: 'DESCRIPTION', value: ({ description }) => description },
    Enabled: { header: 'ENABLED', value: ({ enabled }) => enabled },
  },
  table: ['ID', 'Name', 'Description', 'Enabled'],
  quiet: 'ID',
}

const ls = verb({
  name: 'ls',
  aliases: ['list'],
  summary: 'List plugins',
  flags: { ...listFlags, 'no-trunc': flag.bool("Don't truncate output") },
  run({ context, flags }) {
    printListing(context, [], listing, flags)
    return Promise.resolve()
  },
})

const inspect = verb({
  name: 'inspect',
  summary: 'Display detailed information on one or more plugins',
  usage: 'PLUGIN [PLUGIN...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { format: flag.string(inspectFormatHelp, { short: 'f' }) },
  run({ context, args: [name = ''] }) {
    context.stdout.write('[]\n')
    return Promise.reject(notFound(`plugin "${name}" not found`))
  },
})

/** What an engine with managed plugins does; here it says what to do in place of it. */
const refused = (name: string, usage: string, summary: string, minArgs: number) =>
  verb({
    name,
    summary,
    usage,
    minArgs,
    maxArgs: Infinity,
    hidden: true,
    flags: {},
    run: () => Promise.reject(new StatusError(ErrorKind.unsupported, 'skep installs no plugins from registries: volume drivers run beside it, with their sockets in /run/docker/plugins')),
  })

export const plugin = noun('plugin', 'Manage plugins', [
  inspect,
  ls,
  refused('create', 'PLUGIN PLUGIN-DATA-DIR', 'Create a plugin from a rootfs and configuration', 2),
  refused('disable', 'PLUGIN', 'Disable a plugin', 1),
  refused('enable', 'PLUGIN', 'Enable a plugin', 1),
  refused('install', 'PLUGIN [KEY=VALUE...]', 'Install a plugin', 1),
  refused('push', 'PLUGIN[:TAG]', 'Push a plugin to a registry', 1),
  refused('rm', 'PLUGIN [PLUGIN...]', 'Remove one or more plugins', 1),
  refused('set', 'PLUGIN KEY=VALUE [KEY=VALUE...]', 'Change settings for a plugin', 2),
  refused('upgrade', 'PLUGIN [REMOTE]', 'Upgrade an existing plugin', 1),
])
