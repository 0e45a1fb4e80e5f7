import { ErrorKind, invalid, StatusError } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import type { PluginPull } from '../../../client/plugins.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { registryAuthOf } from '../../credentials/store.js'
import { familiarName, splitReference } from '../../image-name.js'
import { showProgress } from '../../progress/image-progress.js'
import { asked } from '../../prune.js'

const grantFlags = {
  'disable-content-trust': flag.bool('Skip image verification', { default: true, hidden: true }),
  'grant-all-permissions': flag.bool('Grant all permissions necessary to run the plugin'),
} as const

export const install = verb({
  name: 'install',
  summary: 'Install a plugin',
  usage: 'PLUGIN [KEY=VALUE...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { ...grantFlags, alias: flag.string('Local name for plugin'), disable: flag.bool('Do not enable the plugin on install') },
  async run({ context, args: [remote = '', ...settings], flags }) {
    if (flags.alias !== undefined && splitReference(flags.alias).digest !== '') throw invalid(`invalid name: ${flags.alias}`)
    const alias = flags.alias === undefined || flags.alias === '' ? undefined : familiarName(flags.alias)
    const { plugins } = context.api
    const { name, progress } = await plugins.pull(await granted(context, remote, flags['grant-all-permissions']), alias)
    await showProgress(progress, context.stdout)
    if (settings.length > 0) await plugins.set(name, settings)
    if (!flags.disable) await plugins.enable(name, 0)
    context.stdout.write(`Installed plugin ${remote}\n`)
  },
})

export const upgrade = verb({
  name: 'upgrade',
  summary: 'Upgrade an existing plugin',
  usage: 'PLUGIN [REMOTE]',
  minArgs: 1,
  maxArgs: 2,
  flags: { ...grantFlags, 'skip-remote-check': flag.bool('Do not check if specified remote plugin matches existing plugin image') },
  async run({ context, args: [ref = '', given], flags }) {
    const { plugins } = context.api
    const { Name: name, Enabled: enabled, PluginReference: reference = '' } = await plugins.inspect(ref)
    if (enabled) throw invalid('the plugin must be disabled before upgrading')
    const remote = given ?? reference
    const [old, wanted] = [shown(reference), shown(remote)]
    context.stdout.write(`Upgrading plugin ${name} from ${old} to ${wanted}\n`)
    if (!flags['skip-remote-check'] && old !== wanted && !(await asked(context, 'Plugin images do not match, are you sure?'))) {
      throw new StatusError(ErrorKind.cancelled, 'plugin upgrade has been cancelled')
    }
    await showProgress(await plugins.upgrade(name, await granted(context, remote, flags['grant-all-permissions'])), context.stdout)
    context.stdout.write(`Upgraded plugin ${name} to ${remote}\n`)
  },
})

/** Asks the registry what the plugin needs, and the user whether it may have it. Throws `forbidden` when not. */
async function granted(context: Context, remote: string, all: boolean): Promise<PluginPull> {
  const auth = await registryAuthOf(context, remote)
  const privileges = await context.api.plugins.privileges(remote, auth)
  if (!all && privileges.length > 0) {
    context.stdout.write(`Plugin ${JSON.stringify(remote)} is requesting the following privileges:\n`)
    for (const { Name: name = '', Value: values } of privileges) context.stdout.write(` - ${name}: [${(values ?? []).join(' ')}]\n`)
    if (!(await asked(context, 'Do you grant the above permissions?'))) throw new StatusError(ErrorKind.forbidden, `permission denied while installing plugin ${remote}`)
  }
  return { remote, privileges, ...(auth !== undefined && { auth }) }
}

/** As people write it, with its tag. */
function shown(reference: string): string {
  return familiarName(reference.replace(/^docker\.io\/(library\/)?/, ''))
}
