import { Duplex } from 'node:stream'
import { Metadata, status as Status, type sendUnaryData, type ServerDuplexStream, type ServerUnaryCall, type ServerWritableStream, type UntypedHandleCall } from '@grpc/grpc-js'
import { ErrorKind, invalid, kindOf, messageOf, StatusError } from '../base/errors.js'
import type { Logger } from '../base/log.js'

/** What a handler knows of a call besides its request. */
export interface Call {
  /** Aborted when the caller cancels, goes away or its deadline passes. */
  readonly signal: AbortSignal
  /** The first value of a header; empty without one. */
  header(name: string): string
}

/** One remote procedure, by its path: `/moby.buildkit.v1.Control/Solve`. */
export interface Procedure {
  readonly path: string
  readonly kind: 'unary' | 'serverStream' | 'bidi'
  /** Takes and gives messages as bytes. */
  handler(log: Logger): UntypedHandleCall
}

/** Encodes and decodes one kind of message, as `protobufjs` makes it. */
interface Message<T, Properties> {
  encode(message: Properties): { finish(): Uint8Array }
  decode(data: Uint8Array): T
}

/** A status travels in one header block, which peers limit. */
const messageLengthMax = 4000

const codes: Readonly<Record<ErrorKind, Status>> = {
  // Of this code alone clients show no name: people read here what is wrong with their Dockerfile, or what their command ended with.
  invalid: Status.UNKNOWN,
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

/** What a client that failed says of it, as an error of ours. */
export function errorOf(code: number, message: string): StatusError {
  const kind = (Object.keys(codes) as ErrorKind[]).find((one) => codes[one] === code)
  return new StatusError(kind ?? ErrorKind.internal, message === '' ? 'the client ended its build' : message)
}

/** A call with one message each way. */
export function unary<Q, QP, A, AP>(path: string, request: Message<Q, QP>, answer: Message<A, AP>, handle: (request: Q, call: Call) => AP | Promise<AP>): Procedure {
  return {
    path,
    kind: 'unary',
    handler: (log) => (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
      const { context, end } = contextOf(call)
      const work = async (): Promise<Buffer> => Buffer.from(answer.encode(await handle(decoded(request, call.request), context)).finish())
      work().then((data) => done(null, data), (thrown: unknown) => done(failure(path, thrown, log))).finally(end)
    },
  }
}

/** A call with many answers: `handle` gives them encoded. */
export function serverStream<Q, QP>(path: string, request: Message<Q, QP>, handle: (request: Q, call: Call) => AsyncIterable<Uint8Array>): Procedure {
  return {
    path,
    kind: 'serverStream',
    handler: (log) => (call: ServerWritableStream<Buffer, Buffer>) => {
      const { context, end } = contextOf(call)
      const work = async (): Promise<void> => {
        for await (const data of handle(decoded(request, call.request), context)) {
          context.signal.throwIfAborted()
          if (!call.write(Buffer.from(data))) await drained(call, context.signal)
        }
      }
      work().then(() => call.end(), (thrown: unknown) => {
        if (!call.cancelled) call.emit('error', failure(path, thrown, log))
      }).finally(end)
    },
  }
}

/** A connection within a call: messages with bytes each way. The call ends when `handle` does. */
export function bytesStream(path: string, message: Message<{ data: Uint8Array }, { data: Uint8Array }>, handle: (connection: Duplex, call: Call) => Promise<void>): Procedure {
  return {
    path,
    kind: 'bidi',
    handler: (log) => (call: ServerDuplexStream<Buffer, Buffer>) => {
      const { context, end } = contextOf(call)
      const connection = new Duplex({
        read: () => void call.resume(),
        write(chunk: Buffer, _, done) {
          if (call.write(Buffer.from(message.encode({ data: chunk }).finish()))) done()
          else call.once('drain', done)
        },
      })
      connection.on('error', () => undefined)
      call.on('data', (data: Buffer) => {
        try {
          const bytes = decoded(message, data).data
          if (bytes.length > 0 && !connection.push(bytes)) call.pause()
        } catch (thrown) {
          connection.destroy(thrown as Error)
        }
      })
      call.once('end', () => connection.push(null))
      context.signal.addEventListener('abort', () => connection.destroy(), { once: true })
      handle(connection, context).then(() => call.end(), (thrown: unknown) => {
        if (!call.cancelled) call.emit('error', failure(path, thrown, log))
      }).finally(end)
    },
  }
}

function decoded<T, P>(message: Message<T, P>, data: Buffer): T {
  try {
    return message.decode(data)
  } catch (cause) {
    throw invalid(`the message cannot be read: ${messageOf(cause)}`, cause)
  }
}

function contextOf(call: { metadata: Metadata; once(event: 'cancelled', listener: () => void): unknown }): { context: Call; end: () => void } {
  const controller = new AbortController()
  call.once('cancelled', () => controller.abort(new StatusError(ErrorKind.cancelled, 'the client went away')))
  return {
    context: {
      signal: controller.signal,
      header: (name) => String(call.metadata.get(name)[0] ?? ''),
    },
    end: () => controller.abort(new StatusError(ErrorKind.cancelled, 'the call is over')),
  }
}

function failure(path: string, thrown: unknown, log: Logger): Error & { code: Status; details: string; metadata: Metadata } {
  if (thrown instanceof StatusError) log.debug('call refused', { method: path, err: thrown })
  else log.error('call failed', { method: path, err: thrown })
  const details = messageOf(thrown).slice(0, messageLengthMax)
  return Object.assign(new Error(details), { code: codes[kindOf(thrown)], details, metadata: new Metadata() })
}

function drained(call: ServerWritableStream<Buffer, Buffer>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    call.once('drain', done)
    signal.addEventListener('abort', done, { once: true })
  })
}
