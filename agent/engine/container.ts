import type { Timer } from '../../src/base/clock.js'
import { Serial } from '../../src/base/serial.js'
import type { ContainerRecord } from './container-record.js'
import { assertMove, hasProcesses, type ContainerStatus } from './container-state.js'
import type { AttachHub } from './io/attach-hub.js'
import type { ExecSession } from './io/exec-session.js'

/** What a waiter is told. */
export interface ExitNotice {
  exitCode: number
  error?: string
}

/** The health checks of one run. */
export interface HealthChecks {
  /** Begins no other one; what one that is under way finds is not taken up. */
  stop(): void
  /** The same, and ends one that is under way. Resolves when it is over. */
  end(): Promise<void>
}

/** A container that is known: its record, and what lives only while this daemon runs. */
export class Container {
  /** Attached clients; there while it runs or somebody waits for it to. */
  hub: AttachHub | undefined
  /** Resolves when those who were attached to the last run have its output. */
  delivered: Promise<void> = Promise.resolve()
  /** Execs of the current run, and those that were not started. */
  readonly execs = new Map<string, ExecSession>()
  /** Variables for the next start that are in no record: a build's secrets. */
  secretEnv: readonly string[] = []
  /** Nothing of what a running container needs is there: it was never started, or all of that was taken down. */
  isTakenDown = false
  /** There while it runs and is checked. */
  healthChecks: HealthChecks | undefined
  /** There while it waits for its restart by policy. */
  restartTimer: Timer | undefined
  /** There while its record could not be written. */
  lateSave: Timer | undefined
  /** Delay before the next restart by policy, in milliseconds. */
  restartDelayMs = 0
  private readonly operations = new Serial()
  private readonly exitListeners = new Set<(notice: ExitNotice, final: boolean) => void>()
  private readonly removalListeners = new Set<(notice: ExitNotice, error?: string) => void>()

  constructor(readonly record: ContainerRecord) {}

  get id(): string {
    return this.record.id
  }
  get name(): string {
    return this.record.name
  }
  get status(): ContainerStatus {
    return this.record.state.status
  }
  get isUp(): boolean {
    return hasProcesses(this.status)
  }

  /** Moves to another state; throws `conflict` for a move that cannot be. */
  move(to: ContainerStatus): void {
    assertMove(this.id, this.status, to)
    this.record.state.status = to
  }

  /** Runs operations that change the container one after another. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.operations.run(work)
  }

  /** Resolves when the operations asked for so far are done. */
  settled(): Promise<void> {
    return this.exclusive(() => Promise.resolve())
  }

  /** `final` is false when a restart follows. Gives the way to stop listening. */
  onExit(listener: (notice: ExitNotice, final: boolean) => void): () => void {
    this.exitListeners.add(listener)
    return () => this.exitListeners.delete(listener)
  }

  /** `error` is set when the removal failed. */
  onRemoval(listener: (notice: ExitNotice, error?: string) => void): () => void {
    this.removalListeners.add(listener)
    return () => this.removalListeners.delete(listener)
  }

  announceExit(final: boolean): void {
    const notice = this.notice()
    for (const listener of [...this.exitListeners]) listener(notice, final)
  }

  announceRemoval(error?: string): void {
    const notice = this.notice()
    for (const listener of [...this.removalListeners]) listener(notice, error)
    this.removalListeners.clear()
  }

  /** How it ended last. Why a start failed is told to who started it, not to those who wait. */
  notice(): ExitNotice {
    return { exitCode: this.record.state.exitCode }
  }

  /** Attributes of its events: image, name and labels, as Docker has them. */
  eventAttributes(extra: Record<string, string> = {}): Record<string, string> {
    return { ...this.record.config.Labels, image: this.record.imageRef, name: this.name, ...extra }
  }
}
