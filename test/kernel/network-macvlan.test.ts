import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { inNetns } from '../../agent/kernel/netns.js'
import { LinkBatch, Links } from '../../agent/kernel/link.js'
import type { NetworkController } from '../../agent/network/controller.js'
import type { EndpointInfo, NetworkSpec } from '../../agent/network/types.js'
import { NetworkHost } from '../support/network-host.js'

const ids = { one: '1'.repeat(64), two: '2'.repeat(64) }

function tool(netns: string, ...command: string[]): string {
  return execFileSync('nsenter', [`--net=${netns}`, ...command], { encoding: 'utf8' })
}

const lan = (more: Partial<NetworkSpec> = {}): NetworkSpec => ({
  name: 'lan',
  driver: 'macvlan',
  enableIpv6: true,
  ipam: { config: [{ subnet: '192.0.2.0/24', gateway: '192.0.2.2', ipRange: '192.0.2.64/26' }, { subnet: '2001:db8::/64', gateway: '2001:db8::2', ipRange: '2001:db8::64:0/112' }] },
  ...more,
  options: { parent: 'uplink0', ...more.options },
})

describe('macvlan networks in the kernel', () => {
  let host: NetworkHost
  let networks: NetworkController

  beforeEach(async () => {
    host = new NetworkHost()
    networks = await host.controller()
    await networks.recover(new Set())
  })
  afterEach(() => host[Symbol.dispose]())

  async function start(id: string, name: string): Promise<{ path: string; endpoint: EndpointInfo }> {
    const sandbox = await networks.createSandbox(id)
    const endpoint = await networks.connect(id, 'lan', { containerName: name })
    assert(sandbox.path)
    return { path: sandbox.path, endpoint }
  }

  it('puts containers on the network of a device of the host, with addresses and MACs of their own', async () => {
    await networks.createNetwork(lan())
    const one = await start(ids.one, 'one')
    const two = await start(ids.two, 'two')
    assert.deepEqual([one.endpoint.ipv4Address, two.endpoint.ipv4Address], ['192.0.2.64', '192.0.2.65'])
    const [link] = JSON.parse(tool(one.path, 'ip', '-d', '-json', 'addr', 'show', 'eth0')) as [{ address: string; linkinfo: { info_kind: string; info_data: { mode: string } } }]
    assert.deepEqual([link.address, link.linkinfo.info_kind, link.linkinfo.info_data.mode], [one.endpoint.macAddress, 'macvlan', 'bridge'])
    const [route] = JSON.parse(tool(one.path, 'ip', '-json', 'route', 'show', 'default')) as [{ gateway: string }]
    assert.equal(route.gateway, '192.0.2.2')
    await host.serve(one.path, 80, 'one')
    await host.serve(one.path, 81, 'one', '::')
    assert.equal(await host.ask(host.client, '192.0.2.64', 80), 'one 192.0.2.2', 'from the network outside, without any translation')
    assert.equal(await host.ask(two.path, '192.0.2.64', 80), 'one 192.0.2.65', 'from a neighbour')
    assert.equal(await host.ask(host.client, one.endpoint.ipv6Address, 81), 'one 2001:db8::2')
    await host.serve(host.client, 80, 'outside')
    assert.equal(await host.ask(one.path, '192.0.2.2', 80), 'outside 192.0.2.64')
  })

  it('keeps private containers apart', async () => {
    await networks.createNetwork(lan({ options: { macvlan_mode: 'private' } }))
    const one = await start(ids.one, 'one')
    const two = await start(ids.two, 'two')
    await host.serve(one.path, 80, 'one')
    assert.equal(await host.ask(host.client, one.endpoint.ipv4Address, 80), 'one 192.0.2.2')
    assert.equal(await host.ask(two.path, one.endpoint.ipv4Address, 80, 400), undefined)
  })

  it('takes the device away from a running container, and all of them with the network, but not the host\'s own', async () => {
    await networks.createNetwork(lan())
    const one = await start(ids.one, 'one')
    await assert.rejects(networks.removeNetwork('lan'), { kind: 'forbidden' })
    await networks.disconnect(ids.one, 'lan')
    assert.doesNotMatch(tool(one.path, 'ip', 'link'), /eth0/)
    await networks.connect(ids.one, 'lan', { containerName: 'one' })
    assert.match(tool(one.path, 'ip', 'link'), /eth0/)
    await networks.removeSandbox(ids.one)
    await networks.removeNetwork('lan')
    assert.match(tool(host.host, 'ip', 'link'), /uplink0/)
  })

  it('finds its containers again after the daemon died', async () => {
    await networks.createNetwork(lan())
    const one = await start(ids.one, 'one')
    const before = tool(one.path, 'ip', '-o', 'link', 'show', 'eth0')
    networks[Symbol.dispose]()
    networks = await host.controller()
    await networks.recover(new Set([ids.one]))
    assert.equal(tool(one.path, 'ip', '-o', 'link', 'show', 'eth0'), before)
    const two = await start(ids.two, 'two')
    await host.serve(one.path, 80, 'one')
    assert.equal(await host.ask(two.path, one.endpoint.ipv4Address, 80), `one ${two.endpoint.ipv4Address}`)
  })

  it('refuses what cannot be', async () => {
    await assert.rejects(networks.createNetwork(lan({ options: { parent: 'nowhere0' } })), /this host has no device nowhere0/)
    await assert.rejects(networks.createNetwork(lan({ options: { parent: 'lo' } })), /loopback interface is not a valid macvlan parent link/)
    await assert.rejects(networks.createNetwork(lan({ options: { parent: 'nowhere0.7' } })), /this host has no device nowhere0 for the VLAN nowhere0\.7/)
    await assert.rejects(networks.createNetwork(lan({ options: { macvlan_mode: 'odd' } })), /requested macvlan mode 'odd' is not valid/)
    await assert.rejects(networks.createNetwork(lan({ options: { parent: '', macvlan_mode: 'passthru' } })), /needs a device of the host/)
    await networks.createNetwork(lan())
    await assert.rejects(networks.createNetwork({ ...lan({ name: 'second' }), ipam: { config: [{ subnet: '198.51.100.0/24' }] }, enableIpv6: false }), {
      kind: 'conflict', message: 'cannot make network second: network lan is already using uplink0',
    })
    assert.deepEqual(networks.list().map(({ name }) => name).sort(), ['bridge', 'host', 'lan', 'none'])
  })

  it('makes what is missing: a VLAN of a device, or a device that leads nowhere, where the kernel has such devices', async () => {
    const kinds = inNetns(host.host, () => {
      using links = Links.open()
      const has = (make: (batch: LinkBatch) => LinkBatch): boolean => {
        try {
          links.apply(make(new LinkBatch()))
        } catch {
          return false
        }
        links.apply(new LinkBatch().deleteLink(links.find('probe0')?.index ?? 0))
        return true
      }
      const lower = links.find('uplink0')?.index ?? 0
      return { vlan: has((batch) => batch.addLink({ name: 'probe0', lower }, { kind: 'vlan', id: 7 })), dummy: has((batch) => batch.addLink({ name: 'probe0' }, { kind: 'dummy' })) }
    })
    for (const [kind, parent] of [['vlan', 'uplink0.7'], ['dummy', '']] as const) {
      const made = networks.createNetwork(lan({ options: { parent } }))
      if (!kinds[kind]) {
        // This kernel cannot: nothing of the network is kept.
        await assert.rejects(made)
        assert.ok(!networks.list().some(({ name }) => name === 'lan'))
        continue
      }
      assert.equal((await made).internal, kind === 'dummy')
      const one = await start(ids.one, 'one')
      const two = await start(ids.two, 'two')
      await host.serve(one.path, 80, 'one')
      assert.match((await host.ask(two.path, one.endpoint.ipv4Address, 80)) ?? '', /^one /)
      await networks.removeSandbox(ids.one)
      await networks.removeSandbox(ids.two)
      await networks.removeNetwork('lan')
      assert.doesNotMatch(tool(host.host, 'ip', 'link'), /uplink0\.7|dm-/)
    }
  })
})
