import { strict as assert } from 'node:assert'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { converged, endpointOf, nodes, printLogs, running, spread, startSwarm, type TaskJson, tasks, updateState } from './support.js'

describe('a service on three hosts', function () {
  let lab: Lab
  let manager: LabHost

  before(async () => {
    lab = await startSwarm({ hosts: 3, managers: 1 })
    manager = lab.host(1)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
    const services = await manager.docker('service', 'ls', '-q')
    for (const id of services.split('\n').filter((line) => line !== '')) await manager.docker('service', 'rm', id)
    for (const host of lab.hosts) {
      await eventually(`no container is left on ${host.name}`, async () => (await host.docker('ps', '-aq')) === '', { timeoutMs: 30_000 })
    }
  })
  after(async () => {
    await lab?.close()
  })

  /** Its image has no health check: it runs before it listens. */
  const answers = async (task: TaskJson, expected: RegExp): Promise<void> => {
    const address = await endpointOf(lab, manager, task)
    assert.match(await eventually(`${address} answers`, async () => (await lab.outside.http(address)).body), expected)
  }

  it('spreads six replicas evenly, scales up and down', async () => {
    await manager.docker('service', 'create', '-d', '--name', 'web', '--replicas', '6', '-p', 'mode=host,target=80', 'web:1')
    const six = await converged(manager, 'web', 6)
    assert.deepEqual(await spread(manager, six), { h1: 2, h2: 2, h3: 2 })
    for (const task of six) await answers(task, /^version 1 on /)

    await manager.docker('service', 'scale', '-d', 'web=9')
    assert.deepEqual(await spread(manager, await converged(manager, 'web', 9)), { h1: 3, h2: 3, h3: 3 })
    await manager.docker('service', 'scale', '-d', 'web=2')
    await converged(manager, 'web', 2)
    assert.equal(await manager.docker('service', 'ls', '--format', '{{.Name}} {{.Mode}} {{.Replicas}} {{.Image}}'), 'web replicated 2/2 web:1')
  })

  it('waits for convergence and shows its progress', async () => {
    const shown = await manager.docker('service', 'create', '--name', 'web', '--replicas', '2', 'web:1')
    assert.match(shown, /overall progress: 2 out of 2 tasks/)
    assert.match(shown, /verify: Service \w+ converged/)
  })

  it('rolls to a new image, keeps the history, and rolls back when asked', async () => {
    await manager.docker('service', 'create', '-d', '--name', 'web', '--replicas', '3', '--update-monitor', '500ms', '--rollback-monitor', '500ms', '-p', 'mode=host,target=80', 'web:1')
    await converged(manager, 'web', 3)
    await manager.docker('service', 'update', '-d', '--image', 'web:2', 'web')
    await updateState(manager, 'web', 'completed')
    for (const task of await converged(manager, 'web', 3)) {
      assert.equal(task.Spec.ContainerSpec.Image, 'web:2')
      await answers(task, /^version 2 on /)
    }
    const old = (await tasks(manager, 'web')).filter((task) => task.Spec.ContainerSpec.Image === 'web:1')
    assert.equal(old.length, 3)
    assert.deepEqual([...new Set(old.map((task) => task.DesiredState))], ['shutdown'])

    await manager.docker('service', 'rollback', '-d', 'web')
    await updateState(manager, 'web', 'rollback_completed')
    for (const task of await converged(manager, 'web', 3)) assert.equal(task.Spec.ContainerSpec.Image, 'web:1')
  })

  it('pauses an update that fails, with the reason', async () => {
    await manager.docker('service', 'create', '-d', '--name', 'web', '--replicas', '3', '--restart-delay', '200ms', '--update-monitor', '2s', 'web:1')
    await converged(manager, 'web', 3)
    await manager.docker('service', 'update', '-d', '--image', 'web:broken', 'web')
    assert.match(await updateState(manager, 'web', 'paused'), /update paused due to failure or early termination of task/)
    // What was not reached yet goes on.
    assert.ok((await running(manager, 'web')).some((task) => task.Spec.ContainerSpec.Image === 'web:1'))
    const failed = (await tasks(manager, 'web')).find((task) => task.Status.State === 'failed')
    assert.equal(failed?.Status.Err, 'task: non-zero exit (3)')
    assert.equal(failed?.Status.ContainerStatus?.ExitCode, 3)
  })

  it('rolls back by itself when told to', async () => {
    await manager.docker(
      'service', 'create', '-d', '--name', 'web', '--replicas', '3', '--restart-delay', '200ms',
      '--update-monitor', '2s', '--update-failure-action', 'rollback', '--rollback-monitor', '500ms', 'web:1',
    )
    await converged(manager, 'web', 3)
    await manager.docker('service', 'update', '-d', '--image', 'web:broken', 'web')
    await updateState(manager, 'web', 'rollback_completed')
    for (const task of await converged(manager, 'web', 3)) assert.equal(task.Spec.ContainerSpec.Image, 'web:1')
  })

  it('counts a task as running only once it is healthy', async () => {
    await manager.docker('service', 'create', '-d', '--name', 'web', '--replicas', '2', '--update-monitor', '1s', '--restart-delay', '200ms', 'web:1')
    await converged(manager, 'web', 2)
    await manager.docker('service', 'update', '-d', '--image', 'web:sick', 'web')
    await updateState(manager, 'web', 'paused')
    assert.ok((await tasks(manager, 'web')).some((task) => task.Status.Err?.includes('unhealthy')), 'the reason is shown')
  })

  it('starts new tasks first without losing a request', async () => {
    await manager.docker(
      'service', 'create', '-d', '--name', 'web', '--replicas', '3', '--env', `DRAIN_SECONDS=${drainMs / 1000}`, '--update-order', 'start-first',
      // It counts as running once it listens.
      '--health-cmd', "grep -q ':0050 .* 0A ' /proc/net/tcp /proc/net/tcp6", '--health-interval', '100ms', '--health-retries', '50',
      '--update-monitor', '500ms', '-p', 'mode=host,target=80', 'web:1',
    )
    await converged(manager, 'web', 3)
    const load = startLoad(lab, manager, 'web')
    await manager.docker('service', 'update', '-d', '--image', 'web:2', 'web')
    await updateState(manager, 'web', 'completed')
    // A busy machine sends few of them in the time that an update takes.
    await eventually('50 requests were sent', () => load.sent > 50)
    const { failed, versions } = await load.stop()
    assert.deepEqual(failed, [])
    assert.deepEqual([...versions].sort(), ['1', '2'])
  })

  it('moves tasks off a drained node, and the node takes new ones when it is active again', async () => {
    await manager.docker('service', 'create', '-d', '--name', 'web', '--replicas', '6', 'web:1')
    await converged(manager, 'web', 6)
    await manager.docker('node', 'update', '--availability', 'drain', 'h2')
    await eventually('h2 is empty', async () => (await lab.host(2).docker('ps', '-q')) === '')
    assert.deepEqual(await spread(manager, await converged(manager, 'web', 6)), { h1: 3, h3: 3 })
    await manager.docker('node', 'update', '--availability', 'active', 'h2')
    await manager.docker('service', 'scale', '-d', 'web=9')
    assert.equal((await spread(manager, await converged(manager, 'web', 9)))['h2'], 3)
  })

  it('obeys constraints, also when a label changes', async () => {
    await manager.docker('node', 'update', '--label-add', 'zone=east', 'h2')
    await manager.docker('node', 'update', '--label-add', 'zone=east', 'h3')
    await manager.docker('service', 'create', '-d', '--name', 'web', '--replicas', '4', '--constraint', 'node.labels.zone==east', 'web:1')
    assert.deepEqual(await spread(manager, await converged(manager, 'web', 4)), { h2: 2, h3: 2 })
    await manager.docker('node', 'update', '--label-rm', 'zone', 'h2')
    await eventually('all tasks are on h3', async () => (await spread(manager, await converged(manager, 'web', 4)))['h3'] === 4)
    await manager.docker('node', 'update', '--label-rm', 'zone', 'h3')
  })

  it('runs a global service once on each node', async () => {
    await manager.docker('service', 'create', '-d', '--name', 'agent', '--mode', 'global', 'web:1')
    assert.deepEqual(await spread(manager, await converged(manager, 'agent', 3)), { h1: 1, h2: 1, h3: 1 })
  })

  it('says why nothing fits', async () => {
    await manager.docker('service', 'create', '-d', '--name', 'big', '--reserve-memory', '900g', 'web:1')
    await eventually('the reason is on the task', async () =>
      (await tasks(manager, 'big')).some((task) => task.Status.Err === 'no suitable node (insufficient memory on 3 nodes)'),
    )
    assert.match(await manager.docker('service', 'ps', '--no-trunc', 'big'), /insufficient memory on 3 nodes/)
  })

  it('gathers the logs of all tasks', async () => {
    await manager.docker('service', 'create', '-d', '--name', 'web', '--replicas', '3', 'web:1')
    await converged(manager, 'web', 3)
    await eventually('a line from each task', async () => {
      const lines = (await manager.docker('service', 'logs', 'web')).split('\n').filter((line) => line.includes('serving version 1'))
      return lines.length === 3 && new Set(lines.map((line) => /@(\w+)/.exec(line)?.[1])).size === 3
    })
  })

  it('restarts a container that dies', async () => {
    await manager.docker('service', 'create', '-d', '--name', 'web', '--replicas', '1', '--restart-delay', '100ms', 'web:1')
    const [task] = await converged(manager, 'web', 1)
    const id = task?.Status.ContainerStatus?.ContainerID ?? ''
    const host = lab.hosts.find((one) => one.n > 0 && task !== undefined && one.running) as LabHost
    for (const one of lab.hosts) if ((await one.docker('ps', '-q', '--no-trunc')).includes(id)) await one.docker('kill', id)
    await eventually('another task runs', async () => {
      const now = await running(host, 'web')
      return now.length === 1 && now[0]?.ID !== task?.ID
    })
  })

  it('tells of the past what happened in the cluster', async () => {
    const since = String(Date.now() / 1000)
    await manager.docker('config', 'create', 'past', '/etc/hostname')
    await manager.docker('network', 'create', '-d', 'overlay', 'past')
    await manager.docker('service', 'create', '-d', '--name', 'past', '--replicas', '1', 'web:1')
    await manager.docker('service', 'scale', '-d', 'past=0')
    await manager.docker('service', 'rm', 'past')
    await manager.docker('config', 'rm', 'past')
    await manager.docker('network', 'rm', 'past')
    const told = await eventually('the last one is told', async () => {
      const until = String(Date.now() / 1000)
      const lines = (await manager.docker('events', '--since', since, '--until', until, '--filter', 'scope=swarm', '--format', '{{.Type}} {{.Action}} {{.Actor.Attributes.name}} {{index .Actor.Attributes "replicas.new"}}')).split('\n').filter((line) => / past /.test(line))
      return lines.some((line) => line.startsWith('network remove')) && lines
    })
    assert.deepEqual(told.map((line) => line.trim()).filter((line, index, all) => line !== all[index - 1] && !/ update past$/.test(line)), [
      'config create past', 'network create past', 'service create past', 'service update past 0', 'service remove past', 'config remove past', 'network remove past',
    ])
  })

  it('keeps manager commands to managers', async () => {
    const refused = await lab.host(2).tryDocker('service', 'ls')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /This node is not a swarm manager\. Worker nodes can't be used/)
    const leave = await manager.tryDocker('swarm', 'leave')
    assert.match(leave.stderr, /Removing the last manager erases all current state of the swarm/)
    const demote = await manager.tryDocker('node', 'demote', 'h1')
    assert.match(demote.stderr, /attempting to demote the last manager of the swarm/)
    assert.equal((await nodes(manager)).length, 3)
  })
})

