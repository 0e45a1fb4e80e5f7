import { strict as assert } from 'node:assert'
import { choosePaths, dependents, isUnderWay, nextStep, type EncryptedNode, type Rotation } from '../../../../../agent/network/wireguard/handover.js'
import { newKeyPair } from '../../../../../agent/network/wireguard/keys.js'
import { usableNodes } from '../../../../../agent/network/wireguard/usable-nodes.js'

const none = { keys: new Map<string, string>(), tunnels: new Map<string, string>() }
const node = (nodeId: string, ...keys: string[]): EncryptedNode => ({ nodeId, address: '192.0.2.1', keys: keys.map((publicKey) => ({ publicKey, port: 1 })) })
const seen = (...pairs: string[]) => (tunnel: string, key: string): number => (pairs.includes(`${tunnel}-${key}`) ? 1_000 : 0)

describe('the handover between keys', () => {
  it('uses what there is, before any handshake', () => {
    const paths = choosePaths(['A'], [node('n1', 'x')], seen(), none)
    assert.deepEqual([[...paths.keys], [...paths.tunnels]], [[['n1', 'x']], [['x', 'A']]])
    assert.equal(isUnderWay(['A'], [node('n1', 'x')], paths), false)
  })

  it("goes to another node's new key once there was a handshake with it, and not before", () => {
    const before = choosePaths(['A'], [node('n1', 'x')], seen('A-x'), none)
    const both = [node('n1', 'x', 'y')]
    const waiting = choosePaths(['A'], both, seen('A-x'), before)
    assert.equal(waiting.keys.get('n1'), 'x')
    assert.equal(waiting.tunnels.get('y'), 'A')
    assert.equal(isUnderWay(['A'], both, waiting), true)
    const moved = choosePaths(['A'], both, seen('A-x', 'A-y'), waiting)
    assert.equal(moved.keys.get('n1'), 'y')
    assert.equal(isUnderWay(['A'], both, moved), false)
    // What moved stays, although the handshake is forgotten.
    assert.equal(choosePaths(['A'], both, seen(), moved).keys.get('n1'), 'y')
    assert.equal(choosePaths(['A'], [node('n1', 'y')], seen(), moved).keys.get('n1'), 'y')
  })

  it("goes through its own new tunnel once there was a handshake in it, for each node by itself", () => {
    const nodes = [node('n1', 'x'), node('n2', 'z')]
    const paths = choosePaths(['A', 'B'], nodes, seen('A-x', 'A-z', 'B-x'), none)
    assert.deepEqual([...paths.tunnels], [['x', 'B'], ['z', 'A']])
    assert.equal(isUnderWay(['A', 'B'], nodes, paths), true)
    // The old tunnel goes: what is left leads everywhere.
    assert.deepEqual([...choosePaths(['B'], nodes, seen('B-x'), paths).tunnels], [['x', 'B'], ['z', 'B']])
  })

  it('knows who would be cut off without the old key', () => {
    const nodes = [node('n1', 'x'), node('n2', 'z'), node('n3', 'w')]
    // n3 was not heard from for longer than a session lasts.
    const handshakes = (tunnel: string, key: string): number => new Map([['A-x', 1_000], ['B-x', 1_001], ['A-z', 1_000], ['A-w', 500]]).get(`${tunnel}-${key}`) ?? 0
    assert.deepEqual(dependents('A', 'B', nodes, handshakes, 1_010_000), ['n2'])
    assert.deepEqual(dependents('A', 'B', nodes, handshakes, 2_000_000), [])
  })

  it('sees that a node which changes its key too is led to by the old key as long as only that was heard', () => {
    const both = [node('n1', 'x', 'y')]
    assert.deepEqual(dependents('A', 'B', both, seen('A-x', 'A-y', 'B-x'), 1_010_000), ['n1'])
    assert.deepEqual(dependents('A', 'B', both, seen('A-x', 'A-y', 'B-x', 'B-y'), 1_010_000), [])
  })

  it('makes a key, waits for everybody, withdraws the old one, and removes it', () => {
    const times = { periodMs: 100_000, graceMs: 10_000 }
    const step = (over: Partial<Rotation>, nowMs: number): unknown =>
      nextStep({ createdAtMs: 0, overlap: false, spread: true, independent: true, settledAtMs: undefined, withdrawn: false, ...over }, times, nowMs)
    assert.deepEqual(step({}, 40_000), { step: 'wait', forMs: 60_000 })
    assert.deepEqual(step({}, 100_000), { step: 'begin' })
    // A clock that was set back by a year.
    assert.deepEqual(step({ createdAtMs: 3e10 }, 0), { step: 'wait', forMs: 100_000 })
    const overlap = { overlap: true, createdAtMs: 100_000 }
    assert.deepEqual(step({ ...overlap, spread: false }, 101_000), { step: 'wait', forMs: 500 })
    assert.deepEqual(step({ ...overlap, independent: false }, 101_000), { step: 'wait', forMs: 500 })
    assert.deepEqual(step({ ...overlap, settledAtMs: 101_000 }, 110_800), { step: 'wait', forMs: 200 })
    assert.deepEqual(step({ ...overlap, settledAtMs: 101_000 }, 111_000), { step: 'withdraw' })
    assert.deepEqual(step({ ...overlap, withdrawn: true, spread: false }, 150_000), { step: 'wait', forMs: 500 })
    assert.deepEqual(step({ ...overlap, withdrawn: true, independent: false, settledAtMs: 112_000 }, 122_000), { step: 'finish' })
  })
})

describe('the nodes that tunnels lead to', () => {
  const [mine, first, second] = [newKeyPair().publicKey, newKeyPair().publicKey, newKeyPair().publicKey]

  it('have keys that are theirs alone', () => {
    const own = new Set([mine])
    const before = [node('n2', second)]
    const { usable, refused } = usableNodes([node('n1', first, second, mine, 'none'), node('n2', second), node('n3')], own, before)
    assert.deepEqual(usable, [node('n1', first), node('n2', second)])
    assert.deepEqual(refused.map((line) => line.replace(/ names .* that /, ' ')), [
      "node n1 is another node's: nothing is sent to it", "node n1 is another node's: nothing is sent to it", 'node n1 is none: nothing is sent to it',
    ])
    // The one that had it has changed its key: whoever names it now has it.
    assert.deepEqual(usableNodes([node('n1', second)], own, before).usable, [node('n1', second)])
  })

  it('have an address, a port, and few keys', () => {
    const many = Array.from({ length: 6 }, () => newKeyPair().publicKey)
    assert.deepEqual(usableNodes([node('n1', ...many)], new Set(), []).usable, [node('n1', ...many.slice(-4))])
    const bad = [{ ...node('n1', first), address: '' }, { nodeId: 'n2', address: '192.0.2.1', keys: [{ publicKey: second, port: 70_000 }] }]
    assert.deepEqual(usableNodes(bad, new Set(), []).usable, [])
  })
})
