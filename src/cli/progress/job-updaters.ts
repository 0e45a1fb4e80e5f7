import type { SwarmTask } from '../../model/engine-api/extensions.js'
import { shortId } from '../units.js'
import type { ProgressLines } from './lines.js'
import { barsMax, errorLine, isTerminal, paddedState, stateNumber } from './task-states.js'
import type { Snapshot, Updater } from './updater.js'

/** The end of a job's bar: complete, one after running. */
const completeNumber = 10

function drawTask(lines: ProgressLines, id: string, task: SwarmTask): void {
  if (task.Status?.Err) lines.show({ id, text: errorLine(task.Status.Err) })
  else if (task.Status?.State === 'complete' || !(isTerminal(task.DesiredState) && isTerminal(task.Status?.State))) {
    lines.show({ id, text: paddedState(task), bar: { current: Math.min(stateNumber(task.Status?.State), completeNumber), total: completeNumber } })
  }
}

/** How many runs are complete, how many are under way, and a line for each. */
export class ReplicatedJobUpdater implements Updater {
  private started = false

  constructor(
    private readonly lines: ProgressLines,
    private readonly total: number,
    private readonly concurrent: number,
    private readonly iteration: number,
  ) {}

  update({ tasks }: Snapshot): boolean {
    const width = String(this.total).length
    const id = (slot: number): string => `${String(slot).padStart(width)}/${this.total}`
    if (!this.started) {
      this.draw(0, 0)
      if (this.total <= barsMax) for (let slot = 1; slot <= this.total; slot++) this.lines.show({ id: id(slot), text: ' ' })
      this.started = true
    }
    let complete = 0
    let active = 0
    const mine = tasks.filter((task) => (task.JobIteration?.Index ?? 0) === this.iteration)
    for (const task of latestOf(mine, (one) => String(one.Slot ?? 0))) {
      if (task.Status?.State === 'complete') complete++
      else if (task.DesiredState === 'complete' && !isTerminal(task.Status?.State)) active++
      // Slots of jobs start at zero.
      if (this.total <= barsMax) drawTask(this.lines, id((task.Slot ?? 0) + 1), task)
    }
    this.draw(complete, active)
    if (complete < this.total) return false
    this.lines.show({ text: 'job complete' })
    return true
  }

  private draw(complete: number, active: number): void {
    this.lines.show({ id: 'job progress', text: `${complete} out of ${this.total} complete`, bar: { current: complete, total: this.total } })
    this.lines.show({ id: 'active tasks', text: `${active} out of ${Math.max(0, Math.min(this.concurrent, this.total - complete))} tasks` })
  }
}

/** One run for each node. */
export class GlobalJobUpdater implements Updater {
  private started = false

  constructor(
    private readonly lines: ProgressLines,
    private readonly iteration: number,
  ) {}

  update({ tasks, activeNodes }: Snapshot): boolean {
    const mine = tasks.filter((task) => (task.JobIteration?.Index ?? 0) === this.iteration && activeNodes.has(task.NodeID ?? ''))
    const latest = latestOf(mine, (task) => task.NodeID ?? '')
    if (latest.length === 0) {
      if (!this.started) this.lines.show({ id: 'job progress', text: 'waiting for tasks' })
      return false
    }
    this.started = true
    const complete = latest.filter((task) => task.Status?.State === 'complete').length
    this.lines.show({
      id: 'job progress',
      text: `${complete} out of ${latest.length} complete`,
      bar: { current: complete, total: latest.length },
    })
    if (latest.length <= barsMax) for (const task of latest) drawTask(this.lines, shortId(task.NodeID ?? ''), task)
    if (complete < latest.length) return false
    this.lines.show({ text: 'job complete' })
    return true
  }
}

/** The newest task of each key. */
function latestOf(tasks: readonly SwarmTask[], key: (task: SwarmTask) => string): SwarmTask[] {
  const latest = new Map<string, SwarmTask>()
  for (const task of tasks) {
    const known = latest.get(key(task))
    if (!known || (known.CreatedAt ?? '') < (task.CreatedAt ?? '')) latest.set(key(task), task)
  }
  return [...latest.values()]
}
