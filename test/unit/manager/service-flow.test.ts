import { strict as assert } from 'node:assert'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IdentityFiles } from '../../../agent/identity/identity-files.js'
import { joinCluster } from '../../../agent/identity/join.js'
import { NodeIdentity } from '../../../agent/identity/node-identity.js'
import { ManagerList } from '../../../agent/managers.js'
import { Reporter } from '../../../agent/reporter.js'
import { Session } from '../../../agent/session.js'
import { foundCluster } from '../../../manager/ca/found-cluster.js'
import { Manager } from '../../../manager/manager.js'
import { idSource } from '../../../src/base/id.js'
import { nullLogger } from '../../../src/base/log.js'
import { Scope } from '../../../src/base/scope.js'
import type { Control } from '../../../src/model/control.js'
import { defaultClusterSpec } from '../../../src/model/defaults.js'
import type { Task } from '../../../src/model/task.js'
import { isTerminal, TaskState } from '../../../src/model/task-state.js'
import { systemClock } from '../../../src/sys/system-clock.js'
import { systemRng } from '../../../src/sys/system-rng.js'
import { ConnectionPool } from '../../../src/wire/grpc-client.js'
import { logBrokerService, type PublishLogsMessage } from '../../../src/wire/logbroker-service.js'
import { clientOf } from '../../../src/wire/transport.js'
import { eventually } from '../../support/eventually.js'
import { containerSpec, serviceSpec, taskSpec } from '../../support/objects.js'

