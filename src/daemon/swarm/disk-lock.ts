import { join } from 'node:path'
import { must } from '../../base/assert.js'
import type { Logger } from '../../base/log.js'
import { Serial } from '../../base/serial.js'
import type { IdentityFiles } from '../../../agent/identity/identity-files.js'
import { keySeal } from '../../../agent/identity/key-seal.js'
import { createDataKey, DataKeyFile, openDataKeys, type DataKeys, type HeldKeys, type KeyFiles, type SealedKeys } from '../../../manager/keys/data-key-file.js'

/**
 * The seal of a manager's disk. A data key seals the Raft log always, and the node's private key while
 * autolock is on; the data key lies in `raft-key.json`, under the cluster's unlock key while that is on.
 * The private key is sealed before the data key is, and opened after it: what a crash leaves in between
 * can be read, and is put right at the next start.
 *
 * With each unlock key comes a new data key: the one before may have been read, in clear before autolock was on, or
 * by who has the unlock key of before. Both are in the file until nothing is sealed with the older one any more.
 */
export class DiskLock {
  private readonly file: DataKeyFile
  private held: HeldKeys | undefined
  private found: SealedKeys | undefined
  private readonly work = new Serial()

  /** `folder` is `<data-root>/swarm`. */
  constructor(
    folder: string,
    private readonly identityFiles: Pick<IdentityFiles, 'keepKeys' | 'dropSeal'>,
    private readonly log: Logger,
    files?: KeyFiles,
  ) {
    this.file = new DataKeyFile(join(folder, 'raft-key.json'), files)
  }

  /** The disk of this node can be read only with an unlock key. */
  get locked(): boolean {
    return this.found !== undefined
  }

  /** Who reads the disk of this node needs an unlock key, even if this process has it. */
  get sealed(): boolean {
    return this.locked || this.held?.unlockKey !== undefined
  }

  /** The current one and those that something may still be sealed with. Undefined while locked, and on nodes that are no managers. */
  get dataKeys(): DataKeys | undefined {
    return this.held?.dataKeys
  }

  /** Of the cluster's object that the disk is sealed for. */
  get version(): number | undefined {
    return this.held?.version
  }

  /** Reads what is on disk: `locked` and `dataKeys` tell what was found. Throws `internal` for a damaged file. */
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
      await this.hold(openDataKeys(must(this.found, 'the disk is locked'), unlockKey))
      this.found = undefined
    })
  }

  /** This node is to be a manager: there is a data key from now on, sealed when there is an unlock key. */
  begin(unlockKey: Uint8Array | undefined, version: number): Promise<void> {
    return this.work.run(async () => {
      if (this.held || this.found) return
      const made: HeldKeys = { dataKeys: [createDataKey()], unlockKey, version }
      await this.file.write(made)
      await this.hold(made)
    })
  }

  /**
   * The cluster has this unlock key, or none, as of this version of its object. Older versions than the
   * disk was last sealed for change nothing: a manager that starts sees the past again. Gives the data keys from now
   * on: everything is to be brought under the first one, and `renewed` be called then.
   */
  follow(unlockKey: Uint8Array | undefined, version: number): Promise<DataKeys> {
    return this.work.run(async () => {
      const held = must(this.held, 'this is a manager whose disk is not locked')
      if (version < held.version) return held.dataKeys
      const next: HeldKeys = version > held.version ? { ...held, unlockKey, version } : { ...held }
      if (!same(held.unlockKey, next.unlockKey)) {
        if (unlockKey) {
          // With the key that is on disk: the new one is not there before the file is.
          await this.identityFiles.keepKeys(keySeal(held.dataKeys), true)
          next.dataKeys = [createDataKey(held.dataKeys), ...held.dataKeys]
        }
        await this.file.write(next)
        // The private key may need the new one from here on, whatever fails.
        this.held = next
        this.log.info(unlockKey ? 'the disk of this manager is sealed with the unlock key of the swarm' : 'the disk of this manager is not locked any more')
      }
      await this.hold(next)
      return next.dataKeys
    })
  }

  /** Log and snapshots need no other data key than this one: the others are forgotten, unless there is a newer one by now. */
  renewed(keyId: number): Promise<void> {
    return this.work.run(async () => {
      const { held } = this
      if (!held || held.dataKeys.length === 1 || held.dataKeys[0].id !== keyId) return
      // The private key must not need them either.
      await this.settle(held)
      const next: HeldKeys = { ...held, dataKeys: [held.dataKeys[0]] }
      await this.file.write(next)
      await this.hold(next)
    })
  }

  /** This node is no manager any more, and its Raft log is gone: nothing is sealed from now on. */
  end(): Promise<void> {
    return this.work.run(async () => {
      if (this.held) {
        await this.file.write({ ...this.held, unlockKey: undefined })
        await this.identityFiles.keepKeys(keySeal(this.held.dataKeys), false)
      }
      await this.file.remove()
      this.drop()
    })
  }

  /** The swarm's folder was erased. */
  forget(): Promise<void> {
    return this.work.run(async () => this.drop())
  }

  /** These are the keys on disk. */
  private async hold(keys: HeldKeys): Promise<void> {
    await this.settle(keys)
    this.held = keys
  }

  /** The node's private key is as the keys on disk want it; a failure before may have left it otherwise. */
  private async settle({ dataKeys, unlockKey }: HeldKeys): Promise<void> {
    await this.identityFiles.keepKeys(keySeal(dataKeys), unlockKey !== undefined)
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
