import { strict as assert } from 'node:assert'
import type { AddressBook } from '../../../../agent/network/address-book.js'
import { storedNetwork } from '../../../../agent/network/cluster/stored-network.js'
import type { EndpointTable } from '../../../../agent/network/endpoint-table.js'
import type { HostKernel } from '../../../../agent/network/host-kernel.js'
import type { HostTable } from '../../../../agent/network/lb/host-table.js'
import { Networks, type NetworksGiven } from '../../../../agent/network/networks.js'
import { idSource } from '../../../../src/base/id.js'
import { nullLogger } from '../../../../src/base/log.js'
import { systemRng } from '../../../../src/sys/system-rng.js'
import { ManualClock, settle } from '../../../support/manual-clock.js'
import { clusterNetwork } from '../../../support/network-rows.js'

/** Networks without a kernel: what devices there would be is written down. */
class Fixture {
  /** Of the earlier network. */
  endpoints = 0
  /** Called when somebody asks for the endpoints. */
  onAsked: () => void = () => undefined
  removed: string[] = []
  removal: Promise<void> = Promise.resolve()
  readonly networks: Networks

  constructor() {
    const ofNetwork = (): unknown[] => {
      const found = Array.from({ length: this.endpoints })
      this.onAsked()
      return found
    }
    const given = {
      kernel: {} as HostKernel,
      table: {} as HostTable,
      addresses: { addNetwork: () => undefined, removeNetwork: () => undefined } as unknown as AddressBook,
      endpoints: { ofNetwork } as unknown as EndpointTable,
      store: { list: () => [], get: () => undefined, put: () => Promise.resolve(), delete: () => Promise.resolve() },
      log: nullLogger,
      clock: new ManualClock(),
      rng: systemRng,
      ids: idSource(systemRng),
      options: {},
      overlayDir: '/nowhere',
      encryption: {},
    } as unknown as NetworksGiven
    this.networks = new Networks(given)
    this.networks.overlayDriver.removeNetwork = async ({ id }) => {
      this.removed.push(id)
      await this.removal
    }
  }
}

describe('a network of the cluster under the name of an earlier one', () => {
  const signal = new AbortController().signal
  const earlier = { ...storedNetwork(clusterNetwork('back')), id: 'earlier' }
  const later = { ...storedNetwork(clusterNetwork('back')), id: 'later' }

  async function fixture(): Promise<Fixture> {
    const made = new Fixture()
    await made.networks.ensureCluster(earlier)
    return made
  }

  it('hears of a last container that leaves while it begins to wait', async () => {
    const made = await fixture()
    made.endpoints = 1
    made.onAsked = () => {
      if (made.endpoints === 0) return
      queueMicrotask(() => {
        made.endpoints = 0
        made.networks.changed()
      })
    }
    let left = false
    void made.networks.nameLeft(later, signal).then(() => (left = true))
    await settle()
    assert.ok(left)
    assert.deepEqual(made.removed, ['earlier'])
  })

  it('waits for a removal under way and does not take the network away a second time', async () => {
    const made = await fixture()
    let done: () => void = () => undefined
    made.removal = new Promise((resolve) => (done = resolve))
    const removing = made.networks.forgetCluster('earlier')
    let left = false
    const waiting = made.networks.nameLeft(later, signal).then(() => (left = true))
    await settle()
    assert.equal(left, false)
    done()
    await Promise.all([removing, waiting])
    assert.deepEqual(made.removed, ['earlier'])
  })

  it('gives up with the reason of the signal', async () => {
    const made = await fixture()
    made.endpoints = 1
    const ended = new AbortController()
    const waiting = assert.rejects(made.networks.nameLeft(later, ended.signal), /waited long enough/)
    await settle()
    ended.abort(new Error('waited long enough'))
    await waiting
    assert.deepEqual(made.removed, [])
  })
})
