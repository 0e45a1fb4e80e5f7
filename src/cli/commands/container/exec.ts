import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { ExitError } from '../../exit-error.js'
import { environmentOf } from '../../options/key-value.js'
import { runSession } from '../../streams/session.js'
import { followSize, terminalSize } from '../../streams/terminal-size.js'

export const exec = verb({
  name: 'exec',
  topLevel: 'exec',
  summary: 'Execute a command in a running container',
  usage: 'CONTAINER COMMAND [ARG...]',
  minArgs: 2,
  maxArgs: Infinity,
  interspersed: false,
  flags: {
    detach: flag.bool('Detached mode: run command in the background', { short: 'd' }),
    'detach-keys': flag.string('Override the key sequence for detaching a container'),
    env: flag.list('Set environment variables', { short: 'e' }),
    'env-file': flag.list('Read in a file of environment variables'),
    interactive: flag.bool('Keep STDIN open even if not attached', { short: 'i' }),
    privileged: flag.bool('Give extended privileges to the command'),
    tty: flag.bool('Allocate a pseudo-TTY', { short: 't' }),
    user: flag.string('Username or UID (format: "<name|uid>[:<group|gid>]")', { short: 'u' }),
    workdir: flag.string('Working directory inside the container', { short: 'w' }),
  },
  async run({ context, args: [ref = '', ...command], flags }) {
    const { api } = context
    const { detach, tty, interactive } = flags
    if (command.length === 0) throw invalid('exec needs a command')
    if (!detach && interactive && tty && !context.stdin.isTTY) throw new ExitError(1, 'the input device is not a TTY')
    // A container that is not there is told before anything else.
    const { Id: container = ref } = await api.containers.inspect(ref)
    const size = tty ? terminalSize(context) : undefined
    const keys = flags['detach-keys']
    const id = await api.exec.create(container, {
      Cmd: command,
      Tty: tty,
      AttachStdin: !detach && interactive,
      AttachStdout: !detach,
      AttachStderr: !detach,
      Privileged: flags.privileged,
      Env: environmentOf(flags['env-file'], flags.env, context.environment),
      ...(flags.user !== undefined && { User: flags.user }),
      ...(flags.workdir !== undefined && { WorkingDir: flags.workdir }),
      ...(keys !== undefined && { DetachKeys: keys }),
      ...(size && { ConsoleSize: [size.rows, size.columns] as [number, number] }),
    })
    if (detach) {
      await api.exec.startDetached(id, tty)
      return 0
    }
    const attachment = await api.exec.start(id, { tty, ...(size && { consoleSize: [size.rows, size.columns] as [number, number] }) })
    using _size = tty ? followSize(context, (one) => api.exec.resize(id, one)) : undefined
    const end = await runSession(context, attachment, { tty, stdin: interactive, stdout: true, stderr: true, detachKeys: keys })
    return end === 'detached' ? 0 : ((await api.exec.inspect(id)).ExitCode ?? 0)
  },
})
