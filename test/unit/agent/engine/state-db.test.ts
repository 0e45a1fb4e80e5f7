import { strict as assert } from 'node:assert'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ErrorKind } from '../../../../src/base/errors.js'
import { StateDb } from '../../../../agent/engine/state-db.js'

describe('engine/state-db', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'state-db-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('keeps values over closing and opening, bucket by bucket', async () => {
    const first = StateDb.open(join(folder, 'deep', 'state.db'))
    await first.bucket<{ n: number }>('a').put('x', { n: 1 })
    await first.bucket<string>('b').put('x', 'other')
    await first.bucket<string>('b').put('w', 'before')
    await first.close()

    const second = StateDb.open(join(folder, 'deep', 'state.db'))
    assert.deepEqual(second.bucket<{ n: number }>('a').get('x'), { n: 1 })
    assert.deepEqual(second.bucket<string>('b').list(), [
      { key: 'w', value: 'before' },
      { key: 'x', value: 'other' },
    ])
    await second.bucket<string>('b').delete('x')
    await second.bucket<string>('b').delete('never there')
    assert.equal(second.bucket<string>('b').get('x'), undefined)
    await second.close()
  })

  it('is its owner\'s alone, also where an earlier one was not', async () => {
    const path = join(folder, 'state.db')
    const modes = (): number[] => [path, `${path}-lock`].map((file) => statSync(file).mode & 0o777)
    await StateDb.open(path).close()
    assert.deepEqual(modes(), [0o600, 0o600])
    for (const file of [path, `${path}-lock`]) chmodSync(file, 0o664)
    await StateDb.open(path).close()
    assert.deepEqual(modes(), [0o600, 0o600])
  })

  it('gives the same bucket for the same name', async () => {
    const db = StateDb.open(join(folder, 'state.db'))
    assert.equal(db.bucket('a'), db.bucket('a'))
    await db.close()
  })

  it('closes after the writes under way, and refuses later ones', async () => {
    const db = StateDb.open(join(folder, 'state.db'))
    const bucket = db.bucket<string>('a')
    const underWay = bucket.put('x', 'kept')
    const closed = db.close()
    await assert.rejects(bucket.put('y', 'late'), { kind: ErrorKind.unavailable, message: /state database is closed/ })
    await assert.rejects(bucket.delete('x'), /state database is closed/)
    await Promise.all([underWay, closed])
    const again = StateDb.open(join(folder, 'state.db'))
    assert.deepEqual(again.bucket<string>('a').list(), [{ key: 'x', value: 'kept' }])
    await again.close()
  })

  it('says which file cannot be opened', () => {
    writeFileSync(join(folder, 'file'), '')
    assert.throws(() => StateDb.open(join(folder, 'file', 'state.db')), /cannot open the state database .*file\/state\.db: /)
  })
})
