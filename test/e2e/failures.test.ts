import { strict as assert } from 'node:assert'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { allWell, leaderOf, noStrays, powerCut, powerOff, runningContainers, tell } from './faults.js'
import { converged, hostnames, nodes, printLogs, spread, startSwarm, tasks } from './support.js'

/** Waits until `count` tasks run, none of them on that host. */
async function runElsewhere(manager: LabHost, service: string, count: number, away: LabHost): Promise<void> {
  await eventually(`${count} tasks run elsewhere than on ${away.name}`, async () => {
    const names = await hostnames(manager)
    const wanted = await tasks(manager, service, { 'desired-state': ['running'] })
    return wanted.length === count && wanted.every((task) => task.Status.State === 'running' && names.get(task.NodeID ?? '') !== away.name)
  }, { timeoutMs: 30_000, everyMs: 50 })
}

describe('a worker that fails', function () {
  this.timeout(180_000)
  let lab: Lab
  let manager: LabHost
  let worker: LabHost

  before(async () => {
    lab = await startSwarm({ hosts: 3, managers: 1 })
    manager = lab.host(1)
    worker = lab.host(3)
    await manager.docker('service', 'create', '-d', '--name', 'web', '--replicas', '6', '--stop-grace-period', '2s', 'web:1')
  })
  beforeEach(async () => {
    // The tasks do not come back to a node by themselves: everything starts anew.
    await allWell(manager)
    await manager.docker('service', 'update', '-d', '--force', '--update-parallelism', '0', '--update-monitor', '0s', 'web')
    await eventually('the tasks are spread', async () => (await spread(manager, await converged(manager, 'web', 6)))[worker.name] === 2)
    await noStrays(lab, manager, 'web', 6)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    await lab?.close()
  })

  const isDown = () => eventually(`${worker.name} is down`, async () => (await nodes(manager)).find(({ hostname }) => hostname === worker.name)?.status === 'Down')

  it('loses its tasks to others when it dies, and is empty when it comes back', async () => {
    const since = performance.now()
    await powerOff(lab, worker)
    await runElsewhere(manager, 'web', 6, worker)
    tell('after the death of a worker its tasks ran elsewhere within', since)
    await isDown()
    await worker.startDaemon()
    await allWell(manager)
    await noStrays(lab, manager, 'web', 6)
    assert.deepEqual(await runningContainers(worker), [], 'nothing is moved back')
  })

  it('is replaced while it is frozen, and lets go of its tasks when it thaws', async () => {
    const before = await runningContainers(worker)
    const since = performance.now()
    worker.freeze()
    await runElsewhere(manager, 'web', 6, worker)
    tell('after a worker froze its tasks ran elsewhere within', since)
    worker.thaw()
    await allWell(manager)
    await noStrays(lab, manager, 'web', 6)
    for (const id of await runningContainers(worker)) assert.ok(!before.includes(id))
  })

  it('is replaced while it is cut off, and lets go of its tasks when it is back', async () => {
    const before = await runningContainers(worker)
    const since = performance.now()
    worker.cutOff()
    await runElsewhere(manager, 'web', 6, worker)
    tell('after a worker was cut off its tasks ran elsewhere within', since)
    assert.deepEqual(await runningContainers(worker), before, 'what runs there runs on while nobody tells it otherwise')
    worker.heal()
    await allWell(manager)
    await noStrays(lab, manager, 'web', 6)
    for (const id of await runningContainers(worker)) assert.ok(!before.includes(id))
  })
})

