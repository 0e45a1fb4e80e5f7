import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import type { Clock, Timer } from '../../src/base/clock.js'
import { internal } from '../../src/base/errors.js'
import type { BuildFiles, ContextJob, CopyJob, Described, DescribeJob } from '../build/file-work.js'
import type { AppliedLayer } from '../image/layer-apply.js'
import type { LayerFile, LayerUnpacker } from '../image/layer-unpacker.js'
import type { FileJob, FileResult } from './jobs.js'
import { errorOf, startFileThread, type FromThread, type ToThread } from './program.js'

/** Threads for every pull, load, commit and build together: more of them only fight for the disk, and each holds some memory. */
const workersMax = availableParallelism() > 2 ? 2 : 1
/** A thread without work is ended after this time: it holds some megabytes. */
const idleMs = 5_000

interface Job {
  job: FileJob
  see: (bytes: number) => void
  resolve: (result: FileResult) => void
  reject: (thrown: unknown) => void
}

interface Thread {
  worker: Worker
  job: Job | undefined
  idle: Timer | undefined
  /** It was idle for too long: it takes no job any more. */
  ending: boolean
}

/**
 * Unpacks layers and build contexts, and copies files into images, on threads of their own: writing ten thousand files,
 * and the disk that will not take them, hold up nothing else in the daemon. Disposing ends the threads; jobs under way fail.
 */
export class FileThreads implements LayerUnpacker, BuildFiles, AsyncDisposable {
  private readonly threads = new Set<Thread>()
  private readonly waiting: Job[] = []
  private closed = false

  constructor(
    private readonly clock: Clock,
    private readonly start: () => Worker = startFileThread,
  ) {}

  unpack(layer: LayerFile, see: (bytes: number) => void, signal: AbortSignal): Promise<AppliedLayer> {
    return this.perform({ kind: 'layer', layer }, signal, see) as Promise<AppliedLayer>
  }

  unpackContext(build: ContextJob, signal: AbortSignal): Promise<void> {
    return this.perform({ kind: 'unpackContext', build }, signal) as Promise<void>
  }

  copy(build: CopyJob, signal: AbortSignal): Promise<void> {
    return this.perform({ kind: 'copy', build }, signal) as Promise<void>
  }

  describe(build: DescribeJob, signal: AbortSignal): Promise<Described> {
    return this.perform({ kind: 'describe', build }, signal) as Promise<Described>
  }

  layOver(build: { root: string; layers: readonly string[] }, signal: AbortSignal): Promise<void> {
    return this.perform({ kind: 'layOver', build }, signal) as Promise<void>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true
    for (const job of this.waiting.splice(0)) job.reject(internal('the daemon is stopping'))
    await Promise.all([...this.threads].map(({ worker }) => worker.terminate()))
  }

  private perform(what: FileJob, signal: AbortSignal, see: (bytes: number) => void = () => undefined): Promise<FileResult> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      if (this.closed) throw internal('the daemon is stopping')
      const onAbort = (): void => this.abort(job)
      const ended = (): void => signal.removeEventListener('abort', onAbort)
      const job: Job = {
        job: what,
        see,
        resolve: (result) => {
          ended()
          resolve(result)
        },
        reject: (thrown) => {
          ended()
          reject(signal.aborted ? (signal.reason as Error) : (thrown as Error))
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.waiting.push(job)
      this.next()
    })
  }

  /** Gives the longest waiting job to a thread without one. */
  private next(): void {
    if (this.waiting.length === 0) return
    const thread = [...this.threads].find(({ job, ending }) => job === undefined && !ending) ?? (this.threads.size < workersMax ? this.open() : undefined)
    if (!thread) return
    const job = this.waiting.shift() as Job
    thread.job = job
    thread.idle?.cancel()
    thread.worker.ref()
    send(thread.worker, { kind: 'job', job: job.job })
    this.next()
  }

  private abort(job: Job): void {
    const place = this.waiting.indexOf(job)
    if (place >= 0) {
      this.waiting.splice(place, 1)
      job.reject(new Error('not wanted any more'))
      return
    }
    // It is over when the thread says so: nobody may remove the folder before.
    for (const thread of this.threads) if (thread.job === job) send(thread.worker, { kind: 'abort' })
  }

  private open(): Thread {
    const thread: Thread = { worker: this.start(), job: undefined, idle: undefined, ending: false }
    this.threads.add(thread)
    let failure: Error | undefined
    thread.worker.on('message', (message: FromThread) => this.heard(thread, message))
    thread.worker.on('error', (thrown: Error) => (failure = thrown))
    thread.worker.on('exit', () => {
      this.threads.delete(thread)
      thread.idle?.cancel()
      thread.job?.reject(internal(`work on files ended early: ${failure?.message ?? 'its thread was ended'}`, failure))
      this.next()
    })
    return thread
  }

  private heard(thread: Thread, message: FromThread): void {
    const { job } = thread
    if (!job) return
    if (message.kind === 'read') return job.see(message.bytes)
    thread.job = undefined
    if (message.kind === 'done') job.resolve(message.result)
    else job.reject(errorOf(message.failure))
    this.next()
    // `next` may have given it another one.
    if (this.threads.has(thread) && (thread.job as Job | undefined) === undefined) {
      thread.worker.unref()
      thread.idle = this.clock.setTimer(idleMs, () => {
        thread.ending = true
        void thread.worker.terminate()
      })
    }
  }
}

function send(worker: Worker, message: ToThread): void {
  worker.postMessage(message)
}
