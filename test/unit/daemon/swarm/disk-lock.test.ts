import { strict as assert } from 'node:assert'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IdentityFiles } from '../../../../agent/identity/identity-files.js'
import { keySeal } from '../../../../agent/identity/key-seal.js'
import { foundCluster } from '../../../../manager/ca/found-cluster.js'
import type { DataKeys } from '../../../../manager/keys/data-key-file.js'
import { createUnlockKey } from '../../../../manager/keys/unlock-key.js'
import { idSource } from '../../../../src/base/id.js'
import { nullLogger } from '../../../../src/base/log.js'
import { must } from '../../../../src/base/assert.js'
import { DiskLock } from '../../../../src/daemon/swarm/disk-lock.js'
import { defaultClusterSpec } from '../../../../src/model/defaults.js'
import { aesSeal } from '../../../../src/sys/aes-gcm.js'
import { systemRng } from '../../../../src/sys/system-rng.js'

type Step = (lock: DiskLock) => Promise<unknown>

describe('the seal of a manager\'s disk', () => {
  let root: string
  let files: { certPem: string; keyPem: string; rootsPem: string }
  const [first, second] = [createUnlockKey(), createUnlockKey()]

  before(async () => {
    const { identity } = await foundCluster({
      spec: defaultClusterSpec(), defaultAddressPool: [], subnetSize: 24, dataPathPort: 4789, availability: 'active', address: '', nowMs: Date.now(), ids: idSource(systemRng),
    })
    files = identity
  })
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'skep-lock-'))
    await mkdir(join(root, 'swarm'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  const open = (at = root, identity = new IdentityFiles(at)) => new DiskLock(join(at, 'swarm'), identity, nullLogger)
  const text = (name: string, at = root) => readFile(join(at, 'swarm', name), 'utf8')
  const keyText = (at = root) => text('certificates/swarm-node.key', at)
  const clear = /BEGIN PRIVATE KEY/

  /** A manager's disk; gives the data keys. */
  async function manager(unlockKey?: Uint8Array, version = 0, at = root): Promise<DataKeys> {
    const identity = new IdentityFiles(at)
    const lock = open(at, identity)
    await lock.begin(unlockKey, version)
    await identity.save(files)
    return must(lock.dataKeys, 'there is a data key')
  }

  /** As a start of the daemon: what can be read with one of these keys, or none. */
  async function start(at: string, keys: Uint8Array[]): Promise<{ lock: DiskLock; keyPem: string | undefined; used: Uint8Array | undefined }> {
    const identity = new IdentityFiles(at)
    const lock = open(at, identity)
    await lock.load()
    let used: Uint8Array | undefined
    for (const key of keys) {
      if (!lock.locked) break
      await lock.unlock(key).then(() => (used = key), () => undefined)
    }
    assert.ok(!lock.locked, 'none of the keys opens it')
    return { lock, keyPem: (await identity.load())?.keyPem, used }
  }

  it('keeps the data key in clear while there is no unlock key', async () => {
    const dataKeys = await manager()
    const { lock, keyPem } = await start(root, [])
    assert.deepEqual([lock.dataKeys, keyPem], [dataKeys, files.keyPem])
    assert.match(await keyText(), clear)
  })

  it('opens with its unlock key alone', async () => {
    const dataKeys = await manager(first, 5)
    const found = await text('raft-key.json')
    for (const secret of [dataKeys[0].key, first]) assert.ok(!found.includes(Buffer.from(secret).toString('base64')))
    assert.doesNotMatch(await keyText(), clear)
    const lock = open()
    await lock.load()
    assert.deepEqual([lock.locked, lock.dataKeys], [true, undefined])
    await assert.rejects(lock.unlock(second), { kind: 'invalid', message: 'swarm could not be unlocked: invalid key provided' })
    assert.ok(lock.locked)
    await lock.unlock(first)
    assert.deepEqual([lock.locked, lock.dataKeys], [false, dataKeys])
    await assert.rejects(new IdentityFiles(root).load(), { kind: 'internal', message: /is sealed and the data key of this manager is missing/ })
  })

  it('follows the cluster to a newer key, never back to one of the past', async () => {
    await manager(first, 5)
    const { lock } = await start(root, [first])
    // A manager that was down meanwhile opens with the key it was sealed with, and sees the past before the present.
    await lock.follow(undefined, 3)
    await lock.follow(createUnlockKey(), 4)
    assert.deepEqual((await start(root, [second, first])).used, first)
    await lock.follow(second, 9)
    assert.deepEqual((await start(root, [first, second])).used, second)
    await lock.follow(undefined, 12)
    assert.equal((await start(root, [])).keyPem, files.keyPem)
    assert.match(await keyText(), clear)
  })

  it('seals the key of a renewed certificate too', async () => {
    const identity = new IdentityFiles(root)
    await open(root, identity).begin(first, 1)
    await identity.save(files)
    await identity.save(files)
    assert.doesNotMatch(await keyText(), clear)
  })

  it('leaves nothing sealed on a node that is no manager any more, nor for the next swarm', async () => {
    await manager(first, 5)
    const { lock } = await start(root, [first])
    await lock.end()
    assert.match(await keyText(), clear)
    const again = await start(root, [])
    assert.deepEqual([again.keyPem, again.lock.dataKeys], [files.keyPem, undefined])

    const identity = new IdentityFiles(root)
    const next = open(root, identity)
    await next.begin(second, 1)
    await rm(join(root, 'swarm'), { recursive: true })
    await next.forget()
    await identity.save(files)
    assert.match(await keyText(), clear)
  })

  it('has a new data key with each unlock key, and the one before until nothing needs it', async () => {
    const [plain] = await manager()
    const { lock } = await start(root, [])
    const keys = await lock.follow(first, 5)
    assert.deepEqual(keys.map(({ id }) => id), [plain.id + 1, plain.id])
    assert.notDeepEqual(keys[0].key, plain.key)
    const sealed = await keyText()
    assert.throws(() => keySeal([plain]).open(sealed), 'what lay open before opens nothing')
    assert.deepEqual((await start(root, [first])).lock.dataKeys, keys, 'after a crash both are there')
    // Rotated before the first renewal was through: it must not end with what was known before the second one.
    const third = await lock.follow(second, 6)
    assert.equal(third.length, 3)
    await lock.renewed(keys[0].id)
    assert.deepEqual(lock.dataKeys, third)
    await lock.renewed(third[0].id)
    assert.deepEqual(lock.dataKeys, [third[0]])
    const again = await start(root, [first, second])
    assert.deepEqual([again.lock.dataKeys, again.used, again.keyPem], [[third[0]], second, files.keyPem])
    await again.lock.follow(undefined, 7)
    assert.deepEqual(again.lock.dataKeys, [third[0]])
  })

  it('takes none out of several sealed keys, nor in another order', async () => {
    await manager(first, 1)
    const { lock } = await start(root, [first])
    await lock.follow(second, 2)
    const found = JSON.parse(await text('raft-key.json')) as { keys: object[] }
    for (const keys of [found.keys.slice(0, 1), found.keys.slice(1), [...found.keys].reverse()]) {
      await writeFile(join(root, 'swarm', 'raft-key.json'), JSON.stringify({ ...found, keys }))
      await assert.rejects(start(root, [second]), /none of the keys opens it/)
    }
  })

  it('reads a file of format 1, leaves it as it is until something changes, and renews it then', async () => {
    const key = new Uint8Array(32).fill(7)
    const path = join(root, 'swarm', 'raft-key.json')
    const old = (content: object) => `${JSON.stringify({ format: 1, version: 3, ...content })}\n`
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
    await new IdentityFiles(root).save(files)
    for (const unlockKey of [undefined, first]) {
      const written = old(unlockKey ? { sealedDataKey: base64(aesSeal(unlockKey, key, Buffer.from('manager data key 3'))) } : { dataKey: base64(key) })
      await writeFile(path, written)
      const { lock, keyPem } = await start(root, [second, first])
      assert.deepEqual([lock.dataKeys, keyPem], [[{ id: 0, key }], files.keyPem])
      await lock.follow(unlockKey, 4)
      assert.equal(await text('raft-key.json'), written)
      const keys = await lock.follow(second, 5)
      assert.deepEqual([keys.length, keys[1]], [2, { id: 0, key }])
      await lock.renewed(keys[0].id)
      assert.deepEqual((await start(root, [second])).lock.dataKeys, [keys[0]])
      await lock.end()
    }
  })

  it('refuses the file of a newer program, as older ones refuse this one', async () => {
    await manager()
    const found = JSON.parse(await text('raft-key.json')) as object
    // What programs of format 1 look for.
    assert.equal((found as { format: number }).format, 2)
    await writeFile(join(root, 'swarm', 'raft-key.json'), JSON.stringify({ ...found, format: 3 }))
    await assert.rejects(open().load(), { kind: 'internal', message: /raft-key\.json have format 3, this program reads up to 2: start the newer skepd/ })
  })

  it('tells of a damaged file', async () => {
    const key = Buffer.alloc(32).toString('base64')
    const mixed = `{"format":2,"version":1,"keys":[{"id":2,"dataKey":"${key}"},{"id":1,"sealedDataKey":"${key}"}]}`
    for (const bad of ['', '{}', '{"format":1,"version":1,"dataKey":"AAAA"}', '{"format":2,"version":1,"keys":[]}', `{"format":2,"version":1,"keys":[{"dataKey":"${key}"}]}`, '{"format":2,"version":1,"keys":[7]}', mixed]) {
      await writeFile(join(root, 'swarm', 'raft-key.json'), bad)
      await assert.rejects(open().load(), { kind: 'internal', message: /raft-key\.json is damaged: restore the file/ }, bad)
    }
  })

  const renew = async (lock: DiskLock): Promise<void> => lock.renewed((await lock.follow(first, 10))[0].id)
  const steps: [string, Uint8Array | undefined, Step][] = [
    ['turning autolock on', undefined, renew],
    ['rotating', second, renew],
    ['turning autolock off', first, (lock) => lock.follow(undefined, 10)],
    ['becoming a worker', first, (lock) => lock.end()],
  ]
  for (const [name, before, step] of steps) {
    it(`can be read whenever ${name} is interrupted, and goes on from there`, async () => {
      const [dataKey] = await manager(before, 5)
      const copies = join(root, 'copies')
      let count = 0
      const copy = () => cp(join(root, 'swarm'), join(copies, String(count++), 'swarm'), { recursive: true })
      // The disk as it is around each change of a file.
      class Watched extends IdentityFiles {
        override async keepKeys(...args: Parameters<IdentityFiles['keepKeys']>): Promise<void> {
          await copy()
          await super.keepKeys(...args)
          await copy()
        }
      }
      const lock = open(root, new Watched(root))
      await lock.load()
      if (before) await lock.unlock(before)
      await copy()
      await step(lock)
      await copy()
      assert.ok(count >= 4 || name === 'rotating')
      for (let n = 0; n < count; n++) {
        const left = await start(join(copies, String(n)), [first, second])
        assert.equal(left.keyPem, files.keyPem, `copy ${n}`)
        // It is forgotten before the private key is looked at for the last time.
        if (left.lock.dataKeys && (step !== renew || n < count - 3)) assert.deepEqual(left.lock.dataKeys.at(-1), dataKey)
        await step(left.lock)
        if (step === renew) assert.equal(left.lock.dataKeys?.length, 1)
        assert.equal(await keyText(join(copies, String(n))).then((key) => clear.test(key)), clear.test(await keyText()), `copy ${n} goes on`)
      }
    })
  }
})
