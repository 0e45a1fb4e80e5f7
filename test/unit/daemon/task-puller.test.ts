import { strict as assert } from 'node:assert'
import { TaskPuller } from '../../../src/daemon/swarm/task-puller.js'
import { nullLogger } from '../../../src/base/log.js'
import { notFound } from '../../../src/base/errors.js'
import { familiarName, type Reference } from '../../../agent/image/reference.js'
import type { PullOptions } from '../../../agent/image/registry/registries.js'

describe('pulling for tasks', () => {
  const later = () => new Promise((resolve) => setImmediate(resolve))
  let pulls: { name: string; options: PullOptions; signal: AbortSignal; resolve: () => void; reject: (thrown: Error) => void }[]
  let puller: TaskPuller

  beforeEach(() => {
    pulls = []
    const pull = (reference: Reference, options: PullOptions, _progress: unknown, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        pulls.push({ name: familiarName(reference), options, signal, resolve, reject })
      })
    puller = new TaskPuller({ pull }, nullLogger)
  })

  it('pulls once for tasks that come together', async () => {
    const signal = new AbortController().signal
    const both = [puller.pull('web', undefined, signal), puller.pull('docker.io/library/web:latest', undefined, signal)]
    assert.deepEqual(pulls.map((one) => one.name), ['web:latest'])
    pulls[0]?.resolve()
    await Promise.all(both)
    void puller.pull('web', undefined, signal)
    assert.equal(pulls.length, 2)
  })

  it('goes on while one task waits, and gives up with the last', async () => {
    const [one, two] = [new AbortController(), new AbortController()]
    const first = puller.pull('web', undefined, one.signal)
    const second = puller.pull('web', undefined, two.signal)
    one.abort(new Error('task removed'))
    await assert.rejects(first, /task removed/)
    assert.equal(pulls[0]?.signal.aborted, false)
    two.abort(new Error('task removed too'))
    await assert.rejects(second, /task removed too/)
    await later()
    assert.equal(pulls[0]?.signal.aborted, true)
    // Who comes now is not given the pull that was given up.
    void puller.pull('web', undefined, new AbortController().signal)
    assert.equal(pulls.length, 2)
  })

  it('pulls with the credentials of each service', () => {
    const auth = (password: string) => Buffer.from(JSON.stringify({ username: 'ann', password })).toString('base64url')
    const signal = new AbortController().signal
    for (const one of [auth('a'), auth('b'), auth('b'), undefined]) void puller.pull('web', one, signal)
    assert.deepEqual(pulls.map(({ options }) => options.credentials), [{ username: 'ann', password: 'a' }, { username: 'ann', password: 'b' }, undefined])
  })

  it('ends the task with what docker says, and the reason', async () => {
    const failing = puller.pull('gone', undefined, new AbortController().signal)
    pulls[0]?.reject(notFound("pull access denied for gone, repository does not exist or may require 'docker login'"))
    await assert.rejects(failing, (thrown: Error) => thrown.name === 'TaskError' && /^No such image: gone:latest: pull access denied for gone/.test(thrown.message))
  })
})
