import { strict as assert } from 'node:assert'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import packet from 'dns-packet'
import type { Answer } from 'dns-packet'
import { inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { startLab } from './support.js'

/** Names on networks of one host, as Docker has them. */
describe('names on user-defined networks', function () {
  this.timeout(60_000)
  let lab: Lab
  let host: LabHost
  const run = (name: string, ...flags: string[]): Promise<string> => host.docker('run', '-d', '--name', name, ...flags, 'busybox:latest', 'sleep', '100000')
  const lookUp = async (container: string, name: string): Promise<string> => (await host.tryDocker('exec', container, 'nslookup', '-type=a', name)).stdout
  const addressOn = (container: string, network: string): Promise<string> => host.docker('inspect', '-f', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, container)

  before(async () => {
    lab = await startLab(1)
    host = lab.host(1)
    await host.docker('network', 'create', 'lan')
    await run('one', '--network', 'lan', '--network-alias', 'eins')
    await run('two', '--network', 'lan')
    await run('plain')
  })
  after(() => lab?.close())

  it('lead to containers by name, alias, short id, and with the name of the network', async () => {
    const address = await addressOn('one', 'lan')
    const id = (await host.docker('inspect', '-f', '{{.Id}}', 'one')).slice(0, 12)
    for (const name of ['one', 'ONE', 'eins', id, 'one.lan']) assert((await lookUp('two', name)).includes(`Address: ${address}`), name)
    assert.match((await host.tryDocker('exec', 'two', 'nslookup', address)).stdout, /name = one\.lan/)
  })

  it('are not there on the default network, and come when a running container is connected', async () => {
    assert.doesNotMatch(await host.docker('exec', 'plain', 'cat', '/etc/resolv.conf'), /127\.0\.0\.11/)
    await host.docker('network', 'connect', '--alias', 'schlicht', 'lan', 'plain')
    assert.match(await host.docker('exec', 'plain', 'cat', '/etc/resolv.conf'), /^nameserver 127\.0\.0\.11$/m)
    const address = await addressOn('plain', 'lan')
    assert((await lookUp('two', 'schlicht')).includes(`Address: ${address}`))
    assert((await lookUp('plain', 'one')).includes(`Address: ${await addressOn('one', 'lan')}`))
    await host.docker('network', 'disconnect', 'lan', 'plain')
    assert(!(await lookUp('two', 'schlicht')).includes(address))
  })

  it('give the address of the default bridge to host-gateway, on any network', async () => {
    const gateway = await host.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', 'bridge')
    for (const network of ['bridge', 'lan', 'host']) {
      assert.equal(await host.docker('run', '--rm', '--network', network, '--add-host', 'up=host-gateway', 'busybox:latest', 'grep', 'up$', '/etc/hosts'), `${gateway}\tup`, network)
    }
  })

  it('go with the container and are served again after the daemon was killed', async () => {
    await host.docker('rm', '-f', 'one')
    assert(!(await lookUp('two', 'one')).includes('Address: 172.'))
    await host.kill9()
    await host.restart()
    const address = await addressOn('two', 'lan')
    await eventually('the name resolves', async () => (await lookUp('two', 'two')).includes(`Address: ${address}`))
  })

  it('let a container serve DNS on all of its addresses itself', async () => {
    await run('server', '--network', 'lan')
    const { code } = await host.tryDocker('exec', '-d', 'server', 'nc', '-l', '-p', '53', '0.0.0.0')
    assert.equal(code, 0)
    assert((await lookUp('server', 'two')).includes(`Address: ${await addressOn('two', 'lan')}`))
  })

  it('are completed with the search domains that a container asks for, and asked of its own servers', async () => {
    const { netns, ipv4 } = lab.outside
    const asked = new Set<string>()
    const names = createSocket('udp4')
    names.bind({ fd: inNetns(netns, () => openSocket({ protocol: 'udp', family: 4, bind: { address: ipv4, port: 53 } })) })
    names.on('message', (bytes, peer) => {
      const { id = 0, questions = [] } = packet.decode(bytes)
      const name = questions[0]?.name ?? ''
      asked.add(name)
      const found = name === 'printer.example.org'
      const answers: Answer[] = found && questions[0]?.type === 'A' ? [{ type: 'A', name, ttl: 60, data: ipv4 }] : []
      names.send(packet.encode({ type: 'response', id, flags: found ? 0 : noSuchName, questions, answers }), peer.port, peer.address)
    })
    const web = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nhere\n'))
    })
    const fd = inNetns(netns, () => openSocket({ protocol: 'tcp', family: 4, bind: { address: ipv4, port: 80 }, backlog: 8 }))
    await new Promise<void>((resolve) => web.listen({ fd }, resolve))
    try {
      await run('seeker', '--network', 'lan', '--dns', ipv4, '--dns-search', 'example.org', '--dns-option', 'ndots:2')
      const conf = await host.docker('exec', 'seeker', 'cat', '/etc/resolv.conf')
      for (const line of [/^nameserver 127\.0\.0\.11$/m, /^search example\.org$/m, /^options ndots:2$/m]) assert.match(conf, line)
      assert.equal(await host.docker('exec', 'seeker', 'wget', '-q', '-O', '-', 'http://printer/'), 'here')
      assert(asked.has('printer.example.org'))
      assert.equal((await host.tryDocker('exec', 'seeker', 'wget', '-q', '-O', '-', 'http://plotter/')).code, 1)
      assert(!asked.has('printer') && !asked.has('plotter'), 'names of one part go nowhere')
      // Nobody serves there, but the name is known.
      const { stderr } = await host.tryDocker('exec', 'seeker', 'wget', '-q', '-O', '-', 'http://two/')
      assert(stderr.includes(`(${await addressOn('two', 'lan')})`), `names of the network are found all the same: ${stderr}`)
    } finally {
      names.close()
      web.close()
    }
  })
})

/** NXDOMAIN. */
const noSuchName = 3
