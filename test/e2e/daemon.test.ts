import { strict as assert } from 'node:assert'
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programsFolder } from '../lab/belongings.js'
import { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { busyboxArchive } from '../support/busybox-image.js'
import { eventually } from '../support/eventually.js'
import { printLogs } from './support.js'

/** A certificate authority, a server's certificate for the address, and a client's, by openssl. */
async function makeCertificates(host: LabHost, folder: string, address: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const openssl = (...args: string[]): Promise<string> => host.runOk('sh', ['-c', 'cd "$0" && exec openssl "$@" 2>/dev/null', folder, ...args])
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await openssl('req', '-x509', ...key, '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-subj', '/CN=test authority', '-days', '2')
  for (const [name, extension] of [['server', `subjectAltName=IP:${address}`], ['cert', 'extendedKeyUsage=clientAuth']] as const) {
    writeFileSync(join(folder, 'extension'), extension)
    await openssl('req', ...key, '-keyout', name === 'cert' ? 'key.pem' : 'server-key.pem', '-out', 'request.pem', '-subj', `/CN=${name}`)
    await openssl('x509', '-req', '-in', 'request.pem', '-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-out', `${name}.pem`, '-days', '2', '-extfile', 'extension')
  }
}

describe('the daemon: settings, signals, figures and TLS', function () {
  let lab: Lab
  let host: LabHost
  let config: string
  let certificates: string

  before(async () => {
    lab = await Lab.create({ hosts: 1 })
    host = lab.host(1)
    config = join(host.folder, 'daemon.json')
    certificates = join(host.folder, 'certs')
    await makeCertificates(host, certificates, host.ipv4)
    writeFileSync(config, JSON.stringify({ labels: ['tier=one'], 'log-driver': 'local', 'log-opts': { 'max-size': '1m' }, 'host-gateway-ips': ['192.0.2.77', '2001:db8::77'] }))
    const tls = ['--tlsverify', '--tlscacert', join(certificates, 'ca.pem'), '--tlscert', join(certificates, 'server.pem'), '--tlskey', join(certificates, 'server-key.pem')]
    const umask = process.umask(0o077)
    try {
      await host.startDaemon(['--config-file', config, '-H', `tcp://${host.ipv4}:2376`, '--metrics-addr', '127.0.0.1:9323', '-G', '4711', ...tls])
    } finally {
      process.umask(umask)
    }
    const archive = join(lab.folder, 'busybox.tar')
    writeFileSync(archive, await busyboxArchive([{ name: 'busybox:latest', command: ['sh'] }]))
    await host.docker('load', '-q', '-i', archive)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    await lab?.close()
  })

  const info = (format: string): Promise<string> => host.docker('info', '--format', format)

  it('gives its socket to the group that was asked for', () => {
    assert.deepEqual([statSync(host.socketPath).gid, statSync(host.socketPath).mode & 0o777], [4711, 0o660])
  })

  it('makes files that users in containers can read, whatever it was started with, and keeps its own to itself', async () => {
    const seen = await host.docker('run', '--rm', '--network', 'none', '--user', '1000', 'busybox', 'sh', '-c', 'cat /etc/hostname > /dev/null && stat -c "%a %n" /etc/hosts /etc/hostname /etc/resolv.conf; umask')
    assert.deepEqual(seen.split('\n'), ['644 /etc/hosts', '644 /etc/hostname', '644 /etc/resolv.conf', '0022'])
    assert.equal(statSync(join(host.dataRoot, 'engine.db')).mode & 0o777, 0o600)
  })

  it('lets in over TCP only who has a certificate', async () => {
    const address = `tcp://${host.ipv4}:2376`
    const files = ['--tlscacert', join(certificates, 'ca.pem'), '--tlscert', join(certificates, 'cert.pem'), '--tlskey', join(certificates, 'key.pem')]
    assert.equal(await host.runOk('docker', ['-H', address, '--tlsverify', ...files, 'info', '--format', '{{.LoggingDriver}}']), 'local')
    const refused = await host.run('docker', ['-H', address, '--tlsverify', '--tlscacert', join(certificates, 'ca.pem'), 'version'])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /certificate|tls/i)
    assert.equal((await host.run('docker', ['-H', address, 'version'])).code, 1)
  })

  it('takes the log driver of containers from its settings', async () => {
    await host.docker('run', '--name', 'logged', '--network', 'none', 'busybox', 'echo', 'hello')
    assert.equal(await host.docker('inspect', '--format', '{{.HostConfig.LogConfig.Type}} {{index .HostConfig.LogConfig.Config "max-size"}}', 'logged'), 'local 1m')
    assert.equal(await host.docker('logs', 'logged'), 'hello')
    assert.equal(await host.docker('inspect', '--format', '{{.HostConfig.LogConfig}}', await host.docker('create', '--log-driver', 'json-file', 'busybox')), '{json-file map[]}')
    const refused = await host.tryDocker('create', '--log-driver', 'json-file', '--log-opt', 'x=1', 'busybox')
    assert.match(refused.stderr, /unknown log opt 'x' for json-file log driver/)
    assert.equal(refused.code, 1)
  })

  it('takes what host-gateway stands for from its settings: for containers, builds and services', async () => {
    const lines = '192.0.2.77\tup\n2001:db8::77\tup'
    assert.equal(await host.docker('run', '--rm', '--add-host', 'up:host-gateway', 'busybox', 'grep', 'up$', '/etc/hosts'), lines)
    const folder = join(host.folder, 'gateway')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'Dockerfile'), 'FROM busybox\nRUN grep "up$" /etc/hosts > /seen\n')
    const { code, stderr } = await host.run('docker', ['-H', `unix://${host.socketPath}`, 'build', '-q', '-t', 'seen', '--add-host', 'up:host-gateway', folder], { env: { DOCKER_BUILDKIT: '0' } })
    assert.equal(code, 0, stderr)
    assert.equal(await host.docker('run', '--rm', '--network', 'none', 'seen', 'cat', '/seen'), lines)
    await host.docker('swarm', 'init', '--advertise-addr', host.ipv4)
    await host.docker('service', 'create', '-q', '--name', 'told', '--restart-condition', 'none', '--host', 'up:host-gateway', '--detach', 'busybox', 'grep', 'up$', '/etc/hosts')
    await eventually('the service tells', async () => (await host.docker('service', 'logs', '--raw', 'told')) === lines)
    await host.docker('swarm', 'leave', '--force')
  })

  it('serves its figures to Prometheus, at an address and on its socket', async () => {
    const { status, body } = await host.http('http://127.0.0.1:9323/metrics')
    assert.equal(status, 200)
    for (const line of [
      /^engine_daemon_engine_info\{version=".*",daemon_id=".+"\} 1$/m, /^engine_daemon_container_states_containers\{state="stopped"\} \d+$/m,
      /^engine_daemon_container_actions_seconds_count\{action="start"\} [1-9]/m, /^engine_daemon_events_total [1-9]/m, /^swarm_node_manager 0$/m,
      /^nodejs_eventloop_lag_p99_seconds /m, /^process_resident_memory_bytes [1-9]/m,
    ]) assert.match(body, line)
    assert.equal((await host.http('http://127.0.0.1:9323/containers/json')).status, 404)
    assert.match((await host.api('GET', '/metrics')).body, /^engine_daemon_engine_cpus_cpus [1-9]/m)
    await host.docker('swarm', 'init', '--advertise-addr', host.ipv4)
    await eventually('the manager’s figures are there', async () => {
      const { body: text } = await host.http('http://127.0.0.1:9323/metrics')
      return /^swarm_manager_leader 1$/m.test(text) && /^swarm_raft_members 1$/m.test(text) && /^swarm_manager_nodes\{state=".+"\} 1$/m.test(text)
    })
    await host.docker('swarm', 'leave', '--force')
  })

  it('reloads what can change on SIGHUP, tells of it, and keeps the old settings when the file is bad', async () => {
    const sinceSeconds = Math.floor(Date.now() / 1000)
    writeFileSync(config, JSON.stringify({ labels: ['tier=two'], debug: true, 'insecure-registries': ['registry.test:5000'], 'log-driver': 'json-file' }))
    host.daemon?.signal('SIGHUP')
    await eventually('the new labels are there', async () => (await info('{{.Labels}}')) === '[tier=two]')
    assert.equal(await info('{{index .RegistryConfig.IndexConfigs "registry.test:5000" | json}} {{.LoggingDriver}}').then((text) => /"Secure":false.* local$/.test(text)), true)
    const events = await host.docker('events', '--since', String(sinceSeconds), '--until', String(Math.floor(Date.now() / 1000) + 1), '--filter', 'type=daemon', '--format', '{{.Action}} {{index .Actor.Attributes "labels"}} {{index .Actor.Attributes "debug"}}')
    assert.equal(events, 'reload ["tier=two"] true')
    writeFileSync(config, '{"labels": ["tier=three"], "nonsense": 1}')
    host.daemon?.signal('SIGHUP')
    await eventually('the refusal is logged', () => readFileSync(host.logPath, 'utf8').includes("the configuration was not reloaded, the old one stays: the following directives don't match any configuration option: nonsense"))
    assert.equal(await info('{{.Labels}}'), '[tier=two]')
  })

  it('writes what it is doing to a file on SIGUSR1', async () => {
    const written = (): string | undefined => /"path":"([^"]+)","msg":"the state was written"/.exec(readFileSync(host.logPath, 'utf8'))?.[1]
    host.daemon?.signal('SIGUSR1')
    await eventually('the state is written', () => written() !== undefined)
    const path = written() as string
    assert.equal(path.startsWith(host.execRoot), true)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const state = JSON.parse(readFileSync(path, 'utf8')) as { containers: { name: string }[]; resources: Record<string, number>; heap: { used_heap_size: number } }
    assert.equal(state.containers.some(({ name }) => name === 'logged'), true)
    assert.equal(state.heap.used_heap_size > 0, true)
  })

  it('serves sockets that a service manager hands over', async function () {
    this.timeout(60_000)
    await host.stop()
    const path = join(host.folder, 'activated.sock')
    // What a service manager does: it listens, and gives the socket as descriptor 3. It must not accept connections itself, so it
    // closes its own descriptor; the file is renamed before, for the runtime removes what it bound.
    const activate = `
      const { createServer } = require('node:net'), { spawn } = require('node:child_process'), { renameSync } = require('node:fs')
      const server = createServer().listen(process.argv[1] + '.new', () => {
        renameSync(process.argv[1] + '.new', process.argv[1])
        const child = spawn('sh', ['-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', 'sh', ...process.argv.slice(2)], { stdio: ['ignore', 'inherit', 'inherit', server._handle] })
        server.close()
        process.on('SIGTERM', () => child.kill('SIGTERM'))
        child.on('exit', (code) => process.exit(code ?? 1))
      })`
    const [program, ...first] = [process.execPath, join(programsFolder, 'skepd')]
    const flags = ['--data-root', host.dataRoot, '--exec-root', host.execRoot, '--pidfile', join(host.folder, 'skepd.pid'), '--cgroup-parent', host.cgroupParent, '-H', 'fd://']
    const log = openSync(host.logPath, 'a')
    const manager = host.spawn(process.execPath, ['-e', activate, path, program, ...first, ...flags], { stdio: ['ignore', log, log] })
    closeSync(log)
    try {
      await eventually('the daemon answers', async () => manager.exitCode !== null || (await host.run('docker', ['-H', `unix://${path}`, 'info', '--format', '{{.Containers}}'])).code === 0, { timeoutMs: 30_000 })
      assert.equal(manager.exitCode, null, readFileSync(host.logPath, 'utf8').slice(-2000))
    } finally {
      const ended = new Promise((resolve) => (manager.exitCode === null ? manager.once('exit', resolve) : resolve(undefined)))
      manager.kill('SIGTERM')
      await ended
    }
  })
})
