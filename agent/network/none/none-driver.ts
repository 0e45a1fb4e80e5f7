import { StatusError } from '../../../src/base/errors.js'
import type { NetworkDriver } from '../driver.js'

/** The network `none`: a namespace of its own with nothing but `lo`. There is nothing to make. */
export class NoneDriver implements NetworkDriver {
  readonly name = 'null'
  readonly hasAddresses = false

  validate(): void {
    throw new StatusError('forbidden', 'only one instance of "null" network is allowed')
  }
  createNetwork(): void {}
  async removeNetwork(): Promise<void> {}
  join(): void {}
  async leave(): Promise<void> {}
  deviceNames(): { containerPrefix: string; host: string } {
    return { containerPrefix: '', host: '' }
  }
}
