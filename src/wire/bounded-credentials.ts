import type { Socket } from 'node:net'
import { ChannelCredentials, type experimental } from '@grpc/grpc-js'
import { withTimeout, type Clock } from '../base/clock.js'
import { StatusError } from '../base/errors.js'

type SecureConnector = experimental.SecureConnector
type SecureConnectResult = experimental.SecureConnectResult

/**
 * Credentials whose handshake ends after a time. The library waits for ever, and a frozen peer takes
 * connections (its system does) without ever answering.
 */
export class BoundedCredentials extends ChannelCredentials {
  constructor(
    private readonly inner: ChannelCredentials,
    private readonly clock: Clock,
    private readonly handshakeMs: number,
  ) {
    super()
  }

  override _isSecure(): boolean {
    return this.inner._isSecure()
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other
  }

  override _createSecureConnector(...args: Parameters<ChannelCredentials['_createSecureConnector']>): SecureConnector {
    const connector = this.inner._createSecureConnector(...args)
    return {
      connect: (socket) => this.bound(socket, connector.connect(socket)),
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    }
  }

  private bound(socket: Socket, connecting: Promise<SecureConnectResult>): Promise<SecureConnectResult> {
    return withTimeout(this.clock, this.handshakeMs, connecting, () => {
      socket.destroy()
      return new StatusError('deadline', `no TLS handshake within ${this.handshakeMs} ms`)
    })
  }
}
