import { eventually } from '../support/eventually.js'
import { LoopbackGroup } from '../unit/manager/raft/loopback-group.js'
import { repetitions, type Bench } from './bench.js'
import type { Figure } from './report.js'
import { summarise } from './statistics.js'

const usualDurationMs = 3_000
/** Managers, bytes of a value, callers at a time. */
const cases = [[1, 512, 1], [1, 512, 64], [3, 512, 1], [3, 512, 64], [3, 512, 512], [3, 16_384, 64]] as const

/**
 * Writes through the Raft log of one and of three members, with real logs on disk and gRPC with mutual
 * TLS between them, all in one process.
 */
export const benchRaft: Bench = async (context) => {
  const figures: Figure[] = []
  const durationMs = repetitions(context, usualDurationMs, 500)
  for (const [members, valueBytes, callers] of cases) {
    context.say(`raft: ${members} managers, ${callers} callers`)
    const subject = `${members} manager${members === 1 ? '' : 's'}, values of ${valueBytes} B, ${callers} caller${callers === 1 ? '' : 's'}`
    const { tookMs, seconds } = await write(members, valueBytes, callers, durationMs)
    const { median, p95 } = summarise(tookMs)
    figures.push({ bench: 'raft', subject, figure: 'writes', unit: '1/s', skep: Math.round(tookMs.length / seconds) })
    figures.push({ bench: 'raft', subject, figure: 'median', unit: 'ms', skep: median })
    figures.push({ bench: 'raft', subject, figure: 'p95', unit: 'ms', skep: p95 })
  }
  return figures
}

async function write(members: number, valueBytes: number, callers: number, durationMs: number): Promise<{ tookMs: number[]; seconds: number }> {
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
  const caller = async (): Promise<void> => {
    while (performance.now() - startMs < durationMs) {
      const sentMs = performance.now()
      await leader.node.propose(value)
      tookMs.push(performance.now() - sentMs)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { tookMs, seconds: (performance.now() - startMs) / 1000 }
}
