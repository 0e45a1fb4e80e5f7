import type { Clock } from '../../../src/base/clock.js'
import type { Progress } from '../progress.js'

const barWidth = 50
const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
/** A line a layer at most this often: whoever watches cannot read faster. */
const linePeriodMs = 100

/** Bytes in four figures, as Docker prints them: `1.234MB`. */
export function humanSize(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${Number(value.toPrecision(4))}${units[unit]}`
}

/** The bar that old clients print as it comes; new ones draw their own. Empty when nothing is known. */
export function progressBar(current: number, total: number): string {
  if (current <= 0 && total <= 0) return ''
  const now = humanSize(current)
  if (total <= 0) return now.padStart(8)
  const filled = Math.min(barWidth, Math.trunc(Math.trunc((current / total) * 100) / 2))
  const bar = `[${'='.repeat(filled)}>${' '.repeat(barWidth - filled)}] `
  return current > total ? `${bar}${now.padStart(8)}` : `${bar}${now.padStart(8)}/${humanSize(total)}`
}

/** Lines about one layer, in the shape that `docker pull` and `docker push` draw. */
export class LayerProgress {
  private lastMs = -Infinity

  constructor(
    private readonly progress: Progress,
    private readonly clock: Clock,
    /** As it is printed: 12 characters. */
    private readonly id: string,
    private readonly total: number,
  ) {}

  say(status: string): void {
    this.progress({ status, progressDetail: {}, id: this.id })
  }

  /** How far it is; most calls say nothing. */
  at(status: string, current: number): void {
    const nowMs = this.clock.monotonicMs()
    if (nowMs - this.lastMs < linePeriodMs && current < this.total) return
    this.lastMs = nowMs
    this.progress({ status, progressDetail: { current, total: this.total }, progress: progressBar(current, this.total), id: this.id })
  }
}
