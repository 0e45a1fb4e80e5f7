import { strict as assert } from 'node:assert'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerRecord } from '../../agent/engine/container-record.js'
import type { Engine } from '../../agent/engine/engine.js'
import { mountsBelow } from '../../agent/kernel/mount.js'
import { Filters } from '../../src/api/filters.js'
import { eventually } from '../support/eventually.js'
import { collect, engineForSuite, runToEnd, type Ended, type EngineHost } from '../support/engine-host.js'
import type { CreateRequest } from '../../src/model/engine-api/create.js'

describe('engine on the real kernel', function () {
  this.timeout(60_000)
  let folder: string
  let host: EngineHost
  engineForSuite((opened) => ({ folder, host } = opened))

  const run = (args: string[], more?: CreateRequest): Promise<Ended> => runToEnd(host, args, more)

  it('runs a program, shows both streams and its exit code', async () => {
    const result = await run(['sh', '-c', 'echo out; echo err >&2; exit 3'])
    assert.deepEqual(result, { stdout: 'out\n', stderr: 'err\n', exitCode: 3 })
  })

  it('gives a container its own world', async () => {
    const script = 'hostname; id; pwd; echo $HOME $FOO; cat /proc/1/cmdline | head -c 2; ls /sys/class/net; grep CapEff /proc/self/status; grep Seccomp: /proc/self/status'
    const { stdout, stderr } = await run(['sh', '-c', script], { User: 'www', WorkingDir: '/made/here', Hostname: 'web', Env: ['FOO=bar'] })
    assert.equal(stderr, '')
    const lines = stdout.trim().split('\n')
    assert.deepEqual(lines.slice(0, 4), ['web', 'uid=33(www) gid=44(www) groups=44(www),55(extra)', '/made/here', '/var/www bar'])
    assert.equal(lines[4], 'shlo')
    assert.match(lines[5] ?? '', /CapEff:\s+0000000000000000/)
    assert.match(lines[6] ?? '', /Seccomp:\s+2/)
    const refused = await run(['sh', '-c', 'busybox unshare -r true || echo refused'])
    assert.equal(refused.stdout, 'refused\n')
  })

  it('completes the root with what programs look for, which is no change of the container', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: ['sleep', '60'], HostConfig: { NetworkMode: 'none' } })
    for (const _ of ['first', 'again']) {
      await engine.start(id)
      const look = await engine.execs.create(id, { Cmd: ['sh', '-c', 'ls /.dockerenv; busybox readlink /etc/mtab'], AttachStdout: true })
      assert.equal((await collect((await engine.execs.start(look, {})).output)).stdout, '/.dockerenv\n/proc/mounts\n')
      assert.deepEqual(await engine.changes(id), [])
      await engine.kill(id, 'KILL')
      await eventually('the end', async () => (await engine.inspect(id, { size: false })).State?.Running === false)
    }
    await engine.remove(id, { force: true, volumes: true, link: false })
  })

  it('tells a process that joins of the links which still lead somewhere', async () => {
    const { engine } = host
    const sleep = async (more: CreateRequest): Promise<string> => {
      const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: ['sleep', '60'], ...more })
      await engine.start(id)
      return id
    }
    const db = await sleep({ ExposedPorts: { '5432/tcp': {} } })
    const app = await sleep({ HostConfig: { Links: [`${db}:db`] } })
    const environment = async (): Promise<string> => {
      const look = await engine.execs.create(app, { Cmd: ['env'], AttachStdout: true })
      return (await collect((await engine.execs.start(look, {})).output)).stdout
    }
    assert.match(await environment(), /^DB_PORT_5432_TCP_PORT=5432$/m)
    await engine.remove(db, { force: true, volumes: true, link: false })
    assert.doesNotMatch(await environment(), /DB_PORT/)
    await engine.remove(app, { force: true, volumes: true, link: false })
  })

  it('has capabilities, masked and read-only paths as Docker has them', async () => {
    const { stdout } = await run(['sh', '-c', 'grep CapEff /proc/self/status; wc -c < /proc/interrupts; touch /proc/sys/x 2>/dev/null || echo ro; mount -t tmpfs x /tmp 2>/dev/null || echo refused'])
    assert.match(stdout, /CapEff:\s+00000000a80425fb\n0\nro\nrefused/)
    const privileged = await run(['sh', '-c', 'mount -t tmpfs x /tmp && echo mounted'], { HostConfig: { Privileged: true } })
    assert.equal(privileged.stdout, 'mounted\n')
  })

  it('names a missing program with exit code 127 and an unrunnable one with 126', async () => {
    const { engine } = host
    for (const [program, code, text] of [['nonesuch', 127, /exec: "nonesuch": executable file not found in \$PATH/], ['/etc/plain', 126, /exec: "\/etc\/plain": permission denied/], ['/no/where', 127, /exec: "\/no\/where": .*no such file or directory/]] as const) {
      const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: [program], HostConfig: { NetworkMode: 'none' } })
      await assert.rejects(engine.start(id), (thrown: Error & { kind?: string }) => text.test(thrown.message) && thrown.kind === 'invalid')
      const { State } = await engine.inspect(id, { size: false })
      assert.equal(State?.ExitCode, code)
      assert.equal(State?.Status, 'created')
      await engine.remove(id, { force: false, volumes: true, link: false })
    }
  })

  it('gives each container the runtime that it asks for', async () => {
    const { engine } = host
    await assert.rejects(engine.create(undefined, { Image: 'busybox', HostConfig: { Runtime: 'kata' } }), { kind: 'invalid', message: 'unknown or invalid runtime name: kata' })
    for (const runtime of ['crun', 'runc']) {
      const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: ['sleep', '60'], HostConfig: { Runtime: runtime, NetworkMode: 'none' } })
      await engine.start(id)
      // runc keeps its state under this name, crun under another.
      assert.equal(existsSync(join(engine.context.paths.runtimeRoot, id, 'state.json')), runtime === 'runc', runtime)
      for (const Tty of [false, true]) {
        const execId = await engine.execs.create(id, { Cmd: ['sh', '-c', 'echo within'], AttachStdout: true, Tty })
        assert.match((await collect((await engine.execs.start(execId, {})).output)).stdout, /^within\r?\n$/)
      }
      await engine.update(id, { PidsLimit: 7 })
      assert.equal((await engine.inspect(id, { size: false })).HostConfig?.Runtime, runtime)
      await engine.remove(id, { force: true, volumes: true, link: false })
      for (const [program, code] of [['nonesuch', 127], ['/etc/plain', 126], ['/no/where', 127]] as const) {
        const made = await engine.create(undefined, { Image: 'busybox', Cmd: [program], HostConfig: { Runtime: runtime, NetworkMode: 'none' } })
        const ref = made.Id ?? ''
        await assert.rejects(engine.start(ref), { kind: 'invalid' }, `${runtime} ${program}`)
        assert.equal((await engine.inspect(ref, { size: false })).State?.ExitCode, code, `${runtime} ${program}`)
        await engine.remove(ref, { force: false, volumes: true, link: false })
      }
    }
  })

  it('sends stdin, and its end, to the process', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('cat', { Image: 'busybox', Cmd: ['cat'], OpenStdin: true, StdinOnce: true, HostConfig: { NetworkMode: 'none' } })
    const session = await engine.attach(id, { stdin: true, stdout: true, stderr: true, logs: false, stream: true })
    const output = collect(session.output)
    const ended = engine.wait(id, 'next-exit', () => undefined, new AbortController().signal)
    await engine.start(id)
    // Without a terminal no bytes are detach keys.
    const big = `${'x'.repeat(150_000)}\u0010\u0011${'y'.repeat(150_000)}`
    session.input?.write(Buffer.from(big))
    session.input?.end()
    assert.equal((await ended).exitCode, 0)
    assert.equal((await output).stdout, big)
    await engine.remove('cat', { force: false, volumes: true, link: false })
  })

  it('has a terminal that can be resized, and lets go at the detach keys', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('term', { Image: 'busybox', Cmd: ['sh'], Tty: true, OpenStdin: true, HostConfig: { NetworkMode: 'none' } })
    const session = await engine.attach(id, { stdin: true, stdout: true, stderr: true, logs: false, stream: true })
    await engine.start(id)
    await engine.resize(id, { rows: 33, columns: 101 })
    const seen = (async () => {
      let text = ''
      for await (const { data } of session.output) {
        text += Buffer.from(data).toString()
        if (/33 101\r\n/.test(text)) session.input?.write(Buffer.from([0x10, 0x11]))
      }
      return text
    })()
    session.input?.write(Buffer.from('stty size\n'))
    assert.match(await seen, /33 101\r\n/)
    assert.equal((await engine.inspect(id, { size: false })).State?.Running, true)
    await engine.remove('term', { force: true, volumes: true, link: false })
  })

  it('makes a fast writer wait for a slow reader', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: ['sh', '-c', 'head -c 30000000 /dev/zero'], HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none' } } })
    const session = await engine.attach(id, { stdin: false, stdout: true, stderr: true, logs: false, stream: true })
    const ended = engine.wait(id, 'next-exit', () => undefined, new AbortController().signal)
    await engine.start(id)
    let bytes = 0
    for await (const { data } of session.output) {
      if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 300))
      bytes += data.length
    }
    assert.equal(bytes, 30_000_000)
    assert.equal((await ended).exitCode, 0)
    await engine.remove(id, { force: false, volumes: true, link: false })
  })

  it('stops with the signal, then SIGKILL after the grace period', async () => {
    const { engine } = host
    for (const [script, code] of [['trap "exit 7" TERM; touch /trapped; while :; do sleep 0.05; done', 7], ['trap "" TERM; touch /trapped; while :; do sleep 0.05; done', 137]] as const) {
      const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: ['sh', '-c', `${script}`], HostConfig: { NetworkMode: 'none' } })
      await engine.start(id)
      await eventuallyTrapped(engine, id)
      await engine.stop(id, { timeoutSeconds: 1 })
      const { State } = await engine.inspect(id, { size: false })
      assert.equal(State?.Status, 'exited')
      assert.equal(State?.ExitCode, code)
      await assert.rejects(engine.stop(id), { kind: 'notModified' })
      await engine.remove(id, { force: false, volumes: true, link: false })
    }
  })

  it('looks at the signal of a kill before it looks for the container', async () => {
    await assert.rejects(host.engine.kill('nothing-of-this-name', 'FOO'), { kind: 'invalid', message: 'Invalid signal: FOO' })
    await assert.rejects(host.engine.kill('nothing-of-this-name', ''), { kind: 'notFound' })
  })

  it('writes down that a container was told to stop while it takes its time', async () => {
    const { engine } = host
    const script = 'trap "" TERM; touch /trapped; while :; do sleep 0.05; done'
    const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: ['sh', '-c', script], HostConfig: { NetworkMode: 'none', RestartPolicy: { Name: 'always' } } })
    await engine.start(id)
    await eventuallyTrapped(engine, id)
    const stopped = engine.stop(id, { timeoutSeconds: 60 })
    await eventually('the record says so', () => host.db.bucket<ContainerRecord>('containers').get(id)?.state.stoppedByHand === true)
    assert.equal(engine.find(id).status, 'running')
    await engine.kill(id, 'KILL')
    await stopped
    assert.equal(engine.find(id).status, 'exited')
    await engine.remove(id, { force: false, volumes: true, link: false })
  })

  it('takes down at a removal what the end of the container left, and nothing that is gone', async () => {
    const { engine } = host
    const { cgroups, exitWatch } = engine.context
    const calls: string[] = []
    const original = { remove: cgroups.remove.bind(cgroups), forget: exitWatch.forget.bind(exitWatch) }
    let fails = false
    cgroups.remove = async (path) => {
      calls.push('cgroup')
      if (fails) throw new Error('stays busy')
      await original.remove(path)
    }
    exitWatch.forget = (id) => {
      calls.push('exit')
      original.forget(id)
    }
    try {
      const ended = async (): Promise<string> => {
        const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: ['sleep', '60'], StopSignal: 'KILL', HostConfig: { NetworkMode: 'none' } })
        await engine.start(id)
        await engine.stop(id)
        return id
      }
      const group = (id: string): string => `${engine.context.paths.cgroupParent}/${id}`
      const clean = await ended()
      assert.ok(calls.splice(0).includes('cgroup'))
      await engine.remove(clean, { force: false, volumes: true, link: false })
      assert.deepEqual(calls.splice(0), [])

      fails = true
      const left = await ended()
      assert.ok(cgroups.folders(group(left)).some((folder) => existsSync(folder)))
      fails = false
      calls.splice(0)
      await engine.remove(left, { force: false, volumes: true, link: false })
      assert.deepEqual(calls.splice(0), ['cgroup', 'exit'])
      assert.deepEqual(cgroups.folders(group(left)).filter((folder) => existsSync(folder)), [])

      // A look at its files mounts them.
      const seen = await ended()
      await engine.statPath(seen, '/bin')
      calls.splice(0)
      await engine.remove(seen, { force: false, volumes: true, link: false })
      assert.ok(calls.includes('cgroup'))
    } finally {
      Object.assign(cgroups, { remove: original.remove })
      Object.assign(exitWatch, { forget: original.forget })
    }
  })

  it('pauses and goes on', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('paused', { Image: 'busybox', Cmd: ['sleep', '60'], HostConfig: { NetworkMode: 'none' } })
    await engine.start(id)
    await engine.pause(id)
    assert.equal((await engine.inspect(id, { size: false })).State?.Status, 'paused')
    await assert.rejects(engine.pause(id), /is already paused/)
    await assert.rejects(engine.execs.create(id, { Cmd: ['true'] }), /is paused, unpause/)
    await engine.unpause(id)
    assert.equal((await engine.inspect(id, { size: false })).State?.Status, 'running')
    await engine.pause(id)
    await engine.remove(id, { force: true, volumes: true, link: false })
  })

  it('logs every line with its time, tails and follows', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('logs', { Image: 'busybox', Cmd: ['sh', '-c', 'for i in 1 2 3; do echo line $i; done; echo oops >&2; sleep 0.3; echo last; head -c 20000 /dev/zero | tr "\\\\0" z'], HostConfig: { NetworkMode: 'none' } })
    await engine.start(id)
    const never = new AbortController().signal
    const all = { stdout: true, stderr: true, follow: false, timestamps: false }
    const followed = await collect((await engine.logs(id, { ...all, follow: true }, never)).chunks)
    assert.match(followed.stdout, /^line 1\nline 2\nline 3\nlast\n/)
    assert.equal(followed.stderr.startsWith('oops\n'), true)
    const tail = await collect((await engine.logs(id, { ...all, stderr: false, tail: 4, timestamps: true }, never)).chunks)
    // Both streams' lines are counted, then those asked for are given.
    assert.match(tail.stdout, /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line \d\n){1,3}\S+Z last\n$/)
    assert.equal(tail.stdout.includes('line 1\n'), false)
    await engine.remove(id, { force: true, volumes: true, link: false })
  })

  it('rotates a log without losing a line, and follows over it', async () => {
    const { engine } = host
    const script = 'i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); [ $i = 200 ] && read x; done; read x'
    const { Id: id = '' } = await engine.create('rotated', { Image: 'busybox', Cmd: ['sh', '-c', script], OpenStdin: true, HostConfig: { NetworkMode: 'none', LogConfig: { Config: { 'max-size': '1k', 'max-file': '30' } } } })
    const session = await engine.attach(id, { stdin: true, stdout: false, stderr: false, logs: false, stream: true })
    await engine.start(id)
    const all = { stdout: true, stderr: true, timestamps: false }
    const followed = collect((await engine.logs(id, { ...all, follow: true }, new AbortController().signal)).chunks)
    const lines = async (): Promise<number> => (await collect((await engine.logs(id, { ...all, follow: false }, new AbortController().signal)).chunks)).stdout.split('\n').length - 1
    await eventually('the first half is logged', async () => (await lines()) === 200)
    await engine.context.logs.rotate(engine.find(id))
    assert.equal(existsSync(`${engine.context.paths.log(id)}.1`), true)
    await eventually('the new log is there', () => existsSync(engine.context.paths.log(id)))
    session.input?.write(Buffer.from('go\n'))
    await eventually('the second half is logged', async () => (await lines()) === 400)
    session.input?.write(Buffer.from('end\n'))
    const expected = Array.from({ length: 400 }, (_, index) => `line ${index}\n`).join('')
    assert.equal((await followed).stdout, expected)
    await engine.remove(id, { force: true, volumes: true, link: false })
  })

  it('changes limits and the name of a running container', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('before', { Image: 'busybox', Cmd: ['sleep', '60'], HostConfig: { NetworkMode: 'none', Memory: 32 * 1024 * 1024 } })
    await engine.start(id)
    await engine.update(id, { Memory: 48 * 1024 * 1024, MemorySwap: 96 * 1024 * 1024, PidsLimit: 33 })
    for await (const sample of engine.stats(id, { once: true, oneShot: true }, new AbortController().signal)) {
      assert.deepEqual([sample.memory_stats?.limit, sample.pids_stats?.limit], [48 * 1024 * 1024, 33])
    }
    await assert.rejects(engine.update(id, { Memory: 1 }), /Minimum memory limit allowed is 6MB/)
    await engine.rename(id, 'after')
    assert.equal((await engine.inspect('after', { size: true })).Name, '/after')
    assert.throws(() => engine.find('before'), { kind: 'notFound' })
    const { network } = engine.context
    const renamed: string[] = []
    network.rename = async (_id, name) => {
      renamed.push(name)
      if (name === 'half') throw new Error('no space left on device')
    }
    await assert.rejects(engine.rename(id, 'half'), /no space left/).finally(() => Reflect.deleteProperty(network, 'rename'))
    assert.deepEqual(renamed, ['half', 'after'])
    assert.equal((await engine.inspect('after', { size: false })).Name, '/after')
    assert.throws(() => engine.find('half'), { kind: 'notFound' })
    const [listed] = await engine.list({ all: false, size: false, filters: new Filters(new Map([['name', ['after']]])) })
    assert.match(listed?.Status ?? '', /^Up /)
    await engine.remove(id, { force: true, volumes: true, link: false })
  })

  it('limits memory, processes and CPU, and tells when memory ran out', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('small', {
      Image: 'busybox',
      Cmd: ['sh', '-c', 'read x; dd if=/dev/zero of=/dev/null bs=60M count=1'],
      OpenStdin: true,
      HostConfig: { NetworkMode: 'none', Memory: 16 * 1024 * 1024, MemorySwap: 16 * 1024 * 1024, PidsLimit: 20, NanoCpus: 5e8 },
    })
    const session = await engine.attach(id, { stdin: true, stdout: false, stderr: false, logs: false, stream: true })
    const ended = engine.wait(id, 'next-exit', () => undefined, new AbortController().signal)
    await engine.start(id)
    for await (const sample of engine.stats(id, { once: true, oneShot: true }, new AbortController().signal)) {
      assert.equal(sample.memory_stats?.limit, 16 * 1024 * 1024)
      assert.equal(sample.pids_stats?.limit, 20)
      assert.equal((sample.pids_stats?.current ?? 0) >= 1, true)
    }
    session.input?.write(Buffer.from('go\n'))
    await ended
    const { State } = await engine.inspect(id, { size: false })
    assert.equal(State?.OOMKilled, true)
    await engine.remove(id, { force: true, volumes: true, link: false })
  })

  it('restarts by policy, with the count, and not after a stop by hand', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('again', { Image: 'busybox', Cmd: ['false'], HostConfig: { NetworkMode: 'none', RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } } })
    const ended = engine.wait(id, 'not-running', () => undefined, new AbortController().signal)
    await engine.start(id)
    void ended
    await eventually('it gives up', async () => {
      const { State, RestartCount } = await engine.inspect(id, { size: false })
      return RestartCount === 2 && State?.Status === 'exited'
    })
    await engine.remove(id, { force: true, volumes: true, link: false })
    const { Id: always = '' } = await engine.create('always', { Image: 'busybox', Cmd: ['sleep', '60'], HostConfig: { NetworkMode: 'none', RestartPolicy: { Name: 'always' } } })
    await engine.start(always)
    await engine.stop(always, { timeoutSeconds: 0 })
    assert.equal((await engine.inspect(always, { size: false })).State?.Status, 'exited')
    await engine.remove(always, { force: true, volumes: true, link: false })
  })

  it('checks health and says so', async () => {
    const { engine } = host
    const ms = 1e6
    const { Id: id = '' } = await engine.create('health', {
      Image: 'busybox',
      Cmd: ['sleep', '60'],
      Healthcheck: { Test: ['CMD-SHELL', 'echo probe; test -e /tmp/well'], Interval: 60 * ms, Retries: 2, Timeout: 5_000 * ms },
      HostConfig: { NetworkMode: 'none' },
    })
    await engine.start(id)
    const status = async (): Promise<string | undefined> => (await engine.inspect(id, { size: false })).State?.Health?.Status
    assert.equal(await status(), 'starting')
    await eventually('it is unhealthy', async () => (await status()) === 'unhealthy')
    const execId = await engine.execs.create(id, { Cmd: ['touch', '/tmp/well'] })
    await engine.execs.startDetached(execId, {})
    await eventually('it is healthy', async () => (await status()) === 'healthy')
    const { State } = await engine.inspect(id, { size: false })
    assert.equal(State?.Health?.Log?.at(-1)?.Output, 'probe\n')
    const actions = engine.events.since(0).filter((event) => event.Actor?.ID === id).map((event) => event.Action)
    assert.equal(actions.includes('health_status: unhealthy') && actions.includes('health_status: healthy'), true)
    await engine.remove(id, { force: true, volumes: true, link: false })
  })

  it('mounts binds, volumes filled from the image, and tmpfs', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('mounts', {
      Image: 'busybox',
      Cmd: ['sh', '-c', 'cat /var/www/index.html; echo new > /var/www/new; touch /ro/x 2>/dev/null || echo read-only; echo x 2>/dev/null > /file || echo read-only; grep " /scratch " /proc/mounts | head -c 5'],
      HostConfig: { NetworkMode: 'none', Binds: ['site:/var/www', `${folder}:/ro:ro`, '/etc/hostname:/file:ro'], Tmpfs: { '/scratch': 'size=1m' } },
    })
    const ended = engine.wait(id, 'next-exit', () => undefined, new AbortController().signal)
    await engine.start(id)
    await ended
    const text = await collect((await engine.logs(id, { stdout: true, stderr: true, follow: true, timestamps: false }, new AbortController().signal)).chunks)
    assert.equal(text.stdout, 'hello from the image\nread-only\nread-only\ntmpfs')
    await engine.remove(id, { force: true, volumes: true, link: false })
    const again = await run(['cat', '/data/new'], { HostConfig: { Binds: ['site:/data'] } })
    assert.equal(again.stdout, 'new\n')
  })

  it('joins the default bridge with an address, names and a gateway', async () => {
    const { stdout } = await run(['sh', '-c', 'cat /etc/hosts; ls /sys/class/net'], { Hostname: 'web', HostConfig: { NetworkMode: 'default', ExtraHosts: ['db:10.1.2.3'] } })
    assert.match(stdout, /\n10\.1\.2\.3\tdb\n172\.\d+\.\d+\.\d+\tweb\neth0\nlo\n/)
  })

  it('shares the network and the processes of another container', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('base', { Image: 'busybox', Cmd: ['sleep', '4321'], ExposedPorts: { '80': {}, '80/tcp': {} }, HostConfig: { NetworkMode: 'default' } })
    await engine.start(id)
    const [listed] = await engine.list({ all: false, size: false, filters: new Filters(new Map([['name', ['base']]])) })
    assert.deepEqual(listed?.Ports, [{ PrivatePort: 80, Type: 'tcp' }])
    const { stdout } = await run(['sh', '-c', 'ls /sys/class/net; ps'], { HostConfig: { NetworkMode: 'container:base', PidMode: 'container:base' } })
    assert.match(stdout, /eth0\nlo\n/)
    assert.match(stdout, /sleep 4321/)
    const joining = { NetworkMode: 'container:base', PidMode: 'container:base', IpcMode: 'container:base' }
    const { Id: later = '' } = await engine.create('later', { Image: 'busybox', HostConfig: { ...joining, NetworkMode: 'default' } })
    const { HostConfig: { PidMode, IpcMode } = {} } = await engine.inspect(later, { size: false })
    assert.deepEqual([PidMode, IpcMode], [`container:${id}`, `container:${id}`])
    await engine.remove(later, { force: true, volumes: true, link: false })
    await engine.remove(id, { force: true, volumes: true, link: false })
    await assert.rejects(run(['true'], { HostConfig: { NetworkMode: 'container:base' } }), /No such container: base/)
  })

  it('refuses bad input with sentences, and leaves nothing behind', async () => {
    const { engine } = host
    const refused = (request: CreateRequest, name: string | undefined, message: RegExp): Promise<void> => assert.rejects(engine.create(name, { Image: 'busybox', ...request }), message)
    await engine.create('taken', { Image: 'busybox' })
    await refused({}, 'taken', /^StatusError: Conflict\. The container name "\/taken" is already in use by container "[0-9a-f]{64}"\./)
    await refused({}, '-x', /Invalid container name/)
    await refused({ Image: 'nope' }, undefined, /No such image: nope/)
    await refused({ HostConfig: { Memory: 1024 } }, undefined, /Minimum memory limit allowed is 6MB/)
    await refused({ HostConfig: { NanoCpus: 1e12 } }, undefined, /range of CPUs is from 0\.01 to \d+\.00, as there are only \d+ CPUs available/)
    await refused({ HostConfig: { Binds: ['a:b'] } }, undefined, /mount path must be absolute/)
    await refused({ HostConfig: { Mounts: [{ Type: 'bind', Source: '/no/such', Target: '/x' }] } }, 'unmade', /bind source path does not exist: \/no\/such/)
    for (const HostConfig of [{ VolumesFrom: ['unmade'] }, { NetworkMode: 'container:unmade' }, { PidMode: 'container:unmade' }]) {
      await assert.rejects(engine.create(undefined, { Image: 'busybox', HostConfig }), { kind: 'invalid', message: 'No such container: unmade' })
    }
    assert.throws(() => engine.find('unmade'), /No such container: unmade/)
    await engine.remove('taken', { force: false, volumes: true, link: false })
  })

  it('starts fifty at once and leaves nothing when they are gone', async () => {
    const { engine } = host
    const startedMs = performance.now()
    const ids = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: ['sleep', '60'], HostConfig: { NetworkMode: 'none' } })
        await engine.start(id)
        return id
      }),
    )
    const tookMs = performance.now() - startedMs
    if (process.env['SKEP_TEST_TIMES']) console.log(`      50 containers in ${tookMs.toFixed(0)} ms`)
    assert.equal(engine.all().filter((container) => container.isUp).length, 50)
    await Promise.all(ids.map((id) => engine.remove(id, { force: true, volumes: true, link: false })))
    const { paths, cgroups, rootfs, background } = engine.context
    assert.deepEqual(engine.all(), [])
    // Their files go in the background.
    await background.idle()
    assert.deepEqual([readdirSync(paths.bundlesDir), readdirSync(paths.exitDir), readdirSync(paths.runtimeRoot), readdirSync(paths.containersDir)], [[], [], [], []])
    assert.deepEqual(cgroups.children(paths.cgroupParent), [])
    assert.deepEqual(rootfs.writables(), [])
    assert.deepEqual(mountsBelow(`${folder}/data`), [])
  })
})

/** Waits until the shell has installed its trap, and made a file after it. */
async function eventuallyTrapped(engine: Engine, id: string): Promise<void> {
  await eventually('the shell has its trap', () => engine.statPath(id, '/trapped').then(() => true, () => false))
}
