import { strict as assert } from 'node:assert'
import { createServer } from 'node:net'
import { inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { addressOn, ask, askUdp, loadNetworkImages, netnsOf, serveUdp } from './network-support.js'
import { converged, printLogs, startSwarm, tasks } from './support.js'

/** The routing mesh of a swarm: both IP families, published ports of every kind, and what is refused. */
describe('the routing mesh of a swarm', function () {
  this.timeout(120_000)
  let lab: Lab
  let first: LabHost
  const service = (...args: string[]): Promise<string> => first.docker('service', 'create', '-d', '--no-resolve-image', ...args)
  const inShell = async (host: LabHost, command: string): Promise<string> => {
    const id = (await host.docker('ps', '-q', '-f', 'name=shell.')).split('\n')[0] ?? ''
    return (await host.tryDocker('exec', id, 'sh', '-c', command)).stdout
  }

  /** A host's published port leads to a task. */
  const answers = (host: LabHost, tcpPort: number): Promise<true> =>
    eventually(`${host.name} leads to a task on port ${tcpPort}`, async () => (await ask(lab.outside.netns, host.ipv6, tcpPort)).includes(lab.outside.ipv6))

  before(async () => {
    lab = await startSwarm({ hosts: 2, managers: 1 })
    first = lab.host(1)
    await loadNetworkImages(lab)
    await first.docker('network', 'create', '-d', 'overlay', '--ipv6', '--subnet', '10.80.0.0/24', '--subnet', 'fd80::/64', 'back')
    await service('--name', 'shell', '--network', 'back', '--mode', 'global', 'busybox:latest', 'sleep', '100000')
    await service('--name', 'web', '--network', 'back', '--constraint', `node.hostname==${first.name}`, '-p', '8080:80', '-p', '5300:5300/udp', '-p', '8000-8002:80-82', 'asked:1')
    await converged(first, 'shell', 2)
    await converged(first, 'web', 1)
    // Hosts hear of tasks that run in their own time.
    const { ipv6: task } = await addressOn(first, 'web.', 'back')
    for (const host of lab.hosts) {
      await eventually(`${host.name} knows the task's name`, async () => (await inShell(host, 'nslookup -type=aaaa tasks.web')).includes(task))
      await answers(host, 8080)
    }
  })
  after(() => lab?.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })

  const vips = async (): Promise<string[]> => {
    const { Endpoint } = JSON.parse((await first.api('GET', '/services/web')).body) as { Endpoint: { VirtualIPs: { Addr: string }[] } }
    return Endpoint.VirtualIPs.map(({ Addr }) => Addr.split('/')[0] as string)
  }

  it('gives names and virtual IPs of both families', async () => {
    const ipv6 = (await vips()).find((one) => one.startsWith('fd80::')) ?? ''
    const { ipv6: task } = await addressOn(first, 'web.', 'back')
    for (const host of lab.hosts) {
      assert((await inShell(host, 'nslookup -type=aaaa web')).includes(ipv6), host.name)
      assert((await inShell(host, 'nslookup -type=aaaa tasks.web')).includes(task), host.name)
      assert.match(await inShell(host, `nslookup ${ipv6}`), /name = web\.back/)
      const shell = (await netnsOf(host, 'shell.')) ?? ''
      const own = await addressOn(host, 'shell.', 'back')
      assert.match(await ask(shell, ipv6, 80), new RegExp(`asked by \\[?${own.ipv6}\\]?$`))
    }
  })

  it("tells tasks the client's address over IPv6, from outside, from hosts, from containers", async () => {
    const server = serveUdp((await netnsOf(first, 'web.')) ?? '', 5300, 6)
    try {
      const expect = (address: string): RegExp => new RegExp(`asked by \\[?${address}\\]?$`)
      for (const host of lab.hosts) {
        for (const tcpPort of [8080, 8000]) assert.match(await ask(lab.outside.netns, host.ipv6, tcpPort), expect(lab.outside.ipv6), host.name)
        assert.equal(await askUdp(lab.outside.netns, host.ipv6, 5300), `asked by ${lab.outside.ipv6} from ${host.ipv6}`, host.name)
        for (const address of [host.ipv6, '::1']) assert.match(await ask(host.netns, address, 8080), expect(host.ipv6), `${host.name} by ${address}`)
        const own = await addressOn(host, 'shell.', 'back')
        assert.match(await ask((await netnsOf(host, 'shell.')) ?? '', host.ipv4, 8080), expect(`\\S*${own.ipv4}`), host.name)
      }
    } finally {
      server.close()
    }
  })

  it('refuses ports that another service has, and says who has them', async () => {
    const id = (await first.api('GET', '/services/web')).body.slice(7, 32)
    const taken = await first.tryDocker('service', 'create', '-d', '--name', 'late', '-p', '8001:80', 'asked:1')
    assert.notEqual(taken.code, 0)
    assert.match(taken.stderr, new RegExp(`port '8001' is already in use by service 'web' \\(${id}\\) as an ingress port`))
    const host = await first.tryDocker('service', 'create', '-d', '--name', 'late', '-p', 'mode=host,published=8080,target=80', 'asked:1')
    assert.match(host.stderr, /port '8080' is already in use by service 'web'/)
    await service('--name', 'direct', '--mode', 'global', '-p', 'mode=host,published=9000,target=80', 'asked:1')
    await converged(first, 'direct', 2)
    for (const one of lab.hosts) {
      assert.match(await ask(lab.outside.netns, one.ipv4, 9000), new RegExp(`asked by \\S*${lab.outside.ipv4}`))
      // Tasks without a network of their own are on a bridge without IPv6: the host hands connections on.
      assert.match(await ask(lab.outside.netns, one.ipv6, 9000), /asked by/)
    }
    await service('--name', 'waiting', '-p', 'mode=host,published=9000,target=80', 'asked:1')
    await eventually('the task says what it waits for', async () =>
      (await tasks(first, 'waiting')).some(({ Status }) => Status.State === 'pending' && /no suitable node \(host-mode port already in use on 2 nodes\)/.test(Status.Err ?? '')),
    )
    await first.docker('service', 'rm', 'direct', 'waiting')
  })

  it('puts a PROXY protocol header in front of connections to a port that asks for it', async () => {
    await service('--name', 'wrapped', '--network', 'back', '--label', 'skep.ingress.proxy-protocol.8443=v2', '-p', '8443:8443', '--constraint', `node.hostname==${first.name}`, 'busybox:latest', 'sleep', '100000')
    await converged(first, 'wrapped', 1)
    const bad = await first.tryDocker('service', 'update', '-d', '--publish-rm', '8443', 'wrapped')
    assert.match(bad.stderr, /label skep\.ingress\.proxy-protocol\.8443: the service publishes no TCP port 8443 in ingress mode: publish it, or remove the label/)
    // The task says back what it gets, the header first.
    const server = createServer((socket) => socket.on('error', () => undefined).once('data', (chunk) => socket.end(chunk.toString('hex'))))
    const netns = (await netnsOf(first, 'wrapped.')) ?? ''
    server.listen({ fd: inNetns(netns, () => openSocket({ protocol: 'tcp', family: 4, bind: { address: '0.0.0.0', port: 8443 }, backlog: 8 })) })
    try {
      for (const host of lab.hosts) {
        const ends = [...lab.outside.ipv4.split('.'), ...host.ipv4.split('.')].map((part) => Number(part).toString(16).padStart(2, '0')).join('')
        const answer = await eventually(`${host.name} leads to the task`, async () => /^[0-9a-f]+$/.exec(await ask(lab.outside.netns, host.ipv4, 8443))?.[0])
        assert.match(answer, new RegExp(`^0d0a0d0a000d0a515549540a2111000c${ends}....20fb`))
      }
    } finally {
      server.close()
    }
    await first.docker('service', 'rm', 'wrapped')
  })

  it('is whole again after another program flushed the rules of a host', async () => {
    const second = lab.host(2)
    await second.runOk('nft', ['flush', 'ruleset'])
    await eventually('the mesh answers', async () => (await ask(lab.outside.netns, second.ipv4, 8080)).includes(lab.outside.ipv4))
    await eventually('a container gets out', async () => /asked by/.test(await ask((await netnsOf(second, 'shell.')) ?? '', first.ipv4, 8080)))
  })
})
