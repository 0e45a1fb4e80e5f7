/** A node is lost when so many questions in a row found no answer. */
const missesMax = 4
/** One that was lost again so soon after it was back answers more than once before it counts as back. */
const restlessMs = 60_000
const answersNeededMax = 9

/** What is known of one node's data path from its answers. Pure. */
export class PeerReach {
  private misses = 0
  /** Answers in a row since it was silent. */
  private streak = 0
  private needed = 1
  private backAtMs = -Infinity
  private silentAtMs: number | undefined
  private known = false

  /** It answered once, at least. */
  get hasAnswered(): boolean {
    return this.known
  }
  /** Since when it does not answer; undefined while it does, or is not known to be silent yet. */
  get silentSinceMs(): number | undefined {
    return this.silentAtMs
  }
  /** To be asked again soon: it is not clear whether it answers. */
  get isDoubtful(): boolean {
    return this.silentAtMs === undefined ? this.misses > 0 : this.streak > 0
  }

  answered(nowMs: number): void {
    this.known = true
    this.misses = 0
    if (this.silentAtMs === undefined || ++this.streak < this.needed) return
    this.silentAtMs = undefined
    this.streak = 0
    this.backAtMs = nowMs
  }

  missed(nowMs: number): void {
    this.streak = 0
    if (this.silentAtMs !== undefined || ++this.misses < missesMax) return
    this.silentAtMs = nowMs
    this.needed = nowMs - this.backAtMs < restlessMs ? Math.min(this.needed * 3, answersNeededMax) : 1
  }
}
