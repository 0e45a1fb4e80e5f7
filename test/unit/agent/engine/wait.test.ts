import { strict as assert } from 'node:assert'
import { Container } from '../../../../agent/engine/container.js'
import type { ContainerRecord } from '../../../../agent/engine/container-record.js'
import { OutputQueue } from '../../../../agent/engine/io/output-queue.js'
import { waitContainer } from '../../../../agent/engine/life/wait.js'
import { ManualClock } from '../../../support/manual-clock.js'

describe('waiting for a container', () => {
  const ended = (): { container: Container; queue: OutputQueue } => {
    const container = new Container({ id: 'a', name: 'a', state: { status: 'exited', exitCode: 3 } } as ContainerRecord)
    const queue = new OutputQueue()
    queue.push({ stream: 'stdout', data: Buffer.from('last words') })
    queue.close()
    container.delivered = queue.finished
    return { container, queue }
  }

  it('ends after those who are attached have dealt with the last output', async () => {
    const { container, queue } = ended()
    const order: string[] = []
    const waited = waitContainer(new ManualClock(), container, 'not-running', () => order.push('accepted'), new AbortController().signal)
    void waited.then(({ exitCode }) => order.push(`told ${exitCode}`))
    for await (const chunk of queue) {
      await Promise.resolve()
      order.push(String(chunk.data))
    }
    await waited
    assert.deepEqual(order, ['last words', 'told 3'])
  })

  it('does not wait for a reader that left, nor long for one that does not read', async () => {
    const left = ended()
    left.queue.abandon()
    const clock = new ManualClock()
    assert.equal((await waitContainer(clock, left.container, 'not-running', () => undefined, new AbortController().signal)).exitCode, 3)
    assert.equal(clock.pendingTimers, 0)
    const waited = waitContainer(clock, ended().container, 'not-running', () => undefined, new AbortController().signal)
    await clock.advance(2_000)
    assert.equal((await waited).exitCode, 3)
  })
})
