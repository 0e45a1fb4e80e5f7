import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { PortSpace } from '../../../../manager/allocator/ports.js'
import type { PortConfig } from '../../../../src/model/service.js'

const port = (over: Partial<PortConfig> = {}): PortConfig => ({ name: '', protocol: 'tcp', targetPort: 80, publishedPort: 0, publishMode: 'ingress', ...over })
const owner = (name: string) => ({ id: `${name}-id`, name })
const published = (ports: PortConfig[]) => ports.map(({ publishedPort }) => publishedPort)

describe('published ports', () => {
  it('are chosen from 30000, per protocol', () => {
    const space = new PortSpace()
    assert.deepEqual(published(space.allocate(owner('a'), [port(), port({ targetPort: 81 }), port({ protocol: 'udp' })], [])), [30000, 30001, 30000])
    assert.deepEqual(published(space.allocate(owner('b'), [port()], [])), [30002])
  })

  it('keep their numbers when the service changes otherwise', () => {
    const space = new PortSpace()
    const held = space.allocate(owner('a'), [port(), port({ targetPort: 81 })], [])
    assert.deepEqual(published(space.allocate(owner('a'), [port({ targetPort: 81 }), port({ targetPort: 82 })], held)), [30001, 30002])
    // What it no longer asks for is free.
    assert.deepEqual(published(space.allocate(owner('b'), [port({ publishedPort: 30000 })], [])), [30000])
  })

  it('a port that is taken is refused with the name of its service, and nothing changes', () => {
    const space = new PortSpace()
    space.allocate(owner('web'), [port({ publishedPort: 8080 })], [])
    assert.throws(() => space.allocate(owner('b'), [port({ publishedPort: 9000 }), port({ publishedPort: 8080 })], []), /port '8080' is already in use by service 'web' \(web-id\) as an ingress port/)
    assert.deepEqual(published(space.allocate(owner('c'), [port({ publishedPort: 9000 })], [])), [9000])
    assert.throws(() => space.allocate(owner('d'), [port({ publishedPort: 1 }), port({ publishedPort: 1 })], []), /published twice/)
    space.release('web-id')
    assert.deepEqual(published(space.allocate(owner('b'), [port({ publishedPort: 8080 })], [])), [8080])
  })

  it('a number that is now asked for is not kept for another port too', () => {
    const space = new PortSpace()
    const held = space.allocate(owner('a'), [port()], [])
    const wanted = [port({ targetPort: 81, publishedPort: 30000 }), port()]
    assert.deepEqual(published(space.allocate(owner('a'), wanted, held)), [30000, 30001])
  })

  it('host-mode ports pass as they are', () => {
    const space = new PortSpace()
    const host = port({ publishMode: 'host', publishedPort: 80 })
    assert.deepEqual(space.allocate(owner('a'), [host], []), [host])
    assert.deepEqual(space.allocate(owner('b'), [host], []), [host])
  })

  it('run out with a sentence', () => {
    const space = new PortSpace(30000, 30000)
    space.allocate(owner('a'), [port()], [])
    assert.throws(() => space.allocate(owner('b'), [port()], []), /no port from 30000 to 30000 is free for service b/)
  })

  it('are never two services’', () => {
    const step = fc.record({ id: fc.integer({ min: 0, max: 5 }), release: fc.boolean(), ports: fc.array(fc.tuple(fc.constantFrom(0, 0, 30001, 30003), fc.constantFrom('tcp', 'udp'), fc.integer({ min: 1, max: 4 })), { maxLength: 4 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const space = new PortSpace(30000, 30008)
        const held = new Map<string, PortConfig[]>()
        for (const { id, release, ports } of steps) {
          const who = owner(`s${id}`)
          if (release) {
            space.release(who.id)
            held.delete(who.id)
            continue
          }
          const wanted = ports.map(([publishedPort, protocol, targetPort]) => port({ publishedPort, protocol: protocol as 'tcp', targetPort }))
          try {
            held.set(who.id, space.allocate(who, wanted, held.get(who.id) ?? []))
          } catch (thrown) {
            assert.match(String(thrown), /in use|twice|no port/)
          }
          const keys = [...held.values()].flat().map((one) => `${one.publishedPort}/${one.protocol}`)
          assert.equal(new Set(keys).size, keys.length, keys.join(' '))
        }
      }),
    )
  })
})
