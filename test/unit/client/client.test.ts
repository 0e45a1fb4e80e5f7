import { strict as assert } from 'node:assert'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { Client } from '../../../src/client/client.js'
import { EngineApi } from '../../../src/client/engine.js'
import { hostText, parseHost, type SshHost } from '../../../src/client/host.js'
import type { Output } from '../../../src/client/streams.js'
import { sshWords } from '../../../src/cli/contexts/ssh.js'
import { programConnection } from '../../../src/sys/exec.js'
import { encodeServiceSpec } from '../../../src/api/services/encode.js'
import { ErrorKind, StatusError } from '../../../src/base/errors.js'
import { FakeDaemon } from '../../support/fake-backends.js'
import { serviceSpec } from '../../support/objects.js'

const refused = (kind: ErrorKind, message: RegExp) => (thrown: unknown) =>
  thrown instanceof StatusError && thrown.kind === kind && message.test(thrown.message)

async function collect(output: AsyncIterable<Output>): Promise<{ stdout: string; stderr: string }> {
  const texts = { stdout: '', stderr: '' }
  for await (const { stream, data } of output) texts[stream] += data.toString()
  return texts
}

describe('the typed client', () => {
  let daemon: FakeDaemon
  let api: EngineApi
  beforeEach(async () => {
    daemon = await FakeDaemon.start()
    api = new EngineApi(new Client({ host: daemon.host }))
  })
  afterEach(async () => {
    await daemon[Symbol.asyncDispose]()
  })

  const run = async (command: string[], extra: object = {}) => {
    const { Id = '' } = await api.containers.create({ Image: 'busybox', Cmd: command, OpenStdin: true, ...extra })
    return Id
  }

  it('negotiates the version, and takes a fixed one', async () => {
    const client = new Client({ host: daemon.host })
    assert.equal(await client.apiVersion(), '1.51')
    assert.equal((await api.system.ping()).swarm, 'inactive')
    const old = new EngineApi(new Client({ host: daemon.host, apiVersion: '1.12' }))
    await assert.rejects(old.system.version(), refused(ErrorKind.invalid, /too old/))
  })

  it('speaks over SSH, taken-over connections too, and says what ssh said', async () => {
    const asked: string[] = []
    const dialSsh = (host: SshHost) => {
      asked.push(sshWords(host).join(' '))
      return connect(daemon.host.slice('unix://'.length))
    }
    const far = new EngineApi(new Client({ host: 'ssh://ann@far:22/run/skep.sock', dialSsh }))
    assert.equal((await far.system.ping()).swarm, 'inactive')
    const { Id: id = '' } = await far.containers.create({ Image: 'busybox', Cmd: ['err', 'oops'], OpenStdin: true })
    const attached = await far.containers.attach(id, false, { stream: true, stdout: true, stderr: true })
    await far.containers.start(id)
    assert.match((await collect(attached.output)).stderr, /oops/)
    assert.deepEqual([...new Set(asked)], ["-o ConnectTimeout=30 -T -l ann -p 22 -- far skep --host 'unix:///run/skep.sock' system dial-stdio"])
    for (const host of ['ssh://-oProxyCommand=x', 'ssh://-l@far', 'ssh://', 'ssh://far:x', 'ssh://a:secret@far']) assert.throws(() => parseHost(host, false), /ssh:\/\//, host)
    assert.equal(hostText(parseHost('ssh://[::1]', false)), 'ssh://[::1]')

    const failing = new EngineApi(new Client({ host: 'ssh://far', dialSsh: () => programConnection('sh', ['-c', 'echo no route >&2; exit 255']) }))
    await assert.rejects(failing.system.version(), refused(ErrorKind.unavailable, /^error during connect to ssh:\/\/far: sh ended with exit code 255: no route$/))
    const missing = new EngineApi(new Client({ host: 'ssh://far', dialSsh: () => programConnection('/nowhere/ssh', []) }))
    await assert.rejects(missing.system.version(), refused(ErrorKind.unavailable, /cannot run \/nowhere\/ssh/))
  })

  it('says what to do when there is no daemon', async () => {
    const nobody = new EngineApi(new Client({ host: 'unix:///nonexistent/skep.sock' }))
    await assert.rejects(nobody.system.version(), refused(ErrorKind.unavailable, /Cannot connect to the .* daemon at unix:\/\/\/nonexistent\/skep\.sock\. Is (the )?skepd/))
  })

  it('gives errors their kind and the server’s sentence', async () => {
    await assert.rejects(api.containers.inspect('none'), refused(ErrorKind.notFound, /^No such container: none$/))
    await assert.rejects(api.services.list(), refused(ErrorKind.unavailable, /not a swarm manager/))
    await api.containers.create({ Image: 'busybox' }, { name: 'web' })
    await assert.rejects(api.containers.create({ Image: 'busybox' }, { name: 'web' }), refused(ErrorKind.conflict, /already in use/))
    await assert.rejects(api.containers.create({ Image: 'busybox' }, { name: '-' }), refused(ErrorKind.invalid, /Invalid container name/))
  })

  it('attaches before the start, and reads everything and the exit code', async () => {
    const id = await run(['err', 'oops'])
    const attached = await api.containers.attach(id, false, { stream: true, stdout: true, stderr: true })
    const { exit } = await api.containers.wait(id, 'next-exit')
    await api.containers.start(id)
    assert.deepEqual(await collect(attached.output), { stdout: '', stderr: 'oops\n' })
    assert.deepEqual(await exit, { StatusCode: 0 })
    // Starting again is no error.
    const sleeping = await run(['sleep'])
    await api.containers.start(sleeping)
    await api.containers.start(sleeping)
  })

  it('sends standard input to its end', async () => {
    const id = await run(['cat'], { Tty: true })
    const attached = await api.containers.attach(id, true, { stream: true, stdin: true, stdout: true })
    await api.containers.start(id)
    const text = 'x'.repeat(1_000_000)
    attached.input.end(text)
    assert.equal((await collect(attached.output)).stdout.length, text.length)
  })

  it('runs an exec', async () => {
    const id = await run(['sleep'])
    await api.containers.start(id)
    const exec = await api.exec.create(id, { Cmd: ['echo', 'inside'], AttachStdout: true })
    const attached = await api.exec.start(exec, { tty: false })
    assert.equal((await collect(attached.output)).stdout, 'inside\n')
    assert.equal((await api.exec.inspect(exec)).ExitCode, 0)
  })

  it('loads, imports and saves images', async () => {
    daemon.deps.images.add('registry:5000/app:v1')
    assert.equal((await api.images.inspect('registry:5000/app:v1')).Os, 'linux')
    const lines = []
    for await (const line of await api.images.load(Readable.from([Buffer.alloc(100_000)]))) lines.push(line.stream)
    assert.deepEqual(lines, ['Loaded image: app:v1\n'])
    for await (const line of await api.images.import(Readable.from(['root']), { repo: 'base', changes: ['CMD sh', 'ENV a=b'] })) {
      assert.match(line.status ?? '', /^sha256:/)
    }
    assert.deepEqual(daemon.deps.images.imported, [{ bytes: 4, options: { changes: ['CMD sh', 'ENV a=b'], repo: 'base' } }])
    let saved = ''
    for await (const chunk of (await api.images.save(['registry:5000/app:v1'])) as AsyncIterable<Buffer>) saved += chunk.toString()
    assert.equal(saved, 'registry:5000/app:v1')
    const failed = []
    for await (const line of await api.images.load(Readable.from(['damaged']))) failed.push(line.error)
    assert.deepEqual(failed, ['invalid image archive: damaged'])
  })

  it('follows events until it is told to stop', async () => {
    const stop = new AbortController()
    const events = await api.system.events({ filters: { type: ['network'] } }, stop.signal)
    const event = { Type: 'network' as const, Action: 'create', Actor: { ID: 'n', Attributes: {} }, scope: 'local' as const, time: 1, timeNano: 1e9 }
    daemon.deps.events.publish({ ...event, Type: 'volume' })
    daemon.deps.events.publish(event)
    for await (const received of events) {
      assert.deepEqual(received, event)
      break
    }
    stop.abort()
  })

  it('manages services with their versions', async () => {
    await api.swarm.init({ AdvertiseAddr: '127.0.0.1' })
    const { ID = '' } = await api.services.create(encodeServiceSpec(serviceSpec('web')))
    const service = await api.services.inspect('web')
    const Spec = { ...service.Spec, Mode: { Replicated: { Replicas: 4 } } }
    await api.services.update(ID, service.Version?.Index ?? 0, Spec)
    await assert.rejects(api.services.update(ID, service.Version?.Index ?? 0, Spec), /update out of sequence/)
    const [listed] = await api.services.list({ status: true, filters: { name: ['we'] } })
    assert.equal(listed?.Spec?.Mode?.Replicated?.Replicas, 4)
    assert.equal(listed?.ServiceStatus?.DesiredTasks, 2)
    assert.deepEqual(await api.services.list({ filters: { name: ['other'] } }), [])
    await api.services.remove('web')
    const secret = await api.secrets.create({ Name: 'key', Labels: {}, Data: Buffer.from('s').toString('base64') })
    assert.equal((await api.secrets.inspect(secret)).Spec?.Name, 'key')
    const swarm = await api.swarm.inspect()
    await api.swarm.update(swarm.Version?.Index ?? 0, swarm.Spec ?? {}, { rotateWorkerToken: true })
    assert.deepEqual(daemon.deps.swarm.theControl.rotations, [{ workerToken: true, managerToken: false, managerUnlockKey: false }])
    const [node] = await api.nodes.list()
    assert.equal((await api.nodes.inspect('self')).ID, node?.ID)
  })
})
