import { ErrorKind, kindOf } from '../base/errors.js'

/** The HTTP status of each kind of error: the only place where the two meet. */
export const statusOfKind: Record<ErrorKind, number> = {
  [ErrorKind.invalid]: 400,
  [ErrorKind.unauthorized]: 401,
  [ErrorKind.forbidden]: 403,
  [ErrorKind.notFound]: 404,
  [ErrorKind.conflict]: 409,
  [ErrorKind.notModified]: 304,
  [ErrorKind.outOfSequence]: 500,
  [ErrorKind.exhausted]: 429,
  [ErrorKind.unavailable]: 503,
  [ErrorKind.deadline]: 504,
  [ErrorKind.cancelled]: 499,
  [ErrorKind.unsupported]: 501,
  [ErrorKind.internal]: 500,
}

/** The HTTP status of anything thrown. */
export function httpStatusOf(thrown: unknown): number {
  return statusOfKind[kindOf(thrown)]
}
