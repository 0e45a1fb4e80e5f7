import { ErrorKind, StatusError } from '../../src/base/errors.js'

/** The error for an operation whose caller went away. */
export function toAbortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new StatusError(ErrorKind.cancelled, 'the caller went away')
}
