import type { Clock, Timer } from '../../src/base/clock.js'

/** As much as a person may read, and no more than a disk bears: about 100 lines a second for as long as it goes on. */
const linesMax = 1_000
const periodMs = 10_000

/** Lets so many lines of a period into the log; the others are counted, and told of when it is over. */
export class LineLimit {
  private startedMs = -Infinity
  private told = 0
  private leftOut = 0
  /** There only when lines were left out. */
  private timer: Timer | undefined

  constructor(
    private readonly clock: Clock,
    private readonly tellLeftOut: (count: number) => void,
  ) {}

  /** Whether one more line is to be told. */
  allows(): boolean {
    const nowMs = this.clock.monotonicMs()
    if (nowMs - this.startedMs >= periodMs) {
      this.end()
      this.startedMs = nowMs
      this.told = 0
    }
    if (this.told < linesMax) {
      this.told++
      return true
    }
    this.leftOut++
    this.timer ??= this.clock.setTimer(this.startedMs + periodMs - nowMs, () => this.end())
    return false
  }

  /** The period is over, or nothing more will come. */
  end(): void {
    this.timer?.cancel()
    this.timer = undefined
    const { leftOut } = this
    this.leftOut = 0
    if (leftOut > 0) this.tellLeftOut(leftOut)
  }
}
