import { strict as assert } from 'node:assert'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { ask, loadNetworkImages, netnsOf } from './network-support.js'
import { converged, hostnames, printLogs, removeContainers, startSwarm } from './support.js'

interface NetworkJson {
  Name: string
  Scope: string
  Containers: Record<string, { Name: string; IPv4Address: string }>
}

/** Containers that users start on any node, on attachable networks of a swarm over three hosts. */
describe('attachable networks of a swarm', function () {
  this.timeout(120_000)
  let lab: Lab
  let manager: LabHost
  let worker: LabHost
  let other: LabHost

  before(async () => {
    lab = await startSwarm({ hosts: 3, managers: 1 })
    manager = lab.host(1)
    worker = lab.host(2)
    other = lab.host(3)
    await loadNetworkImages(lab)
    await manager.docker('network', 'create', '-d', 'overlay', '--attachable', '--subnet', '10.50.0.0/24', 'net')
    await manager.docker('network', 'create', '-d', 'overlay', 'closed')
  })
  after(() => lab?.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
    await Promise.all(lab.hosts.map(removeContainers))
  })

  const run = (host: LabHost, name: string, ...args: string[]): Promise<string> =>
    host.docker('run', '-d', '--name', name, '--network', 'net', ...args, 'busybox:latest', 'sleep', '100000')
  const lookUp = async (host: LabHost, container: string, name: string): Promise<string[]> => addresses((await host.tryDocker('exec', container, 'nslookup', '-type=a', name)).stdout)
  const addressOf = (host: LabHost, container: string): Promise<string> => host.docker('inspect', '-f', '{{(index .NetworkSettings.Networks "net").IPAddress}}', container)
  /** The containers on the network, as a node knows them; quicker than asking for names that are gone. */
  const named = async (host: LabHost): Promise<string[]> => {
    const [found] = JSON.parse(await host.docker('network', 'inspect', '-v', 'net')) as { Services?: Record<string, { Tasks: { Name: string }[] }> }[]
    return (found?.Services?.['']?.Tasks ?? []).map(({ Name }) => Name)
  }
  const attachments = async (): Promise<{ ID: string; NodeID: string; Spec: { NetworkAttachmentSpec?: { ContainerID: string } }; Status: { State: string } }[]> =>
    JSON.parse((await manager.api('GET', `/tasks?filters=${encodeURIComponent('{"runtime":["attachment"]}')}`)).body) as Awaited<ReturnType<typeof attachments>>
  const noneLeft = (): Promise<true> => eventually('no attachment is left', async () => (await attachments()).length === 0)

  it('are joined by containers of every node, which find each other and services by name', async () => {
    await manager.docker('service', 'create', '-d', '--no-resolve-image', '--name', 'web', '--network', 'net', '--constraint', 'node.role==manager', 'asked:1')
    await converged(manager, 'web', 1)
    await Promise.all([run(manager, 'one'), run(worker, 'two', '--network-alias', 'second'), run(other, 'three', '--ip', '10.50.0.77')])
    assert.equal(await addressOf(other, 'three'), '10.50.0.77')
    const names = { one: await addressOf(manager, 'one'), two: await addressOf(worker, 'two'), second: await addressOf(worker, 'two'), three: '10.50.0.77' }
    for (const [host, container] of [[manager, 'one'], [worker, 'two'], [other, 'three']] as const) {
      for (const [name, address] of Object.entries(names)) {
        await eventually(`${container} finds ${name}`, async () => (await lookUp(host, container, name)).join() === address)
      }
      assert.equal((await host.tryDocker('exec', container, 'ping', '-c', '1', '-W', '5', 'three')).code, 0, `${container} reaches three`)
      assert.match(await ask((await netnsOf(host, container)) ?? '', (await lookUp(host, container, 'web'))[0] ?? '', 80), /^version 1/)
    }
    // A node shows what is attached there.
    assert.match(await worker.docker('network', 'ls', '--format', '{{.Name}} {{.Driver}} {{.Scope}}'), /^net overlay swarm$/m)
    const [shown] = JSON.parse(await worker.docker('network', 'inspect', 'net')) as NetworkJson[]
    assert.deepEqual(Object.values(shown?.Containers ?? {}).map(({ Name, IPv4Address }) => ({ Name, IPv4Address })), [{ Name: 'two', IPv4Address: `${names.two}/24` }])
    const tasks = await attachments()
    assert.equal(tasks.length, 3)
    // Renamed, it goes by the new name on the other nodes, and not by the old one any more.
    await worker.docker('rename', 'two', 'deux')
    await eventually('its new name is found elsewhere', async () => (await lookUp(other, 'three', 'deux')).join() === names.two)
    await eventually('its old name is not', async () => (await lookUp(other, 'three', 'two')).length === 0)
    await worker.docker('rename', 'deux', 'two')
    await eventually('it is found as before', async () => (await lookUp(other, 'three', 'two')).join() === names.two)
    await manager.docker('service', 'rm', 'web')
  })

  it('are refused unless they are attachable, and when an address is in use', async () => {
    const words = 'Could not attach to network closed: rpc error: code = PermissionDenied desc = network closed not manually attachable'
    for (const host of [manager, worker]) {
      const refused = await host.tryDocker('run', '--rm', '--network', 'closed', 'busybox:latest', 'true')
      assert.equal(refused.code, 125)
      assert(refused.stderr.includes(words), refused.stderr)
      await host.docker('create', '--name', 'made', 'busybox:latest', 'true')
      const connected = await host.tryDocker('network', 'connect', 'closed', 'made')
      assert(connected.stderr.includes(words), connected.stderr)
      assert.match((await host.tryDocker('run', '--rm', '--network', 'nowhere', 'busybox:latest', 'true')).stderr, /network nowhere not found/)
      assert.match((await host.tryDocker('network', 'connect', 'nowhere', 'made')).stderr, /network nowhere not found/)
    }
    await run(worker, 'first', '--ip', '10.50.0.80')
    const second = await other.tryDocker('run', '--rm', '--network', 'net', '--ip', '10.50.0.80', 'busybox:latest', 'true')
    assert.match(second.stderr, /10\.50\.0\.80 is in use/)
    const outside = await other.tryDocker('run', '--rm', '--network', 'net', '--ip', '10.99.0.80', 'busybox:latest', 'true')
    assert.match(outside.stderr, /10\.99\.0\.80 is in none of the network's subnets/)
    await worker.docker('rm', '-f', 'first')
    await noneLeft()
  })

  it('are left and joined by connect, disconnect, stop, restart, and by restart policies', async () => {
    await worker.docker('run', '-d', '--name', 'roamer', 'busybox:latest', 'sleep', '100000')
    await run(manager, 'asker')
    await worker.docker('network', 'connect', '--alias', 'wanderer', 'net', 'roamer')
    const found = await addressOf(worker, 'roamer')
    await eventually('the alias leads to it', async () => (await lookUp(manager, 'asker', 'wanderer')).join() === found)
    // A container that stops is gone from the network, and is back with its start.
    await worker.docker('stop', '-t', '0', 'roamer')
    await eventually('its name is gone', async () => !(await named(manager)).includes('roamer'))
    await worker.docker('start', 'roamer')
    await eventually('its name is back', async () => (await lookUp(manager, 'asker', 'roamer')).length === 1)
    await worker.docker('network', 'disconnect', 'net', 'roamer')
    await eventually('its name is gone again', async () => !(await named(manager)).includes('roamer'))
    await eventually('its alias, too', async () => (await lookUp(manager, 'asker', 'wanderer')).length === 0)

    // It ends by itself, is started again, and is where it was; the same when it is told to.
    const untilTold = 'while [ ! -e /end ]; do sleep 0.1; done; rm /end; exit 1'
    await other.docker('run', '-d', '--name', 'stubborn', '--network', 'net', '--restart', 'always', '--ip', '10.50.0.90', 'busybox:latest', 'sh', '-c', untilTold)
    await other.docker('exec', 'stubborn', 'touch', '/end')
    await eventually('it was started again', async () => (await other.docker('inspect', '-f', '{{.RestartCount}} {{.State.Status}}', 'stubborn')) === '1 running')
    assert.equal(await addressOf(other, 'stubborn'), '10.50.0.90')
    await eventually('it is found', async () => (await lookUp(manager, 'asker', 'stubborn')).join() === '10.50.0.90')
    await other.docker('restart', '-t', '0', 'stubborn')
    assert.equal(await addressOf(other, 'stubborn'), '10.50.0.90')
    await eventually('it is found', async () => (await lookUp(manager, 'asker', 'stubborn')).join() === '10.50.0.90')
    await eventually('those two are attached', async () => (await attachments()).length === 2)
  })

  it('keep their containers over the death of daemons, and forget those that died meanwhile', async () => {
    await run(worker, 'survivor')
    await run(worker, 'again', '--restart', 'always')
    await run(worker, 'victim')
    await run(manager, 'asker')
    const before = await addressOf(worker, 'survivor')
    const pids = await worker.docker('inspect', '-f', '{{.State.Pid}}', 'victim', 'again')
    await Promise.all(lab.hosts.map((host) => host.kill9()))
    for (const pid of pids.split('\n')) process.kill(Number(pid), 'SIGKILL')
    await Promise.all(lab.hosts.map((host) => host.restart()))
    await eventually('the container that is restarted is back', async () => (await lookUp(manager, 'asker', 'again')).length === 1, { timeoutMs: 40_000 })
    await eventually('the dead one is forgotten', async () => !(await named(manager)).includes('victim') && (await attachments()).length === 3, { timeoutMs: 40_000 })
    assert.deepEqual(await lookUp(manager, 'asker', 'survivor'), [before])
    assert.equal((await manager.tryDocker('exec', 'asker', 'ping', '-c', '1', '-W', '5', 'survivor')).code, 0)
  })

  it('cannot be removed while a container is on them', async () => {
    await run(worker, 'user')
    const refused = await manager.tryDocker('network', 'rm', 'net')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /network net is in use by task user/)
    await worker.docker('rm', '-f', 'user')
    await manager.docker('network', 'create', '-d', 'overlay', '--attachable', 'brief')
    await worker.docker('run', '--rm', '--network', 'brief', 'busybox:latest', 'true')
    await manager.docker('network', 'rm', 'brief')
  })

  it('give the addresses back of a node that is down and removed', async () => {
    await run(other, 'lost', '--ip', '10.50.0.99')
    await run(manager, 'asker')
    await eventually('it is found', async () => (await lookUp(manager, 'asker', 'lost')).length === 1)
    await other.kill9()
    await eventually('its name is gone with its node', async () => !(await named(manager)).includes('lost'), { timeoutMs: 30_000 })
    const id = [...(await hostnames(manager))].find(([, name]) => name === other.name)?.[0] ?? ''
    await manager.docker('node', 'rm', '--force', id)
    await eventually('its attachment is forgotten', async () => !(await attachments()).some(({ NodeID }) => NodeID === id))
    await run(worker, 'heir', '--ip', '10.50.0.99')
    await eventually('the address is given anew', async () => (await lookUp(manager, 'asker', 'heir')).join() === '10.50.0.99')
    await other.restart()
  })
})

/** The addresses in the answer part of nslookup's output. */
function addresses(text: string): string[] {
  return [...text.matchAll(/^Address(?: \d+)?: (\S+)$/gm)].map((match) => match[1] as string).filter((one) => !one.startsWith('127.0.0.11'))
}
