import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { formatAddress, formatMac, parseAddress, parseMac, parsePrefix } from '../../../../agent/kernel/address-bytes.js'

describe('addresses as bytes', () => {
  const ipv6 = [
    ['::', '::'], ['::1', '::1'], ['fd00:0:0:0:0:0:0:2', 'fd00::2'], ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['2001:DB8::A', '2001:db8::a'], ['1:0:0:2:0:0:0:3', '1:0:0:2::3'], ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'], ['::ffff:192.0.2.1', '::ffff:c000:201'], ['fe80::1%eth0', 'fe80::1'],
  ]
  for (const [text, canonical] of ipv6) {
    it(`writes ${text} as ${canonical}`, () => assert.equal(formatAddress(parseAddress(text as string)), canonical))
  }

  it('come back as they were', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })), (bytes) => {
      assert.deepEqual(parseAddress(formatAddress(bytes)), bytes)
    }))
  })

  it('refuse what is none', () => {
    for (const text of ['', '1.2.3', '256.0.0.1', 'fd00::1::2', 'localhost']) assert.throws(() => parseAddress(text), TypeError)
    for (const text of ['10.0.0.0/33', '10.0.0.0/x', 'fd00::/129', '10.0.0.0/-1']) assert.throws(() => parsePrefix(text), TypeError)
    for (const text of ['02:42', '02:42:ac:11:00:0g', '0242ac110002']) assert.throws(() => parseMac(text), TypeError)
  })

  it('read prefixes and MAC addresses', () => {
    assert.deepEqual(parsePrefix('10.0.0.0/8'), { address: Uint8Array.of(10, 0, 0, 0), prefixLength: 8 })
    assert.equal(parsePrefix('fd00::1').prefixLength, 128)
    assert.equal(formatMac(parseMac('02:42:AC:11:00:02')), '02:42:ac:11:00:02')
  })
})
