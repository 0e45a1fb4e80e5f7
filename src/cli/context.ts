import type { Clock } from '../base/clock.js'
import type { EngineApi } from '../client/engine.js'

/** What every verb is handed: the daemon, the streams, the environment. */
export interface Context {
  readonly api: EngineApi
  /** Where the daemon is, for messages. */
  readonly host: string
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly environment: NodeJS.ProcessEnv
  readonly clock: Clock
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}
