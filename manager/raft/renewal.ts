import type { NamedKey } from '../../src/sys/aes-gcm.js'
import type { Raft } from './core/raft.js'
import type { LogStorage } from './log-storage.js'
import { abortable } from './pending.js'
import type { Snapshotter } from './snapshotter.js'
import type { Turns } from './turns.js'

export interface RenewalParts {
  readonly raft: Raft
  readonly storage: LogStorage
  readonly snapshotter: Snapshotter
  readonly turns: Turns
  /** Throws when the member has ended. */
  readonly checkRunning: () => void
}

/**
 * Brings everything that a member has on disk under the first of `keys`, which must all survive a crash already:
 *
 *  1. what is written from now on goes into a segment of its own and is sealed with the first key;
 *  2. a snapshot is saved once it holds whatever the segments before have;
 *  3. those segments go, and the snapshots before it.
 *
 * Resolves when nothing is left that another key sealed; repeating it after a crash anywhere leads to the same.
 * Waits for as long as entries before the first step are neither applied nor replaced, as without a quorum.
 */
export async function renewDataKey(keys: readonly NamedKey[], { raft, storage, snapshotter, turns, checkRunning }: RenewalParts, signal?: AbortSignal): Promise<void> {
  const checkWanted = (): void => {
    checkRunning()
    signal?.throwIfAborted()
  }
  checkWanted()
  await storage.sealWith(keys)
  for (;;) {
    const left = await storage.otherwiseSealed()
    if (left === 'nothing') return
    checkWanted()
    if (left === 'coming') {
      // A snapshot that was begun before: another one is needed after it.
      await turns.next()
      continue
    }
    // An end that was replaced is not needed: what replaced it is in the new segment.
    const covered = (): boolean => raft.applied >= Math.min(storage.wal.otherwiseSealedTo ?? 0, raft.status().lastIndex)
    const saved = snapshotter.force(covered)
    turns.wake()
    await storage.dropOtherwiseSealed(await abortable(saved, signal))
  }
}
