import { strict as assert } from 'node:assert'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { addressOn, ask, askUdp, Load, loadNetworkImages, netnsOf, serveUdp, virtualIp } from './network-support.js'
import { converged, startSwarm } from './support.js'

/** Networks of a swarm over three hosts: names, virtual IPs, the routing mesh, and what happens to requests while tasks come and go. */
describe('networks of a swarm', function () {
  this.timeout(180_000)
  let lab: Lab
  let first: LabHost
  const service = (...args: string[]): Promise<string> => first.docker('service', 'create', '-d', '--no-resolve-image', ...args)

  before(async () => {
    lab = await startSwarm({ hosts: 3, managers: 1 })
    first = lab.host(1)
    await loadNetworkImages(lab)
    await first.docker('network', 'create', '-d', 'overlay', 'back')
    await service('--name', 'shell', '--network', 'back', '--mode', 'global', 'busybox:latest', 'sleep', '100000')
    await service('--name', 'web', '--network', 'name=back,alias=www', '--replicas', '3', '-p', '8080:80', '-p', '5300:5300/udp', 'asked:1')
    await converged(first, 'shell', 3)
    await converged(first, 'web', 3)
    // Hosts hear of tasks that run in their own time.
    for (const host of lab.hosts) {
      await eventually(`${host.name} knows all tasks`, async () => addresses(await inShell(host, 'nslookup -type=a tasks.web')).length === 3)
      await eventually(`${host.name} leads to tasks`, async () => (await ask(lab.outside.netns, host.ipv4, 8080)).includes(lab.outside.ipv4))
    }
  })
  after(() => lab?.close())

  const shells = async (): Promise<string[]> => Promise.all(lab.hosts.map(async (host) => (await netnsOf(host, 'shell.')) ?? ''))
  const inShell = async (host: LabHost, command: string): Promise<string> => {
    const id = (await host.docker('ps', '-q', '-f', 'name=shell.')).split('\n')[0] ?? ''
    return (await host.tryDocker('exec', id, 'sh', '-c', command)).stdout
  }

  it('resolve services, tasks and aliases by name on every host', async () => {
    const vip = await virtualIp(first, 'web', 'back')
    for (const host of lab.hosts) {
      for (const name of ['web', 'WWW', 'web.back']) assert(addresses(await inShell(host, `nslookup -type=a ${name}`)).includes(vip), `${name} on ${host.name}`)
      const tasks = addresses(await inShell(host, 'nslookup -type=a tasks.web'))
      assert.equal(tasks.length, 3)
      assert(!tasks.includes(vip))
      assert.match(await inShell(host, `nslookup ${vip}`), /name = web\.back/)
      assert.doesNotMatch(await inShell(host, 'nslookup -type=aaaa web'), /NXDOMAIN/)
    }
  })

  it('spread flows to a virtual IP evenly over the tasks, from every host', async () => {
    const vip = await virtualIp(first, 'web', 'back')
    const counts = new Map<string, number>()
    for (const netns of await shells()) {
      for (let i = 0; i < 100; i++) {
        const task = / on (\S+)/.exec(await ask(netns, vip, 80))?.[1] ?? 'none'
        counts.set(task, (counts.get(task) ?? 0) + 1)
      }
    }
    assert.equal(counts.size, 3)
    // 300 draws with a chance of a third each: five standard deviations are 41.
    for (const [task, count] of counts) assert(count > 59 && count < 141, `${task}: ${count} of 300`)
  })

  it('refuse connections at once to a service without tasks', async () => {
    await service('--name', 'empty', '--network', 'back', '--replicas', '0', 'asked:1')
    const vip = await eventually('it has a virtual IP', async () => (await virtualIp(first, 'empty', 'back')) || undefined)
    const [netns = ''] = await shells()
    await eventually('it is refused', async () => (await ask(netns, vip, 80)).includes('ECONNREFUSED'))
    await first.docker('service', 'rm', 'empty')
  })

  it("answer on every node, and tell tasks the client's own address on every path", async () => {
    const servers: { close(): void }[] = []
    try {
      for (const host of lab.hosts) {
        const netns = await netnsOf(host, 'web.')
        if (netns !== undefined) servers.push(serveUdp(netns, 5300))
      }
      for (const [i, host] of lab.hosts.entries()) {
        const shell = (await shells())[i] ?? ''
        for (let round = 0; round < 6; round++) {
          // From outside, from the host itself by its address and by its loopback, from a container.
          assert.match(await ask(lab.outside.netns, host.ipv4, 8080), new RegExp(`asked by \\S*${lab.outside.ipv4}`))
          assert.match(await ask(host.netns, host.ipv4, 8080), new RegExp(`asked by \\S*${host.ipv4}`))
          assert.match(await ask(host.netns, '127.0.0.1', 8080), new RegExp(`asked by \\S*${host.ipv4}`))
          assert.match(await ask(shell, host.ipv4, 8080), new RegExp(`asked by \\S*${(await addressOn(host, 'shell.', 'back')).ipv4}\\]?$`))
          assert.equal(await askUdp(lab.outside.netns, host.ipv4, 5300), `asked by ${lab.outside.ipv4} from ${host.ipv4}`)
          assert.equal(await askUdp(host.netns, host.ipv4, 5300), `asked by ${host.ipv4} from ${host.ipv4}`)
        }
      }
    } finally {
      for (const server of servers) server.close()
    }
  })

  it('lose no request while services are updated in both orders, scaled and drained', async () => {
    const vip = await virtualIp(first, 'web', 'back')
    const [, , inside = ''] = await shells()
    const load = new Load().add('virtual IP', inside, vip, 80).add('virtual IP', inside, vip, 80)
    for (const host of lab.hosts) load.add(`port on ${host.name}`, lab.outside.netns, host.ipv4, 8080)
    try {
      for (const [order, image] of [['stop-first', 'asked:2'], ['start-first', 'asked:1']] as const) {
        await first.docker('service', 'update', '-d', '--no-resolve-image', '--update-order', order, '--update-monitor', '100ms', '--image', image, 'web')
        await eventually(`the ${order} update is complete`, async () => {
          const { UpdateStatus, Spec } = JSON.parse((await first.api('GET', '/services/web')).body) as {
            UpdateStatus?: { State: string }
            Spec: { TaskTemplate: { ContainerSpec: { Image: string } } }
          }
          return UpdateStatus?.State === 'completed' && Spec.TaskTemplate.ContainerSpec.Image === image
        }, { timeoutMs: 60_000 })
        await converged(first, 'web', 3)
      }
      await first.docker('service', 'scale', '-d', 'web=5')
      await converged(first, 'web', 5)
      await first.docker('service', 'scale', '-d', 'web=2')
      await converged(first, 'web', 2)
      // Not the one from whose container requests come.
      const places = (await first.docker('service', 'ps', '-f', 'desired-state=running', '--format', '{{.Node}}', 'web')).split('\n')
      const name = places.find((place) => place !== lab.host(3).name) ?? assert.fail(`the tasks are on ${places.join()}`)
      await first.docker('node', 'update', '--availability', 'drain', name)
      await eventually('no task is left on the node', async () => !(await first.docker('service', 'ps', '-f', 'desired-state=running', '--format', '{{.Node}}', 'web')).includes(name))
      await first.docker('node', 'update', '--availability', 'active', name)
      await converged(first, 'web', 2)
      await eventually('there were enough', () => load.answers > 2_000 || load.failures.length > 0, { timeoutMs: 60_000 })
    } finally {
      await load.stop()
    }
    assert.deepEqual(load.failures, [])
  })

  it('carry flows and requests over the death of every daemon', async () => {
    const vip = await virtualIp(first, 'web', 'back')
    await converged(first, 'shell', 3)
    const [, , inside = ''] = await shells()
    const load = new Load().add('virtual IP', inside, vip, 80)
    for (const host of lab.hosts) load.add(`port on ${host.name}`, lab.outside.netns, host.ipv4, 8080)
    try {
      await Promise.all(lab.hosts.map((host) => host.kill9()))
      await Promise.all(lab.hosts.map((host) => host.restart()))
      await converged(first, 'web', 2)
      await eventually('names resolve again', async () => addresses(await inShell(lab.host(3), 'nslookup -type=a web')).includes(vip))
      await first.docker('service', 'scale', '-d', 'web=4')
      await converged(first, 'web', 4)
    } finally {
      await load.stop()
    }
    assert.deepEqual(load.failures, [])
  })

  it('are taken down with their last user', async () => {
    await first.docker('service', 'rm', 'web', 'shell')
    for (const host of lab.hosts) {
      await eventually(`${host.name} has no container left`, async () => (await host.docker('ps', '-aq')) === '')
      await eventually(`${host.name} has no overlay left`, async () => (await host.run('sh', ['-c', `ls ${host.execRoot}/overlay`])).stdout.trim().split('\n').filter((one) => one !== '').length <= 1)
    }
    await first.docker('network', 'rm', 'back')
  })
})

/** The addresses in the answer part of nslookup's output. */
function addresses(text: string): string[] {
  return [...text.matchAll(/^Address(?: \d+)?: (\S+)$/gm)].map((match) => match[1] as string).filter((one) => !one.startsWith('127.0.0.11'))
}
