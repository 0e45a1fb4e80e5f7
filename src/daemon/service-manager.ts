import { messageOf } from '../base/errors.js'
import type { Logger } from '../base/log.js'
import { UnixDatagrams } from '../../agent/kernel/unix-datagram.js'

/**
 * Tells the service manager how the daemon is, as systemd's sd_notify(3) says: `systemctl start` returns when the API
 * answers, and not before. Without `NOTIFY_SOCKET` in the environment it does nothing.
 */
export class ServiceManager {
  private readonly socketPath: string | undefined

  /** Takes `NOTIFY_SOCKET` out of the environment: what the daemon starts would speak for it otherwise, as crun does. */
  constructor(
    environment: NodeJS.ProcessEnv,
    private readonly log: Logger,
  ) {
    // "@" stands for the zero byte of an abstract name.
    this.socketPath = environment['NOTIFY_SOCKET']?.replace(/^@/, '\0')
    delete environment['NOTIFY_SOCKET']
  }

  /** The API answers. */
  ready(): Promise<void> {
    return this.tell('READY=1')
  }

  /** The daemon was told to end. */
  stopping(): Promise<void> {
    return this.tell('STOPPING=1')
  }

  /** A manager that cannot be told is logged: the daemon is as it is. */
  private async tell(state: string): Promise<void> {
    if (!this.socketPath) return
    const datagrams = new UnixDatagrams()
    try {
      await datagrams.send(this.socketPath, Buffer.from(state))
    } catch (thrown) {
      this.log.warn(`the service manager was not told ${state}: ${messageOf(thrown)}`)
    } finally {
      datagrams.close()
    }
  }
}
