import type { BuildMessage } from '../../src/model/engine-api/build.js'
import type { Emit } from './build-options.js'

/** Characters of a stage's output that wait for its turn before the stage does. */
const waitingCharactersMax = 1024 * 1024

interface Channel {
  waiting: { message: BuildMessage; written: () => void; failed: (thrown: unknown) => void }[]
  characters: number
  finished: boolean
}

/**
 * The output of several stages at once, told one stage after the other: what a later one says waits until the earlier
 * ones are through.
 */
export class OrderedOutput {
  private readonly channels: Channel[]
  private current = 0
  private writing: Promise<void> | undefined
  private failure: { thrown: unknown } | undefined

  constructor(
    private readonly emit: Emit,
    count: number,
  ) {
    this.channels = Array.from({ length: count }, () => ({ waiting: [], characters: 0, finished: false }))
  }

  /** What stage `index` says, the first being 0. Resolves when it may say more. */
  channel(index: number): Emit {
    const channel = this.channels[index] as Channel
    return (message) => {
      if (this.failure) return Promise.reject(this.failure.thrown as Error)
      const characters = message.stream?.length ?? 100
      const written = new Promise<void>((resolve, reject) => channel.waiting.push({ message, written: resolve, failed: reject }))
      channel.characters += characters
      this.write()
      if (index === this.current || channel.characters > waitingCharactersMax) return written
      written.catch(() => undefined)
      return Promise.resolve()
    }
  }

  /** Stage `index` has nothing more to say. */
  finish(index: number): void {
    ;(this.channels[index] as Channel).finished = true
    this.write()
  }

  /** Resolves when all that can be told now was told. */
  async told(): Promise<void> {
    while (this.writing) await this.writing
  }

  private write(): void {
    this.writing ??= this.writeAll().finally(() => {
      this.writing = undefined
      const channel = this.channels[this.current]
      // Said while the loop was about to end.
      if (!this.failure && channel && (channel.waiting.length > 0 || channel.finished)) this.write()
    })
  }

  private async writeAll(): Promise<void> {
    for (let channel = this.channels[this.current]; channel; channel = this.channels[this.current]) {
      const next = channel.waiting.shift()
      if (next) {
        channel.characters -= next.message.stream?.length ?? 100
        try {
          await this.emit(next.message)
          next.written()
        } catch (thrown) {
          this.fail(thrown)
          next.failed(thrown)
          break
        }
      } else if (channel.finished) this.current++
      else break
    }
  }

  private fail(thrown: unknown): void {
    this.failure = { thrown }
    for (const { waiting } of this.channels) for (const one of waiting.splice(0)) one.failed(thrown)
  }
}
