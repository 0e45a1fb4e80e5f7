import { noPeer, type PeerId, type TimeoutNow, type VoteReply, type VoteRequest } from './message.js'
import { voteResult } from './quorum.js'
import { appendAsLeader, broadcastAppend, emptyEntry } from './replication.js'
import { Role } from './ready.js'
import type { RaftState } from './state.js'

type CampaignKind = 'preVote' | 'vote' | 'transfer'

/** Starts an election, unless this member may not lead. */
export function campaign(r: RaftState, kind: CampaignKind): void {
  if (r.role === Role.leader || !r.promotable) return
  // A committed change of membership that is not applied may change who decides: apply it first.
  if (r.log.hasUnappliedConfChange()) return
  startElection(r, kind)
}

function startElection(r: RaftState, kind: CampaignKind): void {
  if (kind === 'preVote') r.becomePreCandidate()
  else r.becomeCandidate()
  const trial = kind === 'preVote'
  const term = trial ? r.term + 1 : r.term
  for (const id of r.conf.voters) {
    // The own vote counts once it is on disk: it is a message to oneself.
    if (id === r.id) r.send({ kind: trial ? 'preVoteReply' : 'voteReply', to: id, term, reject: false })
    else {
      const { lastIndex, lastTerm } = r.log
      r.send({ kind: trial ? 'preVote' : 'vote', to: id, term, lastIndex, lastTerm, force: kind === 'transfer' })
    }
  }
}

/** Grants or refuses a vote. The caller has dealt with the term and with the leader's lease. */
export function handleVoteRequest(r: RaftState, m: VoteRequest): void {
  const trial = m.kind === 'preVote'
  const free = r.vote === m.from || (r.vote === noPeer && r.leader === noPeer) || (trial && m.term > r.term)
  const grant = free && r.log.isUpToDate(m.lastIndex, m.lastTerm)
  // A grant repeats the term asked for: a trial's is ahead of both sides' own. A refusal tells our own.
  const term = grant ? m.term : r.term
  r.send({ kind: trial ? 'preVoteReply' : 'voteReply', to: m.from, term, reject: !grant })
  if (grant && !trial) {
    r.electionElapsed = 0
    r.vote = m.from
  }
}

/** A candidate counts a vote. */
export function handleVoteReply(r: RaftState, m: VoteReply): void {
  const awaited = r.role === Role.preCandidate ? 'preVoteReply' : r.role === Role.candidate ? 'voteReply' : undefined
  if (m.kind !== awaited) return
  if (!r.votes.has(m.from)) r.votes.set(m.from, !m.reject)
  const result = voteResult(r.voters, r.votes)
  if (result === 'lost') r.becomeFollower(r.term, noPeer)
  else if (result === 'won') {
    if (r.role === Role.preCandidate) startElection(r, 'vote')
    else {
      becomeLeader(r)
      broadcastAppend(r)
    }
  }
}

function becomeLeader(r: RaftState): void {
  r.reset(r.term)
  r.role = Role.leader
  r.leader = r.id
  const own = r.progress.get(r.id)
  if (own) own.recentActive = true
  // The tail may hold a change of membership: none is proposed until all of it is applied.
  r.pendingConfIndex = r.log.lastIndex
  appendAsLeader(r, [emptyEntry])
}

/** The leader hands over: this member campaigns at once, past the lease. */
export function handleTimeoutNow(r: RaftState, _m: TimeoutNow): void {
  campaign(r, 'transfer')
}

/** A leader that has not heard from a majority for an election timeout steps down. True when it did. */
export function checkQuorum(r: RaftState): boolean {
  const heard = new Map<PeerId, boolean>()
  for (const [id, progress] of r.progress) {
    heard.set(id, id === r.id || progress.recentActive)
    progress.recentActive = id === r.id
  }
  if (voteResult(r.voters, heard) === 'won') return false
  r.becomeFollower(r.term, noPeer)
  return true
}
