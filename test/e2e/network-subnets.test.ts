import { strict as assert } from 'node:assert'
import { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'

/** Two hosts with networks of their own where the swarm would cut its first subnets. */
describe('subnets of a swarm\'s networks', function () {
  this.timeout(60_000)
  let lab: Lab
  let manager: LabHost
  let worker: LabHost

  before(async () => {
    lab = await Lab.create({ hosts: 2 })
    manager = lab.host(1)
    worker = lab.host(2)
    for (const [host, address] of [[manager, '10.0.0.9/24'], [worker, '10.0.1.9/24'], [worker, '10.40.0.9/16']] as const) {
      const device = `lan${address.split('.')[1] ?? ''}`
      await host.runOk('ip', ['link', 'add', device, 'type', 'bridge'])
      await host.runOk('ip', ['address', 'add', address, 'dev', device])
      await host.runOk('ip', ['link', 'set', device, 'up'])
    }
    await Promise.all(lab.hosts.map((host) => host.startDaemon()))
    await manager.docker('swarm', 'init', '--advertise-addr', manager.ipv4)
    await worker.docker('swarm', 'join', '--advertise-addr', worker.ipv4, '--token', await manager.docker('swarm', 'join-token', '-q', 'worker'), `${manager.ipv4}:2377`)
  })
  after(async () => {
    await lab?.close()
  })

  const subnetOf = (network: string): Promise<string> =>
    eventually(`${network} has its subnet`, async () => (await manager.docker('network', 'inspect', '-f', '{{range .IPAM.Config}}{{.Subnet}} {{end}}', network)).split(' ')[0])

  it('are refused where a host is, this one or another, with its name', async () => {
    const refused = async (subnet: string, reason: RegExp): Promise<void> => {
      const { code, stderr } = await manager.tryDocker('network', 'create', '-d', 'overlay', '--subnet', subnet, 'mine')
      assert.equal(code, 1)
      assert.match(stderr, reason)
    }
    await refused('10.0.0.128/25', /Pool overlaps with other one on this address space: 10\.0\.0\.128\/25 overlaps with 10\.0\.0\.0\/24, which interface lan0 of this host is on/)
    await refused('10.40.7.0/24', /Pool overlaps with other one on this address space: 10\.40\.7\.0\/24 overlaps with 10\.40\.0\.0\/16, which the host of node h2 is on; choose another subnet/)
    await manager.docker('network', 'create', '-d', 'overlay', '--subnet', '10.41.0.0/24', 'mine')
    assert.equal(await subnetOf('mine'), '10.41.0.0/24')
  })

  it('are chosen out of the way of every host', async () => {
    // The first one was made with the swarm, when only the manager was there.
    assert.equal(await subnetOf('ingress'), '10.0.1.0/24')
    await manager.docker('network', 'create', '-d', 'overlay', 'one')
    assert.equal(await subnetOf('one'), '10.0.2.0/24')
  })
})
