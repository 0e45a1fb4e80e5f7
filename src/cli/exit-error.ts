/** Ends the command with this exit code; the message goes to standard error as it is (nothing when empty). */
export class ExitError extends Error {
  override readonly name = 'ExitError'
  constructor(
    readonly code: number,
    message = '',
  ) {
    super(message)
  }
}
