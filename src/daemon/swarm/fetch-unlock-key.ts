import { ErrorKind, kindOf, messageOf, StatusError } from '../../base/errors.js'
import type { Clock } from '../../base/clock.js'
import { caService } from '../../wire/ca-service.js'
import { ConnectionPool } from '../../wire/grpc-client.js'
import { fixedIdentity, type TlsIdentity } from '../../wire/tls-identity.js'
import { clientOf } from '../../wire/transport.js'

const answerTimeoutMs = 10_000

/**
 * The unlock key of the swarm for a manager to be, so that its key and log never lie open on its disk.
 * Asks one manager (host:port) after the other; throws `unavailable` when none answers, `forbidden` when one
 * says that this node is to be none.
 */
export async function fetchUnlockKey(identity: TlsIdentity, managers: readonly string[], clock: Clock): Promise<{ key: Uint8Array | undefined; version: number }> {
  using connections = new ConnectionPool(fixedIdentity(identity), clock)
  const failures: string[] = []
  let kind: ErrorKind = ErrorKind.unavailable
  for (const address of managers) {
    try {
      const { key, version } = await clientOf(caService, connections.to(address)).getUnlockKey({}, { timeoutMs: answerTimeoutMs })
      return { key: key.length > 0 ? key : undefined, version }
    } catch (thrown) {
      if (kindOf(thrown) === ErrorKind.forbidden) kind = ErrorKind.forbidden
      failures.push(`${address}: ${messageOf(thrown)}`)
    }
  }
  throw new StatusError(kind, `no manager told how the disk of this one is to be sealed: ${failures.join('; ')}`)
}
