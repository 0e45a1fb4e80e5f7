import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { decodeAcknowledgement, decodeAttributes, decodeMessages, NetlinkWriter, readString, readU16, readU32 } from '../../../../agent/kernel/netlink-message.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('netlink messages', () => {
  it('are framed as ip(8) frames them', () => {
    // RTM_NEWLINK for "up" on interface 5 with MTU 1400, from `strace ip link set`; little endian.
    const bytes = new NetlinkWriter().begin(16, 5, 7).u8(0).u8(0).u16(0).u32(5).u32(1).u32(1).attributeU32(4, 1400).finish()
    assert.equal(hex(bytes), '28000000' + '1000' + '0500' + '07000000' + '00000000' + '00000000' + '05000000' + '01000000' + '01000000' + '0800' + '0400' + '78050000')
  })

  it('pad attributes and count nested ones', () => {
    const bytes = new NetlinkWriter()
    bytes.begin(16, 0, 1).nested(18, () => bytes.attributeString(1, 'veth').attributeU8(2, 9))
    const [message] = decodeMessages(bytes.finish())
    assert(message)
    const outer = decodeAttributes(message.payload)
    assert.equal(outer.get(18)?.length, 4 + 5 + 3 + 4 + 1 + 3)
    const inner = decodeAttributes(outer.get(18) as Uint8Array)
    assert.equal(readString(inner.get(1) as Uint8Array), 'veth')
    assert.deepEqual([...(inner.get(2) as Uint8Array)], [9])
  })

  it('come back as they were written, many in one buffer', () => {
    const attribute = fc.record({ type: fc.integer({ min: 1, max: 0x3fff }), value: fc.uint8Array({ maxLength: 300 }) })
    const message = fc.record({
      type: fc.integer({ min: 0, max: 0xffff }), flags: fc.integer({ min: 0, max: 0xffff }), sequence: fc.integer({ min: 0, max: 0xffffffff }),
      attributes: fc.uniqueArray(attribute, { selector: (one) => one.type, maxLength: 8 }),
    })
    fc.assert(fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
      const writer = new NetlinkWriter()
      for (const { type, flags, sequence, attributes } of messages) {
        writer.begin(type, flags, sequence)
        for (const { type: attributeType, value } of attributes) writer.attribute(attributeType, value)
      }
      const read = decodeMessages(writer.finish())
      assert.deepEqual(read.map(({ type, flags, sequence }) => ({ type, flags, sequence })), messages.map(({ type, flags, sequence }) => ({ type, flags, sequence })))
      read.forEach((one, i) => {
        const found = [...decodeAttributes(one.payload)].map(([type, value]) => ({ type, value: hex(value) }))
        assert.deepEqual(found, messages[i]?.attributes.map(({ type, value }) => ({ type, value: hex(value) })))
      })
    }))
  })

  it('are read without going past the end, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const message of decodeMessages(bytes)) {
        for (const value of decodeAttributes(message.payload).values()) assert(value.length <= bytes.length)
        decodeAcknowledgement(message)
      }
    }))
  })

  it('tell errors, with the kernel\'s sentence', () => {
    const text = new NetlinkWriter().begin(2, 0x300, 3)
    // error -17, the capped header of the request, then NLMSGERR_ATTR_MSG.
    text.u32(-17).u32(32).u16(16).u16(5).u32(3).u32(0).attributeString(1, 'Device exists')
    const [message] = decodeMessages(text.finish())
    assert(message)
    assert.deepEqual(decodeAcknowledgement(message), { errno: 17, text: 'Device exists' })
    const [plain] = decodeMessages(new NetlinkWriter().begin(2, 0, 3).u32(0).finish())
    assert(plain)
    assert.deepEqual(decodeAcknowledgement(plain), { errno: 0, text: undefined })
  })

  it('read short values as zero', () => {
    assert.equal(readU32(new Uint8Array(3)), 0)
    assert.equal(readU16(new Uint8Array(1)), 0)
  })
})
