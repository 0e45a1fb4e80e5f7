import type { Clock } from '../../../src/base/clock.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'
import { anyAddress, familyOf } from '../../kernel/address-bytes.js'
import { openSocket } from '../../kernel/socket.js'
import type { HostKernel } from '../host-kernel.js'
import type { Protocol } from '../types.js'
import { TcpProxy } from './tcp-proxy.js'
import type { ProxyTarget } from './tcp-proxy.js'
import { UdpRelay } from './udp-relay.js'

/** A published port whose clients come by an IP family that the container has no address of. */
export interface FamilyRelay {
  /** Where its flows go from now on. */
  target: ProxyTarget
  /** Takes no new flows. */
  stop(): void
  /** Ends its flows. */
  [Symbol.dispose](): void
}

/** Protocols that are handed on from one family to the other. */
export const relayedProtocols: readonly Protocol[] = ['tcp', 'udp']

/** Makes relays on this host. They end with the daemon, and begin again with it. */
export class FamilyRelays {
  constructor(private readonly given: { kernel: HostKernel; clock: Clock; rng: Rng; log: Logger }) {}

  /** Hands flows on from a listening or bound socket, which is the relay's from now on. */
  start(protocol: 'tcp' | 'udp', fd: number, target: ProxyTarget): FamilyRelay {
    const { kernel, ...rest } = this.given
    const state = { target }
    if (protocol === 'udp') {
      const relay = new UdpRelay({
        open: ({ address }) => kernel.run(() => openSocket({ protocol, family: familyOf(address), bind: { address: anyAddress[familyOf(address)], port: 0 } })),
        target: () => state.target,
        ...rest,
      })
      relay.listen(fd)
      return Object.assign(state, { stop: () => relay.stop(), [Symbol.dispose]: () => relay[Symbol.dispose]() })
    }
    const proxy = new TcpProxy({ open: ({ address }) => kernel.run(() => openSocket({ protocol, family: familyOf(address) })), targets: () => [state.target], header: false, ...rest })
    proxy.listen(fd)
    return Object.assign(state, { stop: () => proxy.stop(), [Symbol.dispose]: () => proxy[Symbol.dispose]() })
  }
}
