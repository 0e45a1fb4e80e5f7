import { strict as assert } from 'node:assert'
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { DataPathProbe, type ProbeResult } from '../../../../agent/network/cluster/data-path-probe.js'
import { nullLogger } from '../../../../src/base/log.js'
import { seededRng } from '../../../../src/base/rng.js'
import type { NodeId } from '../../../../src/model/ids.js'
import type { NetworkPeer } from '../../../../src/model/network-table.js'
import { eventually } from '../../../support/eventually.js'
import { ManualClock } from '../../../support/manual-clock.js'

/** Nodes on loopback addresses, each with a clock of its own that the test moves. */
describe('the probe of the data path', () => {
  const peers: NetworkPeer[] = []
  const open: { probe: DataPathProbe; clock: ManualClock; results: ProbeResult[]; lost: string[] }[] = []
  const strangers: Socket[] = []
  afterEach(() => {
    for (const { probe, clock } of open.splice(0)) {
      probe[Symbol.dispose]()
      assert.equal(clock.pendingTimers, 0)
    }
    for (const socket of strangers.splice(0)) socket.close()
    peers.length = 0
  })

  let isBusy = true
  beforeEach(() => (isBusy = true))

  const start = async (name: string, address: string, announced = address) => {
    const clock = new ManualClock()
    const results: ProbeResult[] = []
    const lost: string[] = []
    const probe = await DataPathProbe.open({
      nodeId: name, address, onHost: (act) => act(), peers: () => peers, isBusy: () => isBusy, clock, rng: seededRng(name.length), log: nullLogger,
      onResult: (result) => results.push(result),
      onLost: (ids) => lost.push([...ids].join()),
    })
    peers.push({ nodeId: name as NodeId, hostname: name, address: announced, probePort: probe.port })
    open.push({ probe, clock, results, lost })
    return { probe, clock, results, lost }
  }
  /** In the place of a node that ended: nobody answers, and nobody refuses. */
  const mute = async (place: NetworkPeer | undefined): Promise<Socket> => {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(place?.probePort, place?.address, resolve))
    strangers.push(socket)
    return socket
  }
  /** As long as it takes until it is so, half a second at a time; gives how long. */
  const takes = async ({ clock }: { clock: ManualClock }, done: () => boolean, maxMs: number): Promise<number> => {
    const fromMs = clock.monotonicMs()
    while (!done()) {
      assert(clock.monotonicMs() - fromMs < maxMs, `not within ${maxMs} ms`)
      await clock.advance(500)
    }
    return clock.monotonicMs() - fromMs
  }
  /** Round after round, as datagrams arrive, until this is what was found. */
  const found = (node: { probe: DataPathProbe; clock: ManualClock }, wanted: ProbeResult): Promise<unknown> =>
    eventually(`${JSON.stringify(wanted)} is found`, async () => {
      await node.clock.advance(1_000)
      assert.deepEqual(node.probe.result, wanted)
      return true
    }, { everyMs: 2 })

  it('finds the nodes that do not answer at the address they advertise, and those that do again', async () => {
    const one = await start('one', '127.0.11.1')
    await start('two', '127.0.11.2')
    // Nobody is there.
    await start('astray', '127.0.11.3', '127.0.11.4')
    await found(one, { silent: ['astray'], answering: 1 })
    await eventually('it is told', async () => {
      await one.clock.advance(1_000)
      return one.results.at(-1)?.silent.join() === 'astray'
    })
    const astray = peers.find(({ hostname }) => hostname === 'astray')
    if (astray) astray.address = '127.0.11.3'
    await found(one, { silent: [], answering: 2 })
    await eventually('that is told', async () => {
      await one.clock.advance(1_000)
      return one.results.at(-1)?.answering === 2
    })
  })

  it('asks nodes that are new soon, and those it knows seldom while nothing depends on it', async () => {
    isBusy = false
    const one = await start('one', '127.0.11.1')
    await one.clock.advance(1_000)
    const asked: Buffer[] = []
    const place: NetworkPeer = { nodeId: 'two' as NodeId, hostname: 'two', address: '127.0.11.2' }
    const two = await mute(place)
    two.on('message', (question, from) => {
      asked.push(question)
      const answer = Buffer.from(question)
      answer[8] = 2
      two.send(answer, from.port, from.address)
    })
    peers.push({ ...place, probePort: two.address().port })
    await one.clock.advance(2_000)
    await eventually('it has answered', () => one.probe.result.answering === 1)
    await one.clock.advance(8_000)
    await one.clock.advance(500)
    assert.equal(asked.length, 1)
    await one.clock.advance(1_500)
    await eventually('it is asked again', () => asked.length === 2)
    isBusy = true
    await one.clock.advance(2_000)
    await eventually('it is asked at once', () => asked.length === 3)
  })

  it('is not taken in by another node that answers at the address', async () => {
    const one = await start('one', '127.0.11.1')
    await start('two', '127.0.11.2')
    // The address belongs to `two`.
    peers.push({ nodeId: 'three' as NodeId, hostname: 'three', address: '127.0.11.2', probePort: peers.at(-1)?.probePort ?? 0 })
    await found(one, { silent: ['three'], answering: 1 })
  })

  it('tells at once of a node that answers no more, and that it is back', async () => {
    const one = await start('one', '127.0.11.1')
    const two = await start('two', '127.0.11.2')
    await found(one, { silent: [], answering: 1 })
    two.probe[Symbol.dispose]()
    const silence = await mute(peers[1])
    await takes(one, () => one.lost.length > 0, 5_000)
    assert.deepEqual([...one.probe.lost], ['two'])
    assert.deepEqual(one.probe.result.silent, [], 'people are told only when it lasts')
    assert.equal(one.results.at(-1)?.answering, 0)
    await takes(one, () => one.probe.result.silent.join() === 'two', 15_000)
    strangers.splice(strangers.indexOf(silence), 1)
    silence.close()
    peers.splice(1)
    await start('two', '127.0.11.2')
    await takes(one, () => one.lost.at(-1) === '', 2_500)
  })

  it('does not lose a node whose daemon is gone while its host refuses, nor one that never answered', async () => {
    const one = await start('one', '127.0.11.1')
    const two = await start('two', '127.0.11.2')
    const three = await start('three', '127.0.11.3')
    three.probe[Symbol.dispose]()
    await mute(peers[2])
    await found(one, { silent: ['three'], answering: 1 })
    two.probe[Symbol.dispose]()
    for (let i = 0; i < 40; i++) await one.clock.advance(500)
    assert.deepEqual(one.probe.result, { silent: ['three'], answering: 1 })
    assert.deepEqual(one.lost, [])
  })

  it('takes no silence for one while this host is late itself', async () => {
    const one = await start('one', '127.0.11.1')
    const two = await start('two', '127.0.11.2')
    await found(one, { silent: [], answering: 1 })
    two.probe[Symbol.dispose]()
    await mute(peers[1])
    for (let i = 0; i < 20; i++) {
      one.clock.jump(2_500)
      await one.clock.advance(0)
    }
    assert.deepEqual(one.lost, [])
    await takes(one, () => one.lost.length > 0, 5_000)
  })

  it('asks no more than some nodes in a period, and forgets those that left', async () => {
    const one = await start('one', '127.0.11.1')
    for (let i = 0; i < 100; i++) peers.push({ nodeId: `n${i}` as NodeId, hostname: '', address: '127.0.11.9', probePort: 9 })
    await one.clock.advance(1_000)
    for (let i = 0; i < 24; i++) await one.clock.advance(500)
    const first = one.probe.result.silent.length
    assert(first > 0 && first <= 40, String(first))
    await found(one, { silent: peers.slice(1).map(({ nodeId }) => nodeId as string).sort(), answering: 0 })
    peers.splice(1)
    await found(one, { silent: [], answering: 0 })
  })

  it('answers questions of its own length alone, and no more than it was sent', async () => {
    const one = await start('one', '127.0.11.1')
    const socket = createSocket('udp4')
    const heard: Buffer[] = []
    socket.on('message', (bytes) => heard.push(bytes))
    await new Promise<void>((resolve) => socket.bind(0, '127.0.11.5', resolve))
    try {
      const asked = Buffer.alloc(57)
      asked.write('skep-dp1', 0)
      asked[8] = 1
      asked.write('one', 17)
      for (const bytes of [Buffer.alloc(0), Buffer.from('hello'), Buffer.concat([asked, asked]), asked.subarray(0, 40)]) socket.send(bytes, one.probe.port, '127.0.11.1')
      const stranger = Buffer.from(asked)
      stranger.write('two', 17)
      socket.send(stranger, one.probe.port, '127.0.11.1')
      socket.send(asked, one.probe.port, '127.0.11.1')
      await eventually('it answers', () => heard.length > 0)
      assert.equal(heard.length, 1)
      assert.equal(heard[0]?.length, asked.length)
      assert.equal(heard[0]?.[8], 2)
    } finally {
      socket.close()
    }
  })
})