/** How long a task goes on serving that was told to end: until then clients know that it is leaving. */
const drainMs = 2_000

/** Requests to whichever tasks are wanted and run, one after another, until stopped. */
function startLoad(lab: Lab, manager: LabHost, service: string) {
  let stopping = false
  let sent = 0
  const failed: string[] = []
  const versions = new Set<string>()
  let addresses: string[] = []
  let knownMs = -Infinity
  const refresh = async (): Promise<void> => {
    const nowMs = performance.now()
    const found: string[] = []
    for (const task of await running(manager, service)) found.push(await endpointOf(lab, manager, task))
    if (found.length > 0) [addresses, knownMs] = [found, nowMs]
  }
  const watch = (async () => {
    while (!stopping) await refresh()
  })()
  const work = (async () => {
    await refresh()
    while (!stopping) {
      // On a busy machine the client must not learn of a task's end later than it may.
      while (performance.now() - knownMs > drainMs / 2) await refresh()
      const address = addresses[sent % addresses.length] as string
      sent++
      try {
        const { body } = await lab.outside.http(address)
        versions.add(/^version (\w+)/.exec(body)?.[1] ?? body)
      } catch (thrown) {
        failed.push(`${address}: ${String(thrown)}`)
      }
    }
  })()
  return {
    get sent() {
      return sent
    },
    async stop() {
      stopping = true
      await Promise.all([work, watch])
      return { failed, versions }
    },
  }
}
