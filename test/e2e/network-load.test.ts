import { strict as assert } from 'node:assert'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { busyboxArchive } from '../support/busybox-image.js'
import { eventually } from '../support/eventually.js'
import { nginxImage } from '../support/nginx-image.js'
import { ask, Load, netnsOf, virtualIp } from './network-support.js'
import { converged, nodes, printLogs, running, startSwarm } from './support.js'

const leastAnswers = 20_000
const cutOffMs = 60_000

/**
 * Real nginx behind a virtual IP and the routing mesh while everything moves: no request may fail. Meanwhile one
 * more host is cut off for a minute; nothing that is asked leads to it.
 */
describe('requests while a swarm moves', function () {
  this.timeout(600_000)
  let lab: Lab
  let first: LabHost
  let second: LabHost
  let remote: LabHost
  let load: Load
  let cutOffAtMs = 0
  const service = (...args: string[]): Promise<string> =>
    first.docker('service', 'create', '-d', '--no-resolve-image', '--stop-signal', 'SIGQUIT', '--restart-delay', '0s', '--update-monitor', '100ms', ...args)

  before(async () => {
    lab = await startSwarm({ hosts: 4, managers: 3 })
    ;[first, second, remote] = [lab.host(1), lab.host(2), lab.host(4)]
    // As by default: a host that this much work makes late is not taken for dead.
    await first.docker('swarm', 'update', '--dispatcher-heartbeat', '5s')
    const archive = join(lab.folder, 'nginx.tar')
    writeFileSync(archive, await busyboxArchive([await nginxImage('nginx:1', '1'), await nginxImage('nginx:2', '2')]))
    await Promise.all(lab.hosts.map((host) => host.docker('load', '-q', '-i', archive)))
    await first.docker('network', 'create', '-d', 'overlay', 'back')
    await service('--name', 'shell', '--network', 'back', '--mode', 'global', 'busybox:latest', 'sleep', '100000')
    await service('--name', 'web', '--network', 'back', '--replicas', '4', '-p', '8080:80', '--constraint', `node.hostname!=${remote.name}`, 'nginx:1')
    await service('--name', 'far', '--network', 'back', '--replicas', '4', '-p', '8081:80', 'nginx:1')
    await Promise.all([converged(first, 'shell', 4), converged(first, 'web', 4), converged(first, 'far', 4)])
    assert.notEqual(await netnsOf(remote, 'far.'), undefined, 'the host that is cut off has a task')

    const vip = await virtualIp(first, 'web', 'back')
    load = new Load()
    // The container on this host stays where it is all the time.
    const inside = (await netnsOf(second, 'shell.')) ?? ''
    for (const host of lab.hosts.slice(0, 3)) {
      load.add('virtual IP', inside, vip, 80).add(`port on ${host.name}`, lab.outside.netns, host.ipv4, 8080).add(`port on ${host.name}`, lab.outside.netns, host.ipv4, 8080)
    }
    remote.cutOff()
    cutOffAtMs = performance.now()
  })
  after(async () => {
    await load?.stop()
    await lab?.close()
  })
  afterEach(async () => {
    const failures = load.failures.splice(0)
    if (failures.length > 0) await printLogs(lab, 60)
    assert.deepEqual(failures.slice(0, 20), [])
  })

  const updated = async (order: 'start-first' | 'stop-first', name: string, ...flags: string[]): Promise<void> => {
    await second.docker('service', 'update', '-d', '--no-resolve-image', '--update-order', order, ...flags, name)
    await eventually(`the ${order} update is complete`, async () => {
      const text = await second.docker('service', 'inspect', '--format', '{{.UpdateStatus.State}}', name)
      return text === 'completed'
    }, { timeoutMs: 60_000 })
  }
  const versions = async (): Promise<string[]> => (await running(second, 'web')).map(({ Spec }) => Spec.ContainerSpec.Image)

  it('none fails while tasks are replaced before they are stopped', async () => {
    await updated('start-first', 'web', '--image', 'nginx:2')
    await converged(second, 'web', 4)
    assert.deepEqual(await versions(), Array(4).fill('nginx:2'))
  })

  it('none fails while tasks are stopped before they are replaced', async () => {
    await updated('stop-first', 'web', '--update-parallelism', '2', '--image', 'nginx:1')
    await converged(second, 'web', 4)
    assert.deepEqual(await versions(), Array(4).fill('nginx:1'))
  })

  it('none fails while the service grows and shrinks, a host is drained and the tasks are spread again', async () => {
    await second.docker('service', 'scale', '-d', 'web=7')
    await converged(second, 'web', 7)
    await second.docker('service', 'scale', '-d', 'web=3')
    await converged(second, 'web', 3)
    await second.docker('node', 'update', '--availability', 'drain', 'h3')
    const places = async (): Promise<string[]> => (await second.docker('service', 'ps', '-f', 'desired-state=running', '--format', '{{.Node}}', 'web')).split('\n')
    await eventually('no task is left on the host', async () => !(await places()).includes('h3') && (await netnsOf(lab.host(3), 'web.')) === undefined, { timeoutMs: 60_000 })
    await second.docker('node', 'update', '--availability', 'active', 'h3')
    await updated('start-first', 'web', '--force')
    await converged(second, 'web', 3)
    assert((await places()).includes('h3'), 'the host has tasks again')
  })

  it('none fails when the leader dies in the middle of scaling, and the new one goes on', async () => {
    await second.docker('service', 'scale', '-d', 'far=12')
    await eventually('some tasks more run', async () => (await running(second, 'far')).length > 4)
    await first.kill9()
    await eventually('there is another leader', async () => (await nodes(second)).some(({ hostname, manager }) => manager === 'Leader' && hostname !== 'h1'), { timeoutMs: 30_000 })
    await first.restart()
    const tasks = await converged(second, 'far', 12, 60_000)
    const addresses = (await endpoints(second, 'far')).filter((one) => one !== '')
    assert.equal(new Set(addresses).size, tasks.length, `an address for each task: ${addresses.join(' ')}`)
    const vip = await virtualIp(second, 'far', 'back')
    const inside = (await netnsOf(second, 'shell.')) ?? ''
    const answered = new Set<string>()
    await eventually('every task is led to', async () => answered.add(hostOf(await ask(inside, vip, 80))).size === 12)
  })

  it('a host that was cut off for a minute is right again within seconds', async () => {
    // What it knew is stale by now, all of it.
    await updated('start-first', 'far', '--update-parallelism', '4', '--image', 'nginx:2')
    await converged(second, 'far', 12, 60_000)
    await eventually('the minute is over', () => performance.now() - cutOffAtMs > cutOffMs, { timeoutMs: cutOffMs, everyMs: 200 })
    remote.heal()
    const vip = await virtualIp(second, 'far', 'back')
    const answers = async (ask1: () => Promise<string>): Promise<boolean> => {
      for (let i = 0; i < 20; i++) if (!(await ask1()).startsWith('version 2')) return false
      return true
    }
    await eventually('it has no task of its own past', async () => (await remote.docker('ps', '-q', '-f', 'ancestor=nginx:1')) === '', { timeoutMs: 20_000 })
    await converged(second, 'shell', 4)
    await eventually('the virtual IP leads to tasks of today', async () => {
      const inside = await netnsOf(remote, 'shell.')
      return inside !== undefined && answers(() => ask(inside, vip, 80, '/', 1_000))
    }, { timeoutMs: 20_000 })
    await eventually('its published ports lead there, too', () => answers(() => ask(lab.outside.netns, remote.ipv4, 8081, '/', 1_000)), { timeoutMs: 20_000 })
    const id = (await remote.docker('ps', '-q', '-f', 'name=shell.')).split('\n')[0] ?? ''
    const names = await eventually('names are those of today', async () => {
      const { stdout } = await remote.tryDocker('exec', id, 'nslookup', '-type=a', 'tasks.far')
      const found = [...stdout.matchAll(/^Address(?: \d+)?: (10\.\S+)$/gm)].map((match) => match[1] as string)
      return found.length === 12 && found
    })
    assert.deepEqual(names.sort(), (await endpoints(second, 'far')).sort())
  })

  it(`none failed of at least ${leastAnswers}`, async () => {
    await eventually('there were enough', () => load.answers >= leastAnswers || load.failures.length > 0, { timeoutMs: 400_000, everyMs: 200 })
    await load.stop()
    console.log(`      ${load.answers} requests, ${load.failures.length} failed`)
  })

  it('large files come whole through the mesh', async () => {
    const { status, body } = await lab.outside.http(`http://${lab.host(3).ipv4}:8080/file/large`, { timeoutMs: 10_000 })
    assert.equal(status, 200)
    assert.equal(body, 'nginx '.repeat(200_000).slice(0, 1_000_000))
  })
})

const hostOf = (answer: string): string => / on (\S+)/.exec(answer)?.[1] ?? ''

/** The addresses of a service's running tasks on the network `back`, by the managers. */
async function endpoints(host: LabHost, name: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ service: [name], 'desired-state': ['running'] }))
  const list = JSON.parse((await host.api('GET', `/tasks?filters=${filters}`)).body) as { NetworksAttachments?: { Network: { Spec: { Name: string } }; Addresses: string[] }[] }[]
  return list.map(({ NetworksAttachments }) => NetworksAttachments?.find(({ Network }) => Network.Spec.Name === 'back')?.Addresses[0]?.split('/')[0] ?? '')
}
