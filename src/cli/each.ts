import { ErrorKind, kindOf } from '../base/errors.js'
import type { Context } from './context.js'
import { errorText } from './error-text.js'

/**
 * Does the same to each argument, goes on after a failure, and gives the exit code: 1 when one failed.
 * What `action` gives is printed. With `missingIsFine` a thing that is not there is told but no failure.
 */
export async function forEachArgument(
  context: Context,
  args: readonly string[],
  action: (arg: string) => Promise<string | void>,
  { missingIsFine = false }: { missingIsFine?: boolean } = {},
): Promise<number> {
  let failed = 0
  for (const arg of args) {
    try {
      const line = await action(arg)
      if (typeof line === 'string') context.stdout.write(`${line}\n`)
    } catch (thrown) {
      if (!missingIsFine || kindOf(thrown) !== ErrorKind.notFound) failed++
      context.stderr.write(`${errorText(thrown)}\n`)
    }
  }
  return failed > 0 ? 1 : 0
}

/** Inspects each argument; what is not found is reported after the rest was collected. */
export async function collectEach<T>(context: Context, args: readonly string[], get: (arg: string) => Promise<T>): Promise<{ found: T[]; code: number }> {
  const found: T[] = []
  const code = await forEachArgument(context, args, async (arg) => {
    found.push(await get(arg))
  })
  return { found, code }
}
