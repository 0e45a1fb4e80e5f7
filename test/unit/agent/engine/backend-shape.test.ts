import { strict as assert } from 'node:assert'
import { Engine } from '../../../../agent/engine/engine.js'
import type { EngineExecs } from '../../../../agent/engine/io/engine-execs.js'
import type { ContainersBackend } from '../../../../src/api/containers/backend.js'
import type { ExecBackend } from '../../../../src/api/exec/backend.js'

// The compiler is the test: an engine is handed to the API as it is.
const asContainers = (engine: Engine): ContainersBackend => engine
const asExecs = (execs: EngineExecs): ExecBackend => execs

describe('engine/shape', () => {
  it('is what the API asks for', () => {
    assert.equal(typeof asContainers, 'function')
    assert.equal(typeof asExecs, 'function')
    for (const method of ['list', 'create', 'inspect', 'start', 'stop', 'restart', 'kill', 'pause', 'unpause', 'rename', 'update', 'wait', 'remove', 'prune', 'logs', 'attach', 'resize', 'top', 'stats', 'changes']) {
      assert.equal(typeof Engine.prototype[method as keyof Engine], 'function', method)
    }
  })
})
