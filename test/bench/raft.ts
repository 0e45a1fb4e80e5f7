/**
 * Writes per second through three members with real logs on disk and gRPC with mutual TLS between
 * them, all in one process. Prints a table, then the same as one line of JSON.
 *
 *     node --import tsx test/bench/raft.ts
 */
import Table from 'cli-table3'
import { eventually } from '../support/eventually.js'
import { LoopbackGroup } from '../unit/manager/raft/loopback-group.js'

interface Figures {
  members: number
  valueBytes: number
  callers: number
  writesPerSecond: number
  medianMs: number
  p99Ms: number
}

const durationMs = 3_000

async function measure(members: number, valueBytes: number, callers: number): Promise<Figures> {
  await using group = await LoopbackGroup.create()
  await group.start('m1', { kind: 'bootstrap' })
  const leader = await eventually('a leader', () => group.leader)
  for (let i = 2; i <= members; i++) {
    await group.start(`m${i}`, { joinThrough: leader.address })
    await eventually(`m${i} votes`, () => leader.node.members().filter((m) => !m.learner).length === i)
  }
  const value = new Uint8Array(valueBytes).fill(7)
  const tookMs: number[] = []
  const startMs = performance.now()
  const write = async (): Promise<void> => {
    while (performance.now() - startMs < durationMs) {
      const sentMs = performance.now()
      await leader.node.propose(value)
      tookMs.push(performance.now() - sentMs)
    }
  }
  await Promise.all(Array.from({ length: callers }, write))
  const seconds = (performance.now() - startMs) / 1000
  tookMs.sort((a, b) => a - b)
  const at = (share: number): number => Number((tookMs[Math.floor((tookMs.length - 1) * share)] ?? 0).toFixed(2))
  return { members, valueBytes, callers, writesPerSecond: Math.round(tookMs.length / seconds), medianMs: at(0.5), p99Ms: at(0.99) }
}

const results: Figures[] = []
for (const [members, valueBytes, callers] of [[1, 512, 1], [1, 512, 64], [3, 512, 1], [3, 512, 64], [3, 512, 512], [3, 16_384, 64]] as const) {
  results.push(await measure(members, valueBytes, callers))
}
const table = new Table({ head: ['managers', 'value (B)', 'callers', 'writes/s', 'median (ms)', 'p99 (ms)'] })
for (const r of results) table.push([r.members, r.valueBytes, r.callers, r.writesPerSecond, r.medianMs, r.p99Ms])
process.stdout.write(`${table.toString()}\n${JSON.stringify({ bench: 'raft', results })}\n`)
