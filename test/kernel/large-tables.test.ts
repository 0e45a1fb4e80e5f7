import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { Links } from '../../agent/kernel/link.js'
import { deleteNetns, inNetns, listNetns } from '../../agent/kernel/netns.js'
import { Nft } from '../../agent/kernel/nft.js'
import { ClusterNetworking } from '../../agent/network/cluster/cluster-networking.js'
import type { TableRow } from '../../agent/network/cluster/cluster-tables.js'
import type { NetworkController } from '../../agent/network/controller.js'
import { nullLogger } from '../../src/base/log.js'
import { NetworkHost } from '../support/network-host.js'
import { clusterNetwork, endpointRow, serviceRow } from '../support/network-rows.js'

const services = 200
const tasks = 10
const network = clusterNetwork('back', {}, '10.0.0.0/14')

/** Tables that are too large to be brought into the kernel in one go. */
describe('large tables of networks', function () {
  this.timeout(60_000)
  let hosts: NetworkHost
  let controller: NetworkController
  let cluster: ClusterNetworking

  beforeEach(async () => {
    hosts = new NetworkHost()
    controller = await hosts.controller()
    await controller.recover(new Set())
    cluster = new ClusterNetworking({ controller, clock: hosts.clock, log: nullLogger })
    await cluster.begin('n1', '192.0.2.1')
    await cluster.apply('complete', all(), 4789)
  })
  afterEach(() => {
    cluster[Symbol.dispose]()
    controller[Symbol.dispose]()
    const overlays = join(hosts.folder, 'overlay')
    for (const name of listNetns(overlays)) deleteNetns(join(overlays, name))
    hosts[Symbol.dispose]()
  })

  const taskRow = (s: number, t: number, over = {}): TableRow => {
    const n = s * tasks + t
    return { action: 'update', endpoint: endpointRow('back', `s${s}t${t}`, `10.1.${n >> 8}.${n & 0xff}`, { serviceId: `s${s}` as never, nodeId: 'n2' as never, nodeAddress: '192.0.2.2', ...over }) }
  }
  const serviceRows = (s: number): TableRow[] => [
    { action: 'update', service: serviceRow('back', `s${s}`, `10.3.0.${s}`) },
    ...Array.from({ length: tasks }, (_, t) => taskRow(s, t)),
  ]
  const all = (): TableRow[] => [{ action: 'update', network }, ...Array.from({ length: services }, (_, s) => serviceRows(s)).flat()]

  const start = async (name: string, n: number): Promise<string> => {
    await cluster.ensure(network)
    await controller.createSandbox(name)
    await controller.connect(name, network.id, { containerName: name, ipv4Address: `10.2.0.${n}` })
    return join(hosts.netnsDir, name)
  }
  const countOf = (netns: string, what: string): number => {
    using nft = inNetns(netns, () => Nft.open())
    const [table = ''] = nft.list('list tables inet').flatMap((one) => (one.table?.name.startsWith('skep-vip') ? [one.table.name] : []))
    const found = nft.list(`list ${what.startsWith('un') ? 'set' : 'map'} inet ${table} ${what}`).flatMap((one) => (one['map'] ?? one['set'] ?? []) as { elem?: unknown[] })
    return found.reduce((sum, { elem }) => sum + (elem?.length ?? 0), 0)
  }
  const forwarded = (): number => {
    using links = inNetns(join(hosts.folder, 'overlay', 'back'), () => Links.open())
    return links.forwardingEntries().filter(({ bridge, address }) => bridge === 'self' && address === '192.0.2.2').length
  }

  it('are whole in a container when its start goes on', async () => {
    const netns = await start('a', 1)
    assert.deepEqual([countOf(netns, 'vips'), countOf(netns, 'backends'), forwarded()], [services, services * tasks, services * tasks])
    // What is the same afterwards stays as it is; what is gone, goes.
    await cluster.apply('complete', all().slice(0, 1 + (services / 2) * (tasks + 1)), 4789)
    assert.deepEqual([countOf(netns, 'vips'), countOf(netns, 'backends'), forwarded()], [services / 2, (services / 2) * tasks, (services / 2) * tasks])
  })

  it('change while they are loaded, and come out right', async () => {
    const starting = start('a', 1)
    const changes: Promise<void>[] = []
    for (let s = 0; s < services; s += 20) {
      changes.push(cluster.apply('incremental', [taskRow(s, 0, { serving: false }), { action: 'remove', endpoint: endpointRow('back', `s${s}t1`, '') }], 4789))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all([starting, ...changes])
    const changed = services / 20
    const netns = await starting
    assert.deepEqual([countOf(netns, 'vips'), countOf(netns, 'backends'), forwarded()], [services, services * tasks - 2 * changed, services * tasks - changed])
  })

  it('that are taken back before they are loaded leave nothing', async () => {
    const starting = start('a', 1)
    await cluster.apply('incremental', Array.from({ length: services }, (_, s): TableRow[] => [
      { action: 'remove', service: serviceRow('back', `s${s}`, '') },
      ...Array.from({ length: tasks }, (__, t): TableRow => ({ ...taskRow(s, t), action: 'remove' })),
    ]).flat(), 4789)
    const netns = await starting
    assert.equal(forwarded(), 0)
    using nft = inNetns(netns, () => Nft.open())
    const elements = nft.list('list ruleset').flatMap((one) => (one['map'] as { elem?: unknown[] } | undefined)?.elem ?? [])
    assert.deepEqual(elements, [])
  })
})
