import { join } from 'node:path'
import { must } from '../../base/assert.js'
import type { Logger } from '../../base/log.js'
import { Serial } from '../../base/serial.js'
import type { IdentityFiles } from '../../../agent/identity/identity-files.js'
import { keySeal } from '../../../agent/identity/key-seal.js'
import { createDataKey, DataKeyFile, openDataKey, type DataKey, type SealedDataKey } from '../../../manager/keys/data-key-file.js'

/**
 * The seal of a manager's disk. A data key seals the Raft log always, and the node's private key while
 * autolock is on; the data key lies in `raft-key.json`, under the cluster's unlock key while that is on.
 * The private key is sealed before the data key is, and opened after it: what a crash leaves in between
 * can be read, and is put right at the next start.
 */
export class DiskLock {
  private readonly file: DataKeyFile
  private held: DataKey | undefined
  private found: SealedDataKey | undefined
  private readonly work = new Serial()

  /** `folder` is `<data-root>/swarm`. */
  constructor(
    folder: string,
    private readonly identityFiles: IdentityFiles,
    private readonly log: Logger,
  ) {
    this.file = new DataKeyFile(join(folder, 'raft-key.json'))
  }

  /** The disk of this node can be read only with an unlock key. */
  get locked(): boolean {
    return this.found !== undefined
  }

  /** Undefined while locked, and on nodes that are no managers. */
  get dataKey(): Uint8Array | undefined {
    return this.held?.dataKey
  }

  /** Reads what is on disk: `locked` and `dataKey` tell what was found. Throws `internal` for a damaged file. */
  load(): Promise<void> {
    return this.work.run(async () => {
      this.drop()
      const read = await this.file.read()
      if (!read) return
      if ('sealed' in read) this.found = read
      else await this.hold(read)
    })
  }

  /** Throws `invalid` when this is not the key that the disk was sealed with; it stays locked then. */
  unlock(unlockKey: Uint8Array): Promise<void> {
    return this.work.run(async () => {
      await this.hold(openDataKey(must(this.found, 'the disk is locked'), unlockKey))
      this.found = undefined
    })
  }

  /** This node is to be a manager: there is a data key from now on, sealed when there is an unlock key. */
  begin(unlockKey: Uint8Array | undefined, version: number): Promise<void> {
    return this.work.run(async () => {
      if (this.held || this.found) return
      const made = { dataKey: createDataKey(), unlockKey, version }
      await this.file.write(made)
      await this.hold(made)
    })
  }

  /**
   * The cluster has this unlock key, or none, as of this version of its object. Older versions than the
   * disk was last sealed for change nothing: a manager that starts sees the past again.
   */
  follow(unlockKey: Uint8Array | undefined, version: number): Promise<void> {
    return this.work.run(async () => {
      const { held } = this
      if (!held || version <= held.version) return
      const next: DataKey = { ...held, unlockKey, version }
      if (!same(held.unlockKey, unlockKey)) {
        const seal = keySeal(held.dataKey)
        if (unlockKey) await this.identityFiles.keepKeys(seal, true)
        await this.file.write(next)
        if (!unlockKey) await this.identityFiles.keepKeys(seal, false)
        this.log.info(unlockKey ? 'the disk of this manager is sealed with the unlock key of the swarm' : 'the disk of this manager is not locked any more')
      }
      this.held = next
    })
  }

  /** This node is no manager any more, and its Raft log is gone: nothing is sealed from now on. */
  end(): Promise<void> {
    return this.work.run(async () => {
      if (this.held) {
        await this.file.write({ ...this.held, unlockKey: undefined })
        await this.identityFiles.keepKeys(keySeal(this.held.dataKey), false)
      }
      await this.file.remove()
      this.drop()
    })
  }

  /** The swarm's folder was erased. */
  forget(): Promise<void> {
    return this.work.run(async () => this.drop())
  }

  private async hold(key: DataKey): Promise<void> {
    await this.identityFiles.keepKeys(keySeal(key.dataKey), key.unlockKey !== undefined)
    this.held = key
  }

  private drop(): void {
    this.held = undefined
    this.found = undefined
    this.identityFiles.dropSeal()
  }
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0
}
