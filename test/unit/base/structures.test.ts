import { strict as assert } from 'node:assert'
import * as fc from 'fast-check'
import { Backoff } from '../../../src/base/backoff.js'
import { delay, rfc3339, withTimeout } from '../../../src/base/clock.js'
import { idSource } from '../../../src/base/id.js'
import { Queue } from '../../../src/base/queue.js'
import { jittered, seededRng, shuffled } from '../../../src/base/rng.js'
import { Scope } from '../../../src/base/scope.js'
import { readAtMost } from '../../../src/base/read-at-most.js'
import { StdcopyDecoder, stdcopyFrame, StdStream } from '../../../src/base/stdcopy.js'
import { WatchQueue } from '../../../src/base/watch-queue.js'
import { ManualClock } from '../../support/manual-clock.js'

describe('a scope', () => {
  it('aborts its signal, then cleans up in reverse order, once', async () => {
    const done: string[] = []
    const scope = new Scope()
    scope.signal.addEventListener('abort', () => done.push('abort'))
    scope.defer(() => done.push('first'))
    scope.defer(async () => {
      await Promise.resolve()
      done.push('second')
    })
    await Promise.all([scope[Symbol.asyncDispose](), scope[Symbol.asyncDispose]()])
    assert.deepEqual(done, ['abort', 'second', 'first'])
  })

  it('cleans up everything although one clean-up fails, and throws that failure', async () => {
    const done: string[] = []
    const scope = new Scope()
    scope.defer(() => done.push('still done'))
    scope.defer(() => {
      throw new Error('failed')
    })
    await assert.rejects(scope[Symbol.asyncDispose](), /failed/)
    assert.deepEqual(done, ['still done'])
  })

  it('cleans up at once what is deferred after its end', async () => {
    const scope = new Scope()
    await scope[Symbol.asyncDispose]()
    let done = false
    scope.defer(() => (done = true))
    await scope[Symbol.asyncDispose]()
    assert.ok(done)
  })
})

describe('a queue', () => {
  it('refuses what is over its limit and gives everything in order', async () => {
    const queue = new Queue<number>(2)
    assert.deepEqual([queue.push(1), queue.push(2), queue.push(3)], [true, true, false])
    assert.deepEqual(await queue.takeAll(), [1, 2])
    const waiting = queue.takeAll()
    queue.push(4)
    assert.deepEqual(await waiting, [4])
    queue.close()
    assert.equal(await queue.takeAll(), undefined)
    assert.equal(queue.push(5), false)
  })

  it('gives what it has before it fails', async () => {
    const queue = new Queue<number>(2)
    queue.push(1)
    queue.close(new Error('broken'))
    assert.deepEqual(await queue.takeAll(), [1])
    await assert.rejects(queue.takeAll(), /broken/)
  })
})

describe('a watch queue', () => {
  it('gives each subscriber what it accepts, from its subscription on', async () => {
    const watch = new WatchQueue<number>()
    watch.publish(1)
    using even = watch.subscribe((n) => n % 2 === 0)
    using all = watch.subscribe()
    for (const n of [2, 3, 4]) watch.publish(n)
    assert.deepEqual(await even.takeAll(), [2, 4])
    assert.deepEqual(await all.takeAll(), [2, 3, 4])
  })

  it('closes a reader that is too slow, and only that one', async () => {
    const watch = new WatchQueue<number>(2)
    const slow = watch.subscribe()
    const fast = watch.subscribe()
    watch.publish(1)
    await fast.takeAll()
    watch.publish(2)
    await fast.takeAll()
    watch.publish(3)
    assert.deepEqual(await slow.takeAll(), [1, 2])
    await assert.rejects(slow.takeAll(), /too slow/)
    assert.deepEqual(await fast.takeAll(), [3])
    assert.equal(watch.subscriberCount, 1)
  })
})

