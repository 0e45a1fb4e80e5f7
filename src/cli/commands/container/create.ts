import { existsSync, writeFileSync } from 'node:fs'
import { ErrorKind, invalid, kindOf } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { errorText } from '../../error-text.js'
import { ExitError } from '../../exit-error.js'
import { proxySettings } from '../../options/proxies.js'
import { pullImage, unableToFind } from '../../progress/image-progress.js'
import { createBody, createFlags, type CreateBody, type CreateFlagValues } from './create-flags.js'

export const pullFlags = {
  pull: flag.string('Pull image before creating ("always", "missing", "never")', { default: 'missing' }),
  quiet: flag.bool('Suppress the pull output', { short: 'q' }),
} as const

export interface PullChoice {
  pull: string
  quiet: boolean
}

/**
 * Creates a container, pulls its image when it has to, writes the `--cidfile`, prints the daemon's
 * warnings, and gives the id.
 */
export async function createContainer(context: Context, body: CreateBody, flags: CreateFlagValues & PullChoice): Promise<string> {
  const { api, stderr } = context
  const image = body.Image ?? ''
  if (flags.cidfile !== undefined && existsSync(flags.cidfile)) {
    throw invalid(`container ID file found, make sure the other container isn't running or delete ${flags.cidfile}`)
  }
  const pull = () => pullImage(context, image, { platform: flags.platform, quiet: flags.quiet, out: stderr })
  const options = { ...(flags.name !== undefined && { name: flags.name }), ...(flags.platform !== undefined && { platform: flags.platform }) }
  if (flags.pull === 'always') await pull()
  let created
  try {
    created = await api.containers.create(body, options)
  } catch (thrown) {
    if (flags.pull !== 'missing' || kindOf(thrown) !== ErrorKind.notFound || !/no such image/i.test(errorText(thrown))) throw thrown
    if (!flags.quiet) stderr.write(`${unableToFind(image)}\n`)
    await pull()
    created = await api.containers.create(body, options)
  }
  for (const warning of created.Warnings ?? []) stderr.write(`WARNING: ${warning}\n`)
  const id = created.Id ?? ''
  if (flags.cidfile !== undefined) writeFileSync(flags.cidfile, id, { flag: 'wx' })
  return id
}

/** The body of a create call; what is wrong with the flags ends the command as it ends docker's. */
export function bodyOf(
  context: Context,
  command: 'run' | 'create',
  flags: CreateFlagValues & PullChoice,
  given: ReadonlySet<string>,
  [image = '', ...words]: readonly string[],
  detached: boolean,
): CreateBody {
  try {
    if (!['always', 'missing', 'never'].includes(flags.pull)) {
      throw invalid(`invalid pull option: '${flags.pull}': must be one of "always", "missing" or "never"`)
    }
    const env = [...flags.env, ...proxySettings(context, flags.env)]
    return createBody({ ...flags, env }, given, image, words, { detached, environment: context.environment })
  } catch (thrown) {
    throw withHelp(thrown, command, 125)
  }
}

/** An error of `run` and `create`, with the way to the help. */
export function withHelp(thrown: unknown, command: 'run' | 'create' | 'start', code: number): ExitError {
  return new ExitError(code, `skep: ${errorText(thrown)}\n\nRun 'skep ${command} --help' for more information`)
}

export const create = verb({
  name: 'create',
  topLevel: 'create',
  summary: 'Create a new container',
  usage: 'IMAGE [COMMAND] [ARG...]',
  minArgs: 1,
  maxArgs: Infinity,
  interspersed: false,
  flags: { ...createFlags, ...pullFlags },
  async run({ context, args, flags, given }) {
    const body = bodyOf(context, 'create', flags, given, args, false)
    context.stdout.write(`${await createContainer(context, body, flags)}\n`)
  },
})
