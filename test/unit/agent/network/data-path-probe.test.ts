import { strict as assert } from 'node:assert'
import { createSocket } from 'node:dgram'
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
  const open: { probe: DataPathProbe; clock: ManualClock; results: ProbeResult[] }[] = []
  afterEach(() => {
    for (const { probe } of open.splice(0)) probe[Symbol.dispose]()
    peers.length = 0
  })

  const start = async (name: string, address: string, announced = address) => {
    const clock = new ManualClock()
    const results: ProbeResult[] = []
    const probe = await DataPathProbe.open({
      nodeId: name, address, onHost: (act) => act(), peers: () => peers, onResult: (result) => results.push(result), clock, rng: seededRng(name.length), log: nullLogger,
    })
    peers.push({ nodeId: name as NodeId, hostname: name, address: announced, probePort: probe.port })
    open.push({ probe, clock, results })
    return { probe, clock, results }
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

  it('is not taken in by another node that answers at the address', async () => {
    const one = await start('one', '127.0.11.1')
    await start('two', '127.0.11.2')
    // The address belongs to `two`.
    peers.push({ nodeId: 'three' as NodeId, hostname: 'three', address: '127.0.11.2', probePort: peers.at(-1)?.probePort ?? 0 })
    await found(one, { silent: ['three'], answering: 1 })
  })

  it('asks a few nodes at a time, and forgets those that left', async () => {
    const one = await start('one', '127.0.11.1')
    for (let i = 0; i < 12; i++) peers.push({ nodeId: `n${i}` as NodeId, hostname: '', address: '127.0.11.9', probePort: 9 })
    await one.clock.advance(1_000)
    for (let i = 0; i < 3; i++) await one.clock.advance(1_000)
    assert.equal(one.probe.result.silent.length, 5)
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
