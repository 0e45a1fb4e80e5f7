import { StatusError } from '../base/errors.js'
import {
  CallKind,
  methodPath,
  type CallContext,
  type Caller,
  type CallOptions,
  type Client,
  type Handlers,
  type Method,
  type ServiceTable,
} from './service-table.js'

/** A call passed on for another node, which the receiver judges as if that node called. */
export interface OnBehalfOf {
  caller: Caller | undefined
  remoteAddress: string
}

export interface TransportOptions extends CallOptions {
  onBehalfOf?: OnBehalfOf
}

/** Carries calls as bytes. Every kind of call is a stream each way; unary ones have one message. */
export interface Transport {
  /**
   * Throws `StatusError`s, `NotDoneError` when the call certainly was not acted on. When the call ends
   * before its requests do, they are read no further; one read that already waits cannot be taken back,
   * so a source that may wait for long has to end by itself when the call has.
   */
  call(path: string, requests: AsyncIterable<Uint8Array>, options: TransportOptions): AsyncIterable<Uint8Array>
}

/** Any method, when its types are of no concern. */
export type AnyMethod = Method<unknown, unknown, CallKind>
export type AnyHandler = (request: unknown, call: CallContext) => Promise<unknown> | AsyncIterable<unknown>

/** Unary calls without a time limit of their own get this one. */
const unaryTimeoutMs = 30_000

/** A method as a server has it. */
export interface ServedMethod {
  readonly path: string
  readonly method: AnyMethod
  readonly handle: (requests: AsyncIterable<Uint8Array>, call: CallContext) => AsyncIterable<Uint8Array>
}

/** The methods of a table with their names. */
export function methodsOf<M>(table: ServiceTable<M>): [name: keyof M & string, method: AnyMethod][] {
  return Object.entries(table.methods as Record<string, AnyMethod>) as [keyof M & string, AnyMethod][]
}

/** Connects handlers to their methods' codecs, ready for `GrpcServer.serve`. */
export function servedMethods<M>(table: ServiceTable<M>, handlers: Handlers<M>): ServedMethod[] {
  return methodsOf(table).map(([name, method]) => {
    const handler = handlers[name].bind(handlers) as AnyHandler
    return {
      path: methodPath(table.name, name),
      method,
      handle: async function* (requests, call) {
        const decoded = decodeAll(method, requests)
        for await (const response of results(method, handler(takesMany(method) ? decoded : await only(decoded), call))) {
          yield method.response.encode(response)
        }
      },
    }
  })
}

/** A client of the table's methods over a transport. */
export function clientOf<M>(table: ServiceTable<M>, transport: Transport, onBehalfOf?: OnBehalfOf): Client<M> {
  const client: Record<string, unknown> = {}
  for (const [name, method] of methodsOf(table)) {
    const path = methodPath(table.name, name)
    const stream = (input: unknown, options: CallOptions) =>
      decodeResponses(method, transport.call(path, encodeAll(method, input), { ...options, ...(onBehalfOf && { onBehalfOf }) }))
    client[name] = clientMethod(method, stream)
  }
  return client as Client<M>
}

/** Gives a stream-making function the face that the method's kind has. */
export function clientMethod(method: AnyMethod, stream: (input: unknown, options: CallOptions) => AsyncIterable<unknown>): unknown {
  if (method.kind === CallKind.serverStream || method.kind === CallKind.bidi) {
    return (input: unknown, options: CallOptions = {}) => stream(input, options)
  }
  const limit = method.kind === CallKind.unary ? { timeoutMs: unaryTimeoutMs } : {}
  return (input: unknown, options: CallOptions = {}) => only(stream(input, { ...limit, ...options }))
}

/** What a handler gave, as a stream. */
export async function* results(method: AnyMethod, given: Promise<unknown> | AsyncIterable<unknown>): AsyncIterable<unknown> {
  if (method.kind === CallKind.unary || method.kind === CallKind.clientStream) yield await given
  else yield* given as AsyncIterable<unknown>
}

/**
 * The one message of a stream that must have exactly one. Reads on to the end: leaving early would
 * reset the stream, and peers count resets as an attack.
 */
export async function only<T>(stream: AsyncIterable<T>): Promise<T> {
  let found: { message: T } | undefined
  for await (const message of stream) {
    if (found) throw new StatusError('internal', 'the call has more messages than one')
    found = { message }
  }
  if (!found) throw new StatusError('internal', 'the call ended without its message')
  return found.message
}

export async function* once<T>(value: T): AsyncGenerator<T> {
  yield value
}

/** Whether its requests are a stream. */
export function takesMany(method: AnyMethod): boolean {
  return method.kind === CallKind.clientStream || method.kind === CallKind.bidi
}

async function* decodeAll(method: AnyMethod, requests: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  for await (const bytes of requests) yield method.request.decode(bytes)
}

async function* decodeResponses(method: AnyMethod, responses: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  for await (const bytes of responses) yield method.response.decode(bytes)
}

async function* encodeAll(method: AnyMethod, input: unknown): AsyncGenerator<Uint8Array> {
  for await (const message of takesMany(method) ? (input as AsyncIterable<unknown>) : once(input)) yield method.request.encode(message)
}
