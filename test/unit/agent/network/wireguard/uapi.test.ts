import { strict as assert } from 'node:assert'
import { peerChanges, type DeviceState, type Peer } from '../../../../../agent/network/wireguard/device.js'
import { hexOfKey, newKeyPair } from '../../../../../agent/network/wireguard/keys.js'
import { checkAnswer, decodeGet, encodeSet } from '../../../../../agent/network/wireguard/uapi.js'

const [own, one, two] = [newKeyPair(), newKeyPair(), newKeyPair()]
const peer = ({ publicKey }: { publicKey: string }, over: Partial<Peer> = {}): Peer => ({ publicKey, address: '192.0.2.1', port: 51_820, allowedIp: 'fd00::1/128', ...over })

describe('the configuration protocol of userspace WireGuard', () => {
  it('says what is to be set, removals first', () => {
    const request = encodeSet({
      settings: { privateKey: own.privateKey, port: 51_821 },
      removed: [two.publicKey],
      set: [peer(one), peer(two, { address: '2001:db8::1', quiet: true })],
    })
    assert.equal(
      request,
      `set=1
private_key=${hexOfKey(own.privateKey)}
listen_port=51821
public_key=${hexOfKey(two.publicKey)}
remove=true
public_key=${hexOfKey(one.publicKey)}
endpoint=192.0.2.1:51820
persistent_keepalive_interval=25
allowed_ip=fd00::1/128
public_key=${hexOfKey(two.publicKey)}
endpoint=[2001:db8::1]:51820
persistent_keepalive_interval=0
allowed_ip=fd00::1/128

`,
    )
    assert.equal(encodeSet({}), 'set=1\n\n')
  })

  it('reads what an interface is', () => {
    const state = decodeGet(
      `private_key=${hexOfKey(own.privateKey)}
listen_port=51821
fwmark=7
public_key=${hexOfKey(one.publicKey)}
preshared_key=${'0'.repeat(64)}
protocol_version=1
endpoint=192.0.2.1:51820
last_handshake_time_sec=1700000000
last_handshake_time_nsec=12
tx_bytes=1
rx_bytes=92
persistent_keepalive_interval=25
allowed_ip=fd00::1/128
public_key=${hexOfKey(two.publicKey)}
endpoint=[fe80::1%eth0]:9
errno=0

`,
    )
    assert.deepEqual(state, {
      publicKey: own.publicKey,
      port: 51_821,
      peers: [
        { publicKey: one.publicKey, endpoint: { address: '192.0.2.1', port: 51_820 }, allowedIps: ['fd00::1/128'], keepaliveSeconds: 25, lastHandshakeSeconds: 1_700_000_000, receivedBytes: 92 },
        { publicKey: two.publicKey, endpoint: { address: 'fe80::1', port: 9 }, allowedIps: [], keepaliveSeconds: 0, lastHandshakeSeconds: 0, receivedBytes: 0 },
      ],
    })
    assert.equal(decodeGet('errno=0\n\n').publicKey, '')
  })

  it('refuses answers that report an error or make no sense', () => {
    assert.throws(() => checkAnswer('errno=-22\n\n'), /refused its configuration \(error -22\)/)
    assert.throws(() => checkAnswer('hello\n\n'), /no answer of its protocol/)
    for (const line of ['public_key=ff', 'private_key=xyz', 'listen_port=-1', `public_key=${'0'.repeat(64)}\nendpoint=nowhere`, `public_key=${'0'.repeat(64)}\nrx_bytes=1e9`]) {
      assert.throws(() => decodeGet(`${line}\nerrno=0\n\n`), /the WireGuard program/, line)
    }
  })
})

describe('changes of peers', () => {
  const there = (p: Peer, over = {}): DeviceState['peers'][number] => ({
    publicKey: p.publicKey, endpoint: { address: p.address, port: p.port }, allowedIps: [p.allowedIp], keepaliveSeconds: 25, lastHandshakeSeconds: 1, receivedBytes: 1, ...over,
  })
  const state = (...peers: DeviceState['peers'][number][]): DeviceState => ({ publicKey: own.publicKey, port: 1, peers })

  it('leave those alone that are as they should be', () => {
    assert.deepEqual(peerChanges(state(there(peer(one))), [peer(one)], false), {})
  })

  it('add, move and remove the others, each by itself', () => {
    const [first, second] = [peer(one), peer(two, { allowedIp: 'fd00::2/128' })]
    assert.deepEqual(peerChanges(state(there(first)), [first, second], false), { set: [second] })
    assert.deepEqual(peerChanges(state(there(first), there(second)), [second], false), { removed: [one.publicKey] })
    assert.deepEqual(peerChanges(state(there(first), there(second)), [second], true), {})
    const moved = peer(one, { address: '192.0.2.9' })
    assert.deepEqual(peerChanges(state(there(first)), [moved], false), { set: [moved] })
  })

  it('never leave a peer an address that is not its own', () => {
    const wanted = peer(one)
    const wide = there(wanted, { allowedIps: [wanted.allowedIp, 'fd00::/16'] })
    assert.deepEqual(peerChanges(state(wide), [wanted], true), { removed: [one.publicKey], set: [wanted] })
  })
})
