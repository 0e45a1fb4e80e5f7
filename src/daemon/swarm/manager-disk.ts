import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.js'
import type { Logger } from '../../base/log.js'
import type { TlsIdentity } from '../../wire/tls-identity.js'
import type { IdentityFiles } from '../../../agent/identity/identity-files.js'
import { DiskLock } from './disk-lock.js'
import { fetchUnlockKey } from './fetch-unlock-key.js'

/** What a node has on disk because it is a manager: the Raft log, and the seal on it. */
export class ManagerDisk {
  readonly raftFolder: string
  readonly lock: DiskLock

  /** `folder` is `<data-root>/swarm`. */
  constructor(
    folder: string,
    identityFiles: IdentityFiles,
    private readonly clock: Clock,
    log: Logger,
  ) {
    this.raftFolder = join(folder, 'raft')
    this.lock = new DiskLock(folder, identityFiles, log)
  }

  /**
   * This node is to be a manager: the disk is sealed as the managers (host:port) say; in clear when there is
   * none to ask. Does nothing once it has a data key. Throws `unavailable` when none of them answers.
   */
  async seal(identity: TlsIdentity, managers: readonly string[]): Promise<void> {
    if (this.lock.dataKeys) return
    const { key, version } = managers.length > 0 ? await fetchUnlockKey(identity, managers, this.clock) : { key: undefined, version: 0 }
    await this.lock.begin(key, version)
  }

  forgetLog(): Promise<void> {
    return rm(this.raftFolder, { recursive: true, force: true })
  }

  /** A log of the past must not come back should the node be promoted again, and a worker's disk is not sealed. */
  async forgetAll(): Promise<void> {
    await this.forgetLog()
    await this.lock.end()
  }
}
