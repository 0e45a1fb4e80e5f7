import { strict as assert } from 'node:assert'
import { readPlatform } from '../../../src/model/platform.js'

describe('written platforms', () => {
  const read = (text: string): string => {
    const { os = '?', architecture = '?', variant } = readPlatform(text)
    return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/')
  }

  it('are read from a pair, whoever knows it, and from one known word', () => {
    const expected = {
      'linux/amd64': 'linux/amd64', 'linux/arm/v6': 'linux/arm/v6', 'plan10/quantum': 'plan10/quantum', 'Linux/AMD64': 'linux/amd64',
      linux: 'linux/?', windows: 'windows/?', macOS: 'darwin/?', arm64: '?/arm64', s390x: '?/s390x',
    }
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((text) => [text, read(text)])), expected)
  })

  it('have one name for each architecture and variant', () => {
    const expected = {
      x86_64: '?/amd64', 'linux/x86-64': 'linux/amd64', 'linux/aarch64': 'linux/arm64', i386: '?/386', 'linux/armhf': 'linux/arm/v7', armel: '?/arm/v6',
      'linux/arm/7': 'linux/arm/v7', 'linux/arm64/8': 'linux/arm64/v8', 'linux/amd64/v1': 'linux/amd64', 'linux/amd64/v3': 'linux/amd64/v3',
    }
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((text) => [text, read(text)])), expected)
  })

  it('are refused when a word could be anything, in Docker’s sentence, and when they are none', () => {
    for (const word of ['foo', 'constructor', 'linux-amd64']) {
      assert.throws(() => readPlatform(word), { kind: 'invalid', message: `"${word}": unknown operating system or architecture: invalid argument` })
    }
    for (const bad of ['', 'linux/', '/amd64', 'linux/arm/', 'a/b/c/d', 'li nux/amd64', 'linux/*', 'linux/amd64,linux/arm64']) {
      assert.throws(() => readPlatform(bad), { kind: 'invalid', message: /invalid platform/ })
    }
  })
})
