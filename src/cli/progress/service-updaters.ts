import type { SwarmTask } from '../../model/engine-api/extensions.js'
import { shortId } from '../units.js'
import type { ProgressLines } from './lines.js'
import { barsMax, errorLine, isRunning, isTerminal, paddedState, runningNumber, stateNumber } from './task-states.js'
import type { Snapshot, Updater } from './updater.js'

function overall(lines: ProgressLines, running: number, total: number, rollback: boolean): void {
  lines.show({ id: 'overall progress', text: `${rollback ? 'rolling back update: ' : ''}${running} out of ${total} tasks` })
}

function drawTask(lines: ProgressLines, id: string, task: SwarmTask, rollback: boolean): void {
  if (task.Status?.Err) {
    lines.show({ id, text: errorLine(task.Status.Err) })
    return
  }
  if (isTerminal(task.DesiredState) || isTerminal(task.Status?.State)) return
  const number = stateNumber(task.Status?.State)
  lines.show({ id, text: paddedState(task), bar: { current: rollback ? runningNumber - number : number, total: runningNumber } })
}

/** A line for each slot, and how many of them run. */
export class ReplicatedUpdater implements Updater {
  /** The line of each slot: slots are numbered with holes after scaling. */
  private readonly lineOf = new Map<number, number>()
  private started = false
  private done = false

  constructor(private readonly lines: ProgressLines) {}

  update({ service, tasks, activeNodes, rollback }: Snapshot): boolean {
    const replicas = service.Spec?.Mode?.Replicated?.Replicas ?? 1
    if (!this.started) {
      overall(this.lines, 0, replicas, rollback)
      if (replicas <= barsMax) for (let i = 1; i <= replicas; i++) this.lines.show({ id: `${i}/${replicas}`, text: ' ' })
      this.started = true
    }
    const bySlot = new Map<number, SwarmTask>()
    for (const task of tasks) {
      const slot = task.Slot ?? 0
      if (newer(task, bySlot.get(slot)) && (!task.NodeID || activeNodes.has(task.NodeID))) bySlot.set(slot, task)
    }
    if (this.done && [...bySlot.values()].some((task) => task.Status?.State !== 'running')) this.done = false
    let running = 0
    for (const [slot, task] of bySlot) {
      const line = this.lineOf.get(slot) ?? this.lineOf.size + 1
      this.lineOf.set(slot, line)
      if (isRunning(task)) running++
      if (!this.done && replicas <= barsMax && line <= replicas) drawTask(this.lines, `${line}/${replicas}`, task, rollback)
    }
    if (!this.done) {
      overall(this.lines, running, replicas, rollback)
      this.done = running === replicas
    }
    return running === replicas
  }
}

/** A line for each node that the service has a task on. */
export class GlobalUpdater implements Updater {
  private started = false
  private done = false

  constructor(private readonly lines: ProgressLines) {}

  update({ tasks, activeNodes, rollback }: Snapshot): boolean {
    const byNode = new Map<string, SwarmTask>()
    for (const task of tasks) if (newer(task, byNode.get(task.NodeID ?? ''))) byNode.set(task.NodeID ?? '', task)
    // All tasks are made at once, so the nodes that fit are those with a task; none yet means none are made yet.
    const total = byNode.size
    if (!this.started) {
      if (total === 0) {
        this.lines.show({ id: 'overall progress', text: 'waiting for new tasks' })
        return false
      }
      overall(this.lines, 0, total, rollback)
      this.started = true
    }
    if (this.done && [...byNode.values()].some((task) => task.Status?.State !== 'running')) this.done = false
    let running = 0
    for (const [node, task] of byNode) {
      if (!activeNodes.has(node)) continue
      if (isRunning(task)) running++
      if (!this.done && total <= barsMax) drawTask(this.lines, shortId(node), task, rollback)
    }
    if (!this.done) {
      overall(this.lines, running, total, rollback)
      this.done = running === total
    }
    return running === total
  }
}

/** Of two tasks of one slot: the one wanted earlier on the way, then the one that is earlier on it. */
function newer(task: SwarmTask, known: SwarmTask | undefined): boolean {
  const wanted = stateNumber(task.DesiredState)
  const state = stateNumber(task.Status?.State)
  if (wanted === 0 || state === 0) return false
  if (!known) return true
  const knownWanted = stateNumber(known.DesiredState)
  if (knownWanted !== wanted) return wanted < knownWanted
  return state < stateNumber(known.Status?.State)
}
