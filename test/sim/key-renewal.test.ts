import { strict as assert } from 'node:assert'
import { KeyRing } from '../../manager/raft/wal/encryption.js'
import { decodeRecord } from '../../manager/raft/wal/record.js'
import type { NamedKey } from '../../src/sys/aes-gcm.js'
import type { MemoryDisk } from './memory-disk.js'
import { SimGroup } from './sim-group.js'

/** How many records of the Raft folder these keys open, and how many they do not. */
async function opened(disk: MemoryDisk, keys: readonly NamedKey[]): Promise<{ open: number; shut: number }> {
  const ring = new KeyRing(keys)
  const count = { open: 0, shut: 0 }
  for (const folder of ['/raft/wal', '/raft/snap']) {
    for (const name of await disk.list(folder)) {
      const file = await disk.open(`${folder}/${name}`, 'read')
      const data = Buffer.from(await file.read(0, await file.size()))
      for (let at = 0; at < data.length; at += 8) {
        try {
          const record = decodeRecord(data, at, name.replace(/^\.tmp-\d+-/, ''), ring)
          if (!record) continue
          assert.notEqual(record.keyId, undefined, 'in clear')
          count.open++
        } catch {
          count.shut++
        }
      }
    }
  }
  return count
}

const dataKeysOf = (group: SimGroup, name: string): readonly NamedKey[] => group.hosts.get(name)?.lock?.dataKeys ?? []

async function alone(seed: number, writes: number): Promise<SimGroup> {
  const group = new SimGroup(seed, true)
  await group.start('n1', { kind: 'bootstrap' })
  await group.until('the leader', 5_000, () => group.leader() !== undefined)
  for (let i = 0; i < writes; i++) {
    group.write(group.live[0] as (typeof group.live)[number])
    await group.run(20)
  }
  return group
}

describe('renewal of a manager\'s data key', () => {
  /** Crashes before the n-th change of the disk after a rotation; whether there was one. */
  async function crashAt(seed: number, point: number, writes: number): Promise<boolean> {
    const group = await alone(seed, writes)
    const [before] = dataKeysOf(group, 'n1') as [NamedKey]
    let count = 0
    group.onDisk = (name) => {
      if (count++ === point) group.crash(name)
    }
    group.rotate()
    await group.run(5)
    const member = group.live[0]
    if (member) group.write(member)
    await group.run(2_000)
    const crashed = count > point
    group.onDisk = () => undefined
    // Starts again where it crashed; whatever was acknowledged must be there, and the renewal goes on to its end.
    await group.converge()
    await group.until('the renewal is through', 20_000, () => group.renewed)
    const { disk } = group.hosts.get('n1') as { disk: MemoryDisk }
    const after = dataKeysOf(group, 'n1')
    assert.notDeepEqual(after, [before])
    assert.equal((await opened(disk, [before])).open, 0, `seed ${seed}, point ${point}: the key of before opens something`)
    const { open, shut } = await opened(disk, after)
    assert.ok(open > 2 && shut === 0, `seed ${seed}, point ${point}: ${open} records open, ${shut} do not`)
    // And what is there now carries a start with nothing but the new key.
    group.crash('n1')
    await group.converge()
    return crashed
  }

  for (const [seed, writes] of [[1, 3], [2, 30], [3, 60]] as const) {
    it(`survives a crash at every change of the disk, after ${writes} writes`, async () => {
      let point = 0
      while (await crashAt(seed, point, writes)) point++
      assert.ok(point > 20, `${point} changes`)
    })
  }

  it('goes through at once when it is not disturbed, and can be repeated', async () => {
    const group = await alone(7, 10)
    const ids = [dataKeysOf(group, 'n1')[0]?.id]
    for (let i = 0; i < 3; i++) {
      group.rotate()
      await group.run(0)
      await group.until('the renewal is through', 5_000, () => group.renewed)
      ids.push(dataKeysOf(group, 'n1')[0]?.id)
    }
    assert.deepEqual(ids, [1, 2, 3, 4])
    // Twice before the first one is through.
    group.rotate()
    group.rotate()
    await group.until('both are through', 5_000, () => group.renewed)
    await group.converge()
  })

  /** Members that crash, are cut off, and rotate all the time. */
  async function trouble(seed: number): Promise<void> {
    const group = new SimGroup(seed, true)
    await group.start('n1', { kind: 'bootstrap' })
    await group.until('the leader', 5_000, () => group.leader() !== undefined)
    for (const name of ['n2', 'n3']) {
      group.join(name)
      await group.until(`${name} votes`, 10_000, () => group.leader()?.node?.members().some((m) => m.nodeId === name && !m.learner) === true)
    }
    const { rng, network } = group
    const past = new Map<string, NamedKey[]>()
    for (let turn = 0; turn < 80; turn++) {
      const dice = rng.below(100)
      for (const host of group.live) {
        for (const key of host.lock?.dataKeys ?? []) past.set(host.name, [...(past.get(host.name) ?? []), key])
        if (host.node?.isLeader) for (let i = rng.below(6); i >= 0; i--) group.write(host)
        group.read(host)
      }
      const names = ['n1', 'n2', 'n3']
      const name = names[rng.below(3)] as string
      const down = names.filter((one) => !group.hosts.get(one)?.node)
      if (dice < 15) group.rotate()
      else if (dice < 30 && down.length === 0) group.crash(name)
      else if (dice < 60 && down[0]) await group.start(down[0])
      else if (dice < 68) for (const other of names) if (other !== name) network.cut(`${name}:2377`, `${other}:2377`)
      if (dice >= 80) network.heal()
      await group.run(20 + rng.below(300))
    }
    await group.converge()
    await group.until('all renewals are through', 60_000, () => group.renewed)
    for (const host of group.live) {
      const now = host.lock?.dataKeys as readonly NamedKey[]
      const { shut } = await opened(host.disk, now)
      assert.equal(shut, 0, `seed ${seed}: ${host.name} needs a key that is gone`)
      const others = (past.get(host.name) ?? []).filter(({ id }) => id !== now[0]?.id)
      if (others.length > 0) assert.equal((await opened(host.disk, others)).open, 0, `seed ${seed}: a key of the past opens something of ${host.name}`)
    }
    for (const { name } of group.live) group.crash(name)
    await group.converge()
  }
  const extra = Number(process.env['SIM_SEEDS'] ?? 0)
  for (const seed of [11, 12, 13, 14, ...Array.from({ length: extra }, (_, i) => 5000 + i)]) {
    it(`seed ${seed}: loses nothing in a group in trouble, and comes to its end`, () => trouble(seed))
  }
})
