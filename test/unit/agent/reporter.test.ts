import { strict as assert } from 'node:assert'
import { Reporter } from '../../../agent/reporter.js'
import type { TaskStatus } from '../../../src/model/task.js'
import type { TaskStatusUpdate } from '../../../src/wire/dispatcher-service.js'
import { settle } from '../../support/manual-clock.js'

const status = (state: number): TaskStatus => ({ state: state as TaskStatus['state'], timestampMs: 0, message: '', err: '', ports: [], appliedBy: 'n' })
const brief = (updates: TaskStatusUpdate[]) => updates.map(({ taskId, status: { state } }) => `${taskId}=${state}`)

describe('reporter', () => {
  it('a status that changes while the former one is on its way is sent as well', async () => {
    const reporter = new Reporter()
    const ended = new AbortController()
    const sent: string[][] = []
    const arrive: (() => void)[] = []
    const running = reporter.run((updates) => {
      sent.push(brief(updates))
      return new Promise((resolve) => arrive.push(resolve))
    }, ended.signal)
    reporter.report('t1', status(320))
    await settle()
    reporter.report('t1', status(384))
    reporter.report('t1', status(512))
    arrive[0]?.()
    await settle()
    assert.deepEqual(sent, [['t1=320'], ['t1=512']])
    arrive[1]?.()
    await settle()
    assert.equal(reporter.pending, 0)
    ended.abort()
    await running
  })

  it('many statuses go in parts, and a failure loses none', async () => {
    const reporter = new Reporter()
    for (let i = 0; i < 450; i++) reporter.report(`t${i}`, status(512))
    const sizes: number[] = []
    const failing = reporter.run((updates) => {
      sizes.push(updates.length)
      return sizes.length < 3 ? Promise.resolve() : Promise.reject(new Error('no leader'))
    }, new AbortController().signal)
    await assert.rejects(failing, /no leader/)
    assert.deepEqual(sizes, [200, 200, 50])
    assert.equal(reporter.pending, 50)
  })

  it('a new session is told everything but what was forgotten', async () => {
    const reporter = new Reporter()
    const session = async () => {
      const ended = new AbortController()
      const sent: string[] = []
      const running = reporter.run(async (updates) => void sent.push(...brief(updates)), ended.signal)
      await settle()
      ended.abort()
      await running
      return sent
    }
    reporter.report('t1', status(512))
    reporter.report('t2', status(576))
    assert.deepEqual(await session(), ['t1=512', 't2=576'])
    reporter.forget('t2')
    assert.deepEqual(await session(), ['t1=512'])
  })
})
