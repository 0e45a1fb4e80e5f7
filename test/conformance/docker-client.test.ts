import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../src/sys/exec.js'
import { FakeDaemon } from '../support/fake-backends.js'
import { serviceSpec, task } from '../support/objects.js'
import { TaskState } from '../../src/model/task-state.js'
import type { NodeId, ServiceId } from '../../src/model/ids.js'

const docker = ['/usr/local/bin/docker', '/usr/bin/docker'].find((path) => existsSync(path))

/** The real docker client against the API over fakes. */
describe('the docker client', function () {
  this.timeout(60_000)
  let daemon: FakeDaemon
  let home: string

  before(function () {
    if (docker !== undefined) return
    console.warn('SKIPPED: no docker client at /usr/local/bin/docker or /usr/bin/docker')
    this.skip()
  })
  beforeEach(async () => {
    daemon = await FakeDaemon.start()
    home = mkdtempSync(join(tmpdir(), 'skep-docker-home-'))
  })
  afterEach(async () => {
    await daemon?.[Symbol.asyncDispose]()
    if (home) rmSync(home, { recursive: true, force: true })
  })

  const run = async (args: string[], options: { input?: string; version?: string } = {}) =>
    exec(docker ?? 'docker', args, {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        DOCKER_HOST: daemon.host,
        ...(options.version !== undefined && { DOCKER_API_VERSION: options.version }),
      },
      ...(options.input !== undefined && { input: options.input }),
    })
  const ok = async (args: string[], options: { input?: string; version?: string } = {}) => {
    const result = await run(args, options)
    assert.equal(result.code, 0, `docker ${args.join(' ')}: ${result.stderr}`)
    return result.stdout
  }

  it('negotiates a version and shows the server', async () => {
    const shown = JSON.parse(await ok(['version', '--format', '{{json .}}'])) as { Client: { ApiVersion: string }; Server: { Version: string } }
    assert.equal(shown.Server.Version, '0.1.0')
    assert.match(await ok(['info']), /Swarm: inactive/)
  })

  it('runs a container in the foreground: attach, wait, start, exit code', async () => {
    assert.equal(await ok(['run', '--pull', 'never', 'busybox', 'echo', 'hello', 'there']), 'hello there\n')
    assert.deepEqual(daemon.deps.containers.calls.slice(0, 3).sort(), ['attach', 'start', 'wait'])
    assert.equal(daemon.deps.containers.calls[2], 'start', 'wait and attach are armed before the start')
    assert.equal((await run(['run', '--rm', 'busybox', 'exit', '7'])).code, 7)
    const failed = await run(['run', 'busybox', 'err', 'oops'])
    assert.equal(failed.stderr, 'oops\n')
    assert.equal(failed.stdout, '')
  })

  it('runs with the wire format of older clients', async () => {
    assert.equal(await ok(['run', '--rm', 'busybox', 'echo', 'old'], { version: '1.41' }), 'old\n')
    assert.equal(await ok(['run', '--rm', 'busybox', 'echo', 'older'], { version: '1.30' }), 'older\n')
  })

  it('carries standard input to its end and the output back', async () => {
    const text = 'line of text\n'.repeat(50_000)
    assert.equal(await ok(['run', '-i', '--rm', 'busybox', 'cat'], { input: text }), text)
  })

  it('lists, logs, execs and removes', async () => {
    const id = (await ok(['run', '-d', '--name', 'web', 'busybox', 'sleep'])).trim()
    assert.match(await ok(['ps', '--no-trunc']), new RegExp(`${id}.*busybox.*web`))
    assert.equal(await ok(['exec', '-i', 'web', 'cat'], { input: 'through exec' }), 'through exec')
    assert.equal((await run(['exec', 'web', 'exit', '3'])).code, 3)
    await ok(['exec', '-d', 'web', 'sleep'])
    assert.equal(daemon.deps.exec.started.filter((one) => one.detached).length, 1)
    await ok(['rm', '-f', 'web'])
    await ok(['run', '--name', 'done', 'busybox', 'echo', 'logged'])
    assert.equal(await ok(['logs', 'done']), 'logged\n')
    const missing = await run(['logs', 'nothing'])
    assert.match(missing.stderr, /No such container: nothing/)
  })

  it('follows logs until the container ends', async () => {
    await ok(['run', '-d', '--name', 'web', 'busybox', 'sleep'])
    const following = ok(['logs', '-f', 'web'])
    await ok(['stop', 'web'])
    assert.equal(await following, '')
  })

  it('shows events of the past and ends at until', async () => {
    daemon.deps.events.remembered.push({
      Type: 'container',
      Action: 'start',
      Actor: { ID: 'abc', Attributes: { image: 'busybox', name: 'web' } },
      scope: 'local',
      time: 1_700_000_000,
      timeNano: 1_700_000_000_000_000_000,
    })
    const shown = await ok(['events', '--since', '1600000000', '--until', '1700000100', '--format', '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}'])
    assert.equal(shown, 'container start web\n')
    assert.equal(await ok(['events', '--since', '1600000000', '--until', '1700000100', '--filter', 'event=stop']), '')
  })

  it('handles images, networks and volumes', async () => {
    daemon.deps.images.add('app:v1')
    assert.match(await ok(['images']), /app +v1/)
    await ok(['tag', 'app:v1', 'registry.local:5000/team/app:v2'])
    await ok(['image', 'inspect', 'registry.local:5000/team/app:v2'])
    assert.match(await ok(['image', 'history', 'app:v1']), /sh/)
    await ok(['rmi', 'registry.local:5000/team/app:v2'])
    assert.match(await ok(['load'], { input: 'a'.repeat(300_000) }), /Loaded image: app:v1/)
    assert.equal(daemon.deps.images.loadedBytes, 300_000)
    assert.match((await run(['load'], { input: 'damaged' })).stderr, /damaged/)
    assert.match(await ok(['import', '-', 'root:v1'], { input: 'rootfs' }), /^sha256:3+/)
    assert.equal(await ok(['save', 'app:v1']), 'app:v1')
    await ok(['network', 'create', 'front'])
    assert.match(await ok(['network', 'ls']), /front +bridge +local/)
    await ok(['network', 'rm', 'front'])
    await ok(['volume', 'create', 'data'])
    assert.match(await ok(['volume', 'ls']), /local +data/)
    await ok(['volume', 'rm', 'data'])
    assert.match(await ok(['system', 'df']), /Images +1/)
  })

  it('says on a host without a swarm what to do', async () => {
    const refused = await run(['service', 'ls'])
    assert.match(refused.stderr, /This node is not a swarm manager. Use "docker swarm init"/)
  })

  it('starts a swarm and manages services', async () => {
    assert.match(await ok(['swarm', 'init']), /Swarm initialized[\s\S]*SWMTKN-1-w/)
    assert.match(await ok(['info']), /Swarm: active[\s\S]*ClusterID: cluster[\s\S]*Managers: 1[\s\S]*Nodes: 1/)
    assert.match(await ok(['node', 'ls']), /host1 +Ready +Active +Leader/)
    await ok(['service', 'create', '-d', '--name', 'web', '--replicas', '2', '--publish', '8080:80', 'app:v1'])
    assert.match(await ok(['service', 'ls']), /web +replicated +1\/2 +app:v1 +\*:8080->80\/tcp/)
    await ok(['service', 'update', '-d', '--image', 'app:v2', '--update-delay', '3s', 'web'])
    await ok(['service', 'scale', '-d', 'web=5'])
    const control = daemon.deps.swarm.theControl
    const [service] = control.services.values()
    assert.equal(service?.spec.task.container?.image, 'app:v2')
    assert.deepEqual(service?.spec.mode, { kind: 'replicated', replicas: 5 })
    assert.equal(service?.spec.update?.delayNs, 3e9)
    assert.match(await ok(['service', 'inspect', '--pretty', 'web']), /Delay:\s+3s/)
    await ok(['service', 'rollback', '-d', 'web'])
    assert.equal(control.rollbacks.length, 1)
    const [node] = control.nodes.values()
    control.tasks.set('t1', {
      ...task('t1'.padEnd(25, '0'), {
        serviceId: service?.id as ServiceId,
        nodeId: node?.id as NodeId,
        serviceAnnotations: { name: 'web', labels: {} },
        spec: serviceSpec('web').task,
        status: { state: TaskState.running, timestampMs: 1_700_000_000_000, message: 'started', err: '', ports: [], appliedBy: '' },
      }),
      meta: control.meta(),
    })
    assert.match(await ok(['service', 'ps', 'web']), /web\.1 +busybox:latest +host1 +Running +Running/)
    control.logs = [
      {
        serviceId: service?.id ?? '',
        taskId: 't1'.padEnd(25, '0'),
        nodeId: node?.id ?? '',
        timestampMs: 0,
        timestamp: '2026-01-01T00:00:00.000000000Z',
        stream: 'stdout',
        data: Buffer.from('served\n'),
      },
    ]
    control.tasks.set('t1'.padEnd(25, '0'), [...control.tasks.values()][0] as NonNullable<ReturnType<typeof control.tasks.get>>)
    assert.match(await ok(['service', 'logs', 'web']), /web\.1\.t1\w*@host1 +\| served/)
    await ok(['service', 'rm', 'web'])
    await ok(['node', 'update', '--availability', 'drain', node?.id ?? ''])
    assert.equal([...control.nodes.values()][0]?.spec.availability, 'drain')
  })

  it('keeps secrets, configs and overlay networks', async () => {
    await ok(['swarm', 'init'])
    await ok(['secret', 'create', 'key', '-'], { input: 's3cret' })
    const control = daemon.deps.swarm.theControl
    assert.equal(Buffer.from([...control.secrets.values()][0]?.spec.data ?? []).toString(), 's3cret')
    assert.match(await ok(['secret', 'inspect', '--pretty', 'key']), /Name:\s+key/)
    await ok(['config', 'create', 'conf', '-'], { input: 'a=b' })
    assert.match(await ok(['config', 'inspect', '--pretty', 'conf']), /a=b/)
    await ok(['network', 'create', '-d', 'overlay', '--attachable', 'mesh'])
    assert.match(await ok(['network', 'ls', '--filter', 'driver=overlay']), /mesh +overlay +swarm/)
    await ok(['network', 'rm', 'mesh'])
    await ok(['secret', 'rm', 'key'])
    await ok(['config', 'rm', 'conf'])
    assert.match(await ok(['swarm', 'join-token', '-q', 'worker']), /SWMTKN-1-w/)
    await ok(['swarm', 'update', '--task-history-limit', '9'])
    assert.equal(control.theCluster.spec.orchestration.taskHistoryRetentionLimit, 9)
  })

  it('pulls, pushes and searches with the credentials that are kept', async () => {
    mkdirSync(join(home, '.docker'))
    writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ auths: { 'registry.example': { auth: Buffer.from('ann:secret').toString('base64') } } }))
    assert.match(await ok(['pull', 'registry.example/app:v3']), /Downloaded newer image for registry.example\/app:v3/)
    const [pull] = daemon.deps.images.pulls
    assert.deepEqual([pull?.name, pull?.options.tag, pull?.options.auth.username, pull?.options.auth.password], ['registry.example/app', 'v3', 'ann', 'secret'])
    assert.match(await ok(['push', 'registry.example/app:v3']), /The push refers to repository/)
    assert.equal(daemon.deps.images.pushes[0]?.options.auth.username, 'ann')
    assert.match(await ok(['search', 'app']), /registry.example\/app:v3/)
    const refused = await run(['pull', 'registry.example/gone'])
    assert.match(refused.stderr, /pull access denied for registry.example\/gone, repository does not exist/)
  })
})
