import { strict as assert } from 'node:assert'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from '../../src/model/engine-api/plugin.js'
import { mountsBelow } from '../../agent/kernel/mount.js'
import { cgroupsBelow, cgroupsOf, processesOf } from '../lab/belongings.js'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { registryProgram } from '../support/registry-process.js'
import { volumePluginConfig, writeVolumePlugin } from '../support/volume-plugin.js'
import { printLogs, removeContainers, startLab } from './support.js'

const port = 5000
const name = `127.0.0.1:${port}/team/folders:1`

describe('managed plugins', function () {
  this.timeout(120_000)
  let lab: Lab
  let host: LabHost
  let registry: ChildProcess
  let folder: string

  before(async () => {
    lab = await startLab(1, ['--registry-mirror', `http://127.0.0.1:${port}`])
    host = lab.host(1)
    folder = join(host.folder, 'plugin')
    await writeVolumePlugin(folder)
    const data = join(host.folder, 'registry')
    mkdirSync(data)
    const config = {
      version: '0.1',
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(data, 'data') } },
      http: { addr: `127.0.0.1:${port}`, secret: 'of a test' },
    }
    writeFileSync(join(data, 'config.yml'), JSON.stringify(config))
    registry = host.spawn(registryProgram ?? 'docker-registry', ['serve', join(data, 'config.yml')], { stdio: 'ignore', cwd: data })
    await eventually('the registry answers', () => host.http(`http://127.0.0.1:${port}/v2/`).then(({ status }) => status === 200, () => false))
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
    if (host.running) {
      await removeContainers(host)
      for (const volume of (await host.docker('volume', 'ls', '-q')).split('\n').filter((one) => one !== '')) await host.docker('volume', 'rm', '-f', volume)
      for (const one of await list()) await host.docker('plugin', 'rm', '-f', one.Name)
    }
  })
  after(async () => {
    registry?.kill('SIGKILL')
    await lab?.close()
  })

  const list = async (): Promise<Plugin[]> => JSON.parse((await host.api('GET', '/v1.45/plugins')).body) as Plugin[]
  const refused = async (words: string[], expected: RegExp, program: 'docker' | 'skep' = 'docker'): Promise<void> => {
    const { code, stderr } = await (program === 'docker' ? host.tryDocker(...words) : host.trySkep(...words))
    assert.notEqual(code, 0, words.join(' '))
    assert.match(stderr, expected)
  }
  const skepWith = (input: string, ...words: string[]) =>
    host.run(process.execPath, [join(process.env['SKEP_DIST'] ?? join(import.meta.dirname, '../../dist'), 'skep'), '-H', `unix://${host.socketPath}`, ...words], { input })
  /** The plugin's own process, beside its supervisor. */
  const pluginPids = (): number[] => processesOf(lab.folder).filter(({ command }) => command.includes('/folders.pl')).map(({ pid }) => pid)
  const logged = (text: string): number => readFileSync(host.logPath, 'utf8').split(text).length - 1

  it('are made of a folder, set, enabled, asked for volumes, and taken away, without anything being left', async () => {
    assert.equal(await host.skep('plugin', 'create', name, folder), name)
    await refused(['plugin', 'create', name, folder], /plugin \S+folders:1 already exists/)
    await refused(['plugin', 'disable', name], /plugin is already disabled: plugin \S+ found but disabled/)
    await host.skep('plugin', 'set', name, 'DEBUG=1', 'args=a b', 'host.source=/usr/lib')
    await refused(['plugin', 'set', name, 'FIXED=1'], /"FIXED" is not settable/)
    await refused(['volume', 'create', '-d', name, 'data'], /error looking up volume plugin \S+: plugin \S+ found but disabled/)
    assert.equal(await host.skep('plugin', 'enable', name), name)
    await refused(['plugin', 'enable', name], /plugin already enabled/)
    await refused(['plugin', 'set', name, 'DEBUG=2'], /cannot set on an active plugin/)
    assert.match(await host.skep('plugin', 'ls'), /^ID +NAME +DESCRIPTION +ENABLED\n[0-9a-f]{12} +127.0.0.1:5000\/team\/folders:1 +folders in memory +true$/)
    assert.equal(await host.docker('plugin', 'ls', '-f', 'enabled=false', '-q'), '')
    await host.docker('volume', 'create', '-d', name, 'data')
    assert.match(await host.docker('volume', 'inspect', '-f', '{{.Driver}} {{.Mountpoint}} {{.Status.debug}}', 'data'), /^127.0.0.1:5000\/team\/folders:1 \/.*\/propagated-mount\/data 1$/)
    // What one writes the other reads: both see what the plugin mounted.
    await host.docker('run', '-d', '--name', 'writer', '--network', 'none', '-v', 'data:/data', 'busybox', 'sh', '-c', 'echo here > /data/x; sleep 1000')
    const read = () => host.docker('run', '--rm', '--network', 'none', '-v', 'data:/data', 'busybox', 'sh', '-c', 'grep " /data " /proc/mounts | cut -d" " -f1,3; cat /data/x')
    await eventually('the file is read', async () => (await read()) === 'folders tmpfs\nhere')
    await refused(['plugin', 'disable', name], /plugin \S+ is in use/)
    await refused(['plugin', 'rm', name], /plugin \S+ is in use/)
    assert.deepEqual(JSON.parse(await host.docker('info', '-f', '{{json .Plugins.Volume}}')), ['local'])
    await host.docker('rm', '-f', 'writer')
    await host.docker('volume', 'rm', 'data')
    await refused(['plugin', 'rm', name], /plugin \S+ is enabled/)
    await host.skep('plugin', 'disable', name)
    await host.skep('plugin', 'rm', name)
    assert.ok(logged('listening, debug 1, arguments a b') > 0, 'what the plugin writes is in the log')
    const events = await host.docker('events', '--since', '0', '--until', String(Math.ceil(Date.now() / 1000)), '--filter', 'type=plugin', '--format', '{{.Action}} {{.Actor.Attributes.name}}').catch(() => '')
    for (const action of ['create', 'enable', 'disable', 'remove']) assert.match(events, new RegExp(`^${action} ${name}$`, 'm'))
    assertNothingLeft()
  })

  const assertNothingLeft = (): void => {
    assert.deepEqual(pluginPids(), [])
    assert.deepEqual(mountsBelow(join(host.dataRoot, 'plugins')), [])
    assert.deepEqual(readdirSync(join(host.dataRoot, 'plugins')), [])
    for (const one of ['plugins', 'plugin-oci', 'plugin-exits']) assert.deepEqual(readdirSync(join(host.execRoot, one)), [], one)
    assert.deepEqual(cgroupsOf(lab.name).flatMap(cgroupsBelow).filter((path) => path.includes('/plugin-')), [])
  }

  it('go to a registry and come from there, with what they need granted', async () => {
    await host.skep('plugin', 'create', '--compress', name, folder)
    assert.match(await host.skep('plugin', 'push', name), /1: digest: sha256:[0-9a-f]{64} size: \d+/)
    await host.skep('plugin', 'rm', name)
    const no = await skepWith('n\n', 'plugin', 'install', name)
    assert.equal(no.code, 1)
    assert.match(no.stdout, /Plugin "\S+" is requesting the following privileges:\n - network: \[host\]\n - mount: \[\/usr\/share\]\n - device: \[\/dev\/zero\]\n - capabilities: \[CAP_SYS_ADMIN\]\nDo you grant the above permissions\? \[y\/N\] $/)
    assert.match(no.stderr, /permission denied while installing plugin/)
    // From the mirror too: what is asked for is there, and nobody else is asked.
    for (const remote of [name, 'team/folders:1']) {
      const wrong = await host.api('POST', `/v1.45/plugins/pull?remote=${remote}`, [])
      assert.deepEqual([wrong.status, /"errorDetail":\{"message":"([^"]*)"/.exec(wrong.body)?.[1]], [200, 'incorrect privileges'])
    }
    const yes = await skepWith('y\n', 'plugin', 'install', '--alias', 'mine', name, 'DEBUG=5')
    assert.match(`${yes.stdout}${yes.stderr}`, new RegExp(`Digest: sha256:[0-9a-f]{64}\nInstalled plugin ${name}\n$`))
    const [plugin] = await list()
    assert.deepEqual([plugin?.Name, plugin?.Enabled, plugin?.PluginReference, plugin?.Settings.Env[0]], ['mine:latest', true, name, 'DEBUG=5'])
    await host.docker('volume', 'create', '-d', 'mine', 'data')
    assert.equal(await host.docker('volume', 'inspect', '-f', '{{.Driver}}', 'data'), 'mine:latest')
    await host.docker('volume', 'rm', 'data')
    // The same once more by the other command line, which shares the layer.
    await host.docker('plugin', 'install', '--grant-all-permissions', '--disable', name)
    await refused(['plugin', 'upgrade', 'mine'], /the plugin must be disabled before upgrading/, 'skep')
    await host.skep('plugin', 'disable', 'mine')
    assert.match(await host.skep('plugin', 'upgrade', '--grant-all-permissions', 'mine'), /Upgrading plugin mine:latest from .* to /)
    assert.equal((await list()).find((one) => one.Name === 'mine:latest')?.Settings.Env[0], 'DEBUG=5')
    await host.skep('plugin', 'enable', 'mine')
    await host.skep('plugin', 'rm', '-f', 'mine', name)
    await refused(['pull', name], /this is a plugin: get it by "plugin install"/)
    await host.docker('tag', 'busybox', `127.0.0.1:${port}/image`)
    await host.docker('push', '-q', `127.0.0.1:${port}/image`)
    await refused(['plugin', 'install', '--grant-all-permissions', `127.0.0.1:${port}/image`], /did not find plugin config for specified reference/)
    await host.docker('rmi', `127.0.0.1:${port}/image`)
    assertNothingLeft()
  })

  it('are started again when they die, found again after the daemon was killed, and go on for containers that go on', async () => {
    await host.skep('plugin', 'create', name, folder)
    await host.skep('plugin', 'enable', name)
    await host.docker('volume', 'create', '-d', name, 'data')
    const kill = () => pluginPids().forEach((pid) => process.kill(pid, 'SIGKILL'))
    const [first] = pluginPids()
    kill()
    await eventually('the plugin runs again', () => pluginPids().length === 1 && pluginPids()[0] !== first && logged('listening, debug') === logged('"listening'))
    await eventually('it answers', async () => (await host.tryDocker('volume', 'inspect', '-f', '{{.Mountpoint}}', 'data')).stdout.includes('/propagated-mount/data'))
    await host.docker('run', '-d', '--name', 'user', '--network', 'none', '-v', 'data:/data', 'busybox', 'sh', '-c', 'echo here > /data/x; sleep 1000')
    const running = pluginPids()
    await host.kill9()
    await host.startDaemon()
    assert.deepEqual(pluginPids(), running, 'the plugin is found again')
    assert.equal(await host.docker('exec', 'user', 'cat', '/data/x'), 'here')
    // A plugin that died while nobody looked.
    await host.kill9()
    kill()
    await host.startDaemon()
    assert.equal(pluginPids().length, 1)
    assert.notDeepEqual(pluginPids(), running)
    // A running container needs it: it goes on without the daemon.
    const served = pluginPids()
    await host.restart()
    assert.deepEqual(pluginPids(), served)
    assert.equal(await host.docker('exec', 'user', 'cat', '/data/x'), 'here')
    await host.docker('rm', '-f', 'user')
    await host.stop()
    assert.deepEqual(pluginPids(), [], 'nobody needs it any more')
    assert.deepEqual(mountsBelow(join(host.dataRoot, 'plugins')), [])
    await host.startDaemon()
    assert.equal(pluginPids().length, 1)
    await host.docker('volume', 'rm', 'data')
    await host.docker('plugin', 'disable', name)
    assert.deepEqual(pluginPids(), [])
    await host.restart()
    assert.deepEqual(pluginPids(), [], 'one that is disabled stays so')
    // Containers that start with the daemon find their driver.
    await host.docker('plugin', 'enable', name)
    await host.docker('volume', 'create', '-d', name, 'data')
    await host.docker('run', '-d', '--restart', 'always', '--name', 'always', '--network', 'none', '-v', 'data:/data', 'busybox', 'sh', '-c', 'touch /data/$$; sleep 1000')
    await host.kill9()
    for (const { pid } of processesOf(lab.folder).filter(({ command }) => /folders\.pl|conmon|sleep 1000/.test(command))) process.kill(pid, 'SIGKILL')
    await host.startDaemon()
    await eventually('the container runs again', async () => (await host.docker('inspect', '-f', '{{.State.Running}}', 'always')) === 'true')
  })

  it('that cannot be used are refused with a reason, and leave nothing', async () => {
    const other = join(host.folder, 'other')
    await host.runOk('cp', ['-a', folder, other])
    const withConfig = async (config: Record<string, unknown>): Promise<void> => {
      writeFileSync(join(other, 'config.json'), JSON.stringify(volumePluginConfig(config)))
      await host.skep('plugin', 'create', 'bad', other)
    }
    const failing: [config: Record<string, unknown>, reason: RegExp, ...flags: string[]][] = [
      [{ interface: { types: ['docker.networkdriver/1.0', 'docker.volumedriver/1.0'], socket: 'folders.sock' } }, /uses no plugins of the type docker.networkdriver\/1.0/],
      [{ interface: { types: ['docker.volumedriver/1.0'], socket: '' } }, /names no socket/],
      [{ entrypoint: ['/none'] }, /\/none|no such file or directory/],
      [{ env: [{ name: 'FAIL', value: 'exit' }] }, /ended with exit code 7 before it listened/],
      [{ env: [{ name: 'FAIL', value: 'silent' }] }, /dial unix .*folders.sock: connect: no such file or directory/, '--timeout', '2'],
      [{ mounts: [{ name: 'm', source: '/none', destination: '/m', type: 'bind', options: ['rbind'] }] }, /the source of mount m does not exist: \/none/],
      [{ linux: { capabilities: ['CAP_NONE'] } }, /unknown capability/],
      [{ linux: { capabilities: ['CAP_SYS_ADMIN'], devices: [{ name: 'd', path: '/dev/none' }] } }, /\/dev\/none/],
    ]
    for (const [config, reason, ...flags] of failing) {
      await withConfig(config)
      await refused(['plugin', 'enable', ...flags, 'bad'], reason, 'skep')
      assert.equal((await list())[0]?.Enabled, false)
      assert.deepEqual(pluginPids(), [])
      await host.skep('plugin', 'rm', 'bad')
      assertNothingLeft()
    }
    // Plugins of kinds that nobody knows are run, as Docker does.
    await withConfig({ interface: { types: ['example.thing/1.0'], socket: 'folders.sock' } })
    await host.skep('plugin', 'enable', 'bad')
    await refused(['volume', 'create', '-d', 'bad', 'data'], /plugin does not provide "volumedriver" capability/)
    await host.skep('plugin', 'rm', '-f', 'bad')
    writeFileSync(join(other, 'config.json'), '{"interface": {"socket": "../../docker.sock"}}')
    await refused(['plugin', 'create', 'bad', other], /Interface.Socket must be the name of a file/)
    await host.run('rm', ['-rf', join(other, 'rootfs')])
    writeFileSync(join(other, 'config.json'), '{}')
    await refused(['plugin', 'create', 'bad', other], /no rootfs found/)
    await refused(['plugin', 'inspect', 'none'], /plugin "none" not found/)
    assertNothingLeft()
    const layers = (): number => readdirSync(join(host.dataRoot, 'content/blobs/sha256')).length
    const kept = layers()
    await host.skep('plugin', 'create', 'bad', folder)
    assert.ok(layers() > kept)
    await host.docker('image', 'prune', '-af')
    assert.ok(existsSync(join(host.dataRoot, 'plugins')))
    await host.skep('plugin', 'enable', 'bad')
    await host.skep('plugin', 'rm', '-f', 'bad')
    assertNothingLeft()
  })
})
