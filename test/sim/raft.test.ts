import { strict as assert } from 'node:assert'
import { SimGroup } from './sim-group.js'

/** Bootstraps the first host and joins the others one after another. */
async function formed(seed: number, size: number): Promise<SimGroup> {
  const group = new SimGroup(seed)
  await group.start('n1', { kind: 'bootstrap' })
  await group.until('the first leader', 5_000, () => group.leader() !== undefined)
  for (let i = 2; i <= size; i++) {
    group.join(`n${i}`)
    await group.until(`n${i} to vote`, 10_000, () => group.leader()?.node?.members().filter((m) => !m.learner).length === i)
  }
  return group
}

/** Trouble of every kind for a while, then peace, in which all must come together. */
async function live(seed: number, turns: number): Promise<void> {
  const group = await formed(seed, 3 + 2 * (seed % 2))
  const { rng, network } = group
  const pick = <T>(items: readonly T[]): T | undefined => items[rng.below(Math.max(1, items.length))]
  let nextName = 10
  for (let turn = 0; turn < turns; turn++) {
    const dice = rng.below(100)
    const host = pick(group.live)
    const names = [...group.hosts.values()].filter((h) => !h.gone)
    if (dice < 42) {
      // Whoever believes to lead is written to, and everybody is asked: the deposed ones matter most.
      for (const member of group.live) {
        if (member.node?.isLeader || rng.below(8) === 0) for (let i = rng.below(4); i >= 0; i--) group.write(member)
        group.read(member)
      }
    } else if (dice < 46) {
      // A leader that dies with a write on its lips.
      const leader = group.leader()
      const down = names.filter((h) => !h.node)
      if (leader && down.length < names.length / 2) {
        group.write(leader)
        await group.run(rng.below(12))
        if (leader.node) group.crash(leader.name)
      }
    } else if (dice < 52) {
      // A leader that is cut off from all, with clients on both sides.
      const leader = group.leader()
      for (const other of names) {
        if (!leader || other === leader) continue
        network.cut(leader.address, other.address)
        network.cut(other.address, leader.address)
      }
      for (let i = 0; i < 40; i++) {
        for (const member of group.live) {
          if (member.node?.isLeader) group.write(member)
          group.read(member)
        }
        await group.run(20 + rng.below(80))
      }
    } else if (dice < 60) {
      const down = names.filter((h) => !h.node)
      if (down.length < names.length / 2 && host) group.crash(host.name)
    } else if (dice < 72) {
      const down = pick(names.filter((h) => !h.node))
      if (down && (await down.disk.list('/raft/wal')).length > 0) await group.start(down.name)
    } else if (dice < 78) {
      const victim = pick(names)
      for (const other of names) {
        if (!victim || other === victim) continue
        network.cut(victim.address, other.address)
        // Half of the cuts are one-way.
        if (rng.below(2) === 0) network.cut(other.address, victim.address)
      }
    } else if (dice < 88) network.heal()
    else if (dice < 92) network.weather = { drop: rng.below(20), duplicate: rng.below(10), delayMs: 5 + rng.below(rng.below(4) === 0 ? 500 : 60) }
    else if (dice < 95 && nextName < 14) group.join(`n${nextName++}`)
    else if (dice < 97) {
      const leader = group.leader()
      const member = leader?.node && pick(leader.node.members().filter((m) => m.raftId !== leader.node?.raftId))
      if (member && (leader.node?.members().length ?? 0) > 3) void leader.node?.removeMember(member.raftId).catch(() => undefined)
    } else void group.leader()?.node?.transferLeadership().catch(() => undefined)
    await group.run(20 + rng.below(250))
  }
  await group.converge()
  assert.ok(group.writes.some((w) => w.index !== undefined))
}

describe('raft simulation', () => {
  it('a group forms, and replaces a leader that dies within 2 s', async () => {
    for (let seed = 100; seed < 103; seed++) {
      const group = await formed(seed, 3)
      const leader = group.leader()
      assert.ok(leader)
      const sinceMs = group.clock.nowMs()
      group.crash(leader.name)
      await group.until('a new leader', 4_000, () => group.leader() !== undefined)
      assert.ok(group.clock.nowMs() - sinceMs < 2_500, `took ${group.clock.nowMs() - sinceMs} ms`)
      await group.converge()
    }
  })

  // Seeds that found a defect once stay here for good.
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1088, 1144]
  const extra = Number(process.env['SIM_SEEDS'] ?? 0)
  const first = Number(process.env['SIM_FIRST'] ?? 1000)
  for (let i = 0; i < extra; i++) seeds.push(first + i)
  for (const seed of seeds) {
    it(`seed ${seed}: stays safe in trouble and comes together after it`, () => live(seed, 80))
  }
})
