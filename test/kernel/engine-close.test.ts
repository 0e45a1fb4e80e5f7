import { strict as assert } from 'node:assert'
import { existsSync, readFileSync } from 'node:fs'
import type { ContainerRecord } from '../../agent/engine/container-record.js'
import { execProcess } from '../../agent/engine/io/exec.js'
import { isAlive } from '../../agent/kernel/process.js'
import type { CreateRequest } from '../../src/model/engine-api/create.js'
import { eventually } from '../support/eventually.js'
import { endEngine, makeEngineFolder, openEngine, type EngineHost } from '../support/engine-host.js'

/** That no timer is left is asserted wherever an engine is closed. */
describe('an engine that is closed', function () {
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

  const engineOf = () => (host as EngineHost).engine
  const start = async (request: CreateRequest): Promise<string> => {
    const { Id: id = '' } = await engineOf().create(undefined, { Image: 'busybox', Cmd: ['sleep', '1000'], ...request, HostConfig: { NetworkMode: 'none', ...request.HostConfig } })
    await engineOf().start(id)
    return id
  }
  /** A program that says when its signal handlers are there. */
  const startReady = async (request: CreateRequest): Promise<string> => {
    const id = await start(request)
    const session = await engineOf().attach(id, { stdin: false, stdout: true, stderr: true, logs: true, stream: true })
    for await (const _ of session.output) break
    session.close()
    return id
  }
  const restarted: CreateRequest = { Cmd: ['sh', '-c', 'trap "exit 3" USR1; echo ready; while :; do sleep 0.02; done'], HostConfig: { RestartPolicy: { Name: 'always' } } }
  const rootOf = (id: string): string => `/proc/${engineOf().find(id).record.state.process?.pid ?? 0}/root`
  const close = async (): Promise<void> => {
    const closing = host
    host = undefined
    await closing?.close()
  }

  for (const [what, command] of [['', 'sleep 1000'], [', also where it leaves something behind', 'sleep 1000; true']] as const) {
    it(`ends the health check that is under way, and begins no other${what}`, async () => {
      const id = await start({ Healthcheck: { Test: ['CMD-SHELL', `echo $$ > /tmp/probe; ${command}`], Interval: 1e7, Timeout: 100e9 } })
      const root = rootOf(id)
      await eventually('it is checked', () => existsSync(`${root}/tmp/probe`) && readFileSync(`${root}/tmp/probe`, 'utf8') !== '')
      const { execs, record } = engineOf().find(id)
      const [session] = [...execs.values()]
      const check = session && execProcess(engineOf().context, session)
      assert.ok(check)
      await close()
      await eventually('its program is gone', () => !isAlive(check))
      assert.deepEqual([execs.size, record.state.health], [0, { status: 'starting', failingStreak: 0, log: [] }])
      host = await openEngine(folder)
      const { process } = engineOf().find(id).record.state
      assert.ok(process && isAlive(process))
    })
  }

  it('begins no restart by policy: the next one does', async () => {
    const id = await startReady(restarted)
    const { events, context } = engineOf()
    // The end is told, and before what follows on it the engine is closed.
    const died = new Promise<void>((resolve) => engineOf().find(id).onExit(() => resolve()))
    await engineOf().kill(id, 'USR1')
    await died
    await close()
    assert.equal(context.store.find(id).status, 'restarting')
    assert.equal(events.since(0).filter(({ Action }) => Action === 'start').length, 1)
    host = await openEngine(folder)
    await eventually('it runs again', () => engineOf().find(id).status === 'running')
  })

  it('tries no more to restart one whose record cannot be written', async () => {
    const id = await startReady(restarted)
    ;(host as EngineHost).db.bucket<ContainerRecord>('containers').put = () => Promise.reject(new Error('no space left on device'))
    await engineOf().kill(id, 'USR1')
    const { record } = engineOf().find(id)
    await eventually('it was tried', () => record.restartCount > 0)
    await close()
    host = await openEngine(folder)
    await eventually('it runs again', () => engineOf().find(id).status === 'running')
  })

  it('waits for no end: who stops a container is told, and who follows a log has its end', async () => {
    const id = await startReady({ Cmd: ['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.02; done'], StopTimeout: 10_000 })
    const following = new AbortController()
    const { chunks } = await engineOf().logs(id, { stdout: true, stderr: true, follow: true, timestamps: false }, following.signal)
    const lines = chunks[Symbol.asyncIterator]()
    assert.equal(String((await lines.next()).value?.data), 'ready\n')
    const stopped = assert.rejects(engineOf().stop(id), /the daemon is shutting down/)
    await eventually('it was told to end', () => engineOf().events.since(0).some(({ Action }) => Action === 'kill'))
    await close()
    await stopped
    assert.equal((await lines.next()).done, true)
    host = await openEngine(folder)
    assert.deepEqual([engineOf().find(id).status, engineOf().find(id).record.state.stoppedByHand], ['running', true])
  })
})
