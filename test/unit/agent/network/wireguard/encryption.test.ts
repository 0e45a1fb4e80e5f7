import { strict as assert } from 'node:assert'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviceState, Peer } from '../../../../../agent/network/wireguard/device.js'
import { Encryption } from '../../../../../agent/network/wireguard/encryption.js'
import type { OpenTunnel, Tunnels } from '../../../../../agent/network/wireguard/host-tunnels.js'
import type { Slot, StoredKey } from '../../../../../agent/network/wireguard/key-store.js'
import { newKeyPair, tunnelAddressOf } from '../../../../../agent/network/wireguard/keys.js'
import type { TunnelSpace } from '../../../../../agent/network/wireguard/tunnel-space.js'
import { nullLogger } from '../../../../../src/base/log.js'
import { eventually } from '../../../../support/eventually.js'
import { ManualClock, settle } from '../../../../support/manual-clock.js'

const hourMs = 3_600_000

/** Tunnels in memory. Two that know each other have had a handshake. */
class WiredTunnel implements OpenTunnel {
  readonly address: string
  readonly name: string
  readonly peers = new Map<string, Peer>()
  readonly ended: Promise<void>
  end: () => void = () => undefined
  isQuiet = false

  constructor(
    readonly key: StoredKey,
    private readonly wire: Wire,
  ) {
    this.name = key.slot
    this.address = tunnelAddressOf(key.publicKey)
    this.ended = new Promise((resolve) => (this.end = resolve))
  }

  knows(other: WiredTunnel): boolean {
    return this.peers.has(other.key.publicKey) && other.peers.has(this.key.publicKey)
  }

  async read(): Promise<DeviceState> {
    const peers = [...this.peers.values()].map(({ publicKey, address, port, allowedIp }) => {
      const other = this.wire.tunnels.get(publicKey)
      const lastHandshakeSeconds = other && this.knows(other) ? this.wire.clock.nowMs() / 1000 : 0
      return { publicKey, endpoint: { address, port }, allowedIps: [allowedIp], keepaliveSeconds: 25, lastHandshakeSeconds, receivedBytes: 0 }
    })
    return { publicKey: this.key.publicKey, port: this.key.port, peers }
  }
  async add(wanted: readonly Peer[]): Promise<void> {
    for (const peer of wanted) this.peers.set(peer.publicKey, peer)
  }
  async keepOnly(wanted: readonly Peer[]): Promise<void> {
    for (const name of this.peers.keys()) if (!wanted.some(({ publicKey }) => publicKey === name)) this.peers.delete(name)
  }
  async nudge(): Promise<void> {}
  close(): void {}
}

class Wire {
  readonly tunnels = new Map<string, WiredTunnel>()
  constructor(readonly clock: ManualClock) {}
}

class WiredTunnels implements Tunnels {
  readonly routes = new Map<string, OpenTunnel>()
  readonly space = {} as TunnelSpace
  failure: Error | undefined
  opened = 0
  routings = 0
  constructor(private readonly wire: Wire) {}

  choosePort(taken: readonly number[]): number {
    return taken.includes(51_820) ? 51_821 : 51_820
  }
  hasRoomFor(): boolean {
    return true
  }
  async open(key: StoredKey): Promise<OpenTunnel> {
    if (this.failure) throw this.failure
    this.opened++
    const tunnel = this.wire.tunnels.get(key.publicKey) ?? new WiredTunnel(key, this.wire)
    this.wire.tunnels.set(key.publicKey, tunnel)
    this.own.add(tunnel)
    return tunnel
  }
  route(destination: string, tunnel: OpenTunnel): void {
    this.routings++
    this.routes.set(destination, tunnel)
  }
  unroute(destination: string): void {
    this.routes.delete(destination)
  }
  routed(): string[] {
    return [...this.routes.keys()]
  }
  async remove(slot: Slot): Promise<void> {
    for (const tunnel of this.own) {
      if (tunnel.key.slot !== slot) continue
      this.own.delete(tunnel)
      this.wire.tunnels.delete(tunnel.key.publicKey)
    }
  }
  async end(): Promise<void> {
    for (const slot of ['a', 'b'] as const) await this.remove(slot)
    this.routes.clear()
  }
  close(): void {}

  readonly own = new Set<WiredTunnel>()
}

interface Member {
  id: string
  encryption: Encryption
  tunnels: WiredTunnels
  keyFile: string
  /** Cut off from the managers: what it says is not heard, and it hears nothing. */
  cutOff: boolean
  said: readonly { publicKey: string; port: number }[]
}

