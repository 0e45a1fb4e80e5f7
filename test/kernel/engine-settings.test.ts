import { strict as assert } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mount, mountsBelow, unmount } from '../../agent/kernel/mount.js'
import { collect, engineForSuite, runToEnd, type EngineHost } from '../support/engine-host.js'
import type { CreateRequest } from '../../src/model/engine-api/create.js'

describe('settings of containers on the real kernel', function () {
  this.timeout(60_000)
  let folder: string
  let host: EngineHost
  engineForSuite((opened) => ({ folder, host } = opened))

  const run = async (args: string[], more?: CreateRequest): Promise<string> => (await runToEnd(host, args, more)).stdout
  const background = async (name: string, hostConfig: CreateRequest['HostConfig']): Promise<string> => {
    const { Id: id = '' } = await host.engine.create(name, { Image: 'busybox', Cmd: ['sh', '-c', 'echo shared > /dev/shm/note; sleep 4321'], HostConfig: { NetworkMode: 'none', ...hostConfig } })
    await host.engine.start(id)
    return id
  }
  const remove = (id: string): Promise<void> => host.engine.remove(id, { force: true, volumes: true, link: false })

  it('shares memory only with containers that may have it', async () => {
    const { engine } = host
    const [open, closed] = [await background('open', { IpcMode: 'shareable', ShmSize: 4 << 20 }), await background('closed', {})]
    const read = ['sh', '-c', 'until cat /dev/shm/note 2>/dev/null; do :; done; grep " /dev/shm " /proc/mounts']
    assert.match(await run(read, { HostConfig: { IpcMode: `container:${open}` } }), /^shared\nshm \/dev\/shm tmpfs .*size=4096k/)
    const { Id: id = '' } = await engine.create('guest', { Image: 'busybox', HostConfig: { NetworkMode: 'none', IpcMode: 'container:closed' } })
    await assert.rejects(engine.start(id), /non-shareable IPC \(hint: use IpcMode:shareable/)
    for (const one of [open, closed, id]) await remove(one)
    assert.deepEqual(mountsBelow(join(folder, 'data')).filter(({ target }) => target.endsWith('/shm')), [])
  })

  it('takes -1 for no limit, when it starts and while it runs', async () => {
    const limits = 'cat $(ls /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null)'
    assert.match(await run(['sh', '-c', limits], { HostConfig: { PidsLimit: -1, CpuQuota: -1, CgroupnsMode: 'private' } }), /^(4194304|max)\n$/)
    const id = await background('grows', { PidsLimit: 20 })
    await host.engine.update(id, { PidsLimit: -1, CpuQuota: -1 })
    await remove(id)
  })

  it('lets a container make cgroups in its own, where nothing else is', async () => {
    // The hierarchy that holds its processes; a process that goes on in one of them goes with the container.
    const made = `made-${process.pid}`
    const script = `cd /sys/fs/cgroup; if [ -d pids ]; then cd pids; fi
      mkdir ${made} 2>/dev/null && echo made || echo refused
      echo 0 2>/dev/null >${made}/cgroup.procs; ls -d */; ls release_agent; echo a >../devices/devices.allow || echo refused`
    const shown = (value: string): Promise<string> => run(['sh', '-c', script], { HostConfig: { CgroupnsMode: 'private', SecurityOpt: [`writable-cgroups=${value}`] } })
    const other = await background('other', {})
    assert.equal(await shown('true'), `made\n${made}/\nrefused\n`)
    assert.equal(await shown('false'), 'refused\nrefused\n')
    // Cgroups of others come and go meanwhile: that it misses some of them is no error.
    assert.equal(spawnSync('find', ['/sys/fs/cgroup', '-name', made], { encoding: 'utf8' }).stdout, '')
    await remove(other)
    const create = (value: string, CgroupnsMode: 'host' | 'private') => host.engine.create(undefined, { Image: 'busybox', HostConfig: { CgroupnsMode, SecurityOpt: [`writable-cgroups=${value}`] } })
    await assert.rejects(create('yes', 'private'), { kind: 'invalid', message: 'invalid --security-opt 2: "writable-cgroups=yes"' })
    await assert.rejects(create('true', 'host'), { kind: 'invalid', message: /^writable-cgroups: .*: use --cgroupns private, or --privileged$/ })
  })

  it('runs programs from a tmpfs when asked to', async () => {
    const script = ['sh', '-c', 'grep " /run " /proc/mounts']
    assert.match(await run(script, { HostConfig: { Tmpfs: { '/run': '' } } }), /tmpfs rw,nosuid,nodev,noexec,/)
    assert.match(await run(script, { HostConfig: { Tmpfs: { '/run': 'exec' } } }), /tmpfs rw,nosuid,nodev,relatime/)
  })

  it('gives a volume the attributes of the image\'s folder at the first start alone', async () => {
    const { engine } = host
    const Binds = ['nowhere:/made/here', 'somewhere:/tmp']
    const { Id: id = '' } = await engine.create('modes', { Image: 'busybox', Cmd: ['sh', '-c', 'busybox stat -c %a /made/here /tmp; busybox chmod 700 /tmp'], HostConfig: { NetworkMode: 'none', Binds } })
    for (const modes of ['755\n755\n', '755\n755\n755\n700\n']) {
      const ended = engine.wait(id, 'next-exit', () => undefined, new AbortController().signal)
      await engine.start(id)
      await ended
      const { chunks } = await engine.logs(id, { stdout: true, stderr: true, follow: true, timestamps: false }, new AbortController().signal)
      assert.equal((await collect(chunks)).stdout, modes)
    }
    await remove(id)
  })

  it('lets nothing be written below a read-only bind', async () => {
    const source = join(folder, 'source')
    mkdirSync(join(source, 'below'), { recursive: true })
    mount({ source: 'tmpfs', target: join(source, 'below'), type: 'tmpfs' })
    try {
      const script = ['sh', '-c', 'touch /b/below/x 2>/dev/null && echo written || echo refused']
      assert.equal(await run(script, { HostConfig: { Binds: [`${source}:/b:ro`] } }), 'refused\n')
      const Mounts = [{ Type: 'bind' as const, Source: source, Target: '/b', ReadOnly: true, BindOptions: { ReadOnlyNonRecursive: true } }]
      assert.equal(await run(script, { HostConfig: { Mounts } }), 'written\n')
      writeFileSync(join(source, 'file'), 'of the host')
      assert.equal(await run(['sh', '-c', 'cat /f; echo x > /f || true'], { HostConfig: { Binds: [`${join(source, 'file')}:/f:ro`] } }), 'of the host')
    } finally {
      unmount(join(source, 'below'))
    }
  })

  it('does not join a network again that it left', async () => {
    const { engine } = host
    const { Id: id = '' } = await engine.create('leaves', { Image: 'busybox', Cmd: ['sleep', '4321'] })
    const networks = async (): Promise<string[]> => Object.keys((await engine.inspect(id, { size: false })).NetworkSettings?.Networks ?? {})
    await engine.start(id)
    await engine.disconnectNetwork(id, 'bridge')
    await engine.restart(id, { timeoutSeconds: 0 })
    assert.deepEqual([await networks(), engine.find(id).record.endpoints], [[], []])
    await engine.stop(id, { timeoutSeconds: 0 })
    await assert.rejects(engine.disconnectNetwork(id, 'bridge'), /is not connected to network bridge/)
    await engine.connectNetwork(id, 'bridge', {})
    await engine.restart(id, { timeoutSeconds: 0 })
    assert.deepEqual([await networks(), engine.find(id).record.endpoints.length], [['bridge'], 1])
    await remove(id)
  })

  it('asks for an image of the platform', async () => {
    await assert.rejects(host.engine.create('other', { Image: 'busybox' }, 'linux/s390x'), { kind: 'notFound', message: /does not match the specified platform/ })
  })
})
