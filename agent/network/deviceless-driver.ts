import { StatusError } from '../../src/base/errors.js'
import type { NetworkDriver } from './driver.js'

/**
 * The driver of `host`, where a container shares the daemon's namespace, and of `none`, where it has one of its own
 * with nothing but `lo` (Docker's name for that driver is `null`). There is nothing to make, and users make no more of them.
 */
export class DevicelessDriver implements NetworkDriver {
  readonly hasAddresses = false

  constructor(readonly name: 'host' | 'null') {}

  validate(): void {
    throw new StatusError('forbidden', `only one instance of "${this.name}" network is allowed`)
  }
  createNetwork(): void {}
  async removeNetwork(): Promise<void> {}
  join(): void {}
  async leave(): Promise<void> {}
  deviceNames(): { containerPrefix: string; host: string } {
    return { containerPrefix: '', host: '' }
  }
}
