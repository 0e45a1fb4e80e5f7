import { once } from 'node:events'
import { verb } from '../../command.js'

/** What `ssh://` hosts are reached by: clients run it on the host of the daemon. */
export const dialStdio = verb({
  name: 'dial-stdio',
  summary: 'Proxy the stdio stream to the daemon connection. Should not be invoked manually.',
  hidden: true,
  flags: {},
  async run({ context }) {
    const connection = await context.api.system.connection()
    const ended = once(connection, 'end')
    context.stdin.pipe(connection)
    connection.pipe(context.stdout, { end: false })
    await ended
  },
})