describe('reading at most so much', () => {
  it('gives all that there is, and lets go of what gives more', async () => {
    let left = false
    const source = async function* (): AsyncGenerator<Buffer> {
      try {
        for (const piece of ['one ', 'two ', 'three']) yield Buffer.from(piece)
      } finally {
        left = true
      }
    }
    assert.equal(String(await readAtMost(source(), 13, () => new Error('too much'))), 'one two three')
    left = false
    await assert.rejects(readAtMost(source(), 7, () => new Error('too much')), /too much/)
    assert.equal(left, true)
  })
})

describe('stdcopy frames', () => {
  it('come back from chunks of any size', () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(StdStream.stdout, StdStream.stderr), fc.uint8Array({ maxLength: 300 })), { maxLength: 8 })
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 64 }), (given, size) => {
        const bytes = Buffer.concat(given.map(([stream, payload]) => stdcopyFrame(stream, payload)))
        const decoder = new StdcopyDecoder()
        const found: [number, number[]][] = []
        for (let at = 0; at < bytes.length; at += size) {
          for (const { stream, payload } of decoder.decode(bytes.subarray(at, at + size))) found.push([stream, [...payload]])
        }
        assert.deepEqual(found, given.map(([stream, payload]) => [stream, [...payload]]))
      }),
    )
  })

  it('are refused when they are none', () => {
    assert.throws(() => new StdcopyDecoder().decode(Buffer.from([9, 0, 0, 0, 0, 0, 0, 1, 0])), RangeError)
    assert.throws(() => new StdcopyDecoder().decode(Buffer.from([1, 0, 0, 0, 255, 255, 255, 255])), RangeError)
  })
})

describe('time and chance', () => {
  it('waits by the clock it is handed, and stops when aborted', async () => {
    const clock = new ManualClock()
    let waited = false
    const waiting = delay(clock, 100).then(() => (waited = true))
    await clock.advance(99)
    assert.equal(waited, false)
    await clock.advance(1)
    await waiting
    const controller = new AbortController()
    const aborted = delay(clock, 100, controller.signal)
    controller.abort(new Error('enough'))
    await assert.rejects(aborted, /enough/)
    assert.equal(clock.pendingTimers, 0)
  })

  it('gives up waiting for work that takes too long', async () => {
    const clock = new ManualClock()
    const late = withTimeout(clock, 50, new Promise(() => undefined), () => new Error('too long'))
    const outcome = assert.rejects(late, /too long/)
    await clock.advance(50)
    await outcome
    assert.equal(await withTimeout(clock, 50, Promise.resolve(1), () => new Error('too long')), 1)
    assert.equal(clock.pendingTimers, 0)
  })

  it('prints nanoseconds', () => {
    assert.equal(rfc3339(Date.UTC(2026, 0, 2, 3, 4, 5, 6) + 0.5), '2026-01-02T03:04:05.006500000Z')
  })

  it('repeats what a seed gives, within bounds', () => {
    const numbers = (seed: number): number[] => Array.from({ length: 20 }, ((rng) => () => rng.below(10))(seededRng(seed)))
    assert.deepEqual(numbers(7), numbers(7))
    assert.notDeepEqual(numbers(7), numbers(8))
    assert.ok(numbers(7).every((n) => n >= 0 && n < 10))
    fc.assert(fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      assert.deepEqual([...shuffled(seededRng(seed), items)].sort(), [...items].sort())
    }))
    fc.assert(fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer(), (value, seed) => {
      assert.ok(Math.abs(jittered(seededRng(seed), value, 0.2) - value) <= value * 0.2)
    }))
  })

  it('backs off by doubling up to its limit, and starts over after a success', () => {
    const backoff = new Backoff({ below: (bound) => Math.floor(bound / 2) }, 100, 1_000)
    assert.deepEqual([1, 2, 3, 4, 5].map(() => backoff.nextMs()), [100, 200, 400, 800, 1_000])
    backoff.reset()
    assert.equal(backoff.nextMs(), 100)
  })

  it('mints ids of the right form', () => {
    const ids = idSource(seededRng(1))
    assert.match(ids.objectId(), /^[0-9a-z]{25}$/)
    assert.match(ids.hexId(), /^[0-9a-f]{64}$/)
    assert.notEqual(ids.objectId(), ids.objectId())
  })
})