/** A real manager and real agents' sessions over loopback; only the containers are pretended. */
describe('a service between the control API and the agents', () => {
  let scope: Scope
  const deps = { clock: systemClock, rng: systemRng, log: nullLogger }
  beforeEach(() => (scope = new Scope()))
  afterEach(() => scope[Symbol.asyncDispose]())

  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'skep-flow-'))
    scope.defer(() => rm(path, { recursive: true, force: true }))
    return path
  }

  async function startManager() {
    const ids = idSource(systemRng)
    const spec = defaultClusterSpec()
    const founded = await foundCluster({
      spec: { ...spec, dispatcher: { heartbeatPeriodNs: 2e8 } },
      defaultAddressPool: ['10.0.0.0/8'],
      subnetSize: 24,
      dataPathPort: 4789,
      availability: 'drain',
      address: '127.0.0.1',
      nowMs: systemClock.nowMs(),
      ids,
    })
    const root = await folder()
    const identity = await NodeIdentity.adopt({ ...deps, files: new IdentityFiles(root) }, founded.identity)
    const options = { dir: join(root, 'raft'), identity, listenAddress: '127.0.0.1:0', advertiseAddress: '127.0.0.1:2377', ids, ...deps }
    const manager = scope.use(await Manager.start({ ...options, start: { kind: 'found', founded } }))
    await manager.leaderKnown(scope.signal)
    return { control: manager.control, address: `127.0.0.1:${manager.port}` }
  }

  /** A worker that says of every task what it is wanted to be, and one line of log for each. */
  async function startWorker(control: Control, address: string, hostname: string) {
    const dead = new AbortController()
    const signal = AbortSignal.any([scope.signal, dead.signal])
    const { rootCa } = await control.getCluster()
    const joined = await joinCluster({ token: rootCa.joinTokens.worker, managers: [address], availability: 'active', clock: systemClock, signal })
    const identity = await NodeIdentity.adopt({ ...deps, files: new IdentityFiles(await folder()) }, joined)
    const connections = scope.use(new ConnectionPool(identity, systemClock))
    const reporter = new Reporter()
    const running = new Map<string, Task>()
    const take = (task: Task) => {
      const wanted = Math.min(task.desiredState, TaskState.shutdown)
      const state = wanted <= TaskState.running ? (wanted as TaskState) : TaskState.shutdown
      running.set(task.id, task)
      if (!isTerminal(task.status.state)) reporter.report(task.id, { ...task.status, state, message: 'pretended', err: '' })
    }
    const session = new Session({
      ...deps,
      identity,
      managers: Object.assign(new ManagerList(systemRng, [{ nodeId: '', address, weight: 1 }]), { update: () => undefined }),
      connections,
      consumer: {
        onAssignments: async ({ tasks, removedTasks }) => {
          tasks.forEach(take)
          for (const id of removedTasks) if (running.delete(id)) reporter.forget(id)
        },
      },
      reporter,
      describe: () => ({ hostname, platform: { architecture: 'x86_64', os: 'linux' }, resources: { nanoCpus: 4e9, memoryBytes: 4e9, generic: [] }, engineVersion: '', engineLabels: {}, plugins: [] }),
      advertiseAddress: '',
    })
    const broker = clientOf(logBrokerService, connections.to(address))
    async function* lines(subscriptionId: string): AsyncGenerator<PublishLogsMessage> {
      for (const { id, serviceId } of running.values()) {
        const line = { serviceId, taskId: id, nodeId: '', timestampMs: 1, timestamp: '', stream: 'stdout' as const, data: Buffer.from(`${hostname}\n`) }
        yield { subscriptionId, messages: [line], close: false }
      }
      yield { subscriptionId, messages: [], close: true }
    }
    const publish = async () => {
      for await (const { id, close } of broker.listenSubscriptions({}, { signal })) if (!close) await broker.publishLogs(lines(id), { signal })
    }
    const work = [session.run(signal), publish().catch(() => undefined)]
    scope.defer(() => Promise.all(work))
    return { nodeId: identity.nodeId, kill: () => dead.abort() }
  }

  it('runs, tells its logs, is updated, survives a worker, and goes', async () => {
    const { control, address } = await startManager()
    const hosts = [await startWorker(control, address, 'host1'), await startWorker(control, address, 'host2')]
    await eventually('both are ready', async () => (await control.listNodes()).filter(({ status }) => status.state === 'ready').length === 2)

    const spec = serviceSpec('web', { mode: { kind: 'replicated', replicas: 4 }, update: { parallelism: 0, delayNs: 0, failureAction: 'pause', monitorNs: 1e6, maxFailureRatio: 0, order: 'stop-first' } })
    const web = await control.createService(spec)
    const counts = async () => (await control.serviceStatuses([web.id]))[web.id]
    await eventually('4 of 4 run', async () => (await counts())?.running === 4)
    const perHost = async () => {
      const tasks = await control.listTasks({ serviceId: web.id })
      return hosts.map(({ nodeId }) => tasks.filter((task) => task.nodeId === nodeId && task.status.state === TaskState.running).length)
    }
    assert.deepEqual(await perHost(), [2, 2])

    const seen: string[] = []
    const selector = { serviceIds: ['web'], taskIds: [], nodeIds: [] }
    for await (const messages of control.serviceLogs(selector, { stdout: true, stderr: true, follow: false, tail: -1 }, scope.signal)) {
      seen.push(...messages.map(({ data }) => Buffer.from(data).toString().trim()))
    }
    assert.deepEqual(seen.sort(), ['host1', 'host1', 'host2', 'host2'])

    const next = { ...web.spec, task: taskSpec({ container: containerSpec({ image: 'busybox:2' }) }) }
    const current = await control.getService('web')
    await control.updateService('web', current.meta.version, next, false)
    await eventually('all run the new image', async () => {
      const tasks = (await control.listTasks({ serviceId: web.id })).filter(({ status }) => status.state === TaskState.running)
      return tasks.length === 4 && tasks.every((task) => task.spec.container?.image === 'busybox:2')
    })
    await eventually('the update is completed', async () => (await control.getService('web')).updateStatus?.state === 'completed')

    hosts[0]?.kill()
    await eventually('all run on the other host', async () => {
      const [first, second] = await perHost()
      const down = (await control.getNode(hosts[0]?.nodeId ?? '')).status.state === 'down'
      return down && second === 4 && first !== undefined
    })

    await control.removeService('web')
    await eventually('its tasks are gone from the host that lives', async () => {
      const left = (await control.listTasks({ serviceId: web.id })).filter((task) => task.nodeId === hosts[1]?.nodeId)
      return left.every(({ status }) => isTerminal(status.state))
    })
  })
})
