import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import type { Clock, Timer } from '../../src/base/clock.js'
import { internal } from '../../src/base/errors.js'
import type { BuildFiles, ContextJob, CopyJob, Described, DescribeJob } from '../build/file-work.js'
import type { ArchiveJob, ArchiveUnpacker } from '../image/archive-unpacker.js'
import type { AppliedLayer } from '../image/layer-apply.js'
import type { LayerFile, LayerUnpacker } from '../image/layer-unpacker.js'
import type { FileJob, FileResult } from './jobs.js'
import { errorOf, startFileThread, type FromThread, type ToThread } from './program.js'

/** Threads for every pull, load, commit and build together: more of them only fight for the disk, and each holds some memory. */
const workersMax = availableParallelism() > 2 ? 2 : 1
/** A thread without work is ended after this time: it holds some megabytes. */
const idleMs = 5_000

/** Somebody who waits for a thread. */
interface Waiting {
  given: (thread: Thread) => void
  refused: (thrown: Error) => void
}

/** What a thread does. */
interface Work {
  see: (bytes: number) => void
  resolve: (result: FileResult) => void
  reject: (thrown: Error) => void
}

interface Thread {
  worker: Worker
  /** Somebody has it. */
  taken: boolean
  work: Work | undefined
  idle: Timer | undefined
  /** It was idle for too long: it is given to nobody any more. */
  ending: boolean
}

/**
 * Unpacks layers, build contexts and archives for containers, and copies files into images, on threads of their own: writing
 * ten thousand files, and the disk that will not take them, hold up nothing else in the daemon. Disposing ends the threads; jobs under way fail.
 */
export class FileThreads implements LayerUnpacker, ArchiveUnpacker, BuildFiles, AsyncDisposable {
  private readonly threads = new Set<Thread>()
  private readonly waiting: Waiting[] = []
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

  async unpackArchive(signal: AbortSignal, around: (unpack: (archive: ArchiveJob) => Promise<void>) => Promise<void>): Promise<void> {
    const thread = await this.take(signal)
    try {
      await around((archive) => this.run(thread, { kind: 'archive', archive }, () => undefined, signal) as Promise<void>)
    } finally {
      this.free(thread)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true
    for (const { refused } of this.waiting.splice(0)) refused(internal('the daemon is stopping'))
    await Promise.all([...this.threads].map(({ worker }) => worker.terminate()))
  }

  private async perform(job: FileJob, signal: AbortSignal, see: (bytes: number) => void = () => undefined): Promise<FileResult> {
    const thread = await this.take(signal)
    try {
      return await this.run(thread, job, see, signal)
    } finally {
      this.free(thread)
    }
  }

  /** A thread for the caller alone, until it is freed. */
  private take(signal: AbortSignal): Promise<Thread> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      if (this.closed) throw internal('the daemon is stopping')
      const onAbort = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1)
        reject(signal.reason as Error)
      }
      const ended = (): void => signal.removeEventListener('abort', onAbort)
      const waiting: Waiting = {
        given: (thread) => {
          ended()
          resolve(thread)
        },
        refused: (thrown) => {
          ended()
          reject(thrown)
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.waiting.push(waiting)
      this.next()
    })
  }

  /** Gives a thread to whoever waits longest. */
  private next(): void {
    if (this.waiting.length === 0) return
    const thread = [...this.threads].find(({ taken, ending }) => !taken && !ending) ?? (this.threads.size < workersMax ? this.open() : undefined)
    if (!thread) return
    thread.taken = true
    thread.idle?.cancel()
    thread.worker.ref()
    this.waiting.shift()?.given(thread)
    this.next()
  }

  private run(thread: Thread, job: FileJob, see: (bytes: number) => void, signal: AbortSignal): Promise<FileResult> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      if (!this.threads.has(thread)) throw endedEarly(undefined)
      // It is over when the thread says so: nobody may remove the folder before.
      const onAbort = (): void => send(thread.worker, { kind: 'abort' })
      const ended = (): void => signal.removeEventListener('abort', onAbort)
      thread.work = {
        see,
        resolve: (result) => {
          ended()
          resolve(result)
        },
        reject: (thrown) => {
          ended()
          reject(signal.aborted ? (signal.reason as Error) : thrown)
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      send(thread.worker, { kind: 'job', job })
    })
  }

  private free(thread: Thread): void {
    thread.taken = false
    this.next()
    // `next` may have given it to another one.
    if (!this.threads.has(thread) || (thread.taken as boolean)) return
    thread.worker.unref()
    thread.idle = this.clock.setTimer(idleMs, () => {
      thread.ending = true
      void thread.worker.terminate()
    })
  }

  private open(): Thread {
    const thread: Thread = { worker: this.start(), taken: false, work: undefined, idle: undefined, ending: false }
    this.threads.add(thread)
    let failure: Error | undefined
    thread.worker.on('message', (message: FromThread) => heard(thread, message))
    thread.worker.on('error', (thrown: Error) => (failure = thrown))
    thread.worker.on('exit', () => {
      this.threads.delete(thread)
      thread.idle?.cancel()
      thread.work?.reject(endedEarly(failure))
      this.next()
    })
    return thread
  }
}

function heard(thread: Thread, message: FromThread): void {
  const { work } = thread
  if (!work) return
  if (message.kind === 'read') return work.see(message.bytes)
  thread.work = undefined
  if (message.kind === 'done') work.resolve(message.result)
  else work.reject(errorOf(message.failure))
}

function endedEarly(failure: Error | undefined): Error {
  return internal(`work on files ended early: ${failure?.message ?? 'its thread was ended'}`, failure)
}

function send(worker: Worker, message: ToThread): void {
  worker.postMessage(message)
}
