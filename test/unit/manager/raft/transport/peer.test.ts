import { strict as assert } from 'node:assert'
import { Peer, type PeerChannel } from '../../../../../manager/raft/transport/peer.js'
import type { Message } from '../../../../../manager/raft/core/message.js'
import { nullLogger } from '../../../../../src/base/log.js'
import { systemRng } from '../../../../../src/sys/system-rng.js'
import { ManualClock } from '../../../../support/manual-clock.js'

const heartbeat: Message = { kind: 'heartbeat', from: 1, to: 2, term: 1, commit: 0, context: 0 } as unknown as Message

describe('the channel to another member', () => {
  const events = { unreachable: () => undefined, snapshotDone: () => undefined, removed: () => undefined }

  function peer(sent: Message[][]): Peer {
    const channel: PeerChannel = {
      send: async (batches) => {
        const stream: Message[] = []
        sent.push(stream)
        for await (const batch of batches) stream.push(...batch)
        return { removed: false }
      },
      sendSnapshot: () => Promise.resolve(),
      close: () => undefined,
    }
    return new Peer({ raftId: 2, nodeId: 'n2', address: '192.0.2.2:2377' }, { dial: () => channel }, new ManualClock(), systemRng, events, nullLogger)
  }

  it('is not opened for a member that was removed before anything was to be said to it', async () => {
    const sent: Message[][] = []
    await peer(sent).drain(5_000)
    assert.deepEqual(sent, [])
  })

  it('is opened for what waits for a member that is removed', async () => {
    const sent: Message[][] = []
    const removed = peer(sent)
    removed.send(heartbeat)
    await removed.drain(5_000)
    assert.deepEqual(sent, [[heartbeat]])
  })
})
