import { humanDuration } from '../../../src/base/human-duration.js'
import type { StateRecord } from '../container-record.js'

/** The STATUS column of `docker ps`. */
export function statusText(state: StateRecord, nowMs: number): string {
  const since = (ms: number): string => humanDuration(Math.max(0, nowMs - ms))
  const health = state.health ? ` (${state.health.status === 'starting' ? 'health: starting' : state.health.status})` : ''
  switch (state.status) {
    case 'running':
      return `Up ${since(state.startedMs)}${health}`
    case 'paused':
      return `Up ${since(state.startedMs)} (Paused)`
    case 'restarting':
      return `Restarting (${state.exitCode}) ${since(state.finishedMs)} ago`
    case 'removing':
      return 'Removal In Progress'
    case 'dead':
      return 'Dead'
    case 'created':
      return 'Created'
    case 'exited':
      return state.finishedMs === 0 ? 'Created' : `Exited (${state.exitCode}) ${since(state.finishedMs)} ago`
  }
}
