import { strict as assert } from 'node:assert'
import { Field } from '../../../src/cli/stack/field.js'
import { mergeDocuments } from '../../../src/cli/stack/merge.js'

/** A file's mapping; JSON makes `__proto__` a key as any other, as YAML does. */
const read = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>

describe('names of every object in a Compose file', () => {
  it('are keys as any other where files are merged', () => {
    const base = read('{"services": {"a": {"image": "x"}}}')
    const over = read('{"services": {"constructor": {"image": "y"}, "__proto__": {"image": "z"}}}')
    assert.deepEqual(mergeDocuments(base, over), read('{"services": {"a": {"image": "x"}, "constructor": {"image": "y"}, "__proto__": {"image": "z"}}}'))
    assert.deepEqual(mergeDocuments(over, base), read('{"services": {"constructor": {"image": "y"}, "__proto__": {"image": "z"}, "a": {"image": "x"}}}'))
    assert.deepEqual(mergeDocuments(read('{"toString": [1]}'), read('{"toString": [2]}')), read('{"toString": [1, 2]}'))
  })

  it('are there only where the file has them', () => {
    const service = new Field(read('{"image": "x", "environment": {"__proto__": "1"}}'), 'services.a')
    assert.equal(service.at('constructor').given, false)
    assert.equal(service.at('__proto__').given, false)
    assert.deepEqual([...service.at('environment').pairs()], [['__proto__', '1']])
  })

  it('are read in a time that grows with the file alone', () => {
    let read = 0
    const labels = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`l${i}`, 'x']))
    const counted = new Proxy(labels, {
      get: (target, key) => {
        read++
        return Reflect.get(target, key) as unknown
      },
    })
    assert.equal(new Field(counted, 'labels').entries().length, 1000)
    assert.ok(read <= 2000, `${read} values were read`)
  })
})
