import { strict as assert } from 'node:assert'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { allWell, leaderOf, noStrays, runningContainers } from './faults.js'
import { converged, nodes, printLogs, spread, startLab, startSwarm } from './support.js'

describe('a daemon that is killed', function () {
  this.timeout(120_000)
  let lab: Lab
  let host: LabHost
  let gate: string

  beforeEach(async () => {
    lab = await startLab(1)
    host = lab.host(1)
    gate = join(lab.folder, 'gate')
    mkdirSync(gate)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
    await lab?.close()
  })

  const run = (name: string, script: string, ...options: string[]) =>
    host.docker('run', '-d', '--name', name, '-v', `${gate}:/gate`, ...options, 'busybox:latest', 'sh', '-c', script)
  const waitForGate = 'until test -e /gate/open; do sleep 0.05; done'
  const pidOf = (name: string) => host.docker('inspect', '--format', '{{.State.Pid}}', name)
  const state = (name: string) => host.docker('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}', name)

  it('leaves its containers alone: they serve, write and end, and the next one knows', async () => {
    await host.docker('run', '-d', '--name', 'front', '-p', '8080:80', 'web:1')
    await run('counter', 'i=0; while true; do i=$((i+1)); echo "line $i"; sleep 0.05; done')
    await run('ends', `${waitForGate}; exit 7`)
    await run('vanishes', waitForGate, '--rm')
    await run('returns', `test -e /gate/second && exec sleep 600; touch /gate/second; ${waitForGate}; exit 1`, '--restart', 'on-failure:3')
    const front = async (): Promise<string> => (await lab.outside.http(`http://${host.ipv4}:8080/`)).body
    await eventually('it serves', async () => /^version 1/.test(await front()))
    const living = ['front', 'counter']
    const pids = await Promise.all(living.map(pidOf))
    const ids = await runningContainers(host)

    await host.kill9()
    for (let i = 0; i < 20; i++) assert.match(await front(), /^version 1/)
    writeFileSync(join(gate, 'open'), '')
    await host.startDaemon()

    assert.deepEqual(await Promise.all(living.map(pidOf)), pids)
    assert.match(await front(), /^version 1/)
    assert.equal(await host.docker('wait', 'ends'), '7')
    assert.equal(await state('ends'), 'exited 7 0')
    await eventually('what was to be removed is', async () => (await host.tryDocker('inspect', 'vanishes')).code === 1)
    await eventually('what was to be started again is', async () => (await state('returns')) === 'running 0 1')
    const numbers = async () => (await host.docker('logs', 'counter')).split('\n').map((line) => Number(/^line (\d+)$/.exec(line)?.[1]))
    const seen = (await numbers()).length
    await eventually('more is written', async () => (await numbers()).length > seen + 5)
    const written = await numbers()
    assert.deepEqual(written, written.map((_, i) => i + 1), 'no line is missing')
    for (const id of await runningContainers(host)) assert.ok(ids.includes(id))
    assert.equal((await host.docker('exec', 'front', 'echo', 'inside')), 'inside')
    await host.docker('stop', '-t', '1', 'front')
    assert.match(await state('front'), /^exited/)
  })

  it('the only manager goes on with its tasks, and replaces those that ended meanwhile', async () => {
    await host.docker('swarm', 'init')
    await host.docker('service', 'create', '-d', '--name', 'web', '--replicas', '3', '--restart-delay', '100ms', 'web:1')
    const before = (await converged(host, 'web', 3)).map((task) => task.Status.ContainerStatus?.ContainerID ?? '')
    const victim = before[0] as string
    const pid = Number(await pidOf(victim))
    await host.kill9()
    process.kill(pid, 'SIGKILL')
    await host.startDaemon()
    await eventually('the one that ended is replaced', async () => !(await converged(host, 'web', 3)).some((task) => task.Status.ContainerStatus?.ContainerID === victim))
    const after = (await converged(host, 'web', 3)).map((task) => task.Status.ContainerStatus?.ContainerID ?? '')
    assert.deepEqual(before.slice(1).filter((id) => after.includes(id)), before.slice(1))
    assert.equal(await host.docker('inspect', '--format', '{{.State.ExitCode}}', victim), '137')
    await noStrays(lab, host, 'web', 3)
    await host.docker('service', 'scale', '-d', 'web=1')
    await converged(host, 'web', 1)
  })
})

