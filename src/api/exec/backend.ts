import type { ProcessConfig } from '../../model/engine-api/container.js'
import type { AttachSession } from '../containers/backend.js'

/** The body of `POST /containers/{id}/exec`. */
export interface ExecConfig {
  AttachStdin?: boolean
  AttachStdout?: boolean
  AttachStderr?: boolean
  /** Rows and columns. */
  ConsoleSize?: number[]
  DetachKeys?: string
  Tty?: boolean
  /** NAME=value */
  Env?: string[]
  Cmd?: string[]
  Privileged?: boolean
  User?: string
  WorkingDir?: string
}

/** The answer of `GET /exec/{id}/json`. */
export interface ExecInspect {
  ID: string
  Running: boolean
  ExitCode: number | null
  ProcessConfig: ProcessConfig
  OpenStdin: boolean
  OpenStderr: boolean
  OpenStdout: boolean
  CanRemove: boolean
  ContainerID: string
  DetachKeys: string
  Pid: number
}

export interface ExecStartOptions {
  /** Wins over what the exec was created with. */
  tty?: boolean
  size?: { rows: number; columns: number }
}

/** What the exec endpoints need of the engine. `id` is an exec's id. */
export interface ExecBackend {
  /** Throws `notFound` for the container, `conflict` when it is paused or does not run. Gives the exec's id. */
  create(container: string, config: ExecConfig): Promise<string>
  /**
   * Runs it and hands over its streams. Throws `conflict` when it ran already or its container does not run, and what
   * went wrong when the program cannot be started; `inspect` then gives 126 or 127 as the exit code. The client is
   * connected by then, so it reads the sentence as output.
   */
  start(id: string, options: ExecStartOptions): Promise<AttachSession>
  /** Runs it with nobody attached. */
  startDetached(id: string, options: ExecStartOptions): Promise<void>
  inspect(id: string): Promise<ExecInspect>
  resize(id: string, size: { rows: number; columns: number }): Promise<void>
}
