import { strict as assert } from 'node:assert'
import { readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { busyboxArchive, busyboxRootfs } from '../support/busybox-image.js'
import { eventually } from '../support/eventually.js'
import { printLogs, removeContainers, startLab } from './support.js'

describe('containers and images, by the docker client', function () {
  let lab: Lab
  let host: LabHost

  before(async () => {
    lab = await startLab(1)
    host = lab.host(1)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
    await removeContainers(host)
  })
  after(async () => {
    await lab?.close()
  })

  const refused = async (pattern: RegExp, code: number, ...args: string[]): Promise<void> => {
    const outcome = await host.tryDocker(...args)
    assert.match(outcome.stderr, pattern)
    assert.equal(outcome.code, code, args.join(' '))
  }

  it('runs a command, gives its output and its exit code', async () => {
    assert.equal(await host.docker('run', '--rm', 'busybox', 'echo', 'hello'), 'hello')
    assert.equal((await host.tryDocker('run', '--rm', 'busybox', 'sh', '-c', 'exit 42')).code, 42)
    const both = await host.run('docker', ['-H', `unix://${host.socketPath}`, 'run', '--rm', 'busybox', 'sh', '-c', 'echo out; echo err >&2'])
    assert.deepEqual([both.stdout, both.stderr], ['out\n', 'err\n'])
    const piped = await host.run('docker', ['-H', `unix://${host.socketPath}`, 'run', '--rm', '-i', 'busybox', 'wc', '-c'], { input: 'x'.repeat(200_000) })
    assert.equal(piped.stdout.trim(), '200000')
    assert.equal(await host.docker('ps', '-aq'), '')
  })

  it('sets up what the flags ask for', async () => {
    const show = 'hostname; id -u; pwd; echo $COLOUR; cat /data/file; touch /x 2>&1; ulimit -n; grep -c processor /proc/cpuinfo > /dev/null; cat /proc/sys/net/ipv4/ip_default_ttl'
    const folder = join(lab.folder, 'bound')
    await host.runOk('sh', ['-c', `mkdir -p ${folder} && echo bound > ${folder}/file`])
    const out = await host.docker(
      'run', '--rm', '--hostname', 'box', '-u', 'nobody', '-w', '/tmp', '-e', 'COLOUR=blue', '-v', `${folder}:/data:ro`, '--read-only',
      '--ulimit', 'nofile=123:456', '--sysctl', 'net.ipv4.ip_default_ttl=42', 'busybox', 'sh', '-c', show,
    )
    assert.deepEqual(out.split('\n'), ['box', '65534', '/tmp', 'blue', 'bound', 'touch: /x: Read-only file system', '123', '42'])
    const tmpfs = await host.docker('run', '--rm', '--tmpfs', '/scratch:size=1m', 'busybox', 'sh', '-c', 'mount | grep -c "tmpfs on /scratch"')
    assert.equal(tmpfs, '1')
  })

  it('keeps containers apart from the host and from each other', async () => {
    const capabilities = await host.docker('run', '--rm', 'busybox', 'grep', 'CapEff', '/proc/self/status')
    assert.match(capabilities, /00000000a80425fb/)
    // The head, the shell and ps itself.
    assert.equal(await host.docker('run', '--rm', 'busybox', 'sh', '-c', 'ps > /seen; wc -l < /seen'), '3')
    assert.match((await host.tryDocker('run', '--rm', 'busybox', 'mount', '-t', 'tmpfs', 'x', '/mnt')).stderr, /permission denied|Operation not permitted|can't/i)
    // Masked: it has content outside, and reads as empty inside.
    assert.notEqual(await host.runOk('sh', ['-c', 'wc -c < /proc/timer_list']), '0')
    assert.equal(await host.docker('run', '--rm', 'busybox', 'sh', '-c', 'wc -c < /proc/timer_list'), '0')
    const seccomp = await host.docker('run', '--rm', 'busybox', 'grep', 'Seccomp:', '/proc/self/status')
    assert.match(seccomp, /2$/)
  })

  it('limits memory and kills what goes over it', async () => {
    // The shell itself grows: what is killed is the container's own process.
    const outcome = await host.tryDocker('run', '--name', 'hungry', '-m', '16m', '--memory-swap', '16m', 'busybox', 'sh', '-c', 'x=0123456789abcdef; while :; do x=$x$x; done')
    assert.equal(outcome.code, 137)
    assert.equal(await host.docker('inspect', '--format', '{{.State.OOMKilled}} {{.HostConfig.Memory}}', 'hungry'), 'true 16777216')
  })

  it('publishes ports to other machines, to the host itself and to containers', async () => {
    await host.docker('run', '-d', '--name', 'web', '-p', '8080:80', 'web:1')
    await eventually('the server listens', async () => (await lab.outside.http(`http://${host.ipv4}:8080/`)).status === 200)
    assert.match((await host.http(`http://${host.ipv4}:8080/`)).body, /^version 1/)
    assert.match((await host.http('http://127.0.0.1:8080/')).body, /^version 1/)
    const inside = await host.docker('run', '--rm', 'busybox', 'wget', '-qO-', `http://${host.ipv4}:8080/`)
    assert.match(inside, /^version 1/)
    assert.match(await host.docker('port', 'web'), /80\/tcp -> 0\.0\.0\.0:8080/)
  })

  it('lets containers out through the host', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('hello from outside\n'))
    const fd = inNetns(lab.outside.netns, () => openSocket({ protocol: 'tcp', family: 4, bind: { address: '0.0.0.0', port: 9999 }, backlog: 8 }))
    await new Promise<void>((resolve) => server.listen({ fd }, resolve))
    try {
      assert.equal(await host.docker('run', '--rm', 'busybox', 'nc', '-w', '20', lab.outside.ipv4, '9999'), 'hello from outside')
    } finally {
      server.close()
    }
  })

  it('stops gracefully, then by force', async () => {
    const trapping = async (name: string, trap: string): Promise<void> => {
      await host.docker('run', '-d', '--name', name, 'busybox', 'sh', '-c', `trap "${trap}" TERM; echo listening; while :; do sleep 0.1; done`)
      await eventually(`${name} listens for the signal`, async () => (await host.docker('logs', name)) === 'listening')
    }
    await trapping('polite', 'echo bye; exit 7')
    await host.docker('stop', 'polite')
    assert.equal(await host.docker('inspect', '--format', '{{.State.ExitCode}}', 'polite'), '7')
    assert.equal(await host.docker('logs', 'polite'), 'listening\nbye')
    await trapping('stubborn', '')
    await host.docker('stop', '-t', '1', 'stubborn')
    assert.equal(await host.docker('inspect', '--format', '{{.State.ExitCode}}', 'stubborn'), '137')
  })

  it('shows logs with tail, since and times, and follows them', async () => {
    await host.docker('run', '-d', '--name', 'talker', 'busybox', 'sh', '-c', 'for i in 1 2 3 4 5; do echo line $i; done; sleep 1; echo last')
    const followed = await host.docker('logs', '-f', 'talker')
    assert.deepEqual(followed.split('\n'), ['line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'last'])
    assert.deepEqual((await host.docker('logs', '--tail', '2', 'talker')).split('\n'), ['line 5', 'last'])
    const stamped = await host.docker('logs', '-t', '--tail', '1', 'talker')
    assert.match(stamped, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z last$/)
    assert.equal(await host.docker('logs', '--since', stamped.split(' ')[0] as string, 'talker'), 'last')
    assert.equal(await host.docker('wait', 'talker'), '0')
  })

  it('executes commands in a running container', async () => {
    await host.docker('run', '-d', '--name', 'box', 'busybox', 'sleep', '60')
    assert.equal(await host.docker('exec', '-e', 'A=1', '-w', '/etc', 'box', 'sh', '-c', 'echo $A $(pwd) $(id -u)'), '1 /etc 0')
    assert.equal((await host.tryDocker('exec', 'box', 'sh', '-c', 'exit 9')).code, 9)
    assert.equal((await host.tryDocker('exec', 'box', 'nosuch')).code, 127)
  })

  it('checks health', async () => {
    await host.docker('run', '-d', '--name', 'checked', '--health-cmd', 'test -e /ok', '--health-interval', '200ms', '--health-retries', '2', 'busybox', 'sleep', '60')
    await eventually('unhealthy', async () => (await host.docker('inspect', '--format', '{{.State.Health.Status}}', 'checked')) === 'unhealthy')
    await host.docker('exec', 'checked', 'touch', '/ok')
    await eventually('healthy', async () => (await host.docker('ps', '--format', '{{.Status}}', '-f', 'name=checked')).includes('(healthy)'))
  })

  it('lives on through the death of the daemon, which takes everything up again', async () => {
    await host.docker('run', '-d', '--name', 'web', '-p', '8081:80', 'web:1')
    await host.docker('run', '-d', '--name', 'short', 'busybox', 'sh', '-c', 'sleep 1; echo over; exit 5')
    const pid = await host.docker('inspect', '--format', '{{.State.Pid}}', 'web')
    await eventually('the server listens', async () => (await lab.outside.http(`http://${host.ipv4}:8081/`)).status === 200)
    await host.kill9()
    assert.match((await lab.outside.http(`http://${host.ipv4}:8081/`)).body, /^version 1/)
    await eventually('the short one is over', async () => (await host.run('pgrep', ['-f', 'echo over; exit 5'])).code !== 0)
    await host.startDaemon()
    assert.equal(await host.docker('inspect', '--format', '{{.State.Status}} {{.State.Pid}}', 'web'), `running ${pid}`)
    assert.equal(await host.docker('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', 'short'), 'exited 5')
    assert.equal(await host.docker('logs', 'short'), 'over')
    assert.match((await lab.outside.http(`http://${host.ipv4}:8081/`)).body, /^version 1/)
    await host.docker('stop', '-t', '1', 'web')
    assert.match(await host.docker('ps', '-a', '--filter', 'name=web', '--format', '{{.Status}}'), /^Exited/)
  })

  it('loads, tags, saves, imports and removes images', async () => {
    assert.match(await host.docker('images', '--format', '{{.Repository}}:{{.Tag}}'), /web:2/)
    await host.docker('tag', 'web:1', 'registry.example/team/web:stable')
    assert.equal(await host.docker('inspect', '--type', 'image', '--format', '{{.Id}}', 'registry.example/team/web:stable'), await host.docker('inspect', '--type', 'image', '--format', '{{.Id}}', 'web:1'))
    assert.match(await host.docker('rmi', 'registry.example/team/web:stable'), /^Untagged: registry\.example\/team\/web:stable/)
    const saved = join(lab.folder, 'saved.tar')
    await host.docker('save', '-o', saved, 'web:2')
    await host.docker('rmi', 'web:2')
    assert.match(await host.docker('load', '-i', saved), /Loaded image: web:2/)

    const rootfs = join(lab.folder, 'rootfs.tar')
    writeFileSync(rootfs, await busyboxRootfs())
    assert.match(await host.docker('import', '-c', 'CMD ["echo", "imported"]', rootfs, 'imported:1'), /^sha256:[0-9a-f]{64}$/)
    assert.equal(await host.docker('run', '--rm', 'imported:1'), 'imported')
    await host.docker('rmi', 'imported:1')
  })

  it('shows an image by its id once its name is another one\'s or gone', async () => {
    const id = await host.docker('inspect', '--format', '{{.Id}}', 'busybox')
    await host.docker('tag', 'busybox', 'moved:1')
    await host.docker('run', '-d', '--name', 'box', 'moved:1', 'sleep', '60')
    const shown = (): Promise<string> => host.docker('ps', '--no-trunc', '--format', '{{.Image}}')
    assert.equal(await shown(), 'moved:1')
    await host.docker('tag', 'web:1', 'moved:1')
    assert.equal(await shown(), id)
    await host.docker('rmi', 'moved:1')
    assert.equal(await shown(), id)
  })

  it('tells of pruned volumes and networks among its events', async () => {
    const since = String(Date.now() / 1000)
    await host.docker('volume', 'create', 'spare')
    await host.docker('network', 'create', 'spare')
    assert.match(await host.docker('volume', 'prune', '-f', '--all'), /spare/)
    assert.match(await host.docker('network', 'prune', '-f'), /spare/)
    const events = await host.docker('events', '--since', since, '--until', String(Date.now() / 1000), '--filter', 'event=prune', '--format', '{{.Type}} {{.Actor.Attributes.reclaimed}}')
    assert.deepEqual(events.split('\n'), ['volume 0', 'network 0'])
  })

  it('mounts an image read-only, and keeps it while it is mounted', async () => {
    await host.docker('tag', 'web:2', 'mounted:1')
    const body = (target: string, more: object = {}): string => JSON.stringify({
      Image: 'busybox', Cmd: ['sleep', '60'], HostConfig: { Mounts: [{ Type: 'image', Source: 'mounted:1', Target: target, ...more }] },
    })
    const post = async (path: string, text = ''): Promise<string> =>
      (await host.runOk('curl', ['-sS', '--unix-socket', host.socketPath, '-H', 'Content-Type: application/json', '-d', text, `http://skep/v1.51${path}`])).trim()
    const layers = (): Promise<string> => host.runOk('sh', ['-c', `ls ${host.dataRoot}/overlay | wc -l; grep -c ' ${host.dataRoot}/overlay' /proc/self/mounts || true`])
    // Files of containers of the tests before go in the background, their own folder last.
    await eventually('nothing of removed containers is left', () => readdirSync(join(host.dataRoot, 'containers')).length === 0)
    const before = await layers()
    const whole = (JSON.parse(await post('/containers/create?name=whole', body('/img'))) as { Id: string }).Id
    await post('/containers/create?name=part', body('/img', { ImageOptions: { Subpath: 'etc' } }))
    for (const name of ['whole', 'part']) await host.docker('start', name)
    assert.match(await host.docker('exec', 'whole', 'ls', '/img/bin'), /^sh$/m)
    assert.equal(await host.docker('exec', 'part', 'cat', '/img/passwd'), await host.docker('run', '--rm', 'web:2', 'cat', '/etc/passwd'))
    await refused(/Read-only file system/, 1, 'exec', 'whole', 'touch', '/img/x')
    assert.equal(await host.docker('inspect', '--format', '{{range .Mounts}}{{.Type}} {{.Source}} {{.Destination}} {{.RW}}{{end}}', whole), 'image mounted:1 /img false')
    await host.kill9()
    await host.restart()
    assert.match(await host.docker('exec', 'whole', 'ls', '/img/bin'), /^sh$/m)
    const id = await host.docker('inspect', '--type', 'image', '--format', '{{.Id}}', 'mounted:1')
    await refused(/image is being used by running container/, 1, 'rmi', '-f', id)
    await host.docker('restart', '-t', '0', 'part')
    assert.match(await host.docker('exec', 'part', 'ls', '/img'), /^passwd$/m)
    await host.docker('stop', '-t', '0', 'whole')
    const copied = join(lab.folder, 'copied')
    await host.docker('cp', 'whole:/img/etc/passwd', copied)
    await host.docker('rm', '-f', 'whole', 'part')
    await eventually('the layers of the mounts are gone', async () => (await layers()) === before)
    await host.docker('rmi', 'mounted:1')
  })

  it('refuses what cannot be, with a sentence and a code', async () => {
    await host.docker('run', '-d', '--name', 'taken', '-p', '8082:80', 'web:1')
    await refused(/No such image: nosuch:1/, 125, 'run', '--rm', '--pull', 'never', 'nosuch:1', 'true')
    await refused(/The container name "\/taken" is already in use by container/, 125, 'run', '--name', 'taken', 'busybox', 'true')
    await refused(/Bind for 0\.0\.0\.0:8082 failed: port is already allocated/, 125, 'run', '-d', '-p', '8082:80', 'web:1')
    await refused(/Minimum memory limit allowed is 6MB/, 125, 'run', '-m', '1m', 'busybox', 'true')
    await refused(/range of CPUs is from 0\.01 to/, 125, 'run', '--cpus', '999', 'busybox', 'true')
    await refused(/executable file not found/, 127, 'run', '--rm', 'busybox', 'nosuchprogram')
    await refused(/[Pp]ermission denied/, 126, 'run', '--rm', 'busybox', '/etc/passwd')
    await refused(/No such container: nobody/, 1, 'stop', 'nobody')
    await refused(/unable to remove repository reference "web:1" \(must force\) - container [0-9a-f]{12} is using its referenced image/, 1, 'rmi', 'web:1')
    await refused(/container is running: stop the container before removing or force remove/, 1, 'rm', 'taken')
  })

  it('refuses damaged archives and keeps nothing of them', async () => {
    const good = await busyboxArchive([{ name: 'damaged:1', command: ['true'], files: { '/damaged': { content: 'soon to be damaged' } } }])
    const before = await host.docker('images', '-q')
    const cases: [name: string, archive: Buffer][] = [
      ['not an archive', Buffer.from('this is no tar archive at all, only a sentence'.repeat(40))],
      ['cut off', good.subarray(0, Math.floor(good.length / 2))],
      ['another layer than its digest says', flipped(good)],
    ]
    for (const [name, archive] of cases) {
      const path = join(lab.folder, 'damaged.tar')
      writeFileSync(path, archive)
      const outcome = await host.tryDocker('load', '-i', path)
      assert.notEqual(outcome.code, 0, name)
      assert.notEqual(outcome.stderr.trim(), '', name)
      assert.equal(await host.docker('images', '-q'), before, name)
    }
  })
})

/** One byte of a layer's content changed: the archive is whole, its content is not. */
function flipped(archive: Buffer): Buffer {
  const copy = Buffer.from(archive)
  const at = copy.indexOf('soon to be damaged')
  copy[at] = (copy[at] as number) ^ 0xff
  return copy
}
