import { invalid, StatusError } from '../../../src/base/errors.js'
import type { Handlers } from '../../../src/wire/service-table.js'
import type { RaftMethods, RaftSnapshotPart } from '../../../src/wire/raft-service.js'
import type { InstallSnapshot, Message, PeerId } from '../core/message.js'
import type { Member, Roster } from '../membership.js'
import { fromWire } from './message-codec.js'

/** What a joining manager starts with. */
export interface JoinResult extends Roster {
  readonly raftId: PeerId
}

/** The part of a node that others reach. */
export interface RaftReceiver {
  readonly raftId: PeerId
  /** False when the sender is no member any more. */
  receive(messages: readonly Message[], sender: Member | undefined): boolean
  receiveSnapshot(message: InstallSnapshot, roster: Roster, chunks: AsyncIterable<Uint8Array>, sender: Member | undefined): Promise<void>
  join(nodeId: string, address: string): Promise<JoinResult>
  leave(nodeId: string): Promise<void>
  addressOf(raftId: PeerId): string | undefined
}

/**
 * The handlers of `raftService`. `receiver` may be absent while the manager starts or after it stopped;
 * `admit` throws when a node is not to take part, whatever its certificate says.
 */
export function raftHandlers(receiver: () => RaftReceiver | undefined, admit: (nodeId: string) => void = () => undefined): Handlers<RaftMethods> {
  const running = (): RaftReceiver => {
    const node = receiver()
    if (!node) throw new StatusError('unavailable', 'this manager does not take part in the Raft group: it is starting or stopping')
    return node
  }
  return {
    async send(batches) {
      let sender: Member | undefined
      for await (const batch of batches) {
        sender = batch.sender ?? sender
        const messages = batch.messages.map(fromWire).filter((m) => m !== undefined)
        if (!running().receive(messages, sender)) return { removed: true }
      }
      return { removed: false }
    },
    async sendSnapshot(parts) {
      const node = running()
      const iterator = parts[Symbol.asyncIterator]()
      const first = await iterator.next()
      const head = first.done ? undefined : first.value
      const message = head?.message && fromWire(head.message)
      if (!head || message?.kind !== 'snapshot') throw invalid('a snapshot starts with the message that announces it')
      const roster = { members: head.members, removed: head.removed }
      await node.receiveSnapshot(message, roster, dataOf(iterator), head.sender)
      return {}
    },
    async join({ nodeId, address }, call) {
      if (nodeId === '' || address === '') throw invalid('a joining manager tells its node id and its address')
      if (call.caller && call.caller.nodeId !== nodeId) throw new StatusError('forbidden', `node ${call.caller.nodeId} cannot join in the name of ${nodeId}`)
      admit(nodeId)
      const { raftId, members, removed } = await running().join(nodeId, address)
      return { raftId, members: [...members], removed: [...removed] }
    },
    async leave({ nodeId }, call) {
      if (call.caller && call.caller.nodeId !== nodeId) throw new StatusError('forbidden', `node ${call.caller.nodeId} cannot leave in the name of ${nodeId}`)
      await running().leave(nodeId)
      return {}
    },
    async resolveAddress({ raftId }) {
      const address = running().addressOf(raftId)
      if (address === undefined) throw new StatusError('notFound', `no manager with Raft id ${raftId}`)
      return { address }
    },
  }
}

async function* dataOf(parts: AsyncIterator<RaftSnapshotPart>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = await parts.next()
    // Without its end a snapshot is a part of one, however whole its chunks are.
    if (next.done) throw invalid('the snapshot was cut off')
    if (next.value.end) return
    yield next.value.data
  }
}
