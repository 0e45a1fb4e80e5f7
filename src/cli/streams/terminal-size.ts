import { messageOf } from '../../base/errors.js'
import type { Context } from '../context.js'

export interface TerminalSize {
  rows: number
  columns: number
}

/** The size of our terminal; undefined when standard output is none. */
export function terminalSize({ stdout }: Context): TerminalSize | undefined {
  const { rows, columns, isTTY } = stdout
  return isTTY && rows && columns ? { rows, columns } : undefined
}

/** Keeps the other side's terminal as large as ours until disposed. */
export function followSize(context: Context, resize: (size: TerminalSize) => Promise<void>): Disposable {
  const tell = (): void => {
    const size = terminalSize(context)
    // The container may have ended in between; its output goes on either way.
    if (size) resize(size).catch((thrown: unknown) => context.globals.debug && context.stderr.write(`resize: ${messageOf(thrown)}\n`))
  }
  context.stdout.on('resize', tell)
  tell()
  return { [Symbol.dispose]: () => void context.stdout.off('resize', tell) }
}
