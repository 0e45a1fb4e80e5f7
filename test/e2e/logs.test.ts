import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server, type Socket as TcpSocket } from 'node:net'
import { join } from 'node:path'
import { mount, unmountAll } from '../../agent/kernel/mount.js'
import { StdcopyDecoder, StdStream } from '../../src/base/stdcopy.js'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { printLogs, removeContainers, startLab } from './support.js'

/** Everything that a log target gets, over a unix socket: those are seen from every network namespace. */
class Receiver {
  text = ''
  private readonly sockets = new Set<TcpSocket>()
  private server: Server | undefined

  constructor(readonly path: string) {}

  listen(): Promise<void> {
    this.server = createServer((socket) => {
      this.sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('data', (data) => (this.text += data.toString()))
    })
    return new Promise((resolve) => this.server?.listen(this.path, resolve))
  }

  close(): void {
    this.server?.close()
    for (const socket of this.sockets) socket.destroy()
    this.sockets.clear()
  }

  lines(pattern: RegExp): string[] {
    return this.text.split('\n').flatMap((line) => pattern.exec(line)?.[1] ?? [])
  }
}

describe('logs, by the docker client', function () {
  let lab: Lab
  let host: LabHost
  const closers: (() => void)[] = []

  before(async () => {
    lab = await startLab(1)
    host = lab.host(1)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
    if (!host.running) await host.startDaemon()
    await removeContainers(host)
    for (const close of closers.splice(0).reverse()) close()
  })
  after(async () => {
    await lab?.close()
  })

  const folderOf = (id: string): string => join(host.dataRoot, 'containers', id)
  /** Full files go again at once while a log is flooded: each is counted when it is seen. */
  const rotatedTwice = (id: string): (() => boolean) => {
    const seen = new Set<number>()
    return () => {
      const born = statSync(join(folderOf(id), `${id}.log.1`), { throwIfNoEntry: false })?.birthtimeMs
      return (born === undefined ? seen : seen.add(born)).size > 1
    }
  }
  const options = (values: Record<string, string>): string[] => Object.entries(values).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`])

  it('keeps the local driver’s log in few compressed files, and reads over them', async () => {
    const script = 'i=0; while [ $i -lt 3000 ]; do echo "line $i 0123456789012345678901234567890123456789"; i=$((i+1)); done; read x'
    const id = await host.docker('run', '-d', '-i', '--name', 'local', '--network', 'none', '--log-driver', 'local', ...options({ 'max-size': '100k', 'max-file': '4' }), 'busybox', 'sh', '-c', script)
    await eventually('the end is logged', async () => (await host.docker('logs', '--tail', '1', id)).startsWith('line 2999 '))
    await eventually('full files are compressed', () => readdirSync(folderOf(id)).some((name) => name.endsWith('.gz')))
    const numbers = (await host.docker('logs', id)).split('\n').map((line) => Number(line.split(' ')[1]))
    assert.deepEqual(numbers, Array.from({ length: numbers.length }, (_, index) => 3000 - numbers.length + index))
    const details = await host.docker('logs', '--tail', '2', '-t', id)
    assert.match(details, /^\S+Z line 2998 .*\n\S+Z line 2999 /)
  })

  it('makes few frames for the docker client and one of each line for others, of the same text', async () => {
    await host.docker('run', '--name', 'lines', '--network', 'none', 'busybox', 'sh', '-c', 'seq 1 2000; echo oops >&2')
    const text = Array.from({ length: 2000 }, (_, index) => `${index + 1}\n`).join('')
    const framesFor = async (agent: string): Promise<{ out: string; count: number }> => {
      const url = 'http://d/v1.45/containers/lines/logs?stdout=1&stderr=1'
      const sent = await host.runOk('sh', ['-c', `curl -sS -A '${agent}' --unix-socket '${host.socketPath}' '${url}' | base64 -w0`])
      const frames = new StdcopyDecoder().decode(Buffer.from(sent, 'base64'))
      return { out: frames.flatMap(({ stream, payload }) => (stream === StdStream.stdout ? [payload.toString()] : [])).join(''), count: frames.length }
    }
    const single = await framesFor('docker-sdk-python/7.1.0')
    // What was written in two pieces comes in two.
    assert.deepEqual([single.out, single.count >= 2001], [text, true], `${single.count} frames`)
    const joined = await framesFor('Docker-Client/28.0 (linux)')
    assert.deepEqual([joined.out, joined.count < 20], [text, true], `${joined.count} frames`)
    assert.equal(`${await host.docker('logs', 'lines')}\n`, text)
  })

  it('sends to a remote target, over a crash of the daemon, with each line once, and still reads here', async () => {
    const receiver = new Receiver(join(host.folder, 'syslog'))
    await receiver.listen()
    closers.push(() => receiver.close())
    const remote = { 'syslog-address': `unix://${receiver.path}`, tag: '{{.Name}}', 'syslog-format': 'rfc5424' }
    const script = 'i=0; while [ $i -lt 30 ]; do echo "line $i."; i=$((i+1)); sleep 0.1; done'
    const id = await host.docker('run', '-d', '--name', 'remote', '--network', 'none', '--log-driver', 'syslog', ...options(remote), 'busybox', 'sh', '-c', script)
    const got = (): string[] => receiver.lines(/ remote \d+ remote - line (\d+)\.$/)
    await eventually('some lines came, and it is written down which', () => got().length >= 5 && existsSync(join(folderOf(id), 'log-position.json')))
    await host.kill9()
    const beforeCrash = got().length
    await host.startDaemon()
    await eventually('the last line came', () => got().at(-1) === '29')
    const all = Array.from({ length: 30 }, (_, index) => String(index))
    assert.deepEqual([...new Set(got())], all)
    // What was sent in the last moment before the crash may come again.
    assert.equal(got().length < 30 + beforeCrash, true, `${got().length} lines, ${beforeCrash} before the crash`)
    assert.equal((await host.docker('logs', 'remote')).split('\n').length, 30)
    const silent = await host.docker('create', '--log-driver', 'syslog', ...options({ ...remote, 'cache-disabled': 'true' }), 'busybox')
    assert.match((await host.tryDocker('logs', silent)).stderr, /configured logging driver does not support reading/)
  })

  it('a dead target holds nothing up, and gets everything when it is back; a container that is removed at its end too', async () => {
    const receiver = new Receiver(join(host.folder, 'dead'))
    await receiver.listen()
    closers.push(() => receiver.close())
    const remote = ['--log-driver', 'syslog', ...options({ 'syslog-address': `unix://${receiver.path}`, tag: '{{.Name}}' })]
    await host.docker('run', '--rm', '--name', 'short', '--network', 'none', ...remote, 'busybox', 'echo', 'farewell')
    await eventually('the line of the removed container came', () => receiver.lines(/ short\[\d+\]: (\w+)$/)[0] === 'farewell')
    const id = await host.docker('create', '--name', 'patient', '--network', 'none', ...remote, 'busybox', 'echo', 'late')
    receiver.close()
    await host.docker('start', id)
    assert.equal(await host.docker('wait', id), '0')
    assert.equal(await host.docker('logs', id), 'late')
    await host.docker('start', id)
    await host.docker('wait', id)
    await receiver.listen()
    await eventually('both lines came', () => receiver.lines(/ patient\[\d+\]: (\w+)$/).length === 2, { timeoutMs: 60_000 })
  })

  it('sends services’ logs where their log driver says', async () => {
    const receiver = new Receiver(join(host.folder, 'services'))
    await receiver.listen()
    closers.push(() => receiver.close())
    await host.docker('swarm', 'init', '--advertise-addr', host.ipv4)
    try {
      const remote = options({ 'syslog-address': `unix://${receiver.path}`, tag: '{{.Name}}' })
      await host.docker('service', 'create', '-q', '--detach', '--name', 'web', '--restart-condition', 'none', '--log-driver', 'syslog', ...remote, 'busybox', 'echo', 'from a task')
      await eventually('the line came', () => receiver.lines(/ web\.1\.\w+\[\d+\]: (.*)$/)[0] === 'from a task')
    } finally {
      await host.docker('swarm', 'leave', '--force')
    }
  })

  it('containers that flood logs whose targets are dead or slow are stopped as others are, and the daemon stays small', async function () {
    this.timeout(120_000)
    const slow = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.pause()
    })
    const path = join(host.folder, 'slow')
    await new Promise<void>((resolve) => slow.listen(path, resolve))
    closers.push(() => slow.close())
    const small = { 'cache-max-size': '1m', 'cache-max-file': '3' }
    const logs: Record<string, [driver: string, options: Record<string, string>]> = {
      file: ['json-file', { 'max-size': '1m', 'max-file': '3' }],
      refused: ['syslog', { ...small, 'syslog-address': 'tcp://127.0.0.1:9' }],
      slow: ['syslog', { ...small, 'syslog-address': `unix://${path}` }],
      dropping: ['fluentd', { ...small, 'fluentd-address': `unix://${path}`, mode: 'non-blocking', 'max-buffer-size': '1m' }],
      acknowledged: ['fluentd', { ...small, 'fluentd-address': `unix://${path}`, 'fluentd-request-ack': 'true' }],
      nowhere: ['gelf', { ...small, 'gelf-address': 'udp://127.0.0.1:9' }],
      nameless: ['gelf', { ...small, 'gelf-address': 'tcp://log.invalid:9' }],
    }
    const names = Object.keys(logs)
    for (const [name, [driver, given]] of Object.entries(logs)) {
      await host.docker('run', '-d', '--name', name, '--network', 'none', '--cpus', '0.1', '--memory', '64m', '--log-driver', driver, ...options(given), 'busybox', 'yes', name)
    }
    const ids = Object.fromEntries(await Promise.all(names.map(async (name): Promise<[string, string]> => [name, await host.docker('inspect', '-f', '{{.Id}}', name)])))
    const rotations = names.map((name) => rotatedTwice(ids[name] ?? ''))
    await eventually('all logs were rotated more than once', () => rotations.filter((isRotatedTwice) => !isRotatedTwice()).length === 0, { timeoutMs: 60_000 })
    assert.equal(await host.docker('run', '--rm', '--network', 'none', 'busybox', 'echo', 'alive'), 'alive')
    const residentMb = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${host.daemon?.pid ?? 0}/status`, 'utf8'))?.[1]) / 1024
    assert.equal(residentMb < 300, true, `${residentMb} MiB`)
    await host.docker('stop', '-t', '1', ...names)
    for (const name of names) assert.equal(await host.docker('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', name), 'exited 137')
    // The last line may have been cut by the kill.
    for (const name of names) assert.equal(name.startsWith(await host.docker('logs', '--tail', '1', name)), true, name)
    // With lines that nobody took, the daemon ends and begins all the same.
    await host.stop()
    await host.startDaemon()
    await host.docker('rm', '-f', ...names)
  })

  it('refuses drivers and options that are not there', async () => {
    const refused = async (pattern: RegExp, ...args: string[]): Promise<void> => {
      const { code, stderr } = await host.tryDocker('create', ...args, 'busybox')
      assert.match(stderr, pattern)
      assert.equal(code, 1)
    }
    await refused(/error looking up logging plugin awslogs: plugin "awslogs" not found/, '--log-driver', 'awslogs')
    await refused(/unknown log opt 'x' for syslog log driver/, '--log-driver', 'syslog', ...options({ x: '1' }))
    await refused(/gelf-address is a required parameter/, '--log-driver', 'gelf')
    await refused(/logger: logging mode not supported: fast/, ...options({ mode: 'fast' }))
    if (!existsSync('/run/systemd/journal/socket')) await refused(/journald is not enabled on this host/, '--log-driver', 'journald')
  })

  it('a container that floods its log, forks without end or fills its disk leaves the daemon as it was', async () => {
    const limits = ['--network', 'none', '--cpus', '0.5', '--memory', '64m']
    const flood = await host.docker('run', '-d', '--name', 'flood', ...limits, ...options({ 'max-size': '1m', 'max-file': '3' }), 'busybox', 'yes', 'flood')
    const forks = await host.docker('run', '-d', '--name', 'forks', ...limits, '--pids-limit', '50', 'busybox', 'sh', '-c', '(while :; do sleep 1000 & done) & exec sleep 1000')
    const small = join(host.folder, 'small')
    mkdirSync(small)
    mount({ source: 'tmpfs', target: small, type: 'tmpfs', data: 'size=4m' })
    closers.push(() => unmountAll(small))
    const full = await host.docker('run', '-d', '--name', 'full', ...limits, '-v', `${small}:/data`, 'busybox', 'sh', '-c', 'while :; do cat /dev/zero >> /data/x; sleep 0.1; done')
    await eventually('the log was rotated more than once', rotatedTwice(flood), { timeoutMs: 60_000 })
    await eventually('the processes came to their limit', () => /^max [1-9]/m.test(readFileSync(pidsFile(forks), 'utf8')))
    await eventually('the disk is full', () => statSync(join(small, 'x')).size >= 4 * 1024 * 1024)
    assert.equal(await host.docker('run', '--rm', '--network', 'none', 'busybox', 'echo', 'alive'), 'alive')
    assert.equal((await host.docker('logs', '--tail', '3', flood)).split('\n').every((line) => 'flood'.startsWith(line)), true)
    const bytes = readdirSync(folderOf(flood)).reduce((sum, name) => sum + (statSync(join(folderOf(flood), name), { throwIfNoEntry: false })?.size ?? 0), 0)
    assert.equal(bytes < 200 * 1024 * 1024, true, `${bytes} bytes of logs`)
    await host.docker('rm', '-f', flood, forks, full)
  })

  const pidsFile = (id: string): string => {
    const v1 = `/sys/fs/cgroup/pids${host.cgroupParent}/${id}/pids.events`
    return existsSync(v1) ? v1 : `/sys/fs/cgroup${host.cgroupParent}/${id}/pids.events`
  }
})
