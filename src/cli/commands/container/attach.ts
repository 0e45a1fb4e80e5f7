import { conflict } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { ExitError } from '../../exit-error.js'
import { runSession } from '../../streams/session.js'
import { proxySignals } from '../../streams/signal-proxy.js'
import { followSize } from '../../streams/terminal-size.js'
import { exitCodeOf } from './exit-code.js'

export const attach = verb({
  name: 'attach',
  topLevel: 'attach',
  summary: 'Attach local standard input, output, and error streams to a running container',
  usage: 'CONTAINER',
  minArgs: 1,
  flags: {
    'detach-keys': flag.string('Override the key sequence for detaching a container'),
    'no-stdin': flag.bool('Do not attach STDIN'),
    'sig-proxy': flag.bool('Proxy all received signals to the process', { default: true }),
  },
  async run({ context, args: [ref = ''], flags }) {
    const { containers } = context.api
    const { Id: id = ref, State: state = {}, Config: config = {} } = await containers.inspect(ref)
    if (!state.Running) throw conflict('cannot attach to a stopped container, start it first')
    if (state.Paused) throw conflict('cannot attach to a paused container, unpause it first')
    if (state.Restarting) throw conflict('cannot attach to a restarting container, wait until it is running')
    const tty = config.Tty ?? false
    const stdin = !flags['no-stdin'] && (config.OpenStdin ?? false)
    if (stdin && tty && !context.stdin.isTTY) throw new ExitError(1, 'the input device is not a TTY')
    using _signals = flags['sig-proxy'] && !tty ? proxySignals(context, id) : undefined
    const keys = flags['detach-keys']
    const wait = await containers.wait(id, 'not-running')
    const attachment = await containers.attach(id, tty, { stream: true, stdin, stdout: true, stderr: true, ...(keys !== undefined && { detachKeys: keys }) })
    using _size = tty ? followSize(context, (size) => redraw(size, (one) => containers.resize(id, one))) : undefined
    const end = await runSession(context, attachment, { tty, stdin, stdout: true, stderr: true, detachKeys: keys })
    return end === 'detached' ? 0 : exitCodeOf(context, await wait.exit)
  },
})

/** A change of size makes a program draw itself anew: what was on the screen before is not sent again. */
async function redraw(size: { rows: number; columns: number }, resize: (size: { rows: number; columns: number }) => Promise<void>): Promise<void> {
  await resize({ rows: size.rows + 1, columns: size.columns + 1 })
  await resize(size)
}
