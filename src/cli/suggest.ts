/** How many single steps may lie between a word and the one it is taken for. */
const stepsMax = 2

/**
 * The known word that a mistyped one is closest to: at most two letters put in, left out, changed or swapped with their
 * neighbour (optimal string alignment), and fewer than half of its letters. Undefined when there is none.
 */
function closest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.min(stepsMax, Math.floor((word.length - 1) / 2))
  const ranked = known.map((one) => ({ one, steps: stepsBetween(word, one) })).filter(({ steps }) => steps > 0 && steps <= limit)
  return ranked.sort((a, b) => a.steps - b.steps)[0]?.one
}

/** The line that tells of it; empty when there is none. */
export function suggestion(word: string, known: readonly string[], prefix = ''): string {
  const found = closest(word, known)
  return found === undefined ? '' : `\nDid you mean '${prefix}${found}'?\n`
}

function stepsBetween(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      row[j] = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j] ?? 0, (before[j - 2] ?? 0) + 1)
    }
    before = above
    above = row
  }
  return above[b.length] ?? 0
}
