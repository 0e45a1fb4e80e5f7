import { createInterface } from 'node:readline'
import { flag } from '../base/flags.js'
import type { Context } from './context.js'
import { filterPair, filterValues } from './formatter.js'
import { humanSize } from './units.js'

/** The flags every `prune` has. `example` is a filter of that kind of thing. */
export function pruneFlags(example: string) {
  return {
    // Looked at before the question, which a wrong filter would make another one.
    filter: flag.list(`Provide filter values (e.g. "${example}")`, { valueName: 'filter', check: filterPair }),
    force: flag.bool('Do not prompt for confirmation', { short: 'f' }),
  } as const
}

/** The filters of a prune. */
export function pruneFilters(options: readonly string[]): Record<string, string[]> {
  return filterValues(options)
}

/** Warns and asks whether to go on; a no is no failure of a prune. */
export function confirmed(context: Context, warning: string): Promise<boolean> {
  return asked(context, `${warning}\nAre you sure you want to continue?`)
}

/** Asks; true only for y or yes. Without an answer (end of input) it is no. */
export async function asked(context: Context, question: string): Promise<boolean> {
  context.stdout.write(`${question} [y/N] `)
  const lines = createInterface({ input: context.stdin })
  try {
    for await (const line of lines) return /^(y|yes)$/i.test(line.trim())
    return false
  } finally {
    lines.close()
  }
}

/** The list of what went, under a title, and the space that is free again. */
export function pruned(context: Context, title: string, names: readonly string[] | null | undefined, bytes?: number): void {
  if (names && names.length > 0) context.stdout.write(`${title}:\n${names.map((name) => `${name}\n`).join('')}\n`)
  if (bytes !== undefined) context.stdout.write(`Total reclaimed space: ${humanSize(bytes)}\n`)
}
