import { strict as assert } from 'node:assert'
import { readdir, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { kindOf } from '../../../../src/base/errors.js'
import type { Leadership } from '../../../../manager/raft/node-types.js'
import { assertManager } from '../../../../manager/role-manager.js'
import { NotDoneError } from '../../../../src/wire/error-status.js'
import { eventually } from '../../../support/eventually.js'
import { node as nodeObject } from '../../../support/objects.js'
import { LoopbackGroup, type LoopbackMember } from './loopback-group.js'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const fast = { tickMs: 20 }

async function formed(size: number, options = {}): Promise<{ group: LoopbackGroup; members: LoopbackMember[] }> {
  const group = await LoopbackGroup.create({ ...fast, ...options })
  const members = [await group.start('m1', { kind: 'bootstrap' })]
  await leaderOf(group)
  for (let i = 2; i <= size; i++) {
    members.push(await group.start(`m${i}`, { joinThrough: (await leaderOf(group)).address }))
    await eventually(`m${i} votes`, () => group.leader?.node.members().filter((m) => !m.learner).length === i)
  }
  return { group, members }
}

const leaderOf = (group: LoopbackGroup): Promise<LoopbackMember> => eventually('a leader', () => group.leader)

const same = (members: Iterable<LoopbackMember>, values: string[]): Promise<unknown> =>
  eventually('everybody has applied the same', () => {
    for (const member of members) assert.deepEqual(member.machine.values, values)
    return true
  })

describe('raft node', () => {
  it('alone: leads at once, keeps everything over a restart, and refuses to remove itself', async () => {
    const group = await LoopbackGroup.create(fast)
    await using _ = group
    const heard: Leadership[] = []
    const { node } = await group.start('m1', { kind: 'bootstrap' })
    node.onLeadership((leadership) => heard.push(leadership))
    await leaderOf(group)
    assert.equal(await node.propose(bytes('a')), (await node.propose(bytes('b'))) - 1)
    assert.ok((await node.readIndex()) >= 3)
    await assert.rejects(node.removeMember(node.raftId), /can't remove manager m1: it is the last one/)
    assert.deepEqual(node.members().map(({ nodeId, learner, leader, reachable }) => ({ nodeId, learner, leader, reachable })), [
      { nodeId: 'm1', learner: false, leader: true, reachable: true },
    ])
    await group.stop('m1')
    const turns = heard.map((h) => h.isLeader).filter((now, i, all) => i === 0 || now !== all[i - 1])
    assert.deepEqual(turns, [false, true, false])
    await assert.rejects(node.propose(bytes('late')), (thrown) => kindOf(thrown) === 'unavailable')
    const again = await group.start('m1')
    await eventually('it leads again', () => again.node.isLeader)
    await again.node.propose(bytes('c'))
    assert.deepEqual(again.machine.values, ['a', 'b', 'c'])
  })

  it('three: replicates in order, reads anywhere, replaces a lost leader, takes it back at a new address', async () => {
    const { group, members } = await formed(3)
    await using _ = group
    const leader = await leaderOf(group)
    const values = Array.from({ length: 200 }, (_, i) => `v${i}`)
    const indexes = await Promise.all(values.map((value) => leader.node.propose(bytes(value))))
    assert.deepEqual(indexes, [...indexes].sort((a, b) => a - b))
    const follower = members.find((m) => m !== leader) as LoopbackMember
    await follower.node.readIndex()
    assert.deepEqual(follower.machine.values, values)
    await assert.rejects(follower.node.propose(bytes('no')), (thrown) => {
      // Certainly not done: whoever routes the call may make it again with the leader.
      assert.ok(thrown instanceof NotDoneError)
      assert.match(thrown.message, new RegExp(`does not lead the cluster: ask ${leader.address}`))
      return true
    })

    await group.stop(leader.name)
    const next = await leaderOf(group)
    assert.notEqual(next.name, leader.name)
    await next.node.propose(bytes('after'))
    const back = await group.start(leader.name)
    assert.notEqual(back.address, leader.address)
    await same(group.members.values(), [...values, 'after'])
    await eventually('everybody knows the new address', () =>
      [...group.members.values()].every((m) => m.node.addressOf(back.node.raftId) === back.address),
    )
  })

  it('a new member is sent a snapshot when the log no longer has the beginning', async () => {
    const { group } = await formed(1, { snapshotEveryEntries: 50, keepEntries: 5, segmentBytes: 4096 })
    await using _ = group
    const { node, machine } = await leaderOf(group)
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 20 }, (_, j) => node.propose(bytes(`v${i * 20 + j}`))))
    await eventually('the log is cut', () => node.status().firstIndex > 100)
    const late = await group.start('m2', { joinThrough: (await leaderOf(group)).address })
    await eventually('it votes', () => node.members().filter((m) => !m.learner).length === 2)
    assert.deepEqual(late.machine.values, machine.values)
    // And it starts again from that snapshot.
    await group.stop('m2')
    const again = await group.start('m2')
    await same([again], machine.values)
  })

  it('a member that is removed hears of it and stops; one too many is refused', async () => {
    const { group, members } = await formed(3)
    await using _ = group
    const leader = await leaderOf(group)
    const [gone, rest] = members.filter((m) => m !== leader) as [LoopbackMember, LoopbackMember]
    await leader.node.removeMember(gone.node.raftId)
    assert.deepEqual(await gone.node.stopped, { reason: 'removed' })
    assert.deepEqual(leader.node.members().map((m) => m.nodeId).sort(), [leader.name, rest.name].sort())
    // Two are left: without the other one there is no quorum for anything.
    await group.stop(rest.name)
    await eventually('the leader misses it', () => leader.node.members().some((m) => !m.reachable) || !leader.node.isLeader)
    await eventually('it steps down', () => !leader.node.isLeader)
    await assert.rejects(leader.node.propose(bytes('no')), /the cluster has no leader/)
  })

  it('a member whose log was cut short stops for good, and its node comes back as a new one', async () => {
    const { group, members } = await formed(3)
    await using _ = group
    const leader = await leaderOf(group)
    const victim = members.find((m) => m !== leader) as LoopbackMember
    for (let i = 0; i < 20; i++) await leader.node.propose(bytes(`v${i}`))
    await same(members, Array.from({ length: 20 }, (_, i) => `v${i}`))
    await group.stop(victim.name)
    const folder = join(group.dir, victim.name, 'wal')
    const file = join(folder, (await readdir(folder)).sort().at(-1) as string)
    await truncate(file, (await stat(file)).size - 200)
    const back = await group.start(victim.name)
    const { reason, failure } = await back.node.stopped
    assert.equal(reason, 'lost')
    assert.match(failure?.message ?? '', /^the log on disk ends at entry \d+, but entry \d+ was in it: it was cut short$/)
    const now = await leaderOf(group)
    await group.stop(victim.name)
    await rm(join(group.dir, victim.name), { recursive: true })
    const anew = await group.start(victim.name, { joinThrough: now.address })
    await same([anew], now.machine.values)
    await eventually('it votes', () => now.node.members().filter((m) => !m.learner).length === 3)
  })

  it('takes in only nodes that are to be managers', async () => {
    await using group = await LoopbackGroup.create(fast)
    const a = await group.start('a', { kind: 'bootstrap' })
    await eventually('a leads', () => a.node.isLeader)
    group.admit = (nodeId) => assertManager({ spec: { ...nodeObject(nodeId).spec, role: 'worker' } }, nodeId)
    await assert.rejects(group.start('b', { joinThrough: a.address }), /node b cannot be a manager: it is to be a worker: promote it first/)
    group.admit = (nodeId) => assertManager(undefined, nodeId)
    await assert.rejects(group.start('b', { joinThrough: a.address }), /node b cannot be a manager: it is not in the swarm/)
    assert.deepEqual(a.node.members().map(({ nodeId }) => nodeId), ['a'])
  })

  it('refuses a removal that would lose the quorum', async () => {
    const { group, members } = await formed(3)
    await using _ = group
    const leader = await leaderOf(group)
    const [down, victim] = members.filter((m) => m !== leader) as [LoopbackMember, LoopbackMember]
    await group.stop(down.name)
    await eventually('it is missed', () => leader.node.members().some((m) => m.nodeId === down.name && !m.reachable))
    await assert.rejects(
      leader.node.removeMember(victim.node.raftId),
      /can't remove member from the raft: this would result in a loss of quorum \(1 of the 2 managers that remain is reachable\)/,
    )
    // The one that is down may go.
    await leader.node.removeMember(down.node.raftId)
    await leader.node.propose(bytes('goes on'))
  })

  it('hands leadership over', async () => {
    const { group, members } = await formed(3)
    await using _ = group
    const leader = await leaderOf(group)
    const target = members.find((m) => m !== leader) as LoopbackMember
    await leader.node.transferLeadership(target.node.raftId)
    await eventually('the chosen one leads', () => target.node.isLeader)
    await target.node.propose(bytes('mine'))
    await assert.rejects(leader.node.transferLeadership(), /does not lead the cluster/)
  })

  it('comes back from lost quorum as the only member', async () => {
    const { group, members } = await formed(3)
    await using _ = group
    const leader = await leaderOf(group)
    await leader.node.propose(bytes('kept'))
    await same(group.members.values(), ['kept'])
    for (const { name } of members) await group.stop(name)
    const survivor = await group.start('m2', undefined, { forceNewCluster: true })
    await eventually('it leads', () => survivor.node.isLeader)
    assert.deepEqual(survivor.node.members().map((m) => m.nodeId), ['m2'])
    await survivor.node.propose(bytes('new'))
    assert.deepEqual(survivor.machine.values, ['kept', 'new'])
    // The others may join again, as new members, once their old logs are gone.
    await group.start('m4', { joinThrough: survivor.address })
    await eventually('m4 votes', () => survivor.node.members().filter((m) => !m.learner).length === 2)
  })

  it('seals its log, and starts only with the key', async () => {
    const dataKeys = [{ id: 1, key: new Uint8Array(32).fill(5) }]
    const group = await LoopbackGroup.create({ ...fast, snapshotEveryEntries: 20, keepEntries: 2 })
    await using _ = group
    const { node } = await group.start('m1', { kind: 'bootstrap' }, { dataKeys })
    await leaderOf(group)
    for (let i = 0; i < 50; i++) await node.propose(bytes(`v${i}`))
    await group.stop('m1')
    await assert.rejects(group.start('m1'), /no data key|encrypted/)
    const again = await group.start('m1', undefined, { dataKeys })
    await eventually('it leads', () => again.node.isLeader)
    assert.equal(again.machine.values.length, 50)
  })

  it('renews its data key: what was sealed before, by a key without a name, goes', async () => {
    const [old, next] = [{ id: 0, key: new Uint8Array(32).fill(5) }, { id: 1, key: new Uint8Array(32).fill(6) }]
    const group = await LoopbackGroup.create({ ...fast, segmentBytes: 1000 })
    await using _ = group
    const { node } = await group.start('m1', { kind: 'bootstrap' }, { dataKeys: [old] })
    await leaderOf(group)
    for (let i = 0; i < 30; i++) await node.propose(bytes(`v${i}`))
    await assert.rejects(node.renewDataKey([{ id: 2, key: new Uint8Array(5) }]), { kind: 'invalid' })
    await assert.rejects(node.renewDataKey([next, old], AbortSignal.abort()), /abort/)
    const writing = (async () => {
      for (let i = 30; i < 60; i++) await node.propose(bytes(`v${i}`))
    })()
    await node.renewDataKey([next, old])
    await writing
    // Nothing is left to do the second time.
    await node.renewDataKey([next, old])
    await group.stop('m1')
    await assert.rejects(node.renewDataKey([next, old]), { kind: 'unavailable' })
    await assert.rejects(group.start('m1', undefined, { dataKeys: [old] }), /sealed with data key 1, which this manager does not have/)
    const again = await group.start('m1', undefined, { dataKeys: [next] })
    await eventually('it leads', () => again.node.isLeader)
    assert.deepEqual(again.machine.values, Array.from({ length: 60 }, (_, i) => `v${i}`))
  })

  it('refuses a log that was cut short, and a folder without one', async () => {
    const group = await LoopbackGroup.create(fast)
    await using _ = group
    await assert.rejects(group.start('m1'), /there is no Raft log in .*: this node is not a manager yet/)
    const { node } = await group.start('m1', { kind: 'bootstrap' })
    await leaderOf(group)
    for (let i = 0; i < 10; i++) await node.propose(bytes(`v${i}`))
    await group.stop('m1')
    // Without its entries, what the next segment says was committed is missing.
    const folder = join(group.dir, 'm1', 'wal')
    const again = await group.start('m1', undefined, { segmentBytes: 1 })
    await eventually('it leads', () => again.node.isLeader)
    await group.stop('m1')
    const [first] = (await readdir(folder)).sort() as [string]
    await truncate(join(folder, first), 100)
    await assert.rejects(group.start('m1'), /the Raft log is damaged: bad record in .*\.wal at offset \d+ of 100: restore/)
  })
})
