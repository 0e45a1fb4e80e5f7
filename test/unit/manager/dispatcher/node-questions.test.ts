import { strict as assert } from 'node:assert'
import { NodeQuestions } from '../../../../manager/dispatcher/node-questions.js'
import { idSource } from '../../../../src/base/id.js'
import { seededRng } from '../../../../src/base/rng.js'
import { ManualClock, settle } from '../../../support/manual-clock.js'

function setUp() {
  const clock = new ManualClock()
  const questions = new NodeQuestions(clock, idSource(seededRng(1)))
  const ask = (kind: string, signal?: AbortSignal) => questions.ask('n1', kind, Buffer.from(kind), () => undefined, signal)
  return { clock, questions, ask }
}

describe('questions to nodes', () => {
  it('are sent once, and answered by the node that was asked alone', async () => {
    const { questions, ask } = setUp()
    const answer = ask('trace')
    const [question, ...more] = questions.take('n1')
    assert.ok(question && more.length === 0)
    assert.deepEqual(questions.take('n1'), [])
    const reply = { id: question.id, body: Buffer.from('yes'), errorKind: '', error: '' }
    questions.answer('n2', { ...reply, body: Buffer.from('no') })
    questions.answer('n1', reply)
    assert.equal(Buffer.from(await answer).toString(), 'yes')
  })

  it('that nobody waits for any more are not sent: too late, or given up', async () => {
    const { clock, questions, ask } = setUp()
    const late = assert.rejects(ask('late'), /node n1 did not answer within 60 s/)
    const caller = new AbortController()
    const cancelled = ask('cancelled', caller.signal)
    caller.abort()
    await assert.rejects(cancelled, /not waited for/)
    await assert.rejects(ask('never', caller.signal), /not waited for/)
    await clock.advance(59_000)
    const waiting = assert.rejects(ask('waiting'), /did not answer/)
    await clock.advance(1_000)
    await late
    assert.deepEqual(questions.take('n1').map(({ kind }) => kind), ['waiting'])
    await clock.advance(60_000)
    await waiting
    void ask('last').catch(() => undefined)
    await clock.advance(60_000)
    await settle()
    assert.equal(questions.hasUnsent('n1'), false)
  })

  it('end with the session of the node', async () => {
    const { questions, ask } = setUp()
    const asked = ask('trace')
    questions.forget('n1')
    await assert.rejects(asked, { kind: 'unavailable' })
    assert.equal(questions.hasUnsent('n1'), false)
  })
})
