import { strict as assert } from 'node:assert'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { allWell, leaderOf, noStrays, tell } from './faults.js'
import { converged, nodes, printLogs, startLab, startSwarm } from './support.js'

const join = (host: LabHost, token: string, ...managers: LabHost[]) =>
  host.tryDocker('swarm', 'join', '--token', token, ...managers.map(({ ipv4 }) => `${ipv4}:2377`))
const tokenOf = (manager: LabHost, role: 'worker' | 'manager') => manager.docker('swarm', 'join-token', '-q', role)
const isInactive = async (host: LabHost): Promise<boolean> => (await host.docker('info', '--format', '{{.Swarm.LocalNodeState}}')) === 'inactive'

/** What `node ls` says of a host: its role in the group of managers, "Down" for one that is down. */
async function stateOf(asked: LabHost, host: LabHost): Promise<string> {
  const found = (await nodes(asked)).filter(({ hostname, status }) => hostname === host.name && status === 'Ready')
  return found[0]?.manager ?? 'Down'
}
const becomes = (asked: LabHost, host: LabHost, state: string) => eventually(`${host.name} is "${state}"`, async () => (await stateOf(asked, host)) === state, { timeoutMs: 30_000, everyMs: 100 })

describe('joining a swarm', function () {
  this.timeout(120_000)
  let lab: Lab

  before(async () => {
    lab = await startLab(3)
    await lab.host(1).docker('swarm', 'init', '--dispatcher-heartbeat', '1s')
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    await lab?.close()
  })

  it('is refused without the right token, with the reason, and leaves nothing behind', async () => {
    const [manager, , other] = lab.hosts as [LabHost, LabHost, LabHost]
    const guest = lab.host(2)
    const refused = async (token: string, reason: RegExp, at = manager): Promise<void> => {
      const { code, stderr } = await join(guest, token, at)
      assert.equal(code, 1)
      assert.match(stderr, reason)
      assert.ok(await isInactive(guest))
    }
    const token = await tokenOf(manager, 'worker')
    await refused('nonsense', /invalid join token/)
    await refused(`${token.slice(0, -25)}${'0'.repeat(25)}`, /invalid join token: it is wrong or was rotated/)
    await other.docker('swarm', 'init')
    await refused(await tokenOf(other, 'worker'), /remote CA does not match fingerprint/)
    await refused(token, /remote CA does not match fingerprint/, other)
    await other.docker('swarm', 'leave', '--force')
    const rotated = await manager.docker('swarm', 'join-token', '-q', '--rotate', 'worker')
    assert.notEqual(rotated, token)
    await refused(token, /invalid join token: it is wrong or was rotated/)
    const { stderr } = await guest.tryDocker('swarm', 'join', '--token', rotated, `${lab.outside.ipv4}:2377`)
    assert.match(stderr, /could not join: cannot connect to 10\.77\.0\.200:2377/)
    assert.deepEqual((await nodes(manager)).map(({ hostname }) => hostname), ['h1'])
  })

  it('is done by the token of the role, once', async () => {
    const [manager, worker, second] = lab.hosts as [LabHost, LabHost, LabHost]
    assert.equal((await join(worker, await tokenOf(manager, 'worker'), manager)).stdout, 'This node joined a swarm as a worker.\n')
    const again = await join(worker, await tokenOf(manager, 'worker'), manager)
    assert.match(again.stderr, /This node is already part of a swarm/)
    assert.equal((await join(second, await tokenOf(manager, 'manager'), manager)).stdout, 'This node joined a swarm as a manager.\n')
    // It answers at once, whether or not it has heard of the leader yet.
    assert.equal((await nodes(second)).length, 3)
    await second.docker('service', 'create', '-d', '--name', 'by-the-new-manager', '--replicas', '0', 'web:1')
    await becomes(manager, second, 'Reachable')
    await manager.docker('service', 'rm', 'by-the-new-manager')
  })

  it('a worker that leaves is down, can be removed, and joins again as another node', async () => {
    const [manager, worker] = lab.hosts as [LabHost, LabHost]
    const id = await worker.docker('info', '--format', '{{.Swarm.NodeID}}')
    const early = await manager.tryDocker('node', 'rm', id)
    assert.match(early.stderr, /node \w+ is not down and can't be removed/)
    assert.equal(await worker.docker('swarm', 'leave'), 'Node left the swarm.')
    await becomes(manager, worker, 'Down')
    await manager.docker('node', 'rm', id)
    assert.equal((await join(worker, await tokenOf(manager, 'worker'), manager)).code, 0)
    assert.notEqual(await worker.docker('info', '--format', '{{.Swarm.NodeID}}'), id)
    await becomes(manager, worker, '')
  })

  it('a node that was removed by force is refused although its certificate is valid', async () => {
    const [manager, worker] = lab.hosts as [LabHost, LabHost]
    const id = await worker.docker('info', '--format', '{{.Swarm.NodeID}}')
    await manager.docker('service', 'create', '-d', '--name', 'everywhere', '--mode', 'global', '--stop-grace-period', '1s', 'web:1')
    await converged(manager, 'everywhere', 3)
    await manager.docker('node', 'rm', '--force', id)
    await converged(manager, 'everywhere', 2)
    await eventually('the node is told', async () => /was removed from the swarm/.test(await worker.docker('info', '--format', '{{.Swarm.Error}}')))
    assert.equal((await nodes(manager)).length, 2)
    // Also after a restart, which begins a connection of its own.
    await worker.restart()
    await eventually('the node is told', async () => /was removed from the swarm|not part of this swarm/.test(await worker.docker('info', '--format', '{{.Swarm.Error}}')))
    await worker.docker('swarm', 'leave', '--force')
    await eventually('its containers are gone', async () => (await worker.docker('ps', '-aq')) === '')
    await manager.docker('service', 'rm', 'everywhere')
  })
})

describe('the roles of nodes', function () {
  this.timeout(180_000)
  let lab: Lab

  before(async () => {
    lab = await startSwarm({ hosts: 3, managers: 1 })
    await lab.host(1).docker('service', 'create', '-d', '--name', 'web', '--replicas', '3', '--stop-grace-period', '2s', 'web:1')
    await converged(lab.host(1), 'web', 3)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    await lab?.close()
  })

  const aManager = () => eventually('a manager answers', async () => {
    for (const host of lab.hosts) if ((await host.tryDocker('node', 'ls')).code === 0) return host
    return undefined
  })

  it('workers that are promoted take part, also when the leader dies', async () => {
    const [first, second, third] = lab.hosts as [LabHost, LabHost, LabHost]
    const before = (await Promise.all(lab.hosts.map((host) => host.docker('ps', '-q')))).sort()
    assert.match(await first.docker('node', 'promote', 'h2', 'h3'), /Node h2 promoted to a manager in the swarm/)
    await becomes(first, second, 'Reachable')
    await becomes(first, third, 'Reachable')
    await eventually('they answer as managers', async () => (await nodes(second)).length === 3 && (await nodes(third)).length === 3)
    assert.deepEqual((await Promise.all(lab.hosts.map((host) => host.docker('ps', '-q')))).sort(), before, 'containers run on')
    const since = performance.now()
    await first.kill9()
    await second.docker('service', 'scale', '-d', 'web=4')
    tell('after the death of the leader a scale was accepted within', since)
    await converged(third, 'web', 4)
    await first.startDaemon()
    await allWell(second)
    await noStrays(lab, second, 'web', 4)
  })

  it('a manager that is demoted is a worker, and a leader hands over first', async () => {
    const leader = await leaderOf(lab, lab.host(1))
    const [one, two] = lab.hosts.filter((host) => host !== leader) as [LabHost, LabHost]
    const before = (await Promise.all(lab.hosts.map((host) => host.docker('ps', '-q')))).sort()
    assert.match(await one.docker('node', 'demote', leader.name), /demoted in the swarm/)
    await becomes(one, leader, '')
    await eventually('it answers as a worker', async () => /This node is not a swarm manager/.test((await leader.tryDocker('node', 'ls')).stderr))
    const next = await leaderOf(lab, one)
    assert.notEqual(next, leader)
    const other = next === one ? two : one
    await next.docker('node', 'demote', other.name)
    await becomes(next, other, '')
    const last = await next.tryDocker('node', 'demote', next.name)
    assert.match(last.stderr, /attempting to demote the last manager of the swarm/)
    assert.deepEqual((await Promise.all(lab.hosts.map((host) => host.docker('ps', '-q')))).sort(), before, 'containers run on')
    await eventually('the other one answers as a worker, too', async () => /This node is not a swarm manager/.test((await other.tryDocker('node', 'ls')).stderr))
    assert.match((await other.tryDocker('service', 'scale', 'web=1')).stderr, /Worker nodes can't be used to view or modify cluster state/)
    await next.docker('service', 'scale', '-d', 'web=3')
    await converged(next, 'web', 3)
    // Once more a manager: what it knew before does not matter.
    await next.docker('node', 'promote', leader.name)
    await becomes(next, leader, 'Reachable')
    await eventually('it answers as a manager', async () => (await nodes(leader)).length === 3)
  })

  it('a manager that leaves by force is no longer counted on', async () => {
    const leader = await leaderOf(lab, await aManager())
    const list = await nodes(leader)
    const leaving = lab.hosts.find(({ name }) => list.some(({ hostname, manager }) => hostname === name && manager === 'Reachable'))
    assert.ok(leaving, `besides the leader no manager is reachable, as the test before should have left one: ${JSON.stringify(list)}`)
    const polite = await leaving.tryDocker('swarm', 'leave')
    assert.match(polite.stderr, /You are attempting to leave the swarm on a node that is participating as a manager/)
    await leaving.docker('swarm', 'leave', '--force')
    await becomes(leader, leaving, 'Down')
    await converged(leader, 'web', 3)
    await leader.docker('service', 'scale', '-d', 'web=2')
    await converged(leader, 'web', 2)
  })

  it('refuses an update that was made from an older version', async () => {
    const manager = await aManager()
    const service = JSON.parse((await manager.api('GET', '/v1.45/services/web')).body) as { ID: string; Version: { Index: number }; Spec: object }
    const update = (index: number) => manager.api('POST', `/v1.45/services/${service.ID}/update?version=${index}`, service.Spec)
    assert.equal((await update(service.Version.Index)).status, 200)
    const refused = await update(service.Version.Index)
    assert.equal(refused.status, 500)
    assert.match(refused.body, /update out of sequence/)
  })
})
