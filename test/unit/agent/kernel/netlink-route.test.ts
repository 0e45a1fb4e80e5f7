import { strict as assert } from 'node:assert'
import { decodeAttributes, decodeMessages, NetlinkWriter, readString } from '../../../../agent/kernel/netlink-message.js'
import type { NetlinkMessage } from '../../../../agent/kernel/netlink-message.js'
import {
  addressBody, decodeAddress, decodeLink, decodeNeighbour, decodeRoute, neighbourBody, newLinkBody, routeBody, setLinkBody,
} from '../../../../agent/kernel/netlink-route.js'

/** What a body becomes, read back as the kernel would get it. */
function sent(body: (writer: NetlinkWriter) => void): NetlinkMessage {
  const writer = new NetlinkWriter().begin(16, 0, 1)
  body(writer)
  const [message] = decodeMessages(writer.finish())
  assert(message)
  return message
}

describe('rtnetlink bodies', () => {
  it('carry a link that reads back', () => {
    const settings = { name: 'br0', mac: '02:42:ac:11:00:01', mtu: 1400, up: true, master: 7 }
    const link = decodeLink(sent(newLinkBody(settings, { kind: 'bridge' })))
    assert.deepEqual(link, { index: 0, name: 'br0', mac: '02:42:ac:11:00:01', mtu: 1400, up: true, master: 7, kind: 'bridge', peer: 0 })
  })

  it('put the peer of a veth pair where the kernel looks for it', () => {
    const message = sent(newLinkBody({ name: 'skv0' }, { kind: 'veth', peer: { name: 'eth0', netnsFd: 42 } }))
    const info = decodeAttributes(decodeAttributes(message.payload, 16).get(18) as Uint8Array)
    const peer = decodeAttributes(info.get(2) as Uint8Array).get(1) as Uint8Array
    const attributes = decodeAttributes(peer, 16)
    assert.equal(readString(attributes.get(3) as Uint8Array), 'eth0')
    assert.equal(attributes.get(28)?.[0], 42)
  })

  it('say of an ipvlan device how it is led on, in numbers of 16 bits', () => {
    const dataOf = (mode: 'l2' | 'l3' | 'l3s', flag: 'bridge' | 'private' | 'vepa') => {
      const attributes = decodeAttributes(sent(newLinkBody({ name: 'eth0', lower: 9, netnsFd: 42 }, { kind: 'ipvlan', mode, flag })).payload, 16)
      const info = decodeAttributes(attributes.get(18) as Uint8Array)
      const data = decodeAttributes(info.get(2) as Uint8Array)
      return [readString(info.get(1) as Uint8Array), attributes.get(5)?.[0], attributes.get(28)?.[0], [...(data.get(1) ?? [])], [...(data.get(2) ?? [])]]
    }
    assert.deepEqual(dataOf('l2', 'bridge'), ['ipvlan', 9, 42, [0, 0], [0, 0]])
    assert.deepEqual(dataOf('l3', 'private'), ['ipvlan', 9, 42, [1, 0], [1, 0]])
    assert.deepEqual(dataOf('l3s', 'vepa'), ['ipvlan', 9, 42, [2, 0], [2, 0]])
  })

  it('change "up" only when asked to', () => {
    const change = (up?: boolean): number[] => [...sent(setLinkBody(3, up === undefined ? {} : { up })).payload.subarray(8, 16)]
    assert.deepEqual(change(), [0, 0, 0, 0, 0, 0, 0, 0])
    assert.deepEqual(change(false), [0, 0, 0, 0, 1, 0, 0, 0])
    assert.deepEqual(change(true), [1, 0, 0, 0, 1, 0, 0, 0])
  })

  it('carry addresses, with the broadcast address of their subnet', () => {
    const message = sent(addressBody({ index: 4, address: '10.1.2.3', prefixLength: 20 }))
    assert.deepEqual(decodeAddress(message), { index: 4, address: '10.1.2.3', prefixLength: 20 })
    assert.deepEqual([...(decodeAttributes(message.payload, 8).get(4) as Uint8Array)], [10, 1, 15, 255])
    assert.equal(decodeAttributes(sent(addressBody({ index: 4, address: '10.1.2.3', prefixLength: 32 })).payload, 8).has(4), false)
  })

  it('carry routes of both families', () => {
    const four = { family: 4, destination: '10.0.0.0/8', gateway: '172.17.0.1', index: 2, source: '172.17.0.2', metric: 5, table: 1000 } as const
    assert.deepEqual(decodeRoute(sent(routeBody(four))), { ...four, type: 1 })
    const six = { family: 6, destination: '::/0', gateway: 'fd00::1', index: 2 } as const
    assert.deepEqual(decodeRoute(sent(routeBody(six))), { ...six, table: 254, type: 1 })
  })

  it('carry neighbours and forwarding entries', () => {
    const entry = { index: 9, mac: '02:42:0a:00:00:05', address: '192.0.2.9' }
    assert.deepEqual(decodeNeighbour(sent(neighbourBody(entry))), { ...entry, state: 0x80 })
    assert.deepEqual(decodeNeighbour(sent(neighbourBody({ ...entry, bridge: 'self' }))), { ...entry, bridge: 'self', state: 0x80 })
  })
})
