import { invalid } from '../../../base/errors.js'
import { flag, type FlagTable, type FlagValues } from '../../../base/flags.js'
import { verb, type Verb } from '../../command.js'
import type { Context } from '../../context.js'
import { forEachArgument } from '../../each.js'
import { errorText } from '../../error-text.js'

type Containers = Context['api']['containers']

/** A verb that does one thing to each container and prints its name. */
function each<const T extends FlagTable>(name: string, summary: string, flags: T, act: (containers: Containers, ref: string, flags: FlagValues<T>) => Promise<void>): Verb {
  return verb({
    name,
    topLevel: name,
    summary,
    usage: 'CONTAINER [CONTAINER...]',
    minArgs: 1,
    maxArgs: Infinity,
    flags,
    run: ({ context, args, flags: values }) =>
      forEachArgument(context, args, async (ref) => {
        await act(context.api.containers, ref, values)
        return ref
      }),
  })
}

const stopFlags = {
  signal: flag.string('Signal to send to the container', { short: 's' }),
  timeout: flag.int('Seconds to wait before killing the container', { short: 't' }),
  time: flag.int('Seconds to wait before killing the container', { hidden: true }),
} as const

function stopOptions({ signal, timeout, time }: FlagValues<typeof stopFlags>): { seconds?: number; signal?: string } {
  const seconds = timeout ?? time
  return { ...(seconds !== undefined && { seconds }), ...(signal !== undefined && { signal }) }
}

export const stop = each('stop', 'Stop one or more running containers', stopFlags, (containers, ref, flags) => containers.stop(ref, stopOptions(flags)))
export const restart = each('restart', 'Restart one or more containers', stopFlags, (containers, ref, flags) => containers.restart(ref, stopOptions(flags)))
export const kill = each('kill', 'Kill one or more running containers', { signal: flag.string('Signal to send to the container', { short: 's' }) }, (containers, ref, { signal }) =>
  containers.kill(ref, signal),
)
export const pause = each('pause', 'Pause all processes within one or more containers', {}, (containers, ref) => containers.pause(ref))
export const unpause = each('unpause', 'Unpause all processes within one or more containers', {}, (containers, ref) => containers.unpause(ref))

export const rm = verb({
  name: 'rm',
  aliases: ['remove'],
  topLevel: 'rm',
  summary: 'Remove one or more containers',
  usage: 'CONTAINER [CONTAINER...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    force: flag.bool('Force the removal of a running container (uses SIGKILL)', { short: 'f' }),
    link: flag.bool('Remove the specified link', { short: 'l' }),
    volumes: flag.bool('Remove anonymous volumes associated with the container', { short: 'v' }),
  },
  run: ({ context, args, flags }) =>
    forEachArgument(
      context,
      args,
      async (ref) => {
        await context.api.containers.remove(ref.replace(/^\//, ''), flags)
        return ref
      },
      { missing: flags.force ? 'told' : undefined },
    ),
})

export const wait = verb({
  name: 'wait',
  topLevel: 'wait',
  summary: 'Block until one or more containers stop, then print their exit codes',
  usage: 'CONTAINER [CONTAINER...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {},
  run: ({ context, args }) =>
    forEachArgument(context, args, async (ref) => {
      const { exit } = await context.api.containers.wait(ref)
      return String((await exit).StatusCode ?? 0)
    }),
})

export const rename = verb({
  name: 'rename',
  topLevel: 'rename',
  summary: 'Rename a container',
  usage: 'CONTAINER NEW_NAME',
  minArgs: 2,
  flags: {},
  async run({ context, args: [ref = '', name = ''] }) {
    if (ref.trim() === '' || name.trim() === '') throw invalid('Error: Neither old nor new names may be empty')
    try {
      await context.api.containers.rename(ref, name)
    } catch (thrown) {
      context.stderr.write(`${errorText(thrown)}\n`)
      throw invalid(`Error: failed to rename container named ${ref}`, thrown)
    }
  },
})
