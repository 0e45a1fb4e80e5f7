import { Metadata, status as Status, type ServiceError } from '@grpc/grpc-js'
import { ErrorKind, kindOf, messageOf, StatusError } from '../base/errors.js'

/**
 * `unavailable`, and it is certain that the call was not acted on: no connection came about, or the
 * manager that was asked does not lead. Such a call may be made again, whatever it does.
 */
export class NotDoneError extends StatusError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('unavailable', message, options)
  }
}

/** `forbidden`: only managers may make the call, and the caller is none, or none any more. */
export class NotAManagerError extends StatusError {
  constructor(path: string, nodeId: string, why: string) {
    super('forbidden', `${path} is for manager nodes; node ${nodeId} ${why}`)
  }

  /** As another manager tells it. */
  static said(message: string): NotAManagerError {
    return Object.assign(new NotAManagerError('', '', ''), { message })
  }
}

const codes: Readonly<Record<ErrorKind, Status>> = {
  invalid: Status.INVALID_ARGUMENT,
  unauthorized: Status.UNAUTHENTICATED,
  forbidden: Status.PERMISSION_DENIED,
  notFound: Status.NOT_FOUND,
  conflict: Status.ALREADY_EXISTS,
  notModified: Status.FAILED_PRECONDITION,
  outOfSequence: Status.ABORTED,
  exhausted: Status.RESOURCE_EXHAUSTED,
  unavailable: Status.UNAVAILABLE,
  deadline: Status.DEADLINE_EXCEEDED,
  cancelled: Status.CANCELLED,
  unsupported: Status.UNIMPLEMENTED,
  internal: Status.INTERNAL,
}
const kinds = new Map<number, ErrorKind>(Object.entries(codes).map(([kind, code]) => [code, kind as ErrorKind]))

const kindKey = 'skep-error-kind'
const notDoneKey = 'skep-not-done'
const notAManagerKey = 'skep-not-a-manager'
/** A status travels in one header block, which peers limit. */
const messageLengthMax = 4000

/** What a server sends for anything thrown: the kind travels beside the code, which says less. */
export function toStatus(thrown: unknown): Error & { code: Status; details: string; metadata: Metadata } {
  const kind = kindOf(thrown)
  const metadata = new Metadata()
  metadata.set(kindKey, kind)
  if (thrown instanceof NotDoneError) metadata.set(notDoneKey, '1')
  if (thrown instanceof NotAManagerError) metadata.set(notAManagerKey, '1')
  const details = messageOf(thrown).slice(0, messageLengthMax)
  return Object.assign(new Error(details), { code: codes[kind], details, metadata })
}

/** What a failed call to `address` means to its caller. */
export function fromStatus(thrown: unknown, address: string): StatusError {
  if (!isServiceError(thrown)) {
    return thrown instanceof StatusError ? thrown : new StatusError('internal', messageOf(thrown), { cause: thrown })
  }
  const details = thrown.details
  const said = thrown.metadata?.get(kindKey)[0]
  if (typeof said === 'string' && said in codes) {
    if (thrown.metadata.get(notDoneKey).length > 0) return new NotDoneError(details)
    if (thrown.metadata.get(notAManagerKey).length > 0) return NotAManagerError.said(details)
    return new StatusError(said as ErrorKind, details)
  }
  // Not from a handler: the connection or the library speaks.
  if (/No connection established|Name resolution failed|Channel closed before call started|has been shut down/i.test(details)) {
    return new NotDoneError(`cannot connect to ${address}: ${connectionReason(details)}`, { cause: thrown })
  }
  if (/RST_STREAM|Connection dropped|ECONN|socket|GOAWAY|Call cancelled/i.test(details) && thrown.code !== Status.DEADLINE_EXCEEDED) {
    return new StatusError('unavailable', `connection to ${address} was lost: ${details}`, { cause: thrown })
  }
  const kind = kinds.get(thrown.code) ?? ErrorKind.internal
  return new StatusError(kind, kind === 'deadline' ? `no answer from ${address} in time` : `${address}: ${details}`, { cause: thrown })
}

function connectionReason(details: string): string {
  return /Last error: (.*?)(?:\. Resolution note:.*)?$/s.exec(details)?.[1] ?? details
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number' && 'details' in thrown
}
