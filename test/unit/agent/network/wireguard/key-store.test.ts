import { strict as assert } from 'node:assert'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeyStore, type StoredKey } from '../../../../../agent/network/wireguard/key-store.js'
import { bytesOfKey, hexOfKey, isKey, keyOfHex, newKeyPair, publicKeyOf, tunnelAddressOf } from '../../../../../agent/network/wireguard/keys.js'
import { nullLogger } from '../../../../../src/base/log.js'

describe('WireGuard keys', () => {
  it('are those of Curve25519', () => {
    // The scalar that is left of 32 zero bytes, times the base point.
    assert.equal(hexOfKey(publicKeyOf(keyOfHex('00'.repeat(32)))), '2fe57da347cd62431528daac5fbb290730fff684afc4cfc2ed90995f58cb3b74')
    const pair = newKeyPair()
    assert.equal(publicKeyOf(pair.privateKey), pair.publicKey)
    assert.notEqual(newKeyPair().privateKey, pair.privateKey)
    assert.equal(bytesOfKey(pair.publicKey).length, 32)
  })

  it('are told from what is none', () => {
    const { publicKey } = newKeyPair()
    assert(isKey(publicKey))
    for (const text of ['', publicKey.slice(1), `${publicKey}=`, publicKey.replace(/.$/, 'A'), `${publicKey}\n`, 'A'.repeat(44)]) assert.equal(isKey(text), false, text)
    assert.throws(() => bytesOfKey('short'), /not a WireGuard key/)
  })

  it('have an address each inside of tunnels, the same everywhere', () => {
    const key = keyOfHex('00'.repeat(32))
    assert.equal(tunnelAddressOf(key), 'fd73:6b65:7066:687a:adf8:62bd:776c:8fc1')
    assert.notEqual(tunnelAddressOf(newKeyPair().publicKey), tunnelAddressOf(key))
  })
})

describe('the store of keys', () => {
  let folder: string
  let path: string
  const key = (slot: 'a' | 'b', createdAtMs = 1): StoredKey => ({ ...newKeyPair(), slot, port: 51_820, createdAtMs })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-keys-'))
    path = join(folder, 'deep', 'keys.json')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('keeps keys in a file of its owner alone', async () => {
    const store = KeyStore.open(path, nullLogger)
    assert.deepEqual(store.keys, [])
    const keys = [key('a'), key('b', 2)]
    await store.save(keys)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(KeyStore.open(path, nullLogger).keys, keys)
    await store.clear()
    assert.equal(existsSync(path), false)
    await store.clear()
  })

  it('does not trust a file that others could read', async () => {
    await KeyStore.open(path, nullLogger).save([key('a')])
    chmodSync(path, 0o644)
    assert.deepEqual(KeyStore.open(path, nullLogger).keys, [])
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  it('begins anew with a file that is damaged', async () => {
    await KeyStore.open(path, nullLogger).save([key('a'), key('b')])
    const good = readFileSync(path, 'utf8')
    const bad = ['', '{}', good.slice(0, -5), good.replace('51820', '0'), good.replace('"a"', '"b"'), good.replace('"privateKey":"', '"privateKey":"!'), `${good}${' '.repeat(70_000)}`]
    for (const text of bad) {
      writeFileSync(path, text, { mode: 0o600 })
      assert.deepEqual(KeyStore.open(path, nullLogger).keys, [], text.slice(0, 80))
    }
  })
})
