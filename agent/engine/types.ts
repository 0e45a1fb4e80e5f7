import type { Duplex } from 'node:stream'
import type { ContainerConfig, HostConfig, NetworkingConfig } from '../../src/model/engine-api/container.js'

/**
 * What goes in and out of the engine. The shapes are those that the Engine API's handlers ask for, so that
 * an engine can be handed to them as it is.
 */
export interface CreateRequest extends ContainerConfig {
  HostConfig?: HostConfig
  NetworkingConfig?: NetworkingConfig
}

/** The `filters` of a listing: keys with the values any of which may match. */
export interface ListFilters {
  has(key: string): boolean
  get(key: string): readonly string[]
  exact(key: string, candidate: string): boolean
  prefix(key: string, candidate: string): boolean
  match(key: string, candidate: string): boolean
  labels(key: string, labels: Record<string, string> | undefined): boolean
  flag(key: string): boolean | undefined
}

export type WaitCondition = 'not-running' | 'next-exit' | 'removed'

export interface LogsOptions {
  stdout: boolean
  stderr: boolean
  follow: boolean
  timestamps: boolean
  /** Put what `labels`, `env` and `tag` pick before each line. */
  details?: boolean
  /** Lines from the end; undefined is all. */
  tail?: number
  /** Milliseconds since the epoch, fractions for nanoseconds. */
  sinceMs?: number
  untilMs?: number
  /** In frames, lines of one stream that are there together share one. */
  joinLines?: boolean
}

export interface OutputChunk {
  stream: 'stdout' | 'stderr'
  data: Uint8Array
}

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

/** A client attached to a container or an exec. */
export interface AttachSession {
  tty: boolean
  /** Ends with the process, or when the client detaches. */
  output: AsyncIterable<OutputChunk>
  input?: Pick<Duplex, 'write' | 'end' | 'once'>
  /** Detaches; the process goes on. */
  close(): void
}

/** The body of `POST /containers/{id}/exec`. */
export interface ExecRequest {
  AttachStdin?: boolean
  AttachStdout?: boolean
  AttachStderr?: boolean
  DetachKeys?: string
  Tty?: boolean
  ConsoleSize?: number[] | null
  Env?: string[]
  Cmd?: string[]
  Privileged?: boolean
  User?: string
  WorkingDir?: string
}

/** `GET /exec/{id}/json`. */
export interface ExecInspect {
  ID: string
  Running: boolean
  ExitCode: number | null
  ProcessConfig: { tty: boolean; entrypoint: string; arguments: string[]; privileged: boolean; user?: string }
  OpenStdin: boolean
  OpenStderr: boolean
  OpenStdout: boolean
  CanRemove: boolean
  ContainerID: string
  DetachKeys: string
  Pid: number
}

export interface TerminalSize {
  rows: number
  columns: number
}
