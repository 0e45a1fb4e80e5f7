import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { SortedMap } from '../../../../manager/store/sorted-map.js'

const key = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 5 })
const write = fc.record({ key, value: fc.option(fc.integer(), { nil: undefined }) })

describe('SortedMap', () => {
  it('holds what a plain map holds, in order, and old versions stay as they were', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 1500, size: 'max' }), key, (writes, prefix) => {
        const model = new Map<string, number>()
        let map = SortedMap.empty<number>()
        let held: { map: SortedMap<number>; values: number[] } | undefined
        writes.forEach(({ key, value }, at) => {
          if (value === undefined) model.delete(key)
          else model.set(key, value)
          map = value === undefined ? map.delete(key) : map.set(key, value)
          if (at === writes.length >> 1) held = { map, values: map.values() }
        })
        const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1))
        assert.deepEqual(map.values(), sorted.map(([, value]) => value))
        assert.equal(map.size, model.size)
        assert.deepEqual([...map], map.values())
        assert.deepEqual(map.withPrefix(prefix, 3), map.withPrefix(prefix).slice(0, 3))
        assert.deepEqual(map.withPrefix(prefix), sorted.filter(([key]) => key.startsWith(prefix)).map(([, value]) => value))
        for (const [key, value] of sorted) assert.equal(map.get(key), value)
        if (held) assert.deepEqual(held.map.values(), held.values)
      }),
      { numRuns: 60 },
    )
  })

  it('fills and empties in any order', () => {
    for (const order of [(keys: string[]) => keys, (keys: string[]) => keys.toReversed()]) {
      const keys = Array.from({ length: 5000 }, (_, i) => String(i).padStart(6, '0'))
      let map = SortedMap.empty<string>()
      for (const key of order(keys)) map = map.set(key, key)
      assert.deepEqual(map.values(), keys)
      for (const key of order(keys)) map = map.delete(key)
      assert.equal(map.size, 0)
      assert.deepEqual(map.set('x', 'y').values(), ['y'])
    }
  })

  it('gives itself back when there is nothing to delete', () => {
    const map = SortedMap.empty<number>().set('a', 1)
    assert.equal(map.delete('b'), map)
  })
})
