import { strict as assert } from 'node:assert'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { allWell, runningContainers } from './faults.js'
import { converged, nodes, printLogs, startLab } from './support.js'

const token = (host: LabHost): Promise<string> => host.docker('swarm', 'join-token', '-q', 'worker')

describe('the root CA of a swarm', function () {
  this.timeout(120_000)
  let lab: Lab
  let manager: LabHost

  before(async () => {
    lab = await startLab(3)
    manager = lab.host(1)
    // As by default: a host that is busy is not taken for dead, and its task not replaced.
    await manager.docker('swarm', 'init', '--dispatcher-heartbeat', '5s')
    await lab.host(2).docker('swarm', 'join', '--token', await token(manager), `${manager.ipv4}:2377`)
    await manager.docker('service', 'create', '-d', '--name', 'web', '--replicas', '2', '--stop-grace-period', '2s', 'web:1')
    await converged(manager, 'web', 2)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    await lab?.close()
  })

  it('is rotated by one command while containers run on', async () => {
    const [oldRoot, oldToken] = [await manager.docker('swarm', 'ca'), await token(manager)]
    const containers = await Promise.all([manager, lab.host(2)].map(runningContainers))
    const said = await manager.docker('swarm', 'ca', '--rotate')
    const root = await manager.docker('swarm', 'ca')
    assert.notEqual(root, oldRoot)
    assert.ok(said.includes(root.trim()), 'the client waits for the end and prints the new root')
    assert.notEqual((await token(manager)).split('-')[2], oldToken.split('-')[2])
    assert.deepEqual(await Promise.all([manager, lab.host(2)].map(runningContainers)), containers)

    const { code, stderr } = await lab.host(3).tryDocker('swarm', 'join', '--token', oldToken, `${manager.ipv4}:2377`)
    assert.equal(code, 1)
    assert.match(stderr, /remote CA does not match fingerprint/)
    await lab.host(3).docker('swarm', 'join', '--token', await token(manager), `${manager.ipv4}:2377`)
    await allWell(manager)

    for (const host of [manager, lab.host(2)]) {
      await host.kill9()
      await host.startDaemon()
    }
    await eventually('all three are ready', async () => (await nodes(manager)).filter(({ status }) => status === 'Ready').length === 3)
    assert.deepEqual(await Promise.all([manager, lab.host(2)].map(runningContainers)), containers)
  })
})
