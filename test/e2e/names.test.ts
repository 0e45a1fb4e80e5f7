import { strict as assert } from 'node:assert'
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
  after(() => lab.close())

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
})
