import { ErrorKind, invalid, kindOf, messageOf } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { errorText } from '../../error-text.js'
import { inspectFormatHelp, printInspect } from '../../formatter.js'

type Getter = (context: Context, ref: string, size: boolean) => Promise<unknown>

/** In the order in which a name is tried. */
const getters: Readonly<Record<string, Getter>> = {
  container: ({ api }, ref, size) => api.containers.inspect(ref, size ? { size } : {}),
  image: ({ api }, ref) => api.images.inspect(ref),
  network: ({ api }, ref) => api.networks.inspect(ref),
  volume: ({ api }, ref) => api.volumes.inspect(ref),
  service: ({ api }, ref) => api.services.inspect(ref),
  task: ({ api }, ref) => api.tasks.inspect(ref),
  node: ({ api }, ref) => api.nodes.inspect(ref),
  secret: ({ api }, ref) => api.secrets.inspect(ref),
  config: ({ api }, ref) => api.configs.inspect(ref),
}

export const inspect = verb({
  name: 'inspect',
  summary: 'Return low-level information on skep objects',
  usage: 'NAME|ID [NAME|ID...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    format: flag.string(inspectFormatHelp, { short: 'f' }),
    size: flag.bool('Display total file sizes if the type is container', { short: 's' }),
    type: flag.string('Only inspect objects of the given type'),
  },
  async run({ context, args, flags }) {
    if (flags.type !== undefined && !Object.hasOwn(getters, flags.type)) {
      const known = Object.keys(getters).sort().map((name) => `"${name}"`)
      throw invalid(flags.type === '' ? 'type is empty: must be one of ' + known.join(', ') : `unknown type: "${flags.type}": must be one of ${known.join(', ')}`)
    }
    const found: unknown[] = []
    const errors: string[] = []
    for (const ref of args) {
      try {
        const get = flags.type === undefined ? undefined : getters[flags.type]
        found.push(get ? await get(context, ref, flags.size) : await any(context, ref, flags.size))
      } catch (thrown) {
        errors.push(errorText(thrown))
      }
    }
    printInspect(context, found, flags.format)
    for (const line of errors) context.stderr.write(`${line}\n`)
    return errors.length > 0 ? 1 : 0
  },
})

async function any(context: Context, ref: string, size: boolean): Promise<unknown> {
  if (ref.trim() === '') throw invalid('invalid container name or ID: value is empty')
  for (const get of Object.values(getters)) {
    try {
      return await get(context, ref, size)
    } catch (thrown) {
      if (!isElsewhere(thrown)) throw thrown
    }
  }
  throw invalid(`Error: No such object: ${ref}`)
}

/** The kind does not know it, or there is no swarm that could. */
function isElsewhere(thrown: unknown): boolean {
  const kind = kindOf(thrown)
  return kind === ErrorKind.notFound || kind === ErrorKind.invalid || (kind === ErrorKind.unavailable && /not a swarm manager/i.test(messageOf(thrown)))
}
