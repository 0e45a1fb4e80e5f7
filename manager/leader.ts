import { Serial } from '../src/base/serial.js'
import { allocatorLoop } from './allocator/allocator.js'
import { constraintEnforcerLoop } from './orchestrator/constraint-enforcer.js'
import { globalLoop } from './orchestrator/global/loop.js'
import { jobLoops } from './orchestrator/jobs/loop.js'
import { replicatedLoop } from './orchestrator/replicated/loop.js'
import { taskReaperLoop } from './orchestrator/task-reaper.js'
import { roleManagerLoop, type RaftMembership } from './role-manager.js'
import { schedulerLoop } from './scheduler/scheduler.js'
import type { LoopDeps } from './store/store-loop.js'

/** Something that runs only while this manager leads. A new one is made for each term. */
export interface LeaderLoop extends AsyncDisposable {
  /** Begins; returns at once. */
  start(): void
}

/**
 * The loops of one term, in the order they start; they stop in reverse. Those that give to tasks what
 * they need come before those that make tasks. Each reads the whole store when it starts, so the
 * order saves work and nothing depends on it.
 */
export function leaderLoops(deps: LoopDeps, raft: RaftMembership): LeaderLoop[] {
  return [
    roleManagerLoop(deps, raft),
    allocatorLoop(deps),
    schedulerLoop(deps),
    taskReaperLoop(deps),
    constraintEnforcerLoop(deps),
    replicatedLoop(deps),
    globalLoop(deps),
    ...jobLoops(deps),
  ]
}

/**
 * Starts loops when this manager becomes leader and stops them when it no longer is. Calls are
 * carried out one after another; only the latest wish counts.
 */
export class Leader implements AsyncDisposable {
  private running: LeaderLoop[] = []
  private leading = false
  private closed = false
  private readonly work = new Serial()

  /** `makeLoops` makes the loops of a term: `leaderLoops` and whatever else the manager adds. */
  constructor(private readonly makeLoops: () => LeaderLoop[]) {}

  /** This manager leads. Resolves once its loops have started, or once it has stopped leading again. */
  lead(): Promise<void> {
    this.leading = !this.closed
    return this.settle()
  }

  /** This manager does not lead any more. Resolves once its loops have stopped. */
  resign(): Promise<void> {
    this.leading = false
    return this.settle()
  }

  /** Stops for good. */
  [Symbol.asyncDispose](): Promise<void> {
    this.closed = true
    return this.resign()
  }

  private settle(): Promise<void> {
    // One term's failure does not keep the next one from starting.
    return this.work.run(async () => {
      if (this.leading && this.running.length === 0) {
        this.running = this.makeLoops()
        for (const loop of this.running) loop.start()
      } else if (!this.leading) {
        const stopping = this.running.reverse()
        this.running = []
        const failures: unknown[] = []
        // One that fails to end does not keep the others running.
        for (const loop of stopping) await Promise.resolve(loop[Symbol.asyncDispose]()).catch((thrown: unknown) => failures.push(thrown))
        if (failures.length > 0) throw failures[0]
      }
    })
  }
}
