import { strict as assert } from 'node:assert'
import { IncomingSnapshots } from '../../../../manager/raft/incoming-snapshots.js'
import { SnapshotStore } from '../../../../manager/raft/wal/snapshot-file.js'
import { nullLogger } from '../../../../src/base/log.js'
import { MemoryDisk } from '../../../sim/memory-disk.js'

const meta = (index: number) => ({ index, term: 2, conf: { voters: [1, 2], learners: [] } })
const extra = { raftId: 2, members: [], removed: [] }

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

async function setUp() {
  const disk = new MemoryDisk()
  const store = new SnapshotStore({ disk, folder: '/snap', log: nullLogger })
  await store.open()
  const incoming = new IncomingSnapshots(store)
  const receive = (index: number, offer: () => boolean, text = `state at ${index}`) => incoming.receive(meta(index), extra, chunks(text), offer)
  const files = async () => (await disk.list('/snap')).map((name) => name.replace(/^\.tmp-\d+-.*/, 'passing'))
  return { store, incoming, receive, files }
}

describe('snapshots from the leader', () => {
  it('the core does not take it, or the member ends: nothing stays on disk', async () => {
    const { incoming, receive, files } = await setUp()
    await receive(10, () => false)
    await assert.rejects(receive(11, () => { throw new Error('ended') }), /ended/)
    assert.deepEqual(await files(), [])
    await assert.rejects(incoming.commit(meta(10)), /the snapshot at index 10 was taken but is not on disk/)
  })

  it('sent twice before it is in place: the later one counts, and one file is left', async () => {
    const { store, incoming, receive, files } = await setUp()
    await receive(10, () => true, 'first')
    await receive(10, () => true, 'second')
    await incoming.commit(meta(10))
    assert.equal((await files()).length, 1)
    const { chunks: read, close } = await store.read(meta(10))
    for await (const chunk of read) assert.equal(Buffer.from(chunk).toString(), 'second')
    await close()
  })

  it('what an earlier turn left goes when a later one is in place; a newer one stays', async () => {
    const { incoming, receive, files } = await setUp()
    await receive(10, () => true)
    await receive(30, () => true)
    await receive(20, () => true)
    await incoming.commit(meta(20))
    assert.deepEqual(await files(), ['passing', '0000000000000014-0000000000000002.snap'])
    await incoming.commit(meta(30))
    assert.deepEqual((await files()).filter((name) => name === 'passing'), [])
  })
})
