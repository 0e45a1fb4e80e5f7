import { webcrypto } from 'node:crypto'
import { StatusError } from '../../src/base/errors.js'
import type { Cluster } from '../../src/model/cluster.js'

const prefix = 'SWMKEY-1-'
const keyBytes = 32
/** Whose disks the key opens: the role in a manager's certificate. */
const managerSubsystem = 'swarm-manager'

/** A new key that seals the managers' disks: 256 bits from the operating system's generator. */
export function createUnlockKey(): Uint8Array {
  return webcrypto.getRandomValues(new Uint8Array(keyBytes))
}

/** As people see it: `SWMKEY-1-` and base64 without padding. The format is SwarmKit's. */
export function printUnlockKey(key: Uint8Array): string {
  return prefix + Buffer.from(key).toString('base64').replace(/=+$/, '')
}

/** Throws `invalid` for anything that is not such a key. */
export function parseUnlockKey(text: string): Uint8Array {
  const given = text.trim()
  const key = Uint8Array.from(Buffer.from(given.slice(prefix.length), 'base64'))
  if (!given.startsWith(prefix) || printUnlockKey(key) !== given || key.length !== keyBytes) {
    throw new StatusError('invalid', 'invalid unlock key: print it on an unlocked manager with "swarm unlock-key"')
  }
  return key
}

/** The key that opens the managers' disks; undefined while autolock is off. */
export function managerUnlockKey({ unlockKeys }: Pick<Cluster, 'unlockKeys'>): Uint8Array | undefined {
  return unlockKeys.find(({ subsystem }) => subsystem === managerSubsystem)?.key
}
