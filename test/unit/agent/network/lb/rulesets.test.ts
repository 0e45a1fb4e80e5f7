import { strict as assert } from 'node:assert'
import { backendsOf } from '../../../../../agent/network/lb/backends.js'
import { entryAddressOf } from '../../../../../agent/network/lb/entry-address.js'
import { fullEntryTable } from '../../../../../agent/network/lb/entry-ruleset.js'
import { addIngressSize, changeIngressPorts, emptyIngressTable } from '../../../../../agent/network/lb/ingress-ruleset.js'
import { addSize, changeVips } from '../../../../../agent/network/lb/vip-ruleset.js'
import { macOfNode, markOfNode, zoneOfNode } from '../../../../../agent/network/overlay/data-path.js'
import { wantedEntries, type Reachable } from '../../../../../agent/network/overlay/forwarding.js'
import { endpointRow } from '../../../../support/network-rows.js'

describe('rules of load balancing', () => {
  it('a virtual IP and its backends are elements; without backends it is refused', () => {
    const sets = (changes: ReturnType<typeof changeVips>): string[] => changes.map(({ action, set, elements }) => `${action} ${set} ${elements.length}`)
    const two = { address: '10.0.1.2', backends: ['10.0.1.3', '10.0.1.4'] }
    const none = { address: '10.0.1.2', backends: [] }
    assert.deepEqual(sets(changeVips('t', [], [two])), ['add vips 1', 'add backends 2'])
    assert.deepEqual(sets(changeVips('t', [two], [none])), ['delete vips 1', 'delete backends 2', 'add unserved 1'])
    assert.deepEqual(changeVips('t', [], [two])[0]?.elements[0]?.value, { goto: 'n2' })
    const six = { address: 'fd00::2', backends: ['fd00::3'] }
    assert.deepEqual(sets(changeVips('t', [], [two, six])), ['add vips 1', 'add vips6 1', 'add backends 2', 'add backends6 1'])
    assert.match(addSize('t', 3), /dnat ip6 to ip6 daddr \. meta mark map @backends6/)
    assert.match(addSize('t', 3), /numgen random mod 3/)
    assert.doesNotMatch(addSize('t', 1), /numgen/)
  })

  it('backends are sorted, of one family, and near ones alone when they are preferred and there', () => {
    const rows = [endpointRow('n', 'b', '10.0.0.9', { nodeId: 'n2' as never }), endpointRow('n', 'a', '10.0.0.3', { addresses: ['fd00::3', '10.0.0.3'] })]
    const chosen = (preferredNode: string | undefined, family: 4 | 6, ...lost: string[]) => backendsOf(rows, { preferredNode, lost: new Set(lost) }, family)
    assert.deepEqual(chosen(undefined, 4), ['10.0.0.3', '10.0.0.9'])
    assert.deepEqual(chosen('n2', 4), ['10.0.0.9'])
    assert.deepEqual(chosen('n3', 4), ['10.0.0.3', '10.0.0.9'])
    assert.deepEqual(chosen(undefined, 6), ['fd00::3'])
    // The node's own task has no address of the family: others serve.
    assert.deepEqual(chosen('n2', 6), ['fd00::3'])
    // Those on nodes that are not reached are left out while there are others, of the family.
    assert.deepEqual(chosen(undefined, 4, 'n2'), ['10.0.0.3'])
    assert.deepEqual(chosen(undefined, 4, 'n1', 'n2'), ['10.0.0.3', '10.0.0.9'])
    assert.deepEqual(chosen(undefined, 6, 'n1'), ['fd00::3'])
  })

  it('a published port and its backends are elements, by family; without backends there are none', () => {
    const sets = (changes: ReturnType<typeof changeIngressPorts>): string[] => changes.map(({ action, set, elements }) => `${action} ${set} ${elements.length}`)
    const port = { protocol: 'tcp', port: 8080, backends: [{ address: '10.0.0.3', port: 80 }, { address: '10.0.0.4', port: 80 }, { address: 'fd00::3', port: 80 }] } as const
    assert.deepEqual(sets(changeIngressPorts('t', [], [port])), ['add ports4 1', 'add backends4 2', 'add ports6 1', 'add backends6 1'])
    assert.deepEqual(sets(changeIngressPorts('t', [port], [{ ...port, backends: [] }])), ['delete ports4 1', 'delete backends4 2', 'delete ports6 1', 'delete backends6 1'])
    assert.deepEqual(sets(changeIngressPorts('t', [port], [{ ...port, backends: [port.backends[0], { address: '10.0.0.5', port: 80 }, port.backends[2]] }])), [
      'delete backends4 1', 'add backends4 1',
    ])
    const [ports, backends] = changeIngressPorts('t', [], [port])
    assert.deepEqual([...(ports?.elements[0]?.key ?? [])], [6, 0, 0, 0, 0x1f, 0x90, 0, 0])
    assert.deepEqual(backends?.elements[1]?.value, Uint8Array.of(10, 0, 0, 4, 0, 80, 0, 0))
    assert.match(addIngressSize('t', 3), /numgen random mod 3 offset 16777216 ct mark set ct mark or 0x01000000\n.* dnat ip to .* map @backends4\n/)
    assert.match(addIngressSize('t', 1), /meta mark set 0x01000000 /)
    assert.match(emptyIngressTable('t', '192.0.2.1'), /snat ip to 192\.0\.2\.1/)
    assert.match(emptyIngressTable('t', 'fd00::1'), /ip saddr 127\.0\.0\.0\/8 masquerade/)
  })

  it('a task knows each node by its MAC address and marks its flows', () => {
    assert.equal(macOfNode('192.0.2.1'), '06:42:c0:00:02:01')
    assert.equal(markOfNode('192.0.2.1'), 0xc0000201)
    assert(markOfNode('fd00::1') >= 256)
    assert.equal(entryAddressOf('192.0.2.1'), 'fe80::642:c000:201')
    const table = fullEntryTable('t', { device: 'eth1', addresses: ['10.0.0.3', 'fd00::3'], outside: ['172.18.0.2'], entries: [{ mac: '06:42:c0:00:02:01', mark: 0xc0000201, zone: 17 }], apart: true })
    assert.match(table, /elements = \{ 06:42:c0:00:02:01 : 0xc0000201 \}/)
    assert.match(table, /elements = \{ 06:42:c0:00:02:01 : 17 \}/)
    assert.match(table, /iifname "eth1" ip daddr 10\.0\.0\.3 meta l4proto udp dnat ip to 172\.18\.0\.2/)
    assert.doesNotMatch(table, /fd00::3/)
    assert.doesNotMatch(table, /0x4000000/)
    assert.doesNotMatch(fullEntryTable('t', { device: 'eth1', addresses: ['10.0.0.3'], outside: [], entries: [], apart: false }), /dnat|elements|zone/)
    const near = fullEntryTable('t', { device: 'eth1', addresses: ['fd00::3', '10.0.0.3'], outside: [], entries: [], near: 'eth2', apart: true })
    assert.match(near, /iifname "eth2" ip daddr 10\.0\.0\.3 ct state new ct mark set 0x4000000\n/)
    assert.match(near, /iifname "eth2" ip daddr 10\.0\.0\.3 ct original zone set 1\n/)
  })

  it('nodes have zones of connection tracking of their own', () => {
    const zones = Array.from({ length: 65_536 }, (_, n) => zoneOfNode(`10.77.${n >> 8}.${n & 0xff}`))
    assert(new Set(zones).size > 65_530)
    for (const zone of [...zones, zoneOfNode('fd00::1')]) assert(zone > 1 && zone < 65_536)
  })

  it('what is on another node needs a neighbour, a port of the bridge and a tunnel end; what is here no tunnel', () => {
    const places: Reachable[] = [
      { mac: '02:42:0a:00:00:03', addresses: ['10.0.0.3', 'fd00::3'], via: { node: '192.0.2.2' } },
      { mac: '02:42:0a:00:00:04', addresses: ['10.0.0.4'], via: { port: 9 } },
      { mac: '02:42:0a:00:00:05', addresses: ['10.0.0.5'], via: { node: '' } },
    ]
    assert.deepEqual([...wantedEntries(places, { vxlan: 2, ipv6: true }).keys()], [
      'address 10.0.0.3', 'address fd00::3', 'master 02:42:0a:00:00:03', 'self 02:42:0a:00:00:03', 'address 10.0.0.4', 'master 02:42:0a:00:00:04',
    ])
    assert.equal(wantedEntries(places, { vxlan: 2, ipv6: false }).has('address fd00::3'), false)
  })
})
