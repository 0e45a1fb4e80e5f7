import { strict as assert } from 'node:assert'
import { ContainerController, type ContainerDeps } from '../../../../agent/executor/container-controller.js'
import { ContainerExecutor } from '../../../../agent/executor/container-executor.js'
import { Limit } from '../../../../src/base/limit.js'
import type { TaskFile } from '../../../../agent/executor/task-files.js'
import { nullLogger } from '../../../../src/base/log.js'
import type { Secret } from '../../../../src/model/secret.js'
import type { Task } from '../../../../src/model/task.js'
import { taskOf } from '../../../support/agent-task.js'
import { FakeEngine } from '../../../support/fake-engine.js'
import { settle } from '../../../support/manual-clock.js'
import { clusterNetwork } from '../../../support/network-rows.js'

const check = { test: ['CMD', 'true'], intervalNs: 0, timeoutNs: 0, startPeriodNs: 0, startIntervalNs: 0, retries: 0 }
const never = new AbortController().signal

describe('the container controller', () => {
  let engine: FakeEngine
  let files: Map<string, readonly TaskFile[]>
  let deps: ContainerDeps

  beforeEach(() => {
    engine = new FakeEngine()
    files = new Map()
    deps = {
      engine,
      events: engine.events,
      images: { has: (ref) => engine.images.has(ref) },
      files: {
        write: (id, given) => Promise.resolve(files.set(id, given)).then(() => given.map((_, i) => `/files/${id}/${i}`)),
        remove: (id) => Promise.resolve(void files.delete(id)),
        keepOnly: (isKnown) => Promise.resolve([...files.keys()].filter((id) => !isKnown(id)).forEach((id) => files.delete(id))),
      },
      fileSource: { secret: () => ({ spec: { data: Buffer.from('x') } }) as unknown as Secret, config: () => undefined },
      limit: new Limit(4),
      node: () => ({ id: 'node-id', hostname: 'h', platform: { os: 'linux', architecture: 'x86_64' } }),
    }
  })

  const controllerOf = (task: Task = taskOf('t')): ContainerController => new ContainerController(task, deps)
  const name = 'web.1.t'
  const running = async (task?: Task): Promise<ContainerController> => {
    const controller = controllerOf(task)
    await controller.prepare(never)
    await controller.start(never)
    return controller
  }

  it('makes, starts and watches a container', async () => {
    const controller = await running()
    assert.deepEqual(engine.calls, [`create ${name}`, `start ${name}`])
    assert.deepEqual((await controller.observe()).container, { containerId: '1'.padStart(64, '0'), pid: 4711, exitCode: 0 })
    const end = controller.wait(never)
    await settle()
    engine.exit(name, 0)
    await end
  })

  it('tells of the exit code, and why', async () => {
    const controller = await running()
    const end = assert.rejects(controller.wait(never), { name: 'ExitError', message: 'task: non-zero exit (3): killed by a test' })
    await settle()
    engine.exit(name, 3, 'killed by a test')
    await end
    assert.equal((await controller.observe()).container?.exitCode, 3)
  })

  it('refuses an image that is nowhere, pulls one that can be had', async () => {
    const other = taskOf('t', {}, { image: 'elsewhere:2' })
    await assert.rejects(controllerOf(other).prepare(never), /No such image: elsewhere:2/)
    const pulled: string[] = []
    deps = { ...deps, puller: { pull: (ref) => Promise.resolve(void pulled.push(ref)).then(() => void engine.images.add(ref)) } }
    await controllerOf(other).prepare(never)
    await controllerOf(taskOf('u')).prepare(never)
    assert.deepEqual(pulled, ['elsewhere:2'])
  })

  it('takes over the container it made before', async () => {
    await controllerOf().prepare(never)
    await controllerOf().prepare(never)
    const controller = await running()
    await running()
    assert.deepEqual(engine.calls, [`create ${name}`, `start ${name}`])
    engine.exit(name, 5)
    // Ended while nobody looked: it is not started again, its end is the task's.
    await controllerOf().start(never)
    await assert.rejects(controller.wait(never), /non-zero exit \(5\)/)
    assert.deepEqual(engine.calls, [`create ${name}`, `start ${name}`])
  })

  it('leaves the container of a stranger alone', async () => {
    await engine.create(name, { Image: 'app:1' })
    await assert.rejects(controllerOf().prepare(never), /the container name web\.1\.t is in use by a container that is not this task's/)
  })

  it('runs only once it is healthy', async () => {
    const controller = controllerOf(taskOf('t', {}, { healthCheck: check }))
    await controller.prepare(never)
    let started = false
    const start = controller.start(never).then(() => (started = true))
    await settle()
    assert(!started)
    engine.health(name, 'healthy')
    await start
    const end = assert.rejects(controller.wait(never), /^TaskError: unhealthy container$/)
    await settle()
    engine.health(name, 'unhealthy')
    await end
    assert.equal(engine.calls.at(-1), `stop ${name} 10`)
    assert.equal(engine.events.subscriberCount, 0)
  })

  it('is taken out of the tables before it is stopped for being unhealthy, once it could be reached', async () => {
    let drained = (): void => undefined
    deps = { ...deps, drain: (id) => new Promise<void>((resolve) => (drained = resolve)).then(() => void engine.calls.push(`drained ${id}`)) }
    const networks = [{ network: clusterNetwork('back'), addresses: ['10.0.1.3/24'], aliases: [], driverOptions: {} }]
    const controller = controllerOf(taskOf('t', { networks }, { healthCheck: check }))
    // Its container is there already: how it was attached does not matter here.
    await controllerOf(taskOf('t', {}, { healthCheck: check })).prepare(never)
    const start = controller.start(never)
    await settle()
    engine.health(name, 'healthy')
    await start
    const end = assert.rejects(controller.wait(never), /^TaskError: unhealthy container$/)
    await settle()
    engine.health(name, 'unhealthy')
    await settle()
    assert.equal(engine.calls.at(-1), `start ${name}`, 'flows are still led to it')
    drained()
    await end
    assert.deepEqual(engine.calls.slice(-2), ['drained t', `stop ${name} 10`])
  })

  it('fails when it never gets healthy, ends before, or is interrupted', async () => {
    const start = async (id: string): Promise<{ name: string; end: Promise<unknown>; abort: AbortController }> => {
      const controller = controllerOf(taskOf(id, {}, { healthCheck: check }))
      const abort = new AbortController()
      await controller.prepare(never)
      const end = controller.start(abort.signal).then(
        () => 'started',
        (thrown: Error) => thrown.message,
      )
      await settle()
      return { name: `web.1.${id}`, end, abort }
    }
    const sick = await start('sick')
    engine.health(sick.name, 'unhealthy')
    assert.equal(await sick.end, 'unhealthy container')
    const dead = await start('dead')
    engine.exit(dead.name, 9)
    assert.equal(await dead.end, 'task: non-zero exit (9)')
    const unwanted = await start('unwanted')
    unwanted.abort.abort(new Error('no more'))
    assert.equal(await unwanted.end, 'no more')
    assert.equal(engine.events.subscriberCount, 0)
  })

  it('ends its look at health when the wait was over before the events were', async () => {
    const controller = controllerOf()
    await controller.prepare(never)
    async function* none(): AsyncGenerator<never> {}
    await assert.rejects(controller['whenUnhealthy']('1'.padStart(64, '0'), none(), AbortSignal.abort(new Error('over'))), /over/)
  })

  it('stops with its grace period and removes everything', async () => {
    const task = taskOf('t', {}, { stopGracePeriodNs: 2_500_000_000, secrets: [{ id: 's', name: 's', file: { name: 's', uid: '', gid: '', mode: 0o400 } }] })
    const controller = await running(task)
    assert.deepEqual(engine.find(name).body.HostConfig?.Mounts?.map((mount) => [mount.Source, mount.Target]), [['/files/t/0', '/run/secrets/s']])
    await controller.shutdown(never)
    await controller.shutdown(never)
    assert.deepEqual(engine.calls.slice(2), [`stop ${name} 3`, `stop ${name} 3`])
    await controller.remove()
    await controller.remove()
    await controller.shutdown(never)
    assert.deepEqual([engine.containers.size, files.size], [0, 0])
    assert.deepEqual(await controller.observe(), {})
  })

  it('shows the ports that the node chose', async () => {
    const port = { name: '', protocol: 'tcp', targetPort: 80, publishedPort: 0, publishMode: 'host' } as const
    const fixed = { ...port, targetPort: 81, publishedPort: 8081 }
    const controller = await running(taskOf('t', { endpoint: { spec: { mode: 'vip', ports: [] }, virtualIps: [], ports: [port, fixed, { ...port, publishMode: 'ingress' }] } }))
    assert.deepEqual((await controller.observe()).ports, [{ ...port, publishedPort: 32768 }, fixed])
  })

  it('removes the containers of tasks that nobody knows, whether they run or not', async () => {
    await running()
    await controllerOf(taskOf('v')).prepare(never)
    await controllerOf(taskOf('u')).prepare(never)
    await engine.create('by-hand', { Image: 'app:1' })
    await new ContainerExecutor(deps, nullLogger).removeStrays((id) => id === 'u')
    assert.deepEqual([...engine.containers.keys()], ['web.1.u', 'by-hand'])
  })

  it('makes a few containers at a time', async () => {
    let now = 0
    let most = 0
    const create = engine.create.bind(engine)
    engine.create = async (given, body) => {
      most = Math.max(most, ++now)
      await settle()
      now--
      return create(given, body)
    }
    await Promise.all(Array.from({ length: 20 }, (_, i) => controllerOf(taskOf(`t${i}`)).prepare(new AbortController().signal)))
    assert.deepEqual([most, engine.containers.size], [4, 20])
  })
})