describe('encryption of a node', () => {
  let folder: string
  let clock: ManualClock
  let wire: Wire
  let members: Member[]
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-encryption-'))
    clock = new ManualClock()
    wire = new Wire(clock)
    members = []
  })
  afterEach(() => {
    for (const { encryption } of members) encryption[Symbol.dispose]()
    rmSync(folder, { recursive: true })
  })

  const create = (id: string, tunnels = new WiredTunnels(wire), rotationMs = hourMs): Member => {
    const keyFile = join(folder, `${id}.json`)
    const encryption = new Encryption({ tunnels, clock, log: nullLogger, keyFile, rotationMs })
    const member: Member = { id, encryption, tunnels, keyFile, cutOff: false, said: [] }
    encryption.listen({ announce: () => void spread(), moved: () => Promise.resolve() })
    return member
  }
  /** The managers tell everybody what everybody says. */
  const spread = async (): Promise<void> => {
    await settle()
    for (const member of members) if (!member.cutOff) member.said = member.encryption.announcement?.keys ?? []
    const nodes = members.map(({ id, said }) => ({ nodeId: id, address: '192.0.2.1', keys: said }))
    for (const { id, encryption, cutOff } of members) if (!cutOff) await encryption.setNodes(nodes, id)
  }
  const join2 = async (): Promise<[Member, Member]> => {
    const two = [create('n1'), create('n2')] as [Member, Member]
    members = [...two]
    for (const { encryption } of two) {
      await encryption.use(1_440)
      encryption.hold('secret')
    }
    await spread()
    return two
  }
  /** A packet takes its way from one node to another: both ends have to know each other's key there. */
  const assertReaches = (from: Member, to: Member): void => {
    const address = from.encryption.addressOf(to.id) ?? 'nowhere'
    const through = from.tunnels.routes.get(address) as WiredTunnel | undefined
    const end = [...to.tunnels.own].find((tunnel) => tunnel.address === address)
    assert(through && from.tunnels.own.has(through), `${from.id} has a way to ${to.id}`)
    assert(end && through.knows(end), `${to.id} takes what ${from.id} sends`)
  }
  /** Moves the time, with packets on their way all along. Files are written in between. */
  const pass = async (ms: number, stepMs: number): Promise<void> => {
    for (let done = 0; done < ms; done += stepMs) {
      await clock.advance(stepMs)
      for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
      await spread()
      for (const from of members) for (const to of members) if (from !== to) assertReaches(from, to)
    }
  }

  it('changes keys by the clock, and both ends know each other at every moment', async () => {
    const [one, two] = await join2()
    const first = one.encryption.announcement
    assert.equal(first?.keys.length, 1)
    await pass(hourMs - 1_000, (hourMs - 1_000) / 4)
    assert.deepEqual(one.encryption.announcement, first)
    await pass(90_000, 500)
    const second = one.encryption.announcement
    assert.equal(second?.keys.length, 1)
    assert.notDeepEqual(second, first)
    assert.equal(second?.keys[0]?.port, 51_821)
    for (const { tunnels } of [one, two]) assert.equal(tunnels.own.size, 1)
  }).timeout(20_000)

  it('keeps the old key for a node that hears nothing of the new one', async () => {
    const [one, two] = await join2()
    const [first] = one.encryption.announcement?.keys ?? []
    two.cutOff = true
    await pass(hourMs + 200_000, 100_000)
    assert.deepEqual(one.encryption.announcement?.keys[0], first)
    assert.equal(one.tunnels.own.size, 2)
    two.cutOff = false
    await pass(150_000, 2_000)
    assert(!one.encryption.announcement?.keys.some(({ publicKey }) => publicKey === first?.publicKey))
  }).timeout(20_000)

  it('goes on with the same keys after a start, also in the middle of a change', async () => {
    const [one] = await join2()
    await pass(hourMs - 1_000, (hourMs - 1_000) / 4)
    await eventually('a second key is made', async () => {
      await clock.advance(500)
      return one.encryption.announcement?.keys.length === 2
    })
    const keys = one.encryption.announcement?.keys
    one.encryption[Symbol.dispose]()
    const again = create('n1', one.tunnels)
    members[0] = again
    await again.encryption.use(1_440)
    again.encryption.hold('secret')
    await spread()
    assert.deepEqual(again.encryption.announcement?.keys, keys)
    await pass(90_000, 2_000)
    assert.equal(again.encryption.announcement?.keys.length, 1)
    assert.deepEqual(again.encryption.announcement?.keys[0], keys?.[1])
  }).timeout(20_000)

  it('listens to a key for a moment after its node has another, not to one of a node that is gone', async () => {
    const [one, two] = await join2()
    const three = create('n3')
    members.push(three)
    await three.encryption.use(1_440)
    three.encryption.hold('secret')
    await spread()
    const [tunnel] = [...one.tunnels.own]
    const [old] = two.encryption.announcement?.keys ?? []
    const [gone] = three.encryption.announcement?.keys ?? []
    assert(tunnel && old && gone)
    const told = (id: string, publicKey: string) => ({ nodeId: id, address: '192.0.2.1', keys: [{ publicKey, port: 51_820 }] })
    const own = told('n1', tunnel.key.publicKey)
    await one.encryption.setNodes([own, told('n2', newKeyPair().publicKey)], 'n1')
    assert.deepEqual([tunnel.peers.has(old.publicKey), tunnel.peers.has(gone.publicKey)], [true, false])
    await clock.advance(4_000)
    assert(tunnel.peers.has(old.publicKey))
    await eventually('the old key is not listened to any more', async () => {
      await clock.advance(1_000)
      return !tunnel.peers.has(old.publicKey)
    })
    assert.equal(tunnel.peers.size, 1)
    // Not for a moment longer once the node itself is gone.
    await one.encryption.setNodes([own, told('n2', newKeyPair().publicKey)], 'n1')
    assert.equal(tunnel.peers.size, 2)
    await one.encryption.setNodes([own], 'n1')
    assert.equal(tunnel.peers.size, 0)
  })

  it('leaves other nodes time to follow, however short the period of a key is', async () => {
    const nodes = [create('n1', undefined, 400), create('n2', undefined, 400)]
    members = nodes
    for (const { encryption } of nodes) {
      await encryption.use(1_440)
      encryption.hold('secret')
    }
    await spread()
    const [one] = nodes
    await eventually('a second key is made', async () => {
      await clock.advance(100)
      return one?.encryption.announcement?.keys.length === 2
    })
    await spread()
    await pass(600, 100)
    assert.equal(one?.encryption.announcement?.keys.length, 2)
  })

  it('leaves ways alone that are as they should be', async () => {
    const [one, two] = await join2()
    assert.equal(one.tunnels.routings, 1)
    const three = create('n3')
    members.push(three)
    await three.encryption.use(1_440)
    await spread()
    assert.equal(one.tunnels.routings, 2)
    members = [one, two]
    await spread()
    assert.deepEqual([one.tunnels.routings, one.tunnels.routes.size], [2, 1])
    three.encryption[Symbol.dispose]()
  })

  it('starts a program again that ended', async () => {
    const [one] = await join2()
    const [tunnel] = [...one.tunnels.own]
    assert(tunnel)
    await one.tunnels.remove('a')
    tunnel.end()
    await eventually('it is opened again', async () => {
      await clock.advance(100)
      return one.tunnels.opened === 2
    })
    await eventually('packets go through the new one', () => one.tunnels.routings === 2)
    await pass(2_000, 500)
  })

  it('ends some time after its last user, and takes its keys along', async () => {
    const [one] = await join2()
    members = [one]
    one.encryption.letGo('secret')
    await clock.advance(29_000)
    assert(existsSync(one.keyFile))
    one.encryption.hold('secret')
    await clock.advance(60_000)
    assert(existsSync(one.keyFile))
    one.encryption.letGo('secret')
    await eventually('it has ended', async () => {
      await clock.advance(10_000)
      return !existsSync(one.keyFile)
    })
    assert.equal(one.encryption.announcement, undefined)
    assert.throws(() => one.encryption.inside(), /encryption has not begun on this node yet/)
  })

  it('says why it cannot, leaves nothing behind, and tries again when asked', async () => {
    const one = create('n1')
    members = [one]
    one.tunnels.failure = new Error('no tunnels here')
    await assert.rejects(() => one.encryption.use(1_440), /no tunnels here/)
    assert.equal(one.encryption.announcement, undefined)
    assert.equal(existsSync(one.keyFile), false)
    one.tunnels.failure = undefined
    await one.encryption.use(1_440)
    const announced = one.encryption.announcement as { keys: unknown[] } | undefined
    assert.equal(announced?.keys.length, 1)
  })
})
