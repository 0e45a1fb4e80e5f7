import { StatusError } from '../../../src/base/errors.js'
import type { NetworkDriver } from '../driver.js'

/** The network `host`: the container shares the daemon's namespace. There is nothing to make. */
export class HostDriver implements NetworkDriver {
  readonly name = 'host'
  readonly hasAddresses = false

  validate(): void {
    throw new StatusError('forbidden', 'only one instance of "host" network is allowed')
  }
  createNetwork(): void {}
  async removeNetwork(): Promise<void> {}
  join(): void {}
  async leave(): Promise<void> {}
  deviceNames(): { containerPrefix: string; host: string } {
    return { containerPrefix: '', host: '' }
  }
}
