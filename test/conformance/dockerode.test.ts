import { strict as assert } from 'node:assert'
import { PassThrough } from 'node:stream'
import Docker from 'dockerode'
import { FakeDaemon } from '../support/fake-backends.js'

/** The client library most Node.js programs use. */
describe('dockerode', () => {
  let daemon: FakeDaemon
  let docker: Docker
  beforeEach(async () => {
    daemon = await FakeDaemon.start()
    docker = new Docker({ socketPath: daemon.socketPath })
  })
  afterEach(async () => {
    await daemon[Symbol.asyncDispose]()
  })

  const textOf = async (stream: NodeJS.ReadableStream): Promise<string> => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    let text = ''
    stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    docker.modem.demuxStream(stream, stdout, stderr)
    await new Promise((resolve) => stream.once('end', resolve))
    return text
  }

  it('runs, attaches with standard input, and waits', async () => {
    const container = await docker.createContainer({ Image: 'busybox', Cmd: ['cat'], OpenStdin: true })
    const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true })
    await container.start()
    const text = textOf(stream)
    stream.end('typed\n')
    assert.equal(await text, 'typed\n')
    assert.deepEqual(await container.wait(), { StatusCode: 0 })
    assert.equal((await container.inspect()).State.ExitCode, 0)
  })

  it('attaches without an upgrade', async () => {
    const container = await docker.createContainer({ Image: 'busybox', Cmd: ['echo', 'plain'] })
    const stream = await container.attach({ stream: true, stdout: true })
    const text = textOf(stream)
    await container.start()
    assert.equal(await text, 'plain\n')
  })

  it('runs an exec with standard input', async () => {
    const container = await docker.createContainer({ Image: 'busybox', Cmd: ['sleep'] })
    await container.start()
    const exec = await container.exec({ Cmd: ['cat'], AttachStdin: true, AttachStdout: true })
    const stream = await exec.start({ hijack: true, stdin: true })
    const text = textOf(stream)
    stream.end('inside')
    assert.equal(await text, 'inside')
  })

  it('manages a swarm', async () => {
    await docker.swarmInit({ ListenAddr: '0.0.0.0:2377', AdvertiseAddr: '127.0.0.1' })
    await docker.createService({ Name: 'web', TaskTemplate: { ContainerSpec: { Image: 'app:v1' } }, Mode: { Replicated: { Replicas: 2 } } })
    const [service] = await docker.listServices()
    assert.equal(service?.Spec?.Name, 'web')
    await assert.rejects(docker.getService('none').inspect(), /no such|not found/)
  })
})
