import { ErrorKind, kindOf } from '../base/errors.js'
import type { Context } from './context.js'
import { errorText } from './error-text.js'

/**
 * Does the same to each argument, goes on after a failure, and gives the exit code: 1 when one failed.
 * What `action` gives is printed. With `missing` set, a thing that is not there is no failure, and is told or not.
 */
export async function forEachArgument(
  context: Context,
  args: readonly string[],
  action: (arg: string) => Promise<string | void>,
  { missing }: { missing?: 'told' | 'silent' | undefined } = {},
): Promise<number> {
  let failed = 0
  for (const arg of args) {
    try {
      const line = await action(arg)
      if (typeof line === 'string') context.stdout.write(`${line}\n`)
    } catch (thrown) {
      const fine = kindOf(thrown) === ErrorKind.notFound && missing !== undefined
      if (!fine) failed++
      if (fine && missing === 'silent') continue
      context.stderr.write(`${errorText(thrown)}\n`)
    }
  }
  return failed > 0 ? 1 : 0
}

/**
 * Fetches each argument, prints what was found, and only then what was not: the code is 1 when one is
 * missing. What every `inspect` does.
 */
export async function inspectEach<T>(
  context: Context,
  args: readonly string[],
  get: (arg: string) => Promise<T>,
  print: (found: T[]) => void | Promise<void>,
): Promise<number> {
  const found: T[] = []
  const failures: string[] = []
  for (const arg of args) {
    try {
      found.push(await get(arg))
    } catch (thrown) {
      failures.push(errorText(thrown))
    }
  }
  await print(found)
  for (const line of failures) context.stderr.write(`${line}\n`)
  return failures.length > 0 ? 1 : 0
}
