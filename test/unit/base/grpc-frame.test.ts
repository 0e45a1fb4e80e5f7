import { strict as assert } from 'node:assert'
import * as fc from 'fast-check'
import { bytesField, grpcFrame, GrpcFrameReader, readBytesField } from '../../../src/base/grpc-frame.js'

describe('fields of messages on the wire', () => {
  it('come back as they were written, of any length and number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 20 }), fc.integer({ min: 0, max: 70_000 }), (field, length) => {
        const data = Buffer.alloc(length, field)
        assert.ok(readBytesField(bytesField(field, data), field).equals(data))
      }),
      { numRuns: 50 },
    )
    // Where a number begins to take a byte more.
    for (const length of [0, 1, 127, 128, 129, 16_383, 16_384]) assert.equal(readBytesField(bytesField(1, Buffer.alloc(length)), 1).length, length)
  })

  it('are found among others, the last of several; one that is not there is empty', () => {
    const number = Buffer.from([3 * 8, 0x96, 0x01])
    const message = Buffer.concat([bytesField(1, 'a'), number, bytesField(2, 'b'), bytesField(1, 'c')])
    assert.equal(readBytesField(message, 1).toString(), 'c')
    assert.equal(readBytesField(message, 2).toString(), 'b')
    assert.equal(readBytesField(message, 3).length, 0)
  })

  it('are refused when they are of another kind or cut off', () => {
    assert.throws(() => readBytesField(Buffer.from([8 + 1, 0, 0, 0, 0, 0, 0, 0, 0]), 1), /a field of an unknown kind/)
    assert.throws(() => readBytesField(Buffer.from([8 + 5, 0, 0, 0, 0]), 1), /a field of an unknown kind/)
    assert.throws(() => readBytesField(bytesField(1, 'abc').subarray(0, 4), 1), /cut off/)
    assert.throws(() => readBytesField(Buffer.from([8 + 2, 0x80]), 1), /cut off/)
    assert.throws(() => readBytesField(Buffer.alloc(20, 0xff), 1), /cut off/)
  })
})

describe('frames of gRPC', () => {
  it('are put together from pieces of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (messages, step) => {
        const reader = new GrpcFrameReader(300)
        const bytes = Buffer.concat(messages.map((message) => grpcFrame(message)))
        const found: Buffer[] = []
        for (let at = 0; at < bytes.length; at += step) found.push(...reader.push(bytes.subarray(at, at + step)))
        assert.deepEqual(found.map((one) => one.toString('hex')), messages.map((one) => Buffer.from(one).toString('hex')))
      }),
      { numRuns: 50 },
    )
  })

  it('over the limit are refused before they are there', () => {
    const frame = grpcFrame(Buffer.alloc(301))
    assert.throws(() => new GrpcFrameReader(300).push(frame.subarray(0, 5)), /a message of 301 bytes is more than the 300 that are taken/)
  })

  it('that are compressed are refused', () => {
    const frame = grpcFrame(Buffer.from('a'))
    frame[0] = 1
    assert.throws(() => new GrpcFrameReader(300).push(frame), /compressed messages are not taken/)
  })
})
