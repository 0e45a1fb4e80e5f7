import { strict as assert } from 'node:assert'
import { notFound, unavailable } from '../../../../src/base/errors.js'
import { translatingControl } from '../../../../src/daemon/swarm/translating-control.js'
import { NotAManagerError } from '../../../../src/wire/error-status.js'
import { FakeControl } from '../../../support/fake-control.js'

describe('the control API of a manager that may be demoted', () => {
  const refused = new NotAManagerError('/GetNode', 'n1', 'was made a worker')
  const translate = (thrown: unknown): unknown => (thrown === refused ? unavailable('This node is not a swarm manager.') : thrown)
  const control = new FakeControl()
  const translating = translatingControl(control, translate)
  let failure: Error = refused
  control.getNode = () => Promise.reject(failure)
  control.watch = async function* () {
    yield* []
    throw await Promise.resolve(failure)
  }

  it('answers as it does', async () => {
    const { id } = control.addNode('n2')
    assert.deepEqual((await translating.listNodes()).map((node) => node.id), [id])
  })

  it('tells failures of calls and of streams in other words, and others as they are', async () => {
    const read = async (): Promise<void> => {
      for await (const _ of translating.watch(new AbortController().signal));
    }
    failure = refused
    await assert.rejects(translating.getNode('n1'), { kind: 'unavailable', message: 'This node is not a swarm manager.' })
    await assert.rejects(read(), { kind: 'unavailable', message: 'This node is not a swarm manager.' })
    failure = notFound('node n1 not found')
    await assert.rejects(translating.getNode('n1'), { kind: 'notFound' })
    await assert.rejects(read(), { kind: 'notFound' })
  })
})
