import { strict as assert } from 'node:assert'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IdentityFiles } from '../../../../agent/identity/identity-files.js'
import { foundCluster } from '../../../../manager/ca/found-cluster.js'
import { createUnlockKey } from '../../../../manager/keys/unlock-key.js'
import { idSource } from '../../../../src/base/id.js'
import { nullLogger } from '../../../../src/base/log.js'
import { must } from '../../../../src/base/assert.js'
import { DiskLock } from '../../../../src/daemon/swarm/disk-lock.js'
import { defaultClusterSpec } from '../../../../src/model/defaults.js'
import { systemRng } from '../../../../src/sys/system-rng.js'

type Step = (lock: DiskLock) => Promise<void>

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

  /** A manager's disk; gives the data key. */
  async function manager(unlockKey?: Uint8Array, version = 0, at = root): Promise<Uint8Array> {
    const identity = new IdentityFiles(at)
    const lock = open(at, identity)
    await lock.begin(unlockKey, version)
    await identity.save(files)
    return must(lock.dataKey, 'there is a data key')
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
    const dataKey = await manager()
    const { lock, keyPem } = await start(root, [])
    assert.deepEqual([lock.dataKey, keyPem], [dataKey, files.keyPem])
    assert.match(await keyText(), clear)
  })

  it('opens with its unlock key alone', async () => {
    const dataKey = await manager(first, 5)
    const found = await text('raft-key.json')
    for (const secret of [dataKey, first]) assert.ok(!found.includes(Buffer.from(secret).toString('base64')))
    assert.doesNotMatch(await keyText(), clear)
    const lock = open()
    await lock.load()
    assert.deepEqual([lock.locked, lock.dataKey], [true, undefined])
    await assert.rejects(lock.unlock(second), { kind: 'invalid', message: 'swarm could not be unlocked: invalid key provided' })
    assert.ok(lock.locked)
    await lock.unlock(first)
    assert.deepEqual([lock.locked, lock.dataKey], [false, dataKey])
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
    assert.deepEqual([again.keyPem, again.lock.dataKey], [files.keyPem, undefined])

    const identity = new IdentityFiles(root)
    const next = open(root, identity)
    await next.begin(second, 1)
    await rm(join(root, 'swarm'), { recursive: true })
    await next.forget()
    await identity.save(files)
    assert.match(await keyText(), clear)
  })

  it('tells of a damaged file', async () => {
    for (const bad of ['', '{}', '{"format":1,"version":1,"dataKey":"AAAA"}', '{"format":2,"version":1,"dataKey":""}']) {
      await writeFile(join(root, 'swarm', 'raft-key.json'), bad)
      await assert.rejects(open().load(), { kind: 'internal', message: /raft-key\.json is damaged: restore the file/ }, bad)
    }
  })

  const steps: [string, Uint8Array | undefined, Step][] = [
    ['turning autolock on', undefined, (lock) => lock.follow(first, 10)],
    ['rotating', second, (lock) => lock.follow(first, 10)],
    ['turning autolock off', first, (lock) => lock.follow(undefined, 10)],
    ['becoming a worker', first, (lock) => lock.end()],
  ]
  for (const [name, before, step] of steps) {
    it(`can be read whenever ${name} is interrupted, and goes on from there`, async () => {
      const dataKey = await manager(before, 5)
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
        if (left.lock.dataKey) assert.deepEqual(left.lock.dataKey, dataKey)
        await step(left.lock)
        assert.equal(await keyText(join(copies, String(n))).then((key) => clear.test(key)), clear.test(await keyText()), `copy ${n} goes on`)
      }
    })
  }
})
