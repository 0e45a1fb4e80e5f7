import { strict as assert } from 'node:assert'
import type { CreateRequest } from '../../agent/engine/types.js'
import { collect, destroyEngineFolder, makeEngineFolder, openEngine, type EngineHost } from '../support/engine-host.js'

describe('engine on the real kernel', function () {
  this.timeout(60_000)
  let folder: string
  let host: EngineHost

  before(async () => {
    folder = makeEngineFolder()
    host = await openEngine(folder)
  })
  after(async () => {
    await host?.close()
    await destroyEngineFolder(folder)
  })

  /** Runs a container to its end, attached, as `docker run --rm` does. */
  const run = async (args: string[], more: CreateRequest = {}): Promise<{ stdout: string; stderr: string; exitCode: number }> => {
    const { engine } = host
    const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: args, ...more, HostConfig: { AutoRemove: true, NetworkMode: 'none', ...more.HostConfig } })
    const session = await engine.attach(id, { stdin: false, stdout: true, stderr: true, logs: false, stream: true })
    const output = collect(session.output)
    const gone = engine.wait(id, 'removed', () => undefined, new AbortController().signal)
    await engine.start(id)
    const { exitCode } = await gone
    return { ...(await output), exitCode }
  }

  it('runs a program, shows both streams and its exit code', async () => {
    const result = await run(['sh', '-c', 'echo out; echo err >&2; exit 3'])
    assert.deepEqual(result, { stdout: 'out\n', stderr: 'err\n', exitCode: 3 })
  })
})
