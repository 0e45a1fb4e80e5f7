import { strict as assert } from 'node:assert'
import { NetlinkWriter } from '../../../../../agent/kernel/netlink-message.js'
import { decodeDevice, deviceBody } from '../../../../../agent/kernel/wireguard-netlink.js'
import { bytesOfKey, newKeyPair } from '../../../../../agent/network/wireguard/keys.js'

describe("the configuration protocol of the kernel's WireGuard", () => {
  const [one, two] = [newKeyPair(), newKeyPair()].map(({ publicKey }) => bytesOfKey(publicKey)) as [Uint8Array, Uint8Array]
  const privateKey = bytesOfKey(newKeyPair().privateKey)
  const attributes = (write: (writer: NetlinkWriter) => void): Uint8Array => {
    const writer = new NetlinkWriter().begin(0, 0, 1)
    write(writer)
    return writer.finish().slice(16)
  }

  it('reads back what it writes: settings, endpoints of both families, addresses', () => {
    const peers = [
      { publicKey: one, endpoint: { address: Uint8Array.of(192, 0, 2, 1), port: 51_820 }, keepaliveSeconds: 25, allowedIps: ['fd00::1/128', '10.0.0.1/32'] },
      { publicKey: two, endpoint: { address: Uint8Array.from({ length: 16 }, (_, i) => i + 1), port: 9 }, allowedIps: ['fd00::2/128'] },
    ]
    const state = decodeDevice([attributes(deviceBody(7, { privateKey, port: 51_821 }, peers))])
    assert.equal(state.port, 51_821)
    assert.deepEqual(state.peers, [
      { publicKey: one, endpoint: { address: '192.0.2.1', port: 51_820 }, keepaliveSeconds: 25, allowedIps: ['fd00::1/128', '10.0.0.1/32'], lastHandshakeSeconds: 0, receivedBytes: 0 },
      { publicKey: two, endpoint: { address: '102:304:506:708:90a:b0c:d0e:f10', port: 9 }, keepaliveSeconds: 0, allowedIps: ['fd00::2/128'], lastHandshakeSeconds: 0, receivedBytes: 0 },
    ].map((peer) => ({ ...peer, publicKey: Uint8Array.from(peer.publicKey) })))
  })

  it('writes the bytes that the kernel asks for', () => {
    const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
    if (!little) return
    const bytes = attributes(deviceBody(7, undefined, [{ publicKey: one, remove: true }]))
    const expected = [
      8, 0, 1, 0, 7, 0, 0, 0,
      // WGDEVICE_A_PEERS, nested: one entry with the public key and WGPEER_F_REMOVE_ME.
      52, 0, 8, 0x80, 48, 0, 0, 0x80, 36, 0, 1, 0, ...one, 8, 0, 3, 0, 1, 0, 0, 0,
    ]
    assert.deepEqual([...bytes], expected)
  })

  it('puts a peer together that goes on in the next message', () => {
    const parts = [['fd00::1/128'], ['fd00::2/128']].map((allowedIps) => attributes(deviceBody(7, undefined, [{ publicKey: one, allowedIps }])))
    assert.deepEqual(decodeDevice(parts).peers.map(({ allowedIps }) => allowedIps), [['fd00::1/128', 'fd00::2/128']])
  })

  it('reads no further than what is there', () => {
    const whole = attributes(deviceBody(7, { privateKey, port: 1 }, [{ publicKey: one, allowedIps: ['fd00::1/128'] }]))
    for (let length = 0; length < whole.length; length++) decodeDevice([whole.slice(0, length)])
  })
})
