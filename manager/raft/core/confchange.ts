import { assert } from '../../../src/base/assert.js'
import type { ConfState, PeerId } from './message.js'

/**
 * One step of membership change. Steps are taken one at a time: the next is proposed after the last
 * was applied, so two majorities always overlap (Raft thesis, 4.1).
 */
export const ConfChangeKind = { addLearner: 1, addVoter: 2, remove: 3, update: 4 } as const
export type ConfChangeKind = (typeof ConfChangeKind)[keyof typeof ConfChangeKind]

export interface ConfChange {
  readonly kind: ConfChangeKind
  readonly peer: PeerId
  /** Whatever the application keeps about the member; the core does not look inside. */
  readonly context: Uint8Array
}

const headerBytes = 9
const kinds: readonly number[] = Object.values(ConfChangeKind)

/** As the data of an entry: kind (1 byte), peer (8 bytes, big-endian), then the context. */
export function encodeConfChange(change: ConfChange): Uint8Array {
  const out = new Uint8Array(headerBytes + change.context.length)
  const view = new DataView(out.buffer)
  view.setUint8(0, change.kind)
  view.setBigUint64(1, BigInt(change.peer))
  out.set(change.context, headerBytes)
  return out
}

/** The reverse of `encodeConfChange`. Throws on data that it did not make. */
export function decodeConfChange(data: Uint8Array): ConfChange {
  assert(data.length >= headerBytes, 'a membership change is at least 9 bytes long')
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const kind = view.getUint8(0)
  assert(kinds.includes(kind), `unknown kind of membership change ${kind}`)
  return { kind: kind as ConfChangeKind, peer: Number(view.getBigUint64(1)), context: data.slice(headerBytes) }
}

/** Why a change cannot be made, or undefined. */
export function confChangeRefusal(conf: ConfState, change: Pick<ConfChange, 'kind' | 'peer'>): 'lastVoter' | 'unknownPeer' | undefined {
  const known = conf.voters.includes(change.peer) || conf.learners.includes(change.peer)
  switch (change.kind) {
    case ConfChangeKind.remove:
      if (!known) return 'unknownPeer'
      return conf.voters.length === 1 && conf.voters[0] === change.peer ? 'lastVoter' : undefined
    case ConfChangeKind.update:
      return known ? undefined : 'unknownPeer'
    case ConfChangeKind.addLearner:
      // A voter would be demoted, which for the last one equals its removal.
      return conf.voters.length === 1 && conf.voters[0] === change.peer ? 'lastVoter' : undefined
    case ConfChangeKind.addVoter:
      return undefined
  }
}

/**
 * The configuration after a change, ids in ascending order. A change that is refused leaves it as it
 * is: the entry is committed, so each member must come to the same result.
 */
export function changedConf(conf: ConfState, change: Pick<ConfChange, 'kind' | 'peer'>): ConfState {
  if (confChangeRefusal(conf, change) || change.kind === ConfChangeKind.update) return conf
  const without = (ids: readonly PeerId[]) => ids.filter((id) => id !== change.peer)
  const withPeer = (ids: readonly PeerId[]) => [...without(ids), change.peer].sort((a, b) => a - b)
  return {
    voters: change.kind === ConfChangeKind.addVoter ? withPeer(conf.voters) : without(conf.voters),
    learners: change.kind === ConfChangeKind.addLearner ? withPeer(conf.learners) : without(conf.learners),
  }
}
