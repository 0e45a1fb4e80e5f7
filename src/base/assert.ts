/** An invariant of the program does not hold: a defect, never bad input. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Throws `AssertionError` unless the condition holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** For the `default` of an exhaustive switch: a value that the types say cannot occur. */
export function unreachable(value: never, what = 'value'): never {
  throw new AssertionError(`unexpected ${what}: ${JSON.stringify(value)}`)
}

/** The value, or `AssertionError` when it is null or undefined. */
export function must<T>(value: T | null | undefined, message: string): T {
  assert(value != null, message)
  return value
}
