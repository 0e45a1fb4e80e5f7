import { conflict } from '../../src/base/errors.js'

/** A container's state, with the words that Docker shows. */
export const ContainerStatus = {
  created: 'created',
  running: 'running',
  paused: 'paused',
  /** Between an exit and the next start that the restart policy asks for. */
  restarting: 'restarting',
  removing: 'removing',
  exited: 'exited',
  /** A removal failed half-way; removing it again goes on. */
  dead: 'dead',
} as const
export type ContainerStatus = (typeof ContainerStatus)[keyof typeof ContainerStatus]

const moves: Record<ContainerStatus, readonly ContainerStatus[]> = {
  created: ['running', 'removing', 'exited'],
  running: ['paused', 'exited', 'restarting'],
  paused: ['running', 'exited', 'restarting'],
  restarting: ['running', 'exited', 'removing', 'restarting'],
  removing: ['dead'],
  exited: ['running', 'removing', 'restarting', 'exited'],
  dead: ['removing'],
}

/** Throws `conflict` naming both ends unless a container may go from one state to the other. */
export function assertMove(id: string, from: ContainerStatus, to: ContainerStatus): void {
  if (!moves[from].includes(to)) throw conflict(`container ${id} cannot go from ${from} to ${to}`)
}

/** True in the states in which its processes exist. */
export function hasProcesses(status: ContainerStatus): boolean {
  return status === 'running' || status === 'paused'
}
