import { strict as assert } from 'node:assert'
import { createControl } from '../../../../manager/control/control.js'
import { kindOf, type ErrorKind } from '../../../../src/base/errors.js'
import { createTestStore } from '../../../support/memory-cluster.js'

/** A control API over a store of its own; `members` are the nodes in the Raft group. */
export function controlFixture() {
  const test = createTestStore()
  const members = new Set<string>()
  const removable = new Set<string>()
  let minted = 0
  const control = createControl({
    store: test.store,
    clock: test.clock,
    ids: test.ids,
    membership: { isMember: (id) => members.has(id), canRemove: (id) => removable.has(id) },
    secrets: {
      mintJoinToken: (digest) => `SWMTKN-1-${digest}-${++minted}`,
      mintUnlockKey: () => new Uint8Array([++minted]),
    },
    askNode: async (nodeId, kind, body) => Buffer.from(`${nodeId} ${kind} ${Buffer.from(body).toString()}`),
    serviceLogs: async function* () {},
  })
  return { ...test, control, members, removable }
}

/** Rejects with this kind, and a sentence that has `message` in it. */
export async function refused(kind: ErrorKind, message: string | RegExp, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (thrown: Error) => {
    assert.equal(kindOf(thrown), kind, thrown.stack)
    if (typeof message === 'string') assert.ok(thrown.message.includes(message), thrown.message)
    else assert.match(thrown.message, message)
    return true
  })
}
