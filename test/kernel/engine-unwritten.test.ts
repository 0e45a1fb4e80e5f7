import { strict as assert } from 'node:assert'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerRecord } from '../../agent/engine/container-record.js'
import { eventually } from '../support/eventually.js'
import { endEngine, makeEngineFolder, openEngine, type EngineHost } from '../support/engine-host.js'

/** The state database refuses the records of containers, as on a full disk. */
describe('containers whose records cannot be written', function () {
  this.timeout(60_000)
  let folder: string
  let host: EngineHost | undefined
  beforeEach(async () => {
    folder = makeEngineFolder()
    host = await openEngine(folder)
  })
  afterEach(async () => {
    const last = host
    host = undefined
    await endEngine(folder, last)
  })

  const records = () => (host as EngineHost).db.bucket<ContainerRecord>('containers')
  /** So many writes, or until `mend` is called. */
  const refuseWrites = (writes = Infinity): { mend: () => void } => {
    const bucket = records()
    const { put } = bucket
    const mend = (): void => void (bucket.put = put)
    bucket.put = () => {
      if (--writes <= 0) mend()
      return Promise.reject(new Error('no space left on device'))
    }
    return { mend }
  }
  /** Its program has a handler of the signal of this number. */
  const catches = (id: string, signal: number): Promise<unknown> =>
    eventually('the signal is caught', () => {
      const status = readFileSync(`/proc/${(host as EngineHost).engine.find(id).record.state.process?.pid ?? 0}/status`, 'utf8')
      return ((BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`) >> BigInt(signal - 1)) & 1n) === 1n
    })
  const start = async (name: string, script: string, policy: string): Promise<string> => {
    const { engine } = host as EngineHost
    const { Id: id = '' } = await engine.create(name, { Image: 'busybox', Cmd: ['sh', '-c', script], HostConfig: { NetworkMode: 'none', RestartPolicy: { Name: policy as 'always' } } })
    await engine.start(id)
    return id
  }

  it('are stopped all the same, and are known as stopped by hand with their exit codes by the next daemon', async () => {
    // It does not end by itself: that it was told to is to be written meanwhile.
    const slow = await start('slow', 'trap "" TERM; while :; do sleep 0.05; done', 'always')
    const quick = await start('quick', 'trap "exit 7" TERM; while :; do sleep 0.05; done', 'unless-stopped')
    const { engine } = host as EngineHost
    await catches(quick, 15)
    refuseWrites()
    await engine.stop(slow, { timeoutSeconds: 0 })
    await engine.stop(quick)
    const before = await Promise.all([slow, quick].map(async (id) => (await engine.inspect(id, { size: false })).State))
    assert.deepEqual(before.map((state) => state?.Status), ['exited', 'exited'])
    assert.deepEqual([slow, quick].map((id) => records().get(id)?.state.status), ['running', 'running'])

    await (host as EngineHost).close()
    host = await openEngine(folder)
    const after = await Promise.all([slow, quick].map(async (id) => ((await (host as EngineHost).engine.inspect(id, { size: false })).State)))
    assert.deepEqual(after.map((state) => [state?.Status, state?.ExitCode]), before.map((state) => [state?.Status, state?.ExitCode]))
    assert.deepEqual([slow, quick].map((id) => records().get(id)?.state.stoppedByHand), [true, true])
    assert.deepEqual(readdirSync(join(folder, 'run/exits')), [])
  })

  it('are written as soon as they can be, and restart as they are to', async () => {
    const stopped = await start('stopped', 'exec sleep 1000', 'always')
    const failing = await start('failing', 'trap "exit 3" USR1; while :; do sleep 0.02; done', 'always')
    const { engine } = host as EngineHost
    const { mend } = refuseWrites()
    await engine.kill(stopped, 'KILL')
    assert.equal(records().get(stopped)?.state.status, 'running')
    mend()
    await eventually('its record is written', () => records().get(stopped)?.state.status === 'exited')
    await eventually('and its exit forgotten', () => readdirSync(join(folder, 'run/exits')).length === 0)
    await catches(failing, 10)
    refuseWrites(1)
    await engine.kill(failing, 'USR1')
    await eventually('it runs again', () => engine.find(failing).record.restartCount > 0 && engine.find(failing).status === 'running')
    await engine.remove(failing, { force: true, volumes: true, link: false })
    assert.ok(!existsSync(join(folder, 'run/exits', `${failing}.stopped`)))
  })

  it('are restarted as soon as they can be', async () => {
    const id = await start('restarted', 'trap "exit 3" USR1; while :; do sleep 0.02; done', 'always')
    const { engine } = host as EngineHost
    await catches(id, 10)
    const { mend } = refuseWrites()
    await engine.kill(id, 'USR1')
    const { record } = engine.find(id)
    await eventually('it was tried more than once', () => record.restartCount > 1)
    mend()
    await eventually('it runs again', () => engine.find(id).status === 'running')
    await eventually('its record says so', () => records().get(id)?.state.startedMs === record.state.startedMs)
  })
})
