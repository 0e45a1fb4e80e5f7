import { strict as assert } from 'node:assert'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, sendSignal } from '../../agent/kernel/process.js'
import { mountsBelow } from '../../agent/kernel/mount.js'
import { eventually } from '../support/eventually.js'
import { collect, endEngine, makeEngineFolder, openEngine, type EngineHost } from '../support/engine-host.js'

const childScript = join(import.meta.dirname, '../support/engine-child.ts')

describe('an engine after the death of its process', function () {
  this.timeout(60_000)
  let folder: string
  let child: ChildProcess | undefined
  let host: EngineHost | undefined

  beforeEach(() => (folder = makeEngineFolder()))
  afterEach(async () => {
    child?.kill('SIGKILL')
    const last = host
    host = undefined
    await endEngine(folder, last)
  })

  /** Runs an engine with these containers in a process of its own, and kills it. */
  const runAndKill = async (containers: object[]): Promise<void> => {
    child = spawn(process.execPath, ['--import', 'tsx', childScript, folder, JSON.stringify(containers)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout?.on('data', (data: Buffer) => (said += data.toString()))
    await eventually('the other engine is ready', () => said.includes('ready') || child?.exitCode !== null, { timeoutMs: 30_000 })
    assert.equal(said, 'ready\n')
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  const stateOf = async (name: string) => (await (host as EngineHost).engine.inspect(name, { size: false })).State

  it('adopts what runs, records what ended meanwhile, restarts and removes as asked', async () => {
    await runAndKill([
      { name: 'lives', cmd: ['sh', '-c', 'echo before; cat'] },
      { name: 'ends', cmd: ['sh', '-c', 'cat /tmp/go; until test -e /tmp/go; do sleep 0.02; done; exit 9'] },
      { name: 'returns', cmd: ['sh', '-c', 'until test -e /tmp/go; do sleep 0.02; done; exit 1'], policy: 'always' },
      { name: 'removes', cmd: ['sh', '-c', 'until test -e /tmp/go; do sleep 0.02; done'] },
    ])
    // They end while nobody watches: through their writable layers they are told to.
    const layers = join(folder, 'data/layers')
    for (const layer of readdirSync(layers)) {
      const merged = join(layer, 'merged')
      if (mountsBelow(folder).some(({ target }) => target.endsWith(merged))) {
        mkdirSync(join(layers, merged, 'tmp'), { recursive: true })
        writeFileSync(join(layers, merged, 'tmp/go'), '')
      }
    }
    await eventually('three of them have ended', () => readdirSync(join(folder, 'run/exits')).length === 3)

    host = await openEngine(folder)
    const { engine } = host
    const lives = await stateOf('lives')
    assert.equal(lives?.Status, 'running')
    assert.deepEqual([(await stateOf('ends'))?.Status, (await stateOf('ends'))?.ExitCode], ['exited', 9])
    assert.throws(() => engine.find('removes'), /No such container: removes/)
    await eventually('the container with a restart policy runs again', async () => (await stateOf('returns'))?.Status === 'running' || (await stateOf('returns'))?.Status === 'restarting')

    // The adopted one is as good as new: stdin, output, log, network, exec, exit.
    const session = await engine.attach('lives', { stdin: true, stdout: true, stderr: true, logs: true, stream: true })
    const output = collect(session.output)
    session.input?.write(Buffer.from('after\n'))
    const execId = await engine.execs.create('lives', { Cmd: ['sh', '-c', 'ls /sys/class/net'], AttachStdout: true })
    assert.match((await collect((await engine.execs.start(execId, {})).output)).stdout, /eth0/)
    await eventually('the echo is logged', async () => {
      const { chunks } = await engine.logs('lives', { stdout: true, stderr: true, follow: false, timestamps: false }, new AbortController().signal)
      return (await collect(chunks)).stdout === 'before\nafter\n'
    })
    assert.notEqual((await engine.inspect('lives', { size: false })).NetworkSettings?.Networks?.['bridge']?.IPAddress, '')
    await engine.stop('lives', { timeoutSeconds: 0 })
    assert.equal((await output).stdout, 'before\nafter\n')
    assert.equal((await stateOf('lives'))?.ExitCode, 137)
    for (const name of ['lives', 'ends', 'returns']) await engine.remove(name, { force: true, volumes: true, link: false })
    await assertNothingLeft(host)
  })

  it('leaves ended what was told to, however soon it ended and the engine after it', async () => {
    const soon = ['sh', '-c', 'trap "exit 3" TERM; while :; do sleep 0.01; done']
    await runAndKill([
      { name: 'soon', cmd: soon, policy: 'unless-stopped', stopped: true },
      { name: 'late', cmd: ['sh', '-c', 'trap "sleep 0.3; exit 4" TERM; while :; do sleep 0.01; done'], policy: 'unless-stopped', stopped: true },
      { name: 'always', cmd: soon, policy: 'always', stopped: true },
    ])
    host = await openEngine(folder)
    for (const [name, code] of [['soon', 3], ['late', 4]] as const) {
      const state = await stateOf(name)
      assert.deepEqual([state?.Status, state?.ExitCode], ['exited', code])
    }
    await eventually('the one that always runs does', async () => (await stateOf('always'))?.Status === 'running')
    assert.deepEqual([(await stateOf('soon'))?.Status, (await stateOf('late'))?.Status], ['exited', 'exited'])
  })

  it('undoes a start that was interrupted, and removes what belongs to nobody', async () => {
    await runAndKill([{ name: 'half', cmd: ['sleep', '1000'], starting: true }])
    host = await openEngine(folder)
    const { engine } = host
    assert.equal((await stateOf('half'))?.Status, 'created')
    const { paths, cgroups } = engine.context
    assert.deepEqual(cgroups.children(paths.cgroupParent), [])
    assert.deepEqual(readdirSync(paths.bundlesDir), [])
    await engine.start('half')
    assert.equal((await stateOf('half'))?.Status, 'running')
    const record = engine.find('half').record.state
    // Its record is lost: the next engine finds a running container that it does not know.
    await host.db.bucket('containers').delete(engine.find('half').id)
    await host.close()
    host = await openEngine(folder)
    assert.deepEqual(host.engine.all(), [])
    await eventually('its processes are gone', () => record.process !== undefined && !isAlive(record.process) && record.conmon !== undefined && !isAlive(record.conmon))
    await assertNothingLeft(host)
  })

  it('finishes a removal whose end the database did not hear of', async () => {
    host = await openEngine(folder)
    const create = (name: string) => (host as EngineHost).engine.create(name, { Image: 'busybox', Cmd: ['true'] })
    const { Id: id = '' } = await create('going')
    const other = await create('staying')
    await host.close()
    mkdirSync(join(folder, 'data/containers', id), { recursive: true })
    writeFileSync(join(folder, 'data/containers', id, 'removed'), '')
    host = await openEngine(folder)
    assert.throws(() => host?.engine.find('going'), /No such container: going/)
    assert.equal(host.engine.find('staying').id, other.Id)
    assert.deepEqual(readdirSync(join(folder, 'data/containers')).includes(id), false)
    // Its name is free, and the end of one that was just removed is on disk when the engine is closed.
    const { Id: again = '' } = await create('going')
    await host.engine.remove('going', { force: false, volumes: false, link: false })
    await host.close()
    host = await openEngine(folder)
    assert.throws(() => host?.engine.find(again), /No such container/)
    assert.equal(readdirSync(join(folder, 'data/containers')).includes(again), false)
  })

  it('ends a container whose supervisor was killed, and says so', async () => {
    host = await openEngine(folder)
    const { engine } = host
    const { Id: id = '' } = await engine.create('orphan', { Image: 'busybox', Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'none' } })
    await engine.start(id)
    const { process: init, conmon } = engine.find(id).record.state
    assert.equal(conmon && sendSignal(conmon, 9), true)
    await eventually('it counts as ended', async () => (await stateOf('orphan'))?.Status === 'exited')
    assert.equal((await stateOf('orphan'))?.ExitCode, 137)
    await eventually('its process is gone', () => init !== undefined && !isAlive(init))
    await engine.remove(id, { force: true, volumes: true, link: false })
    await assertNothingLeft(host)
  })

  async function assertNothingLeft({ engine, network }: EngineHost): Promise<void> {
    const { paths, cgroups, rootfs, background } = engine.context
    // Files of removed containers go in the background.
    await background.idle()
    assert.deepEqual([readdirSync(paths.bundlesDir), readdirSync(paths.exitDir), readdirSync(paths.runtimeRoot)], [[], [], []])
    assert.deepEqual(readdirSync(paths.containersDir), [])
    await eventually('control groups are gone', () => cgroups.children(paths.cgroupParent).length === 0)
    assert.deepEqual(rootfs.writables(), [])
    assert.deepEqual(mountsBelow(join(folder, 'data')), [])
    assert.deepEqual(network.inspect('bridge').containers, {})
    assert.deepEqual(readdirSync(join(folder, 'run/netns')), [])
  }
})
