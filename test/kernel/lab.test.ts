import { strict as assert } from 'node:assert'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { mkdtempSync, rmSync } from 'node:fs'
import { eventually } from '../support/eventually.js'
import { Lab } from '../lab/lab.js'
import { cgroupsOf, processesOf } from '../lab/belongings.js'

/** A stand-in for the daemon: answers on the socket, and with "leave" in its arguments leaves a process behind. */
const standIn = `
import { createServer } from 'node:http'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { spawn } from 'node:child_process'
const args = process.argv.slice(2)
const socket = args[args.indexOf('-H') + 1].replace('unix://', '')
if (args.includes('fail')) { console.error('no such flag: fail'); process.exit(1) }
if (args.includes('leave')) spawn('sleep', ['600'], { cwd: args[args.indexOf('--data-root') + 1], detached: true, stdio: 'ignore' }).unref()
if (args.includes('leave')) {
  const top = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup'
  mkdirSync(top + args[args.indexOf('--cgroup-parent') + 1] + '/container', { recursive: true })
}
rmSync(socket, { force: true })
createServer((request, response) => {
  response.writeHead(request.url === '/_ping' ? 200 : 404)
  response.end('OK')
}).listen(socket)
process.on('SIGTERM', () => process.exit(0))
`

describe('the lab', function () {
  this.timeout(60_000)
  let lab: Lab | undefined
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-stand-in-'))
    writeFileSync(join(folder, 'daemon.mjs'), standIn)
  })
  afterEach(async () => {
    if (lab) await Lab.remove(lab.name)
    lab = undefined
    rmSync(folder, { recursive: true })
  })
  const create = async (hosts: number): Promise<Lab> => (lab = await Lab.create({ hosts, daemon: [process.execPath, join(folder, 'daemon.mjs')] }))
  const ping = async (from: number, to: string): Promise<boolean> =>
    ((await lab?.host(from).run('busybox', ['ping', '-c', '1', '-W', '1', to]))?.code ?? 1) === 0

  const reaches = (from: number, to: string): Promise<true> => eventually(`host ${from} reaches ${to}`, async () => (await ping(from, to)) || undefined)

  it('connects its hosts, and cuts one off and heals it', async () => {
    const { hosts } = await create(3)
    assert.deepEqual(hosts.map((host) => host.ipv4), ['10.77.0.1', '10.77.0.2', '10.77.0.3'])
    await reaches(1, '10.77.0.2')
    await reaches(1, 'fd77::3')
    lab?.host(2).cutOff()
    assert.equal(await ping(1, '10.77.0.2'), false)
    await reaches(1, '10.77.0.3')
    lab?.host(2).heal()
    await reaches(1, '10.77.0.2')
    await lab?.close()
  })

  it('runs programs on a host, and asks them over TCP from another', async () => {
    const { hosts } = await create(2)
    const server = hosts[0]?.spawn(process.execPath, ['-e', `require('http').createServer((q, s) => s.end(q.url)).listen(8080, () => console.log('up'))`], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => server?.stdout?.once('data', resolve))
    assert.deepEqual((await hosts[1]?.http('http://10.77.0.1:8080/hello?x=1'))?.body, '/hello?x=1')
    assert.deepEqual((await lab?.outside.http('http://10.77.0.1:8080/'))?.status, 200)
    await assert.rejects(hosts[1]?.http('http://10.77.0.1:8081/') ?? Promise.resolve(), /GET http:\/\/10\.77\.0\.1:8081\/: .*ECONNREFUSED/)
    assert.match((await hosts[0]?.runOk('ip', ['-br', 'addr', 'show', 'eth0'])) ?? '', /10\.77\.0\.1\/24/)
    await lab?.close()
    assert(server?.killed === false && (server.exitCode !== null || server.signalCode !== null), 'ended by close')
  })

  it('starts, freezes, thaws, kills and restarts a daemon', async () => {
    const host = (await create(1)).host(1)
    await host.startDaemon()
    assert.equal((await host.api('GET', '/_ping')).status, 200)
    host.freeze()
    await assert.rejects(host.api('GET', '/_ping', undefined, 300), /no answer in time/)
    host.thaw()
    assert.equal((await host.api('GET', '/_ping')).status, 200)
    const before = host.daemon?.pid
    await host.kill9()
    assert.equal(host.running, false)
    await host.restart()
    assert.notEqual(host.daemon?.pid, before)
    host.freeze()
    await lab?.close()
    assert.equal(host.running, false)
  })

  it('tells why a daemon did not start', async () => {
    const host = (await create(1)).host(1)
    await assert.rejects(host.startDaemon(['fail']), /ended at once \(exit code 1\)[^]*no such flag: fail/)
    await lab?.close()
  })

  it('fails when a daemon leaves something behind, and removes it all the same', async () => {
    const host = (await create(1)).host(1)
    await host.startDaemon(['leave'])
    const leaks = await lab?.close().then(() => '', (thrown: unknown) => String(thrown))
    assert.match(leaks ?? '', /the lab leaked:\n {2}h1: process \d+: sleep 600\n {2}h1: cgroup .*\/h1\/container$/)
    assert.deepEqual(cgroupsOf(lab?.name ?? ''), [])
    assert.deepEqual(processesOf(lab?.folder ?? ''), [])
    assert.equal(existsSync(lab?.folder ?? '/'), false)
  })

  it('sweeps what a crashed test left, and only that', async () => {
    const crashed = await create(1)
    await crashed.host(1).startDaemon()
    writeFileSync(join(crashed.folder, 'owner'), '1')
    const alive = await Lab.create({ hosts: 1 })
    try {
      assert.equal(existsSync(crashed.folder), false, 'creating a lab sweeps')
      assert.deepEqual(processesOf(crashed.folder), [])
      assert(existsSync(alive.folder))
      // Others on this machine may have crashed meanwhile.
      assert(!(await Lab.sweep()).includes(alive.name))
      assert(existsSync(alive.folder))
    } finally {
      await alive.close()
    }
  })
})
