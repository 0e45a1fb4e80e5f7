import { Buffer } from 'node:buffer'
import { ConfChangeKind, decodeConfChange, type ConfChange } from '../../../../../manager/raft/core/confchange.js'
import { emptyConf, EntryKind, type ConfState, type Entry, type HardState, type Message, type SnapshotMeta } from '../../../../../manager/raft/core/message.js'
import { Raft } from '../../../../../manager/raft/core/raft.js'
import { raftDefaults } from '../../../../../manager/raft/core/state.js'

interface Disk {
  hardState?: HardState
  snapshot: SnapshotMeta
  compacted: { index: number; term: number }
  entries: Entry[]
  conf: ConfState
  applied: string[]
}

interface Member {
  raft: Raft
  disk: Disk
}

const text = (data: Uint8Array): string => Buffer.from(data).toString()
const kindNames: Record<string, ConfChangeKind> = {
  'add-learner': ConfChangeKind.addLearner,
  'add-voter': ConfChangeKind.addVoter,
  remove: ConfChangeKind.remove,
  update: ConfChangeKind.update,
}

/**
 * A group of members driven by commands, one a line, that prints what happens: the language of
 * test/data/raft/*.txt. Timeouts are not random here: the lease lasts 3 ticks, and
 * member n campaigns after 2 + n.
 */
export class Group {
  private readonly members = new Map<number, Member>()
  private network: Message[] = []
  private readonly cuts = new Set<string>()
  private lines: string[] = []
  private config: Partial<Record<keyof typeof raftDefaults, number>> = {}

  run(command: string): string {
    this.lines = []
    const [name, ...args] = command.trim().split(/\s+/) as [string, ...string[]]
    const verb = this.verbs[name]
    if (!verb) throw new Error(`unknown command ${name}`)
    verb(args)
    return this.lines.length > 0 ? this.lines.join('\n') : 'ok'
  }

  private readonly verbs: Record<string, (args: string[]) => void> = {
    limit: ([key, value]) => void (this.config[key as keyof typeof raftDefaults] = Number(value)),
    nodes: (args) => {
      const voters = args.filter((a) => !a.startsWith('learner=')).map(Number)
      const learners = args.filter((a) => a.startsWith('learner=')).map((a) => Number(a.slice(8)))
      // They start from a common snapshot: what a group's first entries would have told them.
      for (const id of [...voters, ...learners]) this.add(id, { index: 1, term: 1, conf: { voters, learners } })
    },
    join: ([id]) => this.add(Number(id), { index: 0, term: 0, conf: emptyConf }),
    tick: ([id, times]) => {
      for (let i = 0; i < Number(times ?? 1); i++) this.raft(id).tick()
    },
    campaign: ([id]) => this.raft(id).campaign(),
    propose: ([id, ...words]) => this.proposed(this.raft(id).propose(Buffer.from(words.join(' ')))),
    conf: ([id, kind, peer]) => {
      const change: ConfChange = { kind: kindNames[kind as string] as ConfChangeKind, peer: Number(peer), context: new Uint8Array(0) }
      this.proposed(this.raft(id).proposeConfChange(change))
    },
    transfer: ([id, to]) => {
      const result = this.raft(id).transferLeadership(Number(to))
      if (!result.ok) this.say(`refused: ${result.refusal}`)
    },
    read: ([id, context]) => this.raft(id).readIndex(Number(context)),
    unreachable: ([id, peer]) => this.raft(id).reportUnreachable(Number(peer)),
    delivered: ([id, peer, how]) => this.raft(id).reportSnapshot(Number(peer), how !== 'failed'),
    ready: ([id]) => void this.turn(Number(id)),
    send: ([route]) => {
      const [from, to] = (route as string).split('>').map(Number)
      this.deliver((m) => m.from === from && m.to === to)
    },
    lose: ([route]) => {
      const [from, to] = (route as string).split('>').map(Number)
      const lost = this.network.filter((m) => m.from === from && m.to === to)
      this.network = this.network.filter((m) => !lost.includes(m))
      for (const m of lost) this.say(`lost ${describe(m)}`)
    },
    cut: (ids) => ids.forEach((id) => this.cuts.add(id)),
    heal: () => this.cuts.clear(),
    stabilize: ([mode]) => {
      const kept = [...this.lines]
      for (let turns = 0; turns < 200; turns++) {
        const moved = [...this.members.keys()].map((id) => this.turn(id)).some(Boolean)
        if (!this.deliver(() => true) && !moved) break
      }
      if (mode === 'quietly') this.lines = kept
    },
    snapshot: ([id, keep]) => {
      const { raft, disk } = this.member(id)
      const index = raft.applied
      disk.snapshot = { index, term: raft.termAt(index) as number, conf: raft.conf }
      raft.snapshotSaved(disk.snapshot)
      const compactTo = Math.max(raft.firstIndex - 1, index - Number(keep ?? 0))
      disk.compacted = { index: compactTo, term: raft.termAt(compactTo) as number }
      disk.entries = disk.entries.filter((entry) => entry.index > compactTo)
      raft.compact(compactTo)
      this.say(`${id} snapshot at ${index}, log from ${raft.firstIndex}`)
    },
    restart: ([id]) => {
      const { disk } = this.member(id)
      this.network = this.network.filter((m) => m.from !== Number(id))
      this.start(Number(id), { ...disk, applied: disk.applied.slice(0, disk.snapshot.index) })
    },
    status: (ids) => {
      for (const id of ids.length > 0 ? ids : [...this.members.keys()].map(String)) this.say(this.status(id))
    },
    log: ([id]) => this.say(this.member(id).disk.applied.join(' ') || '(nothing applied)'),
  }