describe('a manager whose log is damaged', function () {
  this.timeout(120_000)
  let lab: Lab
  let victim: LabHost

  before(async () => {
    lab = await startSwarm({ hosts: 3, managers: 3 })
    victim = lab.host(3)
    for (let i = 0; i < 10; i++) await lab.host(1).docker('service', 'create', '-d', '--name', `s${i}`, '--replicas', '0', 'web:1')
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    await lab?.close()
  })

  const allReady = (asked: LabHost): Promise<true> =>
    eventually('every node is ready', async () => (await nodes(asked)).every(({ status }) => status === 'Ready'), { timeoutMs: 30_000 })
  const lastSegment = (): string => {
    const folder = join(victim.dataRoot, 'swarm/raft/wal')
    return join(folder, readdirSync(folder).sort().at(-1) as string)
  }
  const names = (host: LabHost) => host.docker('service', 'ls', '--format', '{{.Name}}')

  it('starts with what is left when its end was cut off, and catches up', async () => {
    await victim.kill9()
    const path = lastSegment()
    truncateSync(path, statSync(path).size - 1_000)
    await lab.host(1).docker('service', 'create', '-d', '--name', 'meanwhile', '--replicas', '0', 'web:1')
    await victim.startDaemon()
    await allWell(victim)
    await eventually('it knows all services', async () => (await names(victim)) === (await names(lab.host(1))), { timeoutMs: 30_000 })
    await victim.docker('service', 'scale', '-d', 's1=1')
    await converged(lab.host(2), 's1', 1)
  })

  it('says what is damaged in the middle and what to do, which helps', async () => {
    await victim.kill9()
    const path = lastSegment()
    const data = readFileSync(path)
    data.fill(0x5a, data.length >> 1, (data.length >> 1) + 64)
    writeFileSync(path, data)
    await victim.startDaemon()
    const error = await victim.docker('info', '--format', '{{.Swarm.Error}}')
    assert.match(error, /the Raft log is damaged: bad record in .* at offset \d+ of \d+/)
    const refused = await victim.tryDocker('node', 'ls')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /This node cannot take part in its swarm as a manager: the Raft log is damaged/)
    // Its containers, its own API and its tasks are not hurt.
    assert.equal(await victim.docker('run', '--rm', 'busybox:latest', 'echo', 'alive'), 'alive')
    const leader = await leaderOf(lab, lab.host(1))
    await allReady(leader)
    await leader.docker('service', 'scale', '-d', 's2=3')
    assert.equal((await spread(leader, await converged(leader, 's2', 3)))[victim.name], 1)
    await leader.docker('node', 'demote', victim.name)
    await eventually('it is a worker', async () => (await victim.docker('info', '--format', '{{.Swarm.Error}}')) === '')
    await leader.docker('node', 'promote', victim.name)
    await eventually('it knows all services', async () => (await names(victim)) === (await names(leader)), { timeoutMs: 30_000 })
  })
})

describe('a swarm without most of its managers', function () {
  this.timeout(120_000)
  let lab: Lab

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
    await lab?.close()
  })

  const selfOf = (host: LabHost) => host.docker('node', 'inspect', '--format', '{{.Description.Hostname}} {{.Status.State}} {{.Status.Addr}} {{.ManagerStatus.Addr}}', 'self')

  it('goes on from one that is left, with its services', async () => {
    lab = await startSwarm({ hosts: 2, managers: 2 })
    const [left, lost] = [lab.host(1), lab.host(2)]
    await left.docker('service', 'create', '-d', '--name', 'web', '--replicas', '2', 'web:1')
    await converged(left, 'web', 2)
    await lost.kill9()
    // What cannot be done leaves it what it was: a manager that waits for the other one.
    const elsewhere = await left.tryDocker('swarm', 'init', '--force-new-cluster', '--advertise-addr', left.ipv4, '--listen-addr', '192.0.2.99:2377')
    assert.match(elsewhere.stderr, /EADDRNOTAVAIL|address not available/)
    assert.equal(await left.docker('info', '--format', '{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}'), 'active true')
    await left.docker('swarm', 'init', '--force-new-cluster')
    await eventually('it leads', async () => (await left.docker('node', 'ls', '--format', '{{.Hostname}} {{.ManagerStatus}}')).split('\n').sort().join() === 'h1 Leader,h2 ')
    await left.docker('service', 'scale', '-d', 'web=3')
    await converged(left, 'web', 3)
  })

  it('comes back on another host from a copy of a manager', async () => {
    lab = await startLab(2)
    const [lost, other] = [lab.host(1), lab.host(2)]
    await lost.docker('swarm', 'init')
    await lost.runOk('docker', ['-H', `unix://${lost.socketPath}`, 'secret', 'create', 'word', '-'], { input: 'kept' })
    await lost.docker('service', 'create', '-d', '--name', 'web', '--replicas', '2', '--secret', 'word', 'web:1')
    await converged(lost, 'web', 2)
    await Promise.all([lost.stop(), other.stop()])
    cpSync(join(lost.dataRoot, 'swarm'), join(other.dataRoot, 'swarm'), { recursive: true })

    await other.startDaemon()
    await other.docker('swarm', 'init', '--force-new-cluster', '--advertise-addr', other.ipv4)
    await eventually('it is a manager at its own address', async () => (await selfOf(other)) === `h2 ready ${other.ipv4} ${other.ipv4}:2377`)
    await eventually('the tasks run here', async () => (await runningContainers(other)).length === 2)
    const [task = ''] = await runningContainers(other)
    assert.equal(await other.docker('exec', task, 'cat', '/run/secrets/word'), 'kept')
  })
})