describe('a leader that fails', function () {
  this.timeout(180_000)
  let lab: Lab
  let replicas = 3

  before(async () => {
    lab = await startSwarm({ hosts: 3, managers: 3 })
    await lab.host(1).docker('service', 'create', '-d', '--name', 'web', '--replicas', '3', '--stop-grace-period', '2s', 'web:1')
  })
  beforeEach(async () => {
    for (const host of lab.hosts) await allWell(host)
    await converged(lab.host(1), 'web', replicas)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    await lab?.close()
  })

  /** Scales by one more, through this manager; told how long it took to be accepted. */
  async function scale(through: LabHost, what: string, since: number): Promise<void> {
    await through.docker('service', 'scale', '-d', `web=${++replicas}`)
    tell(what, since)
  }
  /** All managers tell the same of all services. */
  async function agree(): Promise<void> {
    await eventually('all managers agree', async () => {
      const lists = await Promise.all(lab.hosts.map(async (host) => (await host.api('GET', '/v1.45/services')).body))
      return lists.every((list) => list === lists[0])
    })
  }

  it('is followed by another when its daemon dies, and its containers live on', async () => {
    const leader = await leaderOf(lab, lab.host(1))
    const other = lab.hosts.find((host) => host !== leader) as LabHost
    const since = performance.now()
    await leader.kill9()
    await scale(other, 'after the death of the leader a scale was accepted within', since)
    await converged(other, 'web', replicas)
    await leader.startDaemon()
    await allWell(other)
    await agree()
    await noStrays(lab, other, 'web', replicas)
  })

  it('is followed by another when its host dies, also in its tasks', async () => {
    const leader = await leaderOf(lab, lab.host(1))
    const other = lab.hosts.find((host) => host !== leader) as LabHost
    const since = performance.now()
    await powerOff(lab, leader)
    await scale(other, 'after the death of the leader a scale was accepted within', since)
    await runElsewhere(other, 'web', replicas, leader)
    tell('and its tasks ran elsewhere within', since)
    await leader.startDaemon()
    await allWell(other)
    await agree()
    await noStrays(lab, other, 'web', replicas)
  })

  const create = (through: LabHost, name: string) =>
    through.tryDocker('service', 'create', '-d', '--no-resolve-image', '--name', name, '--replicas', '0', 'web:1')

  it('is followed by another while it is frozen, and follows when it thaws', async () => {
    const leader = await leaderOf(lab, lab.host(1))
    const other = lab.hosts.find((host) => host !== leader) as LabHost
    const since = performance.now()
    leader.freeze()
    // Passed on to the leader that does not answer, then to the next one.
    const made = await create(other, 'meanwhile')
    assert.equal(made.code, 0, made.stderr)
    tell('after the leader froze a service was made within', since)
    await runElsewhere(other, 'web', replicas, leader)
    leader.thaw()
    await allWell(other)
    await agree()
    await noStrays(lab, other, 'web', replicas)
    await leader.docker('service', 'rm', 'meanwhile')
  })

  it('takes no writes while it is cut off, and none that was acknowledged is lost', async () => {
    const leader = await leaderOf(lab, lab.host(1))
    const [one, two] = lab.hosts.filter((host) => host !== leader) as [LabHost, LabHost]
    await leader.docker('service', 'create', '-d', '--name', 'before', '--replicas', '0', 'web:1')
    const since = performance.now()
    leader.cutOff()
    // Whatever it was when it was asked, the leader that is cut off says no within its patience.
    const refused = [create(leader, 'lost')]
    await scale(one, 'after the leader was cut off a scale was accepted within', since)
    await two.docker('service', 'create', '-d', '--no-resolve-image', '--name', 'during', '--replicas', '0', 'web:1')
    refused.push(create(leader, 'lost-too'))
    for (const { code, stderr } of await Promise.all(refused)) {
      assert.equal(code, 1)
      assert.match(stderr, /The swarm does not have a leader|this manager lost its leadership before the change was committed/)
    }
    tell('the leader that was cut off had refused writes within', since)
    await runElsewhere(one, 'web', replicas, leader)
    leader.heal()
    await allWell(one)
    await agree()
    for (const host of lab.hosts) {
      assert.deepEqual((await host.docker('service', 'ls', '--format', '{{.Name}}')).split('\n').sort(), ['before', 'during', 'web'])
    }
    await noStrays(lab, one, 'web', replicas)
    for (const name of ['before', 'during']) await leader.docker('service', 'rm', name)
  })

  it('all managers at once: services and containers are as they were, and scaling works', async () => {
    const before = await Promise.all(lab.hosts.map(runningContainers))
    const services = (await lab.host(1).api('GET', '/v1.45/services')).body
    await Promise.all(lab.hosts.map((host) => host.kill9()))
    const since = performance.now()
    await Promise.all(lab.hosts.map((host) => host.startDaemon()))
    await scale(lab.host(2), 'after the start of all managers a scale was accepted within', since)
    await allWell(lab.host(3))
    await converged(lab.host(3), 'web', replicas)
    const after = await Promise.all(lab.hosts.map(runningContainers))
    for (const [n, ids] of before.entries()) for (const id of ids) assert.ok(after[n]?.includes(id), `${id} runs on`)
    assert.equal(after.flat().length, replicas)
    assert.equal(JSON.parse(services).length, JSON.parse((await lab.host(1).api('GET', '/v1.45/services')).body).length)
    await agree()
  })

  it('a power cut everywhere: everything is started again', async () => {
    await lab.host(1).docker('run', '-d', '--name', 'alone', '--restart', 'always', '-p', '8080:80', 'web:1')
    await Promise.all(lab.hosts.map((host) => powerCut(lab, host)))
    const since = performance.now()
    await Promise.all(lab.hosts.map((host) => host.startDaemon()))
    await allWell(lab.host(1))
    await eventually('the tasks run', async () => (await Promise.all(lab.hosts.map(runningContainers))).flat().length === replicas + 1, { timeoutMs: 60_000 })
    await converged(lab.host(1), 'web', replicas)
    tell('after a power cut all tasks ran within', since)
    assert.match((await lab.outside.http(`http://${lab.host(1).ipv4}:8080/`)).body, /^version 1/)
    await lab.host(1).docker('rm', '-f', 'alone')
    await agree()
    await noStrays(lab, lab.host(1), 'web', replicas)
  })
})
