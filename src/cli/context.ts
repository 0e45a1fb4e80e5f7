import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../base/clock.js'
import type { EngineApi } from '../client/engine.js'
import type { GlobalFlagValues } from './contexts/endpoint.js'

/** Standard output or error; a terminal says its size. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
/** Standard input; a terminal can be made raw. */
export type InputStream = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }

/** What every verb is handed: the daemon, the streams, the environment. */
export interface Context {
  readonly api: EngineApi
  /** Where the daemon is, for messages. */
  readonly host: string
  /** The flags before the command. */
  readonly globals: GlobalFlagValues
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly environment: NodeJS.ProcessEnv
  readonly clock: Clock
  /** Aborted when Ctrl-C or SIGTERM ends the command. */
  readonly signal: AbortSignal
  /** While held, signals go to `handler` instead of ending the command. */
  takeSignals(handler: (signal: NodeJS.Signals) => void): Disposable
}
