import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import type { Codec } from '../../../src/wire/codec.js'
import { codec } from '../../../src/wire/codec.js'
import { skep } from '../../../src/wire/gen/skep.js'
import { nodeCodec, objectCodecs, secretCodec, serviceCodec, storeChangeCodec, taskCodec, taskStatusCodec } from '../../../src/wire/object-codecs.js'
import * as any from './arbitraries.js'

describe('codec', () => {
  const roundTrip = <T>(name: string, { encode, decode }: Codec<T>, arbitrary: fc.Arbitrary<T>) =>
    it(`${name} survives the round trip`, () => {
      fc.assert(fc.property(arbitrary, (value) => assert.deepStrictEqual(decode(encode(value)), value)), { numRuns: 200 })
    })
  roundTrip('node', objectCodecs.node, any.anyNode)
  roundTrip('service', objectCodecs.service, any.anyService)
  roundTrip('task', objectCodecs.task, any.anyTask)
  roundTrip('task status', taskStatusCodec, any.anyTaskStatus)
  roundTrip('network', objectCodecs.network, any.anyNetwork)
  roundTrip('secret', objectCodecs.secret, any.anySecret)
  roundTrip('config', objectCodecs.config, any.anyConfig)
  roundTrip('volume', objectCodecs.volume, any.anyVolume)
  roundTrip('cluster', objectCodecs.cluster, any.anyCluster)
  roundTrip(
    'change of the store',
    storeChangeCodec,
    fc.array(any.anyService, { maxLength: 2 }).map((services) => ({
      timeMs: 12.5,
      actions: [...services.map((service) => ({ action: 'update' as const, table: 'service' as const, id: service.id, service })), { action: 'remove' as const, table: 'node' as const, id: 'n' }],
    })),
  )

  it('what was not sent has its zero value, or is left out when it may be', () => {
    assert.deepStrictEqual(codec(skep.v1.ContainerStatus).decode(new Uint8Array()), { containerId: '', pid: 0, exitCode: 0 })
    assert.deepStrictEqual(secretCodec.decode(new Uint8Array()), { id: '', internal: false })
    assert.deepStrictEqual(codec(skep.v1.RestartPolicy).decode(new Uint8Array()), { condition: '', maxAttempts: 0, windowNs: 0 })
  })

  it('fields of a later version are passed over', () => {
    const later = Uint8Array.from([...taskStatusCodec.encode({ state: 512, timestampMs: 1, message: '', err: '', ports: [], appliedBy: '' }), 0xfa, 0x3f, 2, 104, 105])
    assert.deepStrictEqual(taskStatusCodec.decode(later), { state: 512, timestampMs: 1, message: '', err: '', ports: [], appliedBy: '' })
  })

  it('damage is refused with `invalid`, never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(any.anyTask.map((task) => taskCodec.encode(task)), fc.uint8Array()), fc.nat(), fc.nat(255), (bytes, at, by) => {
        const damaged = Uint8Array.from(bytes)
        if (damaged.length > 0) damaged[at % damaged.length] = by
        try {
          taskCodec.decode(damaged)
        } catch (thrown) {
          assert.ok(thrown instanceof Error && 'kind' in thrown && thrown.kind === 'invalid', String(thrown))
        }
      }),
    )
    assert.throws(() => taskCodec.decode(Uint8Array.from([10, 200])), { kind: 'invalid', message: /^damaged Task message: / })
  })

  it('a message over the limit is refused unread', () => {
    assert.throws(() => codec(skep.v1.Node, 100).decode(new Uint8Array(101)), { kind: 'invalid', message: 'Node message of 101 bytes is over the limit of 100' })
  })

  it('names from the other side cannot reach the prototype', () => {
    const labels: Record<string, string> = Object.defineProperty({}, '__proto__', { value: 'x', enumerable: true }) as Record<string, string>
    const bytes = codec(skep.v1.Annotations).encode({ name: '', labels })
    const decoded = codec<{ labels: Record<string, string> }>(skep.v1.Annotations).decode(bytes)
    assert.equal(Object.getPrototypeOf(decoded.labels), Object.prototype)
  })

  it('decoded bytes do not share memory with the message', () => {
    const message = Buffer.from(secretCodec.encode({ id: 'x' as never, meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 }, spec: { name: 'n', labels: {}, data: Uint8Array.of(1, 2, 3) }, internal: false }))
    const { spec } = secretCodec.decode(message)
    message.fill(0)
    assert.deepStrictEqual(spec.data, Uint8Array.of(1, 2, 3))
  })

  it('service and node codecs name themselves in errors', () => {
    assert.throws(() => serviceCodec.decode(Uint8Array.of(255)), /damaged Service message/)
    assert.throws(() => nodeCodec.decode(Uint8Array.of(255)), /damaged Node message/)
  })
})
