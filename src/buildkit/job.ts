import type { Clock } from '../base/clock.js'
import { ErrorKind, invalid, StatusError } from '../base/errors.js'
import { Serial } from '../base/serial.js'
import { unlessAborted } from '../base/unless-aborted.js'
import { BuildProgress } from './progress.js'

const jobsMax = 64
const endedMax = 8
const waitForJobMs = 6_000
/** Progress that waits for its reader. */
const queuedBytesMax = 4 * 1024 * 1024

/** What a client that drives its build itself ended it with: an image's id, or nothing. */
export type Outcome = string | undefined

/**
 * A build under way: the calls of a client that belong to it (the build, its progress, the questions of its gateway) find it by
 * the reference that the client chose.
 */
export class Job {
  readonly progress: BuildProgress
  /** Images that were built, by the references that the client got. */
  private readonly results = new Map<string, string>()
  /** Aborted when the build is over. */
  readonly ended = new AbortController()
  /** Builds of one client's gateway go one after another: they tell one progress. */
  readonly turns = new Serial()
  private queue: Buffer[] = []
  private queuedBytes = 0
  private reader: (() => void) | undefined
  private hasReader = false
  private readonly writers = new Set<() => void>()
  private over = false
  private readonly outcome: Promise<Outcome>
  private settle: { resolve: (outcome: Outcome) => void; reject: (thrown: unknown) => void } | undefined

  constructor(
    readonly session: string,
    clock: Clock,
  ) {
    this.progress = new BuildProgress(clock)
    this.outcome = new Promise((resolve, reject) => (this.settle = { resolve, reject }))
    // There may be nobody who waits for it.
    this.outcome.catch(() => undefined)
  }

  /** Keeps an image, and gives the reference to it. */
  keep(image: string): string {
    if (this.results.size >= 256) throw new StatusError(ErrorKind.exhausted, 'more than 256 results are kept of one build')
    const id = `result-${this.results.size + 1}`
    this.results.set(id, image)
    return id
  }

  /** The image of a reference. Throws `invalid` for one that is not of this build. */
  image(reference: string): string {
    const image = this.results.get(reference)
    if (image === undefined) throw invalid(`no such result of this build: ${reference.slice(0, 100)}`)
    return image
  }

  /** The client is done; its outcome, or what it failed with. */
  finish(outcome: Outcome | Error): void {
    if (outcome instanceof Error) this.settle?.reject(outcome)
    else this.settle?.resolve(outcome)
  }

  /** What the client finishes with. Rejects when the signal is aborted first. */
  finished(signal: AbortSignal): Promise<Outcome> {
    return unlessAborted(this.outcome, signal)
  }

  /**
   * Tells progress. Resolves when the reader keeps up; without a reader, what is beyond a limit is left out.
   */
  async tell(messages: readonly Buffer[]): Promise<void> {
    for (const message of messages) {
      if (this.queuedBytes > queuedBytesMax && !this.hasReader) return
      this.queue.push(message)
      this.queuedBytes += message.length
    }
    this.reader?.()
    if (this.queuedBytes > queuedBytesMax) await new Promise<void>((resolve) => this.writers.add(resolve))
  }

  /** Everything that is told, from the beginning until the end of the build. Throws `conflict` when it is read already. */
  async *told(signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
    if (this.hasReader) throw new StatusError(ErrorKind.conflict, 'the progress of this build is read already')
    this.hasReader = true
    try {
      for (;;) {
        signal.throwIfAborted()
        const messages = this.queue
        this.queue = []
        this.queuedBytes = 0
        this.release()
        yield* messages
        if (this.queue.length > 0) continue
        if (this.over) return
        await unlessAborted(new Promise<void>((resolve) => (this.reader = resolve)), signal)
      }
    } finally {
      this.hasReader = false
      this.release()
    }
  }

  /** Nothing more is told, and calls that wait for this build end. */
  close(): void {
    this.over = true
    this.ended.abort(new StatusError(ErrorKind.cancelled, 'the build is over'))
    this.reader?.()
    this.release()
  }

  private release(): void {
    for (const resolve of this.writers) resolve()
    this.writers.clear()
  }
}

/** The builds under way, by the references that clients chose. */
export class Jobs {
  private readonly running = new Map<string, Job>()
  /** Those that ended last: what they told may not have been read. */
  private readonly past = new Map<string, Job>()
  private readonly waiting = new Map<string, Set<(job: Job) => void>>()

  constructor(private readonly clock: Clock) {}

  /** Runs a build under a reference. Throws `conflict` for one in use. */
  async run<T>(ref: string, session: string, work: (job: Job) => Promise<T>): Promise<T> {
    if (ref === '' || ref.length > 256) throw invalid('a build needs a reference of at most 256 characters')
    if (this.running.has(ref)) throw new StatusError(ErrorKind.conflict, `a build with the reference ${ref} is under way`)
    if (this.running.size >= jobsMax) throw new StatusError(ErrorKind.exhausted, `more than ${jobsMax} builds are under way`)
    const job = new Job(session, this.clock)
    this.running.set(ref, job)
    for (const found of this.waiting.get(ref) ?? []) found(job)
    try {
      return await work(job)
    } finally {
      this.running.delete(ref)
      job.close()
      this.past.set(ref, job)
      for (const [oldest] of this.past) if (this.past.size > endedMax) this.past.delete(oldest)
    }
  }

  /** A build that the client started, or is about to. Throws `notFound` when it does not. */
  async find(ref: string, signal: AbortSignal): Promise<Job> {
    const present = this.running.get(ref) ?? this.past.get(ref)
    if (present) return present
    const listeners = this.waiting.get(ref) ?? new Set()
    this.waiting.set(ref, listeners)
    let found: (job: Job) => void = () => undefined
    let late: () => void = () => undefined
    const timer = this.clock.setTimer(waitForJobMs, () => late())
    try {
      return await unlessAborted(
        new Promise<Job>((resolve, reject) => {
          found = resolve
          late = () => reject(new StatusError(ErrorKind.notFound, `no such job ${ref.slice(0, 256)}`))
          listeners.add(found)
        }),
        signal,
      )
    } finally {
      timer.cancel()
      listeners.delete(found)
      if (listeners.size === 0) this.waiting.delete(ref)
    }
  }
}
