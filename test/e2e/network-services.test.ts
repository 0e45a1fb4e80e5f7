import { strict as assert } from 'node:assert'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceTrace } from '../../src/model/service-trace.js'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { ask, loadNetworkImages, netnsOf, virtualIp } from './network-support.js'
import { converged, hostnames, printLogs, startLab, type TaskJson } from './support.js'

interface VerboseJson {
  Peers: { Name: string; IP: string }[]
  Services: Record<string, { VIP: string; Ports: string[]; LocalLBIndex: number; Tasks: { Name: string; EndpointIP: string; Info: Record<string, string> }[] }>
}

/** Services on networks of every kind, and what there is to see of them; and nodes that others do not reach. */
describe('services on networks of every kind', function () {
  this.timeout(120_000)
  let lab: Lab
  let manager: LabHost
  let worker: LabHost
  let astray: LabHost
  const service = (...args: string[]): Promise<string> => manager.docker('service', 'create', '-d', '--no-resolve-image', '--stop-grace-period', '100ms', ...args)
  const strayAddress = '10.88.0.3'

  before(async () => {
    lab = await startLab(3)
    manager = lab.host(1)
    worker = lab.host(2)
    astray = lab.host(3)
    await loadNetworkImages(lab)
    await manager.docker('swarm', 'init', '--dispatcher-heartbeat', '1s')
    const token = await manager.docker('swarm', 'join-token', '-q', 'worker')
    await worker.docker('swarm', 'join', '--token', token, `${manager.ipv4}:2377`)
    const foreign = await astray.tryDocker('swarm', 'join', '--token', token, '--data-path-addr', '10.99.9.9', `${manager.ipv4}:2377`)
    assert.match(foreign.stderr, /data path address must be a non-zero IP address or network interface .*: 10\.99\.9\.9 is no address of this host/)
    // An address of its own that the others have no way to, as behind a translation of addresses.
    await astray.runOk('ip', ['address', 'add', `${strayAddress}/24`, 'dev', 'eth0'])
    await astray.docker('swarm', 'join', '--token', token, '--advertise-addr', astray.ipv4, '--data-path-addr', strayAddress, `${manager.ipv4}:2377`)
    await manager.docker('network', 'create', '-d', 'overlay', '--attachable', '--subnet', '10.60.0.0/24', 'back')
    await service('--name', 'web', '--network', 'name=back,alias=www', '--mode', 'global', '--constraint', `node.hostname!=${astray.name}`, '-p', '8080:80', 'asked:1')
    await converged(manager, 'web', 2)
  })
  after(() => lab?.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab, Number(process.env["LOGS"] ?? 25))
  })

  const containerOf = async (host: LabHost, name: string): Promise<string> => (await host.docker('ps', '-q', '-f', `name=${name}`)).split('\n')[0] ?? ''
  const hostOf = async (task: TaskJson | undefined): Promise<LabHost> => {
    const name = (await hostnames(manager)).get(task?.NodeID ?? '')
    return lab.hosts.find((host) => host.name === name) ?? manager
  }

  it('use the networks of their hosts', async () => {
    for (const name of ['host', 'bridge', 'none']) {
      await service('--name', `on-${name}`, '--network', name, 'busybox:latest', 'sleep', '100000')
      const [task] = await converged(manager, `on-${name}`, 1)
      const host = await hostOf(task)
      const container = await containerOf(host, `on-${name}.1.`)
      assert.equal(await host.docker('inspect', '-f', '{{.HostConfig.NetworkMode}}', container), name)
      const addresses = await host.docker('exec', container, 'ip', '-4', 'address')
      assert.equal(addresses.includes(host.ipv4), name === 'host')
      assert.equal(addresses.includes('eth0'), name !== 'none')
    }
    assert.match(await manager.skep('network', 'trace', 'on-host'), /It is on no network of the swarm/)
    await manager.skep('service', 'update', '-d', '--network-rm', 'host', '--network-add', 'back', 'on-host')
    await eventually('it is on the overlay network', async () => {
      const [task] = await converged(manager, 'on-host', 1)
      const host = await hostOf(task)
      return (await host.docker('inspect', '-f', '{{.HostConfig.NetworkMode}}', await containerOf(host, 'on-host.1.'))) === 'back'
    })
    const refused = await manager.tryDocker('service', 'create', '-d', '--no-resolve-image', '--network', 'host', '--network', 'back', 'busybox:latest')
    assert.match(refused.stderr, /a service on network host can be on no other network/)
    assert.doesNotMatch(await manager.docker('network', 'ls', '--format', '{{.Name}} {{.Scope}}'), /^host swarm$/m)
    await manager.docker('service', 'rm', 'on-host', 'on-bridge', 'on-none')
  })

  it('are shown with their tasks by verbose inspection, on every node of the network', async () => {
    await worker.docker('run', '-d', '--name', 'lone', '--network', 'back', 'busybox:latest', 'sleep', '100000')
    const vip = await virtualIp(manager, 'web', 'back')
    for (const host of [manager, worker]) {
      const shown = await eventually(`${host.name} knows of the container`, async () => {
        const [found] = JSON.parse(await host.docker('network', 'inspect', '-v', 'back')) as VerboseJson[]
        // Tasks of the test before may still be leaving.
        return found?.Services[''] && found.Peers.map(({ IP }) => IP).sort().join() === [manager.ipv4, worker.ipv4].join() && found
      }, { timeoutMs: 30_000 })
      assert.equal(shown.Services['web']?.VIP, vip)
      assert.deepEqual(shown.Services['web']?.Ports, ['Target: 80, Publish: 8080'])
      assert.deepEqual(shown.Services['web']?.Tasks.map(({ Info }) => Info['Host IP']).sort(), [manager.ipv4, worker.ipv4])
      assert.deepEqual(shown.Services['']?.Tasks.map(({ Name }) => Name), ['lone'])
    }
    // A manager knows of networks that it is not on.
    await manager.docker('network', 'create', '-d', 'overlay', 'far')
    await service('--name', 'remote', '--network', 'far', '--constraint', `node.hostname==${worker.name}`, 'asked:1')
    await converged(manager, 'remote', 1)
    const [far] = JSON.parse(await manager.docker('network', 'inspect', '--verbose', 'far')) as VerboseJson[]
    assert.deepEqual(far?.Services['remote']?.Tasks.map(({ Info }) => Info['Host IP']), [worker.ipv4])
  })

  it('are traced from nodes and containers, with an exit code that tells whether they answer', async () => {
    const text = await manager.skep('network', 'trace', 'web')
    for (const part of [/^Service web \(\w+\), seen from node h1/, /^Virtual IP 10\.60\.0\.\d+: 80: yes/m, /^web\.\S+ +h2 .* serving +50% +vxlan \d+ to 10\.77\.0\.2:4789 +80: yes/m, /^8080\/tcp .*yes/m, /^Everything that was asked answers\.$/m]) assert.match(text, part)
    const trace = async (host: LabHost, ...args: string[]): Promise<ServiceTrace> => JSON.parse((await host.trySkep('network', 'trace', '--format', 'json', ...args)).stdout) as ServiceTrace
    const byContainer = await trace(worker, 'www', '--from', 'lone')
    assert.equal(byContainer.From.ContainerName, 'lone')
    assert.deepEqual(byContainer.Problems, [])
    assert.deepEqual(byContainer.Networks[0]?.Names.map(({ Name, Addresses }) => [Name, Addresses.length]), [['web', 1], ['tasks.web', 2], ['www', 1]])
    // By the eyes of another node.
    const elsewhere = await trace(manager, 'remote', '--node', worker.name)
    assert.equal(elsewhere.From.Hostname, worker.name)
    assert.equal(elsewhere.Networks[0]?.Backends[0]?.Path.Kind, 'local')
    assert.match((await worker.trySkep('network', 'trace', 'web', '--node', manager.name)).stderr, /This node is not a swarm manager/)
    assert.match((await manager.trySkep('network', 'trace', 'nothing')).stderr, /service nothing not found/)
    // A task that runs and does not answer.
    await manager.docker('service', 'create', '-d', '--no-resolve-image', '--name', 'deaf', '--network', 'back', '-p', '8081:81', '--constraint', `node.hostname!=${astray.name}`, 'asked:1')
    await converged(manager, 'deaf', 1)
    const deaf = await eventually('it is known here', async () => {
      const found = await manager.trySkep('network', 'trace', 'deaf')
      return found.stdout.includes('serving') && found
    })
    assert.equal(deaf.code, 1)
    assert.match(deaf.stdout, /81: NO \(connection refused\)/)
    assert.match(deaf.stdout, /published port 8081\/tcp does not answer on this node/)
    await manager.docker('service', 'rm', 'deaf')
    // A way that is not there is told of.
    await service('--name', 'lost', '--network', 'back', '--constraint', `node.hostname==${astray.name}`, 'asked:1')
    await converged(manager, 'lost', 1)
    const lost = await eventually('it is known here', async () => {
      const found = await manager.trySkep('network', 'trace', 'lost')
      return found.stdout.includes('serving') && found
    })
    assert.equal(lost.code, 1)
    assert.match(lost.stdout, /lost\.1\.\w+ \(on h3, vxlan by 10\.88\.0\.3\) does not answer at 10\.60\.0\.\d+ on network back: no answer within 2 s/)
    await manager.docker('service', 'rm', 'lost')
  })

  it('are refused for what cannot be, with the reason', async () => {
    const create = (...args: string[]) => manager.tryDocker('network', 'create', '-d', 'overlay', ...args)
    const vniOption = 'com.docker.network.driver.overlay.vxlanid_list'
    for (const [args, why] of [
      [['--subnet', '10.60.0.128/25', 'x'], /Pool overlaps with other one on this address space: 10\.60\.0\.128\/25 is in use by network back/],
      [['--subnet', '10.61.0.0/24', '--subnet', '10.61.0.0/16', 'x'], /overlap/],
      [['--subnet', '10.77.0.0/24', 'x'], /overlaps with 10\.77\.0\.0\/24, which interface eth0 of this host is on/],
      [['--subnet', `${strayAddress}/24`, 'x'], /10\.88\.0\.\d+\/24 has the address 10\.88\.0\.3 of node h3/],
      [['--subnet', '10.62.0.0/24', '--gateway', '10.63.0.1', 'x'], /gateway/],
      [['--opt', `${vniOption}=4097`, '--opt', 'x=y', 'x'], /VXLAN network identifier 4097 is in use by network/],
      [['--opt', `${vniOption}=16777216`, 'x'], /invalid VXLAN network identifier/],
      [['back'], /network with name back already exists/],
    ] as const) {
      const { code, stderr } = await create(...args)
      assert.equal(code, 1, args.join(' '))
      assert.match(stderr, why)
    }
    for (const [args, why] of [
      [['--network', 'unknown'], /network unknown not found/],
      [['--network', 'ingress'], /cannot be explicitly attached to the ingress network/],
      [['-p', '70000:80'], /70000|invalid/],
    ] as const) {
      assert.match((await manager.tryDocker('service', 'create', '-d', '--no-resolve-image', ...args, 'asked:1')).stderr, why)
    }
    assert.match((await manager.tryDocker('network', 'rm', 'back')).stderr, /network back is in use by service/)
    const outOfRange = await manager.api('POST', '/services/create', { Name: 'x', TaskTemplate: { ContainerSpec: { Image: 'asked:1' } }, EndpointSpec: { Ports: [{ TargetPort: 80, PublishedPort: 70_000, Protocol: 'tcp' }] } })
    assert.equal(outOfRange.status, 400)
    assert.match(outOfRange.body, /published port/)
  })

  it('reach one another over several subnets, IPv6 and internal networks', async () => {
    await manager.docker('network', 'create', '-d', 'overlay', '--attachable', '--ipv6', '--subnet', '10.64.0.0/29', '--subnet', '10.64.0.8/29', '--subnet', 'fd64::/64', 'wide')
    await manager.docker('network', 'create', '-d', 'overlay', '--attachable', '--internal', '--subnet', '10.65.0.0/24', 'shut')
    await service('--name', 'six', '--network', 'wide', '--replicas', '6', '--constraint', `node.hostname!=${astray.name}`, 'asked:1')
    await converged(manager, 'six', 6)
    await worker.docker('run', '-d', '--name', 'looker', '--network', 'wide', 'busybox:latest', 'sleep', '100000')
    const netns = (await netnsOf(worker, 'looker')) ?? ''
    const addresses = await eventually('all tasks are known', async () => {
      const found = [...(await worker.docker('exec', 'looker', 'nslookup', 'tasks.six')).matchAll(/^Address(?: \d+)?: (\S+)$/gm)].map((match) => match[1] as string).filter((one) => !one.startsWith('127.'))
      return found.length === 12 && found
    })
    const hostParts = addresses.filter((one) => one.startsWith('10.64.0.')).map((one) => Number(one.split('.')[3]))
    assert(Math.min(...hostParts) < 8 && Math.max(...hostParts) > 8, addresses.join())
    for (const address of addresses) assert.match(await ask(netns, address, 80), /^version 1/, address)
    await manager.docker('run', '-d', '--name', 'inner', '--network', 'shut', 'busybox:latest', 'sleep', '100000')
    await worker.docker('run', '-d', '--name', 'outer', '--network', 'shut', 'busybox:latest', 'sleep', '100000')
    await eventually('they reach each other', async () => (await worker.tryDocker('exec', 'outer', 'ping', '-c', '1', '-W', '2', 'inner')).code === 0)
    assert.doesNotMatch(await worker.docker('exec', 'outer', 'ip', 'route'), /default/)
    assert.notEqual((await worker.tryDocker('exec', 'outer', 'ping', '-c', '1', '-W', '1', manager.ipv4)).code, 0)
  })

  it('are warned of nodes whose data path others do not reach', async () => {
    const status = async (host: LabHost): Promise<{ State: string; Message?: string }> => JSON.parse(await manager.docker('node', 'inspect', '-f', '{{json .Status}}', host.name)) as { State: string; Message?: string }
    const stray = await eventually('the managers know', async () => {
      const found = await status(astray)
      return found.Message !== undefined && found
    }, { timeoutMs: 40_000 })
    assert.equal(stray.State, 'ready')
    assert.match(stray.Message ?? '', /10\.88\.0\.3/)
    for (const host of [manager, worker]) assert.equal((await status(host)).Message, undefined)
    assert.match(await manager.skep('node', 'ls'), /h3 +Ready \(degraded\)/)
    assert.match(await manager.skep('node', 'inspect', '--pretty', astray.name), /Message: +\S*.*data path/)
    // Put right, it is well again.
    await manager.runOk('ip', ['route', 'add', '10.88.0.0/24', 'via', astray.ipv4])
    await worker.runOk('ip', ['route', 'add', '10.88.0.0/24', 'via', astray.ipv4])
    await eventually('nothing is said of it any more', async () => {
      const { Message } = await status(astray)
      assert.equal(Message, undefined)
      return true
    }, { timeoutMs: 60_000 })
  })

  it('are deployed again at once as a stack with a subnet of its own, by either client', async () => {
    const file = join(lab.folder, 'stack.yml')
    // All hosts see this folder. The tasks end when it says so.
    const gate = join(lab.folder, 'gate')
    mkdirSync(gate)
    const command = ['sh', '-c', 'trap "until test -e /gate/open; do sleep 0.1; done; exit" TERM; touch /gate/of-$$(hostname); while :; do sleep 0.1; done']
    const slow = { image: 'busybox:latest', command, volumes: [`${gate}:/gate`], stop_grace_period: '100s', networks: ['own'], deploy: { mode: 'global', restart_policy: { condition: 'none' } } }
    const listen = (): Promise<boolean> => eventually('all tasks listen for the signal', () => readdirSync(gate).filter((name) => name.startsWith('of-')).length === 3)
    writeFileSync(file, JSON.stringify({ version: '3.8', services: { slow }, networks: { own: { ipam: { config: [{ subnet: '10.61.0.0/24' }] } } } }))
    const deploy = ['stack', 'deploy', '--resolve-image=never', '-c', file, 'again']
    await manager.docker(...deploy, '--detach=true')
    await converged(manager, 'again_slow', 3)
    await listen()
    for (const again of [() => manager.docker(...deploy, '--detach=true'), () => manager.skep(...deploy, '--detach')]) {
      const before = await manager.docker('network', 'inspect', '-f', '{{.ID}}', 'again_own')
      await manager.docker('stack', 'rm', 'again')
      await again()
      await eventually('its task says what it waits for', async () =>
        /waiting for the tasks of network again_own to end: it is being removed, and has the subnet 10\.61\.0\.0\/24/.test(await manager.docker('service', 'ps', '--no-trunc', '--format', '{{.Error}}', 'again_slow')))
      for (const name of readdirSync(gate)) rmSync(join(gate, name))
      writeFileSync(join(gate, 'open'), '')
      // A task that was refused would be there twice: without restarts the service would not come up.
      await converged(manager, 'again_slow', 3)
      await listen()
      rmSync(join(gate, 'open'))
      assert.notEqual(await manager.docker('network', 'inspect', '-f', '{{.ID}}', 'again_own'), before)
      assert.equal(await manager.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Subnet}}', 'again_own'), '10.61.0.0/24')
    }
    writeFileSync(join(gate, 'open'), '')
    await manager.docker('stack', 'rm', 'again')
  })
})
