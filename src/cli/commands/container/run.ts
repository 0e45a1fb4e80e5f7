import { invalid } from '../../../base/errors.js'
import { flag, type FlagValues } from '../../../base/flags.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { errorText } from '../../error-text.js'
import { ExitError } from '../../exit-error.js'
import { runSession } from '../../streams/session.js'
import { proxySignals } from '../../streams/signal-proxy.js'
import { followSize, terminalSize } from '../../streams/terminal-size.js'
import { bodyOf, createContainer, pullFlags, withHelp } from './create.js'
import { createFlags, type CreateBody } from './create-flags.js'
import { exitCodeOf } from './exit-code.js'

const runFlags = {
  ...createFlags,
  ...pullFlags,
  pull: flag.string('Pull image before running ("always", "missing", "never")', { default: 'missing' }),
  detach: flag.bool('Run container in background and print container ID', { short: 'd' }),
  'detach-keys': flag.string('Override the key sequence for detaching a container'),
  'sig-proxy': flag.bool('Proxy received signals to the process', { default: true }),
} as const

type RunFlags = FlagValues<typeof runFlags>

export const run = verb({
  name: 'run',
  topLevel: 'run',
  summary: 'Create and run a new container from an image',
  usage: 'IMAGE [COMMAND] [ARG...]',
  minArgs: 1,
  maxArgs: Infinity,
  interspersed: false,
  flags: runFlags,
  async run({ context, args, flags, given }) {
    if (flags.detach && flags.attach.length > 0) throw withHelp(invalid('conflicting options: cannot specify both --attach and --detach'), 'run', 125)
    const body = bodyOf(context, 'run', flags, given, args, flags.detach)
    if (body.AttachStdin && body.Tty && !context.stdin.isTTY) throw new ExitError(1, 'the input device is not a TTY')
    const size = body.Tty ? terminalSize(context) : undefined
    if (size) body.HostConfig.ConsoleSize = [size.rows, size.columns]
    let id: string
    try {
      id = await createContainer(context, body, flags)
    } catch (thrown) {
      throw withHelp(thrown, 'run', 125)
    }
    return flags.detach ? startDetached(context, id) : runAttached(context, id, body, flags)
  },
})

async function startDetached(context: Context, id: string): Promise<number> {
  try {
    await context.api.containers.start(id)
  } catch (thrown) {
    throw startFailure(thrown)
  }
  context.stdout.write(`${id}\n`)
  return 0
}

async function runAttached(context: Context, id: string, body: CreateBody, flags: RunFlags): Promise<number> {
  const { api } = context
  const { AttachStdin: stdin = false, AttachStdout: stdout = false, AttachStderr: stderr = false, Tty: tty = false } = body
  using _signals = flags['sig-proxy'] ? proxySignals(context, id) : undefined
  const attached = stdin || stdout || stderr
  const keys = flags['detach-keys']
  const [attachment, wait] = await Promise.all([
    attached ? api.containers.attach(id, tty, { stream: true, stdin, stdout, stderr, ...(keys !== undefined && { detachKeys: keys }) }) : undefined,
    // Armed before the start, or a short run would be over before anyone asks.
    api.containers.wait(id, flags.rm ? 'removed' : 'next-exit'),
  ])
  const session = attachment && runSession(context, attachment, { tty, stdin, stdout, stderr, detachKeys: keys })
  session?.catch(() => undefined)
  try {
    await api.containers.start(id)
  } catch (thrown) {
    attachment?.close()
    throw startFailure(thrown)
  }
  using _size = tty ? followSize(context, (size) => api.containers.resize(id, size)) : undefined
  if (!attached) {
    context.stdout.write(`${id}\n`)
    return 0
  }
  if ((await session) === 'detached') return 0
  return exitCodeOf(context, await wait.exit)
}

/** 127 for a program that is not there, 126 for one that cannot be run, 125 for all else. */
function startFailure(thrown: unknown): ExitError {
  const text = errorText(thrown)
  if (/executable file (?:.* )?not found|no such file or directory/i.test(text)) return withHelp(thrown, 'run', 127)
  if (/permission denied|is a directory/i.test(text)) return withHelp(thrown, 'run', 126)
  return withHelp(thrown, 'run', 125)
}