  private add(id: number, snapshot: SnapshotMeta): void {
    const hardState = { term: snapshot.term, vote: 0, commit: snapshot.index }
    this.start(id, { hardState, snapshot, compacted: snapshot, entries: [], conf: snapshot.conf, applied: Array<string>(snapshot.index).fill('start') })
  }

  private start(id: number, disk: Disk): void {
    const config = { ...raftDefaults, id, electionTicks: 3, rng: { below: () => id - 1 }, ...this.config }
    this.members.set(id, { disk, raft: new Raft(config, disk) })
  }

  private member(id: string | number | undefined): Member {
    const member = this.members.get(Number(id))
    if (!member) throw new Error(`no member ${id}`)
    return member
  }

  private raft(id: string | undefined): Raft {
    return this.member(id).raft
  }

  private say(line: string): void {
    this.lines.push(line)
  }

  private proposed(result: ReturnType<Raft['propose']>): void {
    this.say(result.ok ? `at index ${result.index} in term ${result.term}` : `refused: ${result.refusal}`)
  }

  /** One whole turn of a member: persist, send, apply, advance. False when it had nothing to do. */
  private turn(id: number): boolean {
    const { raft, disk } = this.member(id)
    if (!raft.hasReady) return false
    const ready = raft.ready()
    this.say(`${id}:`)
    if (ready.softState) this.say(`  ${ready.softState.role}, leader ${ready.softState.leader || 'unknown'}`)
    if (ready.hardState) {
      const { term, vote, commit } = ready.hardState
      disk.hardState = ready.hardState
      this.say(`  term ${term} vote ${vote} commit ${commit}${ready.mustSync ? '' : ' (no sync)'}`)
    }
    if (ready.snapshot) {
      const { snapshot } = ready
      const source = [...this.members.values()].find((m) => m.disk.applied.length >= snapshot.index)
      Object.assign(disk, { snapshot, conf: snapshot.conf, compacted: snapshot, entries: [], applied: source?.disk.applied.slice(0, snapshot.index) })
      this.say(`  snapshot ${describeSnapshot(snapshot)}`)
    }
    for (const entry of ready.entries) {
      disk.entries = disk.entries.filter((old) => old.index < entry.index)
      disk.entries.push(entry)
      this.say(`  entry ${describeEntry(entry)}`)
    }
    for (const m of ready.messages) this.post(m, '')
    for (const m of ready.messagesAfterPersist) this.post(m, ' (after the disk)')
    for (const entry of ready.committedEntries) {
      disk.applied[entry.index - 1] = entry.kind === EntryKind.confChange ? 'conf' : text(entry.data) || '-'
      this.say(`  apply ${describeEntry(entry)}`)
      if (entry.kind === EntryKind.confChange) this.say(`  members ${describeConf(raft.applyConfChange(decodeConfChange(entry.data)))}`)
    }
    for (const read of ready.readStates) this.say(`  read ${read.context} may see index ${read.index}`)
    raft.advance()
    return true
  }

  private post(m: Message, note: string): void {
    this.network.push(m)
    this.say(`  send ${describe(m)}${note}`)
  }

  private deliver(which: (m: Message) => boolean): boolean {
    const batch = this.network.filter(which)
    this.network = this.network.filter((m) => !batch.includes(m))
    for (const m of batch) {
      if (this.cuts.has(String(m.from)) || this.cuts.has(String(m.to))) continue
      this.members.get(m.to)?.raft.step(m)
    }
    return batch.length > 0
  }

  private status(id: string): string {
    const s = this.member(id).raft.status()
    const peers = s.peers.map((p) => ` ${p.id}${p.learner ? 'L' : ''}:${p.state}@${p.match}`).join('')
    return `${id} ${s.role} leader ${s.leader} term ${s.term} commit ${s.commit} applied ${s.applied} log ${s.firstIndex}-${s.lastIndex} members ${describeConf(s.conf)}${peers}`
  }
}

function describeConf(conf: ConfState): string {
  return `${conf.voters.join(',') || '-'}${conf.learners.length > 0 ? ` learners ${conf.learners.join(',')}` : ''}`
}

function describeSnapshot(snapshot: SnapshotMeta): string {
  return `${snapshot.index}/${snapshot.term} members ${describeConf(snapshot.conf)}`
}

function describeEntry(entry: Entry): string {
  const content = entry.kind === EntryKind.confChange ? `conf(${decodeConfChange(entry.data).kind}, ${decodeConfChange(entry.data).peer})` : JSON.stringify(text(entry.data))
  return `${entry.index}/${entry.term} ${content}`
}

function describe(m: Message): string {
  const head = `${m.from}>${m.to} ${m.kind} t${m.term}`
  switch (m.kind) {
    case 'preVote':
    case 'vote':
      return `${head} last ${m.lastIndex}/${m.lastTerm}${m.force ? ' force' : ''}`
    case 'preVoteReply':
    case 'voteReply':
      return `${head} ${m.reject ? 'no' : 'yes'}`
    case 'append':
      return `${head} after ${m.prevIndex}/${m.prevTerm} commit ${m.commit} [${m.entries.map(describeEntry).join(', ')}]`
    case 'appendReply':
      return `${head} ${m.reject ? `no at ${m.index}, try ${m.hintIndex}/${m.hintTerm}` : `has ${m.index}`}`
    case 'heartbeat':
      return `${head} commit ${m.commit}${m.readSequence ? ` read ${m.readSequence}` : ''}`
    case 'heartbeatReply':
      return `${head}${m.readSequence ? ` read ${m.readSequence}` : ''}`
    case 'snapshot':
      return `${head} ${describeSnapshot(m.snapshot)}`
    case 'timeoutNow':
      return head
    case 'readIndex':
      return `${head} context ${m.context}`
    case 'readIndexReply':
      return `${head} context ${m.context} index ${m.index}`
  }
}
