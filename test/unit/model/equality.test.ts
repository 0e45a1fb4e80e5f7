import { strict as assert } from 'node:assert'
import { deepEqual, taskSpecsEqual, tasksEqualStable } from '../../../src/model/equality.js'
import type { Task } from '../../../src/model/task.js'
import { containerSpec, task, taskSpec } from '../../support/objects.js'

describe('equality of model values', () => {
  it('looks at structure, not at order or at absent fields', () => {
    assert.ok(deepEqual({ a: 1, b: [{ c: new Uint8Array([1]) }] }, { b: [{ c: Buffer.from([1]) }], a: 1, d: undefined }))
    const different: [unknown, unknown][] = [
      [{ a: 1 }, { a: 2 }],
      [{ a: 1 }, {}],
      [{}, { a: 1 }],
      [[1], [1, 2]],
      [[], {}],
      [null, {}],
      [new Uint8Array([1]), new Uint8Array([2])],
      [new Uint8Array([1]), { 0: 1 }],
    ]
    for (const [a, b] of different) assert.ok(!deepEqual(a, b) && !deepEqual(b, a), JSON.stringify([a, b]))
  })

  it('of task specs leaves placement out', () => {
    const placement = { constraints: ['node.role==manager'], preferences: [], maxReplicas: 0, platforms: [] }
    assert.ok(taskSpecsEqual(taskSpec(), taskSpec({ placement })))
    assert.ok(!taskSpecsEqual(taskSpec(), taskSpec({ forceUpdate: 1 })))
    assert.ok(!taskSpecsEqual(taskSpec(), taskSpec({ container: containerSpec({ image: 'other' }) })))
  })

  it('of tasks leaves out what the agent reports', () => {
    const one: Task = { ...task('t'), meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 } }
    assert.ok(tasksEqualStable(one, { ...one, meta: { ...one.meta, version: 2 }, status: { ...one.status, state: 512 } }))
    assert.ok(!tasksEqualStable(one, { ...one, desiredState: 640 }))
  })
})
