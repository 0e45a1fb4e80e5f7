import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { spawnWithFds } from '../../agent/kernel/spawn.js'
import { eventually } from '../support/eventually.js'
import { collect, engineForSuite, type EngineHost } from '../support/engine-host.js'

describe('execs on the real kernel', function () {
  this.timeout(60_000)
  let host: EngineHost
  engineForSuite((opened) => ({ host } = opened))

  it('runs more processes in a container: streams, stdin, user, folder, exit code, terminal', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('execs', { Image: 'busybox', Cmd: ['sleep', '60'], Env: ['FROM=container'], HostConfig: { NetworkMode: 'none', Ulimits: [{ Name: 'nofile', Soft: 60, Hard: 70 }] } })
    await engine.start(id)
    const exec = async (request: Parameters<typeof engine.execs.create>[1], input?: string): Promise<{ stdout: string; stderr: string; code: number | null }> => {
      const execId = await engine.execs.create(id, { AttachStdout: true, AttachStderr: true, ...request })
      const session = await engine.execs.start(execId, {})
      const output = collect(session.output)
      if (input !== undefined) {
        session.input?.write(Buffer.from(input))
        session.input?.end()
      }
      const streams = await output
      return { ...streams, code: (await engine.execs.inspect(execId)).ExitCode }
    }
    assert.deepEqual(await exec({ Cmd: ['sh', '-c', 'echo out; echo err >&2; exit 5'] }), { stdout: 'out\n', stderr: 'err\n', code: 5 })
    assert.match((await exec({ Cmd: ['grep', 'Seccomp:', '/proc/self/status'] })).stdout, /Seccomp:\s+2/)
    const limits = await exec({ Cmd: ['sh', '-c', 'ulimit -Sn; ulimit -Hn'] })
    assert.equal(limits.stdout, '60\n70\n')
    assert.deepEqual(await exec({ Cmd: ['cat'], AttachStdin: true }, 'typed'), { stdout: 'typed', stderr: '', code: 0 })
    const other = await exec({ Cmd: ['sh', '-c', 'id -un; pwd; echo $FROM $ALSO'], User: 'www', WorkingDir: '/tmp', Env: ['ALSO=exec'] })
    assert.equal(other.stdout, 'www\n/tmp\ncontainer exec\n')
    const why = 'OCI runtime exec failed: exec failed: unable to start container process'
    const failed = async (request: Parameters<typeof engine.execs.create>[1]): Promise<[string, number | null | undefined]> => {
      const execId = await engine.execs.create(id, { AttachStdout: true, AttachStderr: true, ...request })
      const told = await engine.execs.start(execId, {}).then(async ({ output }) => (await collect(output)).stdout, (thrown: Error) => thrown.message)
      return [told.trim(), (await engine.execs.inspect(execId)).ExitCode]
    }
    for (const Tty of [false, true]) {
      assert.deepEqual(await failed({ Cmd: ['nonesuch'], Tty }), [`${why}: exec: "nonesuch": executable file not found in $PATH: unknown`, 127])
      assert.deepEqual(await failed({ Cmd: ['/etc/plain'], Tty }), [`${why}: exec: "/etc/plain": permission denied: unknown`, 126])
      const elsewhere = { Cmd: ['true'], WorkingDir: '/none', Tty }
      assert.deepEqual(await failed(elsewhere), [`${why}: chdir to cwd ("/none") set in config.json failed: no such file or directory: unknown`, 127])
    }
    // crun sets the size while the program starts already.
    const onTerminal = await exec({ Cmd: ['sh', '-c', 'until stty size 2>/dev/null | grep "^12 34"; do :; done; exit 4'], Tty: true, ConsoleSize: [12, 34] })
    assert.match(onTerminal.stdout, /12 34\r\n/)
    assert.equal(onTerminal.code, 4)
    const detached = await engine.execs.create(id, { Cmd: ['sh', '-c', 'echo done > /tmp/detached'] })
    await engine.execs.startDetached(detached, {})
    await eventually('the detached exec ends', async () => !(await engine.execs.inspect(detached)).Running)
    assert.equal((await exec({ Cmd: ['cat', '/tmp/detached'] })).stdout, 'done\n')
    await assert.rejects(engine.execs.start(detached, {}), { kind: 'conflict' })
    for (const Tty of [false, true]) {
      const missing = await engine.execs.create(id, { Cmd: ['nonesuch'], Tty })
      await assert.rejects(engine.execs.startDetached(missing, {}), { kind: 'invalid', message: `${why}: exec: "nonesuch": executable file not found in $PATH: unknown` })
      assert.equal((await engine.execs.inspect(missing)).ExitCode, 127)
    }
    await engine.remove(id, { force: true, volumes: true, link: false })
  })

  it('gives more processes the container\'s place in the order in which memory is taken back', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: ['sleep', '60'], HostConfig: { NetworkMode: 'none', OomScoreAdj: 321 } })
    await engine.start(id)
    const own = readFileSync('/proc/self/oom_score_adj', 'utf8')
    for (const Tty of [false, true]) {
      // On a terminal it comes right after the start.
      const script = Tty ? 'until grep -q 321 /proc/$$/oom_score_adj; do :; done; cat /proc/self/oom_score_adj' : 'cat /proc/self/oom_score_adj'
      const execId = await engine.execs.create(id, { Cmd: ['sh', '-c', script], AttachStdout: true, Tty })
      const { stdout } = await collect((await engine.execs.start(execId, {})).output)
      assert.equal(stdout.trim(), '321', `terminal: ${String(Tty)}`)
    }
    assert.equal(readFileSync('/proc/self/oom_score_adj', 'utf8'), own)
    await engine.remove(id, { force: true, volumes: true, link: false })
  })

  it('counts a health check that takes too long as failed, also where it leaves something behind', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create(undefined, {
      Image: 'busybox',
      Cmd: ['sleep', '60'],
      Healthcheck: { Test: ['CMD-SHELL', 'sleep 1000; true'], Interval: 5e7, Timeout: 2e8, Retries: 2 },
      HostConfig: { NetworkMode: 'none' },
    })
    await engine.start(id)
    await eventually('it is unhealthy', () => engine.find(id).record.state.health?.status === 'unhealthy')
    const [result] = engine.find(id).record.state.health?.log ?? []
    assert.deepEqual([result?.ExitCode, result?.Output], [-1, 'Health check exceeded timeout (0.2s)'])
    await engine.remove(id, { force: true, volumes: true, link: false })
  })

  it('holds little of what a runtime says that does not start a process, and sees its end', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: ['sleep', '60'], HostConfig: { NetworkMode: 'none' } })
    await engine.start(id)
    const { runtimes } = engine.context
    const runtime = runtimes.of('crun')
    const floodBytes = 32 * 1024 * 1024
    let read = 0
    let readAtPause = 0
    runtimes.of = () => Object.assign(Object.create(runtime) as typeof runtime, {
      exec: () => {
        const spawned = spawnWithFds('/bin/sh', ['-c', `head -c ${floodBytes} /dev/zero >&2; exit 1`], { descriptors: ['ignore', 'output', 'output'], env: {} })
        const stream = spawned.reader(2)
        stream.on('data', (data: Buffer) => (read += data.length))
        stream.once('pause', () => (readAtPause = read))
        return spawned
      },
    })
    try {
      const execId = await engine.execs.create(id, { Cmd: ['true'], AttachStdout: true, AttachStderr: true })
      const { stdout, stderr } = await collect((await engine.execs.start(execId, {})).output)
      assert.match(stdout, /the runtime does not say why/)
      assert.equal(stderr, '')
      assert.equal(read, floodBytes)
      assert.ok(readAtPause > 0 && readAtPause < 2 * 1024 * 1024, `${readAtPause} bytes were held`)
      assert.equal((await engine.execs.inspect(execId)).Running, false)
    } finally {
      Reflect.deleteProperty(runtimes, 'of')
    }
    await engine.remove(id, { force: true, volumes: true, link: false })
  })
})
