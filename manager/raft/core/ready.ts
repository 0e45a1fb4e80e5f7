import type { Entry, HardState, Message, PeerId, SnapshotMeta } from './message.js'

export const Role = { follower: 'follower', preCandidate: 'preCandidate', candidate: 'candidate', leader: 'leader' } as const
export type Role = (typeof Role)[keyof typeof Role]

/** What is not worth keeping on disk. */
export interface SoftState {
  readonly role: Role
  readonly leader: PeerId
}

/** A read asked for with `context` may be answered once everything up to `index` is applied. */
export interface ReadState {
  readonly context: number
  readonly index: number
}

/**
 * One turn's work for the caller, who:
 * 1. sends `messages`, at once and in parallel with the disk if it likes;
 * 2. saves `snapshot`, then `hardState` and `entries` (replacing what the log holds from the first of
 *    them on), and syncs when `mustSync`;
 * 3. sends `messagesAfterPersist`;
 * 4. restores `snapshot` into the state machine, applies `committedEntries` (handing each membership
 *    change to `applyConfChange`), answers `readStates`;
 * 5. calls `advance`. Messages, ticks and proposals may come in between.
 */
export interface Ready {
  /** Present when it changed. */
  readonly softState?: SoftState
  /** Present when it changed. */
  readonly hardState?: HardState
  readonly snapshot?: SnapshotMeta
  readonly entries: readonly Entry[]
  readonly mustSync: boolean
  readonly messages: readonly Message[]
  readonly messagesAfterPersist: readonly Message[]
  readonly committedEntries: readonly Entry[]
  readonly readStates: readonly ReadState[]
}
