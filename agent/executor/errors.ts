/** The task cannot go on: it is rejected before its container started, failed after. */
export class TaskError extends Error {
  override readonly name: string = 'TaskError'
}

/** The container ended with a code other than 0. */
export class ExitError extends TaskError {
  override readonly name = 'ExitError'
  constructor(
    readonly exitCode: number,
    /** Why, when the engine knows more than the code. */
    reason = '',
  ) {
    super(`task: non-zero exit (${exitCode})${reason === '' ? '' : `: ${reason}`}`)
  }
}

/** Not now: the step is tried again. The message says what is waited for. */
export class TemporaryError extends Error {
  override readonly name = 'TemporaryError'
}
