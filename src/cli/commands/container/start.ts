import { invalid } from '../../../base/errors.js'
import { flag, type FlagValues } from '../../../base/flags.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { errorText } from '../../error-text.js'
import { ExitError } from '../../exit-error.js'
import { runSession } from '../../streams/session.js'
import { proxySignals } from '../../streams/signal-proxy.js'
import { followSize } from '../../streams/terminal-size.js'
import { exitCodeOf } from './exit-code.js'

const startFlags = {
  attach: flag.bool('Attach STDOUT/STDERR and forward signals', { short: 'a' }),
  'detach-keys': flag.string('Override the key sequence for detaching a container'),
  interactive: flag.bool("Attach container's STDIN", { short: 'i' }),
} as const

export const start = verb({
  name: 'start',
  topLevel: 'start',
  summary: 'Start one or more stopped containers',
  usage: 'CONTAINER [CONTAINER...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: startFlags,
  async run({ context, args, flags }) {
    if (flags.attach || flags.interactive) {
      if (args.length > 1) throw invalid('you cannot start and attach multiple containers at once')
      return startAttached(context, args[0] ?? '', flags)
    }
    const failed: string[] = []
    for (const ref of args) {
      try {
        await context.api.containers.start(ref)
        context.stdout.write(`${ref}\n`)
      } catch (thrown) {
        failed.push(ref)
        context.stderr.write(`${errorText(thrown)}\n`)
      }
    }
    if (failed.length > 0) throw new ExitError(1, `Error: failed to start containers: ${failed.join(', ')}`)
    return 0
  },
})

async function startAttached(context: Context, ref: string, flags: FlagValues<typeof startFlags>): Promise<number> {
  const { containers } = context.api
  const { Id: id = ref, Config: config = {}, HostConfig: host = {} } = await containers.inspect(ref)
  const tty = config.Tty ?? false
  const stdin = flags.interactive && (config.OpenStdin ?? false)
  if (stdin && tty && !context.stdin.isTTY) throw new ExitError(1, 'the input device is not a TTY')
  using _signals = tty ? undefined : proxySignals(context, id)
  const keys = flags['detach-keys']
  const attachment = await containers.attach(id, tty, { stream: true, stdin, stdout: true, stderr: true, ...(keys !== undefined && { detachKeys: keys }) })
  const wait = await containers.wait(id, host.AutoRemove ? 'removed' : 'next-exit')
  const session = runSession(context, attachment, { tty, stdin, stdout: true, stderr: true, detachKeys: keys })
  session.catch(() => undefined)
  try {
    await containers.start(id)
  } catch (thrown) {
    attachment.close()
    throw thrown
  }
  using _size = tty ? followSize(context, (size) => containers.resize(id, size)) : undefined
  return (await session) === 'detached' ? 0 : exitCodeOf(context, await wait.exit)
}
