import { clientOf, type Transport } from '../../../src/wire/transport.js'
import { raftService, type RaftBatch, type RaftSnapshotPart } from '../../../src/wire/raft-service.js'
import type { InstallSnapshot, Message } from '../core/message.js'
import type { Member, Roster } from '../membership.js'
import { toWire } from './message-codec.js'
import type { PeerDialer } from './peer.js'

/**
 * Channels over the cluster's gRPC connections. `connect` gives the connection to an address
 * (`ConnectionPool.to`), and is asked again for each stream, so that a renewed certificate is used. `forget` is
 * told of an address that no channel leads to any more: a node that came back is another member at the same one.
 */
export function grpcDialer(self: Member, connect: (address: string) => Transport, forget: (address: string) => void = () => undefined): PeerDialer {
  const sender = { raftId: self.raftId, nodeId: self.nodeId, address: self.address }
  /** Open channels by address. */
  const open = new Map<string, number>()
  return {
    dial: ({ address }) => {
      open.set(address, (open.get(address) ?? 0) + 1)
      return {
        send: (batches, signal) => clientOf(raftService, connect(address)).send(wireBatches(batches, sender), { signal }),
        sendSnapshot: async (message, roster, chunks, signal) => {
          await clientOf(raftService, connect(address)).sendSnapshot(wireParts(message, roster, chunks, sender), { signal })
        },
        close: () => {
          const left = (open.get(address) ?? 1) - 1
          open.set(address, left)
          if (left > 0) return
          open.delete(address)
          forget(address)
        },
      }
    },
  }
}

async function* wireBatches(batches: AsyncIterable<readonly Message[]>, sender: Member): AsyncGenerator<RaftBatch> {
  let first = true
  for await (const messages of batches) {
    // The sender's place is told once per stream.
    yield { messages: messages.map(toWire), ...(first ? { sender } : {}) }
    first = false
  }
}

async function* wireParts(message: InstallSnapshot, roster: Roster, chunks: AsyncIterable<Uint8Array>, sender: Member): AsyncGenerator<RaftSnapshotPart> {
  const part = { members: [], removed: [], data: new Uint8Array(0), end: false }
  yield { ...part, message: toWire(message), members: [...roster.members], removed: [...roster.removed], sender }
  for await (const data of chunks) yield { ...part, data }
  yield { ...part, end: true }
}
