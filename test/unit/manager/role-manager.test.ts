import { strict as assert } from 'node:assert'
import { nullLogger } from '../../../src/base/log.js'
import { seededRng } from '../../../src/base/rng.js'
import type { Node } from '../../../src/model/node.js'
import { roleManagerLoop, roleStep, type RaftMember, type RaftMembership } from '../../../manager/role-manager.js'
import { settle } from '../../support/manual-clock.js'
import { createTestStore } from '../../support/memory-cluster.js'
import { node } from '../../support/objects.js'

class FakeRaft implements RaftMembership {
  selfRaftId = 1
  removable = true
  readonly calls: string[] = []
  private list: RaftMember[]
  private readonly listeners = new Set<() => void>()

  constructor(...nodeIds: string[]) {
    this.list = nodeIds.map((nodeId, i) => ({ raftId: i + 1, nodeId, address: `${nodeId}:2377`, reachability: 'reachable' }))
  }
  members = () => this.list
  canRemove = () => this.removable
  async removeMember(raftId: number): Promise<void> {
    this.calls.push(`remove ${raftId}`)
    this.set(this.list.filter((member) => member.raftId !== raftId))
  }
  async transferLeadership(): Promise<void> {
    this.calls.push('transfer')
  }
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  set(list: RaftMember[]): void {
    this.list = list
    for (const listener of this.listeners) listener()
  }
}

async function start(raft: FakeRaft, roles: Record<string, ['worker' | 'manager', 'worker' | 'manager']>) {
  const made = createTestStore()
  await made.store.update((tx) => {
    for (const [id, [spec, certificate]] of Object.entries(roles)) {
      const one = node(id)
      tx.create('node', { ...one, spec: { ...one.spec, role: spec }, certificate: { ...one.certificate, role: certificate } })
    }
  })
  const loop = roleManagerLoop({ ...made, rng: seededRng(1), log: nullLogger }, raft)
  loop.start()
  const quiet = async () => {
    for (let i = 0; i < 5; i++) await settle()
  }
  await quiet()
  const get = (id: string): Node => made.store.view().get('node', id)!
  return { ...made, get, quiet, [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose]() }
}

describe('the role manager', () => {
  it('promotion: the certificate is to be renewed as a manager’s', async () => {
    await using run = await start(new FakeRaft('m1'), { m1: ['manager', 'manager'], w1: ['manager', 'worker'] })
    assert.deepEqual([run.get('w1').certificate.role, run.get('w1').certificate.state], ['manager', 'renew'])
  })

  it('promotion: a request for a certificate under way is answered for the new role', async () => {
    await using run = await start(new FakeRaft('m1'), { m1: ['manager', 'manager'], w1: ['worker', 'worker'] })
    await run.store.update((tx) => tx.update('node', { ...run.get('w1'), certificate: { ...run.get('w1').certificate, state: 'pending' } }))
    await run.store.update((tx) => tx.update('node', { ...run.get('w1'), spec: { ...run.get('w1').spec, role: 'manager' } }))
    await run.quiet()
    assert.deepEqual([run.get('w1').certificate.role, run.get('w1').certificate.state], ['manager', 'pending'])
  })

  it('demotion: out of the Raft group first, then the certificate', async () => {
    const raft = new FakeRaft('m1', 'm2', 'm3')
    await using run = await start(raft, { m1: ['manager', 'manager'], m2: ['worker', 'manager'], m3: ['manager', 'manager'] })
    assert.deepEqual(raft.calls, ['remove 2'])
    assert.deepEqual([run.get('m2').certificate.role, run.get('m2').certificate.state], ['worker', 'renew'])
    assert.equal(run.get('m2').managerStatus, undefined)
  })

  it('waits while the quorum would be lost, and tries again', async () => {
    const raft = new FakeRaft('m1', 'm2')
    raft.removable = false
    await using run = await start(raft, { m1: ['manager', 'manager'], m2: ['worker', 'manager'] })
    assert.deepEqual(raft.calls, [])
    assert.equal(run.get('m2').certificate.role, 'manager')
    raft.removable = true
    await run.clock.advance(1000)
    await run.quiet()
    assert.deepEqual(raft.calls, ['remove 2'])
    assert.equal(run.get('m2').certificate.role, 'worker')
  })

  it('a leader that is demoted hands over and leaves the rest to the next one', async () => {
    const raft = new FakeRaft('m1', 'm2', 'm3')
    await using run = await start(raft, { m1: ['worker', 'manager'], m2: ['manager', 'manager'], m3: ['manager', 'manager'] })
    assert.deepEqual(raft.calls.slice(0, 1), ['transfer'])
    assert.equal(run.get('m1').certificate.role, 'manager')
  })

  it('members without a node are taken out', async () => {
    const raft = new FakeRaft('m1', 'gone')
    await using run = await start(raft, { m1: ['manager', 'manager'] })
    assert.deepEqual(raft.calls, ['remove 2'])
    assert.ok(run.get('m1'))
  })

  it('nodes say what the Raft group says of them', async () => {
    const raft = new FakeRaft('m1', 'm2')
    await using run = await start(raft, { m1: ['manager', 'manager'], m2: ['manager', 'manager'] })
    assert.deepEqual(run.get('m1').managerStatus, { raftId: 1, address: 'm1:2377', leader: true, reachability: 'reachable' })
    raft.set(raft.members().map((member) => (member.raftId === 2 ? { ...member, reachability: 'unreachable' as const } : member)))
    await run.quiet()
    assert.equal(run.get('m2').managerStatus?.reachability, 'unreachable')
  })

  it('nothing to do for roles that are right', () => {
    const raft = new FakeRaft('m1')
    assert.equal(roleStep(undefined, undefined, raft).kind, 'none')
  })
})
