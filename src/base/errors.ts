/**
 * The error catalogue. Every failure that a caller may act on is a `StatusError` with one of these
 * kinds; HTTP and gRPC map a kind to a status in exactly one place each.
 */
export const ErrorKind = {
  /** The request itself is wrong; sending it again cannot succeed. HTTP 400. */
  invalid: 'invalid',
  /** No or bad credentials. HTTP 401. */
  unauthorized: 'unauthorized',
  /** Known caller, not allowed. HTTP 403. */
  forbidden: 'forbidden',
  /** The named thing does not exist. HTTP 404. */
  notFound: 'notFound',
  /** The name is taken, or the state of the thing forbids the operation. HTTP 409. */
  conflict: 'conflict',
  /** The thing is already in the state asked for. HTTP 304. */
  notModified: 'notModified',
  /** The object changed since it was read: "update out of sequence". HTTP 500, as Docker answers. */
  outOfSequence: 'outOfSequence',
  /** A limit of this daemon was reached. HTTP 429. */
  exhausted: 'exhausted',
  /** Not now or not here: no leader, not a manager, shutting down. HTTP 503. */
  unavailable: 'unavailable',
  /** Gave up waiting. HTTP 504. */
  deadline: 'deadline',
  /** The caller went away or cancelled. HTTP 499. */
  cancelled: 'cancelled',
  /** This build cannot do that. HTTP 501. */
  unsupported: 'unsupported',
  /** A defect or a failing host. HTTP 500. */
  internal: 'internal',
} as const
export type ErrorKind = (typeof ErrorKind)[keyof typeof ErrorKind]

/** An error with a kind from the catalogue and a sentence that names the thing and the remedy. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  constructor(
    readonly kind: ErrorKind,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The kind of anything thrown; `internal` for what is not a `StatusError`. */
export function kindOf(thrown: unknown): ErrorKind {
  return thrown instanceof StatusError ? thrown.kind : ErrorKind.internal
}

/** The `code` of a Node.js system error (`ENOENT`, `EEXIST`, ...), or undefined. */
export function errnoOf(thrown: unknown): string | undefined {
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code
  return undefined
}

/** Each makes an error of the kind it is named after; `cause` is what it came of, if anything. */
export const invalid = (message: string, cause?: unknown) => new StatusError(ErrorKind.invalid, message, { cause })
export const notFound = (message: string, cause?: unknown) => new StatusError(ErrorKind.notFound, message, { cause })
export const conflict = (message: string, cause?: unknown) => new StatusError(ErrorKind.conflict, message, { cause })
export const unavailable = (message: string, cause?: unknown) =>
  new StatusError(ErrorKind.unavailable, message, { cause })
export const internal = (message: string, cause?: unknown) => new StatusError(ErrorKind.internal, message, { cause })
