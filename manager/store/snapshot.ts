import { ErrorKind, messageOf, StatusError } from '../../src/base/errors.js'
import type { ChangeCodec, StoreAction } from './change.js'
import { emptyState, perform, tableNames, type State } from './state.js'

/**
 * A snapshot is a stream of records, each a 4 byte big-endian length and that many bytes. The first
 * record is the format's name, then come changes that create every object, and an empty record ends
 * it: a cut stream is noticed. Chunks may be cut and joined on the way; integrity is the business of
 * whoever stores or sends them.
 */
const format = Buffer.from('skep store 1')
const chunkObjectsMax = 128
const chunkBytesAim = 256 * 1024
/** No record of ours is larger: a transaction's limit bounds an object. */
const recordBytesMax = 64 * 1024 * 1024

/** The chunks of a snapshot of `state`, one record each. */
export function* writeSnapshot(state: State, codec: ChangeCodec): Generator<Uint8Array, void, undefined> {
  yield record(format)
  let count = 1
  for (const table of tableNames) {
    let actions: StoreAction[] = []
    for (const object of state[table].rows) {
      actions.push({ table, action: 'create', object } as StoreAction)
      if (actions.length < count) continue
      const data = codec.encode({ actions })
      yield record(data)
      // As many objects next time as are likely to fill a chunk.
      const bytesEach = Math.max(1, data.length / actions.length)
      count = Math.max(1, Math.min(chunkObjectsMax, count * 4, Math.floor(chunkBytesAim / bytesEach)))
      actions = []
    }
    if (actions.length > 0) yield record(codec.encode({ actions }))
    count = 1
  }
  yield record(new Uint8Array(0))
}

/** The state a snapshot holds. Throws `internal` with the reason when it is damaged or cut off. */
export async function readSnapshot(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  codec: ChangeCodec,
): Promise<State> {
  let state = emptyState
  let rest = Buffer.alloc(0)
  let started = false
  let ended = false
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    while (rest.length >= 4) {
      const length = rest.readUInt32BE(0)
      if (ended || length > recordBytesMax) throw damaged(ended ? 'bytes after its end' : `a record of ${length} bytes`)
      if (rest.length < 4 + length) break
      const data = rest.subarray(4, 4 + length)
      rest = rest.subarray(4 + length)
      if (!started) {
        if (!data.equals(format)) throw damaged('not of the format "skep store 1"')
        started = true
      } else if (length === 0) ended = true
      else state = load(state, data, codec)
    }
  }
  if (!ended || rest.length > 0) throw damaged('it ends too early')
  return state
}

function load(state: State, data: Uint8Array, codec: ChangeCodec): State {
  try {
    return codec.decode(data).actions.reduce(perform, state)
  } catch (thrown) {
    throw damaged(messageOf(thrown), thrown)
  }
}

function record(data: Uint8Array): Uint8Array {
  const out = Buffer.allocUnsafe(4 + data.length)
  out.writeUInt32BE(data.length, 0)
  out.set(data, 4)
  return out
}

function damaged(why: string, cause?: unknown): StatusError {
  return new StatusError(ErrorKind.internal, `the snapshot of the store is damaged: ${why}`, { cause })
}
