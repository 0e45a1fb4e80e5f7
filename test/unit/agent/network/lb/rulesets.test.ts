import { strict as assert } from 'node:assert'
import { addIngressPort, changeIngressPort, fullEntryTable, fullIngressTable, removeIngressPort } from '../../../../../agent/network/lb/ingress-ruleset.js'
import { backendsOf } from '../../../../../agent/network/lb/vip-balancer.js'
import { addSize, changeVips } from '../../../../../agent/network/lb/vip-ruleset.js'
import { macOfNode, markOfNode } from '../../../../../agent/network/overlay/data-path.js'
import { wantedEntries } from '../../../../../agent/network/overlay/forwarding.js'
import { endpointRow } from '../../../../support/network-rows.js'

describe('rules of load balancing', () => {
  it('a virtual IP and its backends are elements; without backends it is refused', () => {
    const sets = (changes: ReturnType<typeof changeVips>): string[] => changes.map(({ action, set, elements }) => `${action} ${set} ${elements.length}`)
    const two = { address: '10.0.1.2', backends: ['10.0.1.3', '10.0.1.4'] }
    const none = { address: '10.0.1.2', backends: [] }
    assert.deepEqual(sets(changeVips('t', [], [two])), ['add vips 1', 'add backends 2'])
    assert.deepEqual(sets(changeVips('t', [two], [none])), ['delete vips 1', 'delete backends 2', 'add unserved 1'])
    assert.deepEqual(changeVips('t', [], [two])[0]?.elements[0]?.value, { goto: 'n2' })
    assert.match(addSize('t', 3), /numgen random mod 3/)
    assert.doesNotMatch(addSize('t', 1), /numgen/)
  })

  it('backends are sorted, of IPv4, and near ones alone when they are preferred and there', () => {
    const rows = [endpointRow('n', 'b', '10.0.0.9', { nodeId: 'n2' as never }), endpointRow('n', 'a', '10.0.0.3', { addresses: ['fd00::3', '10.0.0.3'] })]
    assert.deepEqual(backendsOf(rows, undefined), ['10.0.0.3', '10.0.0.9'])
    assert.deepEqual(backendsOf(rows, 'n2'), ['10.0.0.9'])
    assert.deepEqual(backendsOf(rows, 'n3'), ['10.0.0.3', '10.0.0.9'])
  })

  it('a published port is one chain and one element', () => {
    const port = { protocol: 'tcp', port: 8080, backends: [{ address: '10.0.0.3', port: 80 }, { address: '10.0.0.4', port: 80 }] } as const
    assert.match(addIngressPort(port), /dnat ip to numgen random mod 2 map \{ 0 : 10\.0\.0\.3 \. 80, 1 : 10\.0\.0\.4 \. 80 \}\nadd element inet skep-ingress ports \{ tcp \. 8080 : goto p_tcp_8080 \}/)
    assert.match(changeIngressPort({ ...port, backends: [] }), /^flush chain inet skep-ingress p_tcp_8080\n.* return$/)
    assert.match(removeIngressPort(port), /^delete element .*\nflush chain .*\ndelete chain/)
    assert.match(fullIngressTable([port], '192.0.2.1'), /snat ip to 192\.0\.2\.1/)
  })

  it('a task knows each node by its MAC address and marks its flows', () => {
    assert.equal(macOfNode('192.0.2.1'), '06:42:c0:00:02:01')
    assert.equal(markOfNode('192.0.2.1'), 0xc0000201)
    assert(markOfNode('fd00::1') >= 256)
    const table = fullEntryTable({ device: 'eth1', address: '10.0.0.3', outside: '172.18.0.2', entries: [{ mac: '06:42:c0:00:02:01', mark: 0xc0000201 }] })
    assert.match(table, /elements = \{ 06:42:c0:00:02:01 : 0xc0000201 \}/)
    assert.match(table, /iifname "eth1" ip daddr 10\.0\.0\.3 meta l4proto udp dnat ip to 172\.18\.0\.2/)
    assert.doesNotMatch(fullEntryTable({ device: 'eth1', address: '10.0.0.3', outside: undefined, entries: [] }), /dnat|elements/)
  })

  it('what is on another node needs a neighbour, a port of the bridge and a tunnel end; what is here no tunnel', () => {
    const entries = [...wantedEntries([
      { mac: '02:42:0a:00:00:03', addresses: ['10.0.0.3', 'fd00::3'], via: { node: '192.0.2.2' } },
      { mac: '02:42:0a:00:00:04', addresses: ['10.0.0.4'], via: { port: 9 } },
      { mac: '02:42:0a:00:00:05', addresses: ['10.0.0.5'], via: { node: '' } },
    ], { vxlan: 2 }).keys()]
    assert.deepEqual(entries, [
      'address 10.0.0.3', 'address fd00::3', 'master 02:42:0a:00:00:03', 'self 02:42:0a:00:00:03', 'address 10.0.0.4', 'master 02:42:0a:00:00:04',
    ])
  })
})
