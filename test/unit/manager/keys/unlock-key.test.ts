import { strict as assert } from 'node:assert'
import { createUnlockKey, parseUnlockKey, printUnlockKey } from '../../../../manager/keys/unlock-key.js'

describe('unlock key', () => {
  it('prints and parses', () => {
    const key = createUnlockKey()
    const text = printUnlockKey(key)
    assert.match(text, /^SWMKEY-1-[A-Za-z0-9+/]{43}$/)
    assert.deepEqual(parseUnlockKey(`${text}\n`), key)
    assert.notEqual(printUnlockKey(createUnlockKey()), text)
  })

  it('refuses what is none', () => {
    const text = printUnlockKey(createUnlockKey())
    for (const bad of ['', 'SWMKEY-1-', text.slice(0, -1), `${text}A`, text.replace('SWMKEY-1', 'SWMKEY-2'), text.replace('SWMKEY-1-', 'SWMKEY-1-!')]) {
      assert.throws(() => parseUnlockKey(bad), { kind: 'invalid', message: /^invalid unlock key/ }, bad)
    }
  })
})
