import assert from 'node:assert/strict'
import { reachabilityOf } from '../../../manager/raft-membership.js'

describe('what is told of a member of the Raft group', () => {
  it('is reachable only once it has a vote', () => {
    assert.equal(reachabilityOf({ learner: true, reachable: true }), 'unknown')
    assert.equal(reachabilityOf({ learner: false, reachable: true }), 'reachable')
  })

  it('is unreachable with a vote or without', () => {
    assert.equal(reachabilityOf({ learner: true, reachable: false }), 'unreachable')
    assert.equal(reachabilityOf({ learner: false, reachable: false }), 'unreachable')
  })
})
