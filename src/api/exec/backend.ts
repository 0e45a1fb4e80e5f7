import type { AttachSession } from '../../model/engine-api/attach.js'
import type { ExecConfig, ExecInspect } from '../../model/engine-api/exec.js'

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
