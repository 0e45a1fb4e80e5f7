import type { PeerId } from './message.js'

/** How many of `voterCount` make a majority. */
export function majority(voterCount: number): number {
  return Math.floor(voterCount / 2) + 1
}

/**
 * The highest value that a majority of voters has reached: with each voter's matched index, the
 * index that may be committed. Zero for no voters.
 */
export function quorumValue(voters: Iterable<PeerId>, valueOf: (id: PeerId) => number): number {
  const values: number[] = []
  for (const id of voters) values.push(valueOf(id))
  if (values.length === 0) return 0
  values.sort((a, b) => b - a)
  return values[majority(values.length) - 1] as number
}

export type VoteResult = 'won' | 'lost' | 'pending'

/** The outcome of an election so far. `votes` holds true for a grant and false for a refusal. */
export function voteResult(voters: ReadonlySet<PeerId>, votes: ReadonlyMap<PeerId, boolean>): VoteResult {
  let granted = 0
  let refused = 0
  for (const id of voters) {
    const vote = votes.get(id)
    if (vote === true) granted++
    else if (vote === false) refused++
  }
  const needed = majority(voters.size)
  if (granted >= needed) return 'won'
  return voters.size - refused < needed ? 'lost' : 'pending'
}
