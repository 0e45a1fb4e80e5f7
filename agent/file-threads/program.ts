import { isMainThread, parentPort, Worker, workerData, type WorkerOptions } from 'node:worker_threads'
import { errnoOf, messageOf, StatusError, type ErrorKind } from '../../src/base/errors.js'
import { TarError } from '../snapshot/tar/header.js'
import { perform, type FileJob, type FileResult } from './jobs.js'

/** To a thread: a job, or that the one under way is not wanted any more. One job at a time. */
export type ToThread = { kind: 'job'; job: FileJob } | { kind: 'abort' }

/** From a thread. `done` and `failed` end a job. */
export type FromThread =
  | { kind: 'read'; bytes: number }
  | { kind: 'done'; result: FileResult }
  | { kind: 'failed'; failure: Failure }

/** An error without what cannot be sent to another thread. */
export interface Failure {
  message: string
  code?: string
  errorKind?: ErrorKind
  tar: boolean
}

const role = 'skep: files'
/** A layer of a million folders has to fit; a thread that takes more ends, and its job fails. */
const heapMbMax = 256

/** How the thread of a program at `program` (a URL) is made; the same for its text and for its file. */
export const fileThreadOptions = (program: string): WorkerOptions => ({
  name: role,
  workerData: { role, program },
  resourceLimits: { maxOldGenerationSizeMb: heapMbMax, maxYoungGenerationSizeMb: 4 },
})

/**
 * A new thread for `FileJob`s. This file is its program; in the bundle the build has put the program's text
 * here, which finds packages from where the bundle lies. The bundle itself would take long to load in each thread.
 */
export function startFileThread(): Worker {
  const text = process.env.SKEP_FILE_THREAD
  const options = fileThreadOptions(import.meta.url)
  return text === undefined ? new Worker(new URL(import.meta.url), options) : new Worker(text, { ...options, eval: true })
}

function serve(): void {
  const port = parentPort
  if (!port) return
  const tell = (message: FromThread): void => port.postMessage(message)
  let controller = new AbortController()
  port.on('message', (message: ToThread) => {
    if (message.kind === 'abort') {
      controller.abort(new Error('not wanted any more'))
      return
    }
    controller = new AbortController()
    perform(message.job, (bytes) => tell({ kind: 'read', bytes }), controller.signal).then(
      (result) => tell({ kind: 'done', result }),
      (thrown: unknown) => tell({ kind: 'failed', failure: failureOf(thrown) }),
    )
  })
}

function failureOf(thrown: unknown): Failure {
  const code = errnoOf(thrown)
  return {
    message: messageOf(thrown),
    tar: thrown instanceof TarError,
    ...(code !== undefined && { code }),
    ...(thrown instanceof StatusError && { errorKind: thrown.kind }),
  }
}

/** The error that a thread told of. */
export function errorOf({ message, code, errorKind, tar }: Failure): Error {
  if (tar) return new TarError(message)
  if (errorKind !== undefined) return new StatusError(errorKind, message)
  return Object.assign(new Error(message), code !== undefined && { code })
}

if (!isMainThread && (workerData as { role?: unknown } | null)?.role === role) serve()
