import { strict as assert } from 'node:assert'
import type { Container } from '../../../../agent/engine/container.js'
import { StatsSampler } from '../../../../agent/engine/view/stats-sampler.js'
import type { CgroupStats } from '../../../../agent/runtime/cgroup/stats.js'
import type { ContainerStatsResponse } from '../../../../src/model/engine-api/stats.js'
import { eventually } from '../../../support/eventually.js'
import { ManualClock } from '../../../support/manual-clock.js'

function fakeContainer(id: string) {
  const removals = new Set<() => void>()
  const fake = { id, isUp: true, record: { state: { startedMs: 1 } }, onRemoval: (listener: () => void) => (removals.add(listener), () => removals.delete(listener)) }
  return { fake, container: fake as unknown as Container, remove: () => [...removals].forEach((listener) => listener()) }
}

describe('engine/view/stats-sampler', () => {
  it('reads once a second for all watchers, and not while there are none', async () => {
    const clock = new ManualClock()
    const reads: string[] = []
    const open = new Set<string>()
    const sampler = new StatsSampler({
      clock,
      moment: () => ({ hostCpuNs: 0, read: '' }),
      openReader: ({ id }) => {
        open.add(id)
        return { read: () => (reads.push(id), {} as CgroupStats), [Symbol.dispose]: () => void open.delete(id) }
      },
      makeSample: ({ id }, usage, _host, previous) => ({ id: `${id}${reads.length}`, name: usage ? 'up' : 'down', preread: previous?.id ?? '' }) as unknown as ContainerStatsResponse,
    })
    const [a, b] = [fakeContainer('a'), fakeContainer('b')]
    const first = new AbortController()
    const second = new AbortController()
    const watchers = [sampler.watch(a.container, first.signal), sampler.watch(a.container, second.signal), sampler.watch(b.container, second.signal)]
    const samples = await Promise.all(watchers.map(async (watcher) => (await watcher.next()).value?.id))
    // The second watcher of one container gets the sample that is there.
    assert.deepEqual(samples, ['a1', 'a1', 'b2'])
    const next = Promise.all(watchers.map(async (watcher) => (await watcher.next()).value))
    await clock.advance(1000)
    assert.deepEqual((await next).map((sample) => [sample?.id, sample?.name, sample?.preread]), [['a3', 'up', 'a1'], ['a3', 'up', 'a1'], ['b4', 'up', 'b2']])
    assert.deepEqual(reads, ['a', 'b', 'a', 'b'])

    // One that ended gives empty samples, and its files are closed.
    a.fake.isUp = false
    const empty = watchers[0]?.next()
    await eventually('the next pass is set', () => clock.pendingTimers > 0)
    await clock.advance(1000)
    assert.equal((await empty)?.value?.name, 'down')
    assert.deepEqual([...open], ['b'])

    first.abort()
    assert.equal((await watchers[0]?.next())?.done, true)
    b.remove()
    const ended = watchers[2]?.next()
    await eventually('its watch ends', async () => (await ended)?.done === true || (await watchers[2]?.next())?.done === true)
    second.abort()
    while ((await watchers[1]?.next())?.done !== true) continue
    assert.deepEqual([...open], [])
    assert.equal(clock.pendingTimers, 0)
  })
})
