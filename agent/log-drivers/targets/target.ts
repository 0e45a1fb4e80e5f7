import type { LogLine } from '../log-line.js'

/** Where a log is sent. */
export interface LogTarget {
  /** Hands lines over in order; resolves when they are on their way. Rejects when they are not: they may be sent again then. */
  send(lines: readonly LogLine[], signal: AbortSignal): Promise<void>
  /** Lets go of connections. Calling it again does nothing. */
  close(): void
}
