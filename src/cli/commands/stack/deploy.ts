import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { followConvergence } from '../../progress/converge.js'
import { deployStack } from '../../stack/deploy.js'
import { loadProject, projectText, type ComposeProject } from '../../stack/load.js'
import { checkStackName } from '../../stack/names.js'
import { ignoredAddresses, ignoredOptions } from '../../stack/service.js'

const composeFile = flag.list('Path to a Compose file, or "-" to read from stdin', { short: 'c', valueName: 'strings' })
const resolutions = ['always', 'changed', 'never'] as const

export const deploy = verb({
  name: 'deploy',
  aliases: ['up'],
  summary: 'Deploy a new stack or update an existing stack',
  usage: 'STACK',
  minArgs: 1,
  flags: {
    'compose-file': composeFile,
    detach: flag.bool('Exit immediately instead of waiting for the stack services to converge', { short: 'd', default: true }),
    prune: flag.bool('Prune services that are no longer referenced'),
    quiet: flag.bool('Suppress progress output', { short: 'q' }),
    'resolve-image': flag.string('Query the registry to resolve image digest and supported platforms ("always", "changed", "never")', { default: 'always' }),
    'with-registry-auth': flag.bool('Send registry authentication details to Swarm agents'),
  },
  async run({ context, args: [stack = ''], flags }) {
    checkStackName(stack)
    const resolveImage = resolutions.find((one) => one === flags['resolve-image'])
    if (!resolveImage) throw invalid(`Invalid option ${flags['resolve-image']} for flag --resolve-image`)
    const project = await load(context, flags['compose-file'], true)
    tellOfIgnored(context, project)
    tellOfAddresses(context, project)
    const ids = await deployStack(context, stack, project, { prune: flags.prune, resolveImage, withRegistryAuth: flags['with-registry-auth'] })
    if (flags.detach) return
    for (const id of ids) await followConvergence(context, id, flags.quiet)
  },
})

export const config = verb({
  name: 'config',
  summary: 'Outputs the final config file, after doing merges and interpolations',
  flags: { 'compose-file': composeFile, 'skip-interpolation': flag.bool('Skip interpolation and output only merged config') },
  async run({ context, flags }) {
    const interpolate = !flags['skip-interpolation']
    const project = await load(context, flags['compose-file'], interpolate)
    const text = await projectText(project, { environment: context.environment, interpolate })
    if (interpolate) tellOfAddresses(context, project)
    context.stdout.write(text)
  },
})

async function load(context: Context, files: readonly string[], interpolate: boolean): Promise<ComposeProject> {
  if (files.length === 0) throw invalid('specify a Compose file (with --compose-file)')
  const project = await loadProject(files.flatMap((file) => file.split(',')), { environment: context.environment, stdin: () => standardInput(context), interpolate })
  for (const name of project.missing) context.stderr.write(`The "${name}" variable is not set. Defaulting to a blank string.\n`)
  return project
}

async function standardInput({ stdin }: Context): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function tellOfIgnored({ stderr }: Context, { root }: ComposeProject): void {
  const { unsupported, deprecated } = ignoredOptions(root)
  if (unsupported.length > 0) stderr.write(`Ignoring unsupported options: ${unsupported.join(', ')}\n\n`)
  if (deprecated.length > 0) stderr.write(`Ignoring deprecated options: ${deprecated.join(', ')}\n\n`)
}

function tellOfAddresses({ stderr }: Context, { root }: ComposeProject): void {
  for (const sentence of ignoredAddresses(root)) stderr.write(`${sentence}\n`)
}
