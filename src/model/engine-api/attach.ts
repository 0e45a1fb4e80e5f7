/** What is asked of a container's or an exec's streams, and what comes of it: the engine gives it as the API's handlers take it. */

/** Until what a client waits. */
export type WaitCondition = 'not-running' | 'next-exit' | 'removed'

/** Which lines of a container's log. */
export interface LogsOptions {
  stdout: boolean
  stderr: boolean
  follow: boolean
  timestamps: boolean
  /** Attributes of the container that the log options pick go before each line. */
  details?: boolean
  /** Lines from the end; undefined is all. */
  tail?: number
  /** Milliseconds since the epoch, fractions for nanoseconds. */
  sinceMs?: number
  untilMs?: number
  /** In `frames`, lines of one stream that are there together share a frame; otherwise each has its own. */
  joinLines?: boolean
}

/** What came on one stream at once. */
export interface OutputChunk {
  stream: 'stdout' | 'stderr'
  data: Uint8Array
}

/** Which streams a client is attached to. */
export interface AttachOptions {
  stdin: boolean
  stdout: boolean
  stderr: boolean
  /** Send what was logged before. */
  logs: boolean
  /** Stay attached for what comes. */
  stream: boolean
  /** `ctrl-p,ctrl-q` when left out. */
  detachKeys?: string
}

/** Where standard input is written: a writable stream of Node. `write` is false until `drain`. */
export interface InputSink {
  write(chunk: Uint8Array): boolean
  end(): unknown
  once(event: 'drain' | 'error', listener: () => void): unknown
}

/** A live attachment; the API connects it to the client's connection. */
export interface AttachSession {
  tty: boolean
  /** Output until the container ends or `close` is called. */
  output: AsyncIterable<OutputChunk>
  /** Standard input of the container; absent unless asked for and open. Ending it closes stdin when `StdinOnce`. */
  input?: InputSink
  /** Detaches; the container goes on. */
  close(): void
}
