import type { SwarmTask } from '../../model/engine-api/extensions.js'

/** States on the way of a task, numbered as bars show them; 10 and above are ends. */
const numbers: Record<string, number> = {
  new: 1,
  allocated: 2,
  pending: 3,
  assigned: 4,
  accepted: 5,
  preparing: 6,
  ready: 7,
  starting: 8,
  running: 9,
  complete: 10,
  shutdown: 11,
  failed: 12,
  rejected: 13,
}

export const runningNumber = 9
/** Width of the longest name of a state that bars show. */
const stateWidth = 9
/** Up to this many tasks have a bar each. */
export const barsMax = 20

/** Zero for a state that is none of a task's way. */
export function stateNumber(state: string | undefined): number {
  return numbers[state ?? ''] ?? 0
}

export function isTerminal(state: string | undefined): boolean {
  return stateNumber(state) > runningNumber
}

export function isRunning(task: SwarmTask): boolean {
  return !isTerminal(task.DesiredState) && task.Status?.State === 'running'
}

/** The state padded to the width of the longest. */
export function paddedState(task: SwarmTask): string {
  return (task.Status?.State ?? '').padEnd(stateWidth)
}

/** An error on one line of at most `length` characters. */
export function errorLine(text: string, length = 75): string {
  const line = text.replaceAll('\n', ' ')
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}
