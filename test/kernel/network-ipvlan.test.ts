import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { LinkBatch, Links } from '../../agent/kernel/link.js'
import { inNetns } from '../../agent/kernel/netns.js'
import type { NetworkController } from '../../agent/network/controller.js'
import type { EndpointInfo, NetworkSpec } from '../../agent/network/types.js'
import { NetworkHost } from '../support/network-host.js'

const ids = { one: '1'.repeat(64), two: '2'.repeat(64) }

function tool(netns: string, ...command: string[]): string {
  return execFileSync('nsenter', [`--net=${netns}`, ...command], { encoding: 'utf8' })
}

const lan = (more: Partial<NetworkSpec> = {}): NetworkSpec => ({
  name: 'lan',
  driver: 'ipvlan',
  ipam: { config: [{ subnet: '192.0.2.0/24', gateway: '192.0.2.2', ipRange: '192.0.2.64/26' }] },
  ...more,
  options: { parent: 'uplink0', ...more.options },
})

/** Not every kernel has such devices: one without them has to say so. */
describe('ipvlan networks in the kernel', () => {
  let host: NetworkHost
  let networks: NetworkController
  let isHere: boolean

  beforeEach(async () => {
    host = new NetworkHost()
    networks = await host.controller()
    await networks.recover(new Set())
    isHere = inNetns(host.host, () => {
      using links = Links.open()
      try {
        links.apply(new LinkBatch().addLink({ name: 'probe0', lower: links.find('uplink0')?.index ?? 0 }, { kind: 'ipvlan', mode: 'l2', flag: 'bridge' }))
      } catch {
        return false
      }
      links.apply(new LinkBatch().deleteLink(links.find('probe0')?.index ?? 0))
      return true
    })
  })
  afterEach(() => host[Symbol.dispose]())

  async function start(id: string, name: string): Promise<{ path: string; endpoint: EndpointInfo }> {
    const sandbox = await networks.createSandbox(id)
    const endpoint = await networks.connect(id, 'lan', { containerName: name })
    assert(sandbox.path)
    return { path: sandbox.path, endpoint }
  }

  it('are refused with the reason where the kernel has none, and nothing of them is kept', async function () {
    if (isHere) this.skip()
    for (const parent of ['uplink0', '']) {
      await assert.rejects(networks.createNetwork(lan({ options: { parent } })), (thrown: Error) => parent === '' || /the kernel of this host has no ipvlan devices \(CONFIG_IPVLAN\): load the module ipvlan, or use macvlan/.test(thrown.message))
      assert.ok(!networks.list().some(({ name }) => name === 'lan'))
      assert.doesNotMatch(tool(host.host, 'ip', 'link'), /ski|di-/)
    }
  })

  for (const mode of ['l2', 'l3', 'l3s']) {
    it(`put containers behind the address of the host's device in the mode ${mode}`, async function () {
      if (!isHere) this.skip()
      await networks.createNetwork(lan({ options: { ipvlan_mode: mode } }))
      await networks.createSandbox(ids.two)
      await assert.rejects(networks.connect(ids.two, 'lan', { containerName: 'two', macAddress: '02:42:00:00:00:01' }), /ipvlan interfaces do not support custom mac address assignment/)
      await networks.removeSandbox(ids.two)
      const [one, two] = [await start(ids.one, 'one'), await start(ids.two, 'two')]
      assert.deepEqual([one.endpoint.macAddress, one.endpoint.ipv4Address, one.endpoint.ipv4Gateway], ['', '192.0.2.64', mode === 'l2' ? '192.0.2.2' : ''])
      const [route] = JSON.parse(tool(one.path, 'ip', '-json', 'route', 'show', 'default')) as [{ gateway?: string; dev: string }]
      assert.deepEqual([route.gateway, route.dev], [mode === 'l2' ? '192.0.2.2' : undefined, 'eth0'])
      await host.serve(one.path, 80, 'one')
      assert.equal(await host.ask(two.path, '192.0.2.64', 80), `one ${two.endpoint.ipv4Address}`)
      await networks.disconnect(ids.one, 'lan')
      assert.doesNotMatch(tool(one.path, 'ip', 'link'), /eth0/)
    })
  }

  it('refuse what cannot be', async () => {
    await assert.rejects(networks.createNetwork(lan({ options: { parent: 'nowhere0' } })), /this host has no device nowhere0/)
    await assert.rejects(networks.createNetwork(lan({ options: { parent: 'lo' } })), /loopback interface is not a valid ipvlan parent link/)
    await assert.rejects(networks.createNetwork(lan({ options: { ipvlan_mode: 'l4' } })), /requested ipvlan mode 'l4' is not valid, 'l2' mode is the ipvlan driver default/)
    await assert.rejects(networks.createNetwork(lan({ options: { ipvlan_flag: 'odd' } })), /requested ipvlan flag 'odd' is not valid, 'bridge' is the ipvlan driver default/)
    await networks.createNetwork(lan({ name: 'other', driver: 'macvlan' }))
    await assert.rejects(networks.createNetwork({ ...lan(), ipam: { config: [{ subnet: '198.51.100.0/24' }] } }), { kind: 'conflict', message: 'cannot make network lan: network other is already using uplink0' })
  })
})
