import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { containsAddress, containsPrefix, firstFree, lastAddress, overlaps, parseSubnet, prefixText } from '../../../../agent/network/subnet.js'
import type { Prefix } from '../../../../agent/network/subnet.js'

describe('subnets', () => {
  it('drop host bits and keep the family', () => {
    assert.equal(prefixText(parseSubnet('172.17.0.1/16')), '172.17.0.0/16')
    assert.equal(prefixText(parseSubnet('fd00::1/64')), 'fd00::/64')
    assert.equal(prefixText(parseSubnet('0.0.0.0/0')), '0.0.0.0/0')
  })

  it('refuse malformed ones in Docker\'s words', () => {
    for (const text of ['172.17.0.0', '172.17.0.0/33', 'x/8', '', '10.0.0.0/']) {
      assert.throws(() => parseSubnet(text), { kind: 'invalid', message: `invalid CIDR address: ${text}` })
    }
  })

  it('know what lies within them', () => {
    const subnet = parseSubnet('10.0.0.0/24')
    assert(containsAddress(subnet, '10.0.0.255'))
    assert(!containsAddress(subnet, '10.0.1.0'))
    assert(!containsAddress(subnet, 'fd00::1'))
    assert(containsPrefix(subnet, parseSubnet('10.0.0.128/25')))
    assert(!containsPrefix(subnet, parseSubnet('10.0.0.0/23')))
  })

  it('find the first free one, exactly as a naive search would', () => {
    const prefix = fc.record({ base: fc.integer({ min: 0, max: 255 }), length: fc.integer({ min: 24, max: 30 }) })
      .map(({ base, length }): Prefix => parseSubnet(`10.0.0.${base}/${length}`))
    fc.assert(fc.property(fc.array(prefix, { maxLength: 12 }), fc.integer({ min: 25, max: 30 }), (taken, length) => {
      const base = parseSubnet('10.0.0.0/24')
      let naive: Prefix | undefined
      for (let at = base.base; at <= lastAddress(base) && !naive; at += 1n << BigInt(32 - length)) {
        const candidate: Prefix = { family: 4, base: at, length }
        if (!taken.some((other) => overlaps(other, candidate))) naive = candidate
      }
      assert.deepEqual(firstFree([{ base, length }], taken), naive)
    }))
  })

  it('look through a huge base quickly', () => {
    assert.equal(firstFree([{ base: parseSubnet('fd00::/8'), length: 64 }], [parseSubnet('fd00::/9')])?.length, 64)
  })
})
