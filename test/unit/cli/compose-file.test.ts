import { strict as assert } from 'node:assert'
import { loadProject } from '../../../src/cli/stack/load.js'
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

describe('numbers in a Compose file', () => {
  const load = async (text: string): Promise<Field> => (await loadProject(['-'], { environment: {}, stdin: () => Promise.resolve(text), interpolate: true })).root

  it('are octal with a 0 in front, and texts where they are too large', async () => {
    const root = await load('x-all: [0440, 288, -017, 0, 089, 12345678901234567890, "0440", 22:22, 0x1F]')
    assert.deepEqual(root.at('x-all').value, [0o440, 288, -0o17, 0, 89, '12345678901234567890', '0440', '22:22', 31])
  })

  it('give the same permissions however they are written', async () => {
    const modes = (await load('x-modes: [0440, 288, "0440", "440", "0o440"]')).at('x-modes').items()
    assert.deepEqual(modes.map((mode) => mode.mode()), Array.from({ length: 5 }, () => 0o440))
    for (const wrong of (await load('x-modes: [4096, -1, 0.5, "0999", rw]')).at('x-modes').items()) {
      assert.throws(() => wrong.mode(), /x-modes\.\d must be permissions such as 0440/)
    }
  })
})
