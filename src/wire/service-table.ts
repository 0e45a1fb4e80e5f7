import type { NodeRole } from '../model/node.js'
import { codec, type Codec } from './codec.js'
import { skep } from './gen/skep.js'

/** Who may call a method: the roles in the caller's certificate, or anyone, with a certificate or without. */
export type CallerRole = NodeRole | 'anyone'

/** How many messages go each way. */
export const CallKind = { unary: 'unary', serverStream: 'serverStream', clientStream: 'clientStream', bidi: 'bidi' } as const
export type CallKind = (typeof CallKind)[keyof typeof CallKind]

/** One remote procedure. */
export interface Method<Request, Response, Kind extends CallKind> {
  readonly kind: Kind
  readonly request: Codec<Request>
  readonly response: Codec<Response>
  readonly roles: readonly CallerRole[]
  /** It changes nothing: a call whose outcome is not known may simply be made again. */
  readonly readOnly?: boolean
  /**
   * Made twice it takes effect once: the second time it is refused as `outOfSequence` (the version it was
   * made from is gone) or `conflict` (the name is taken).
   */
  readonly onceOnly?: boolean
}

/** A declared service: served by `GrpcServer`, called through `clientOf`. Each method's path is made of its name. */
export interface ServiceTable<M> {
  /** `skep.v1.Dispatcher` */
  readonly name: string
  readonly methods: M
}

export const service = <M>(name: string, methods: M): ServiceTable<M> => ({ name: `skep.v1.${name}`, methods })

/** `/skep.v1.Dispatcher/UpdateTaskStatus` for the method `updateTaskStatus`. */
export function methodPath(serviceName: string, method: string): string {
  return `/${serviceName}/${method.charAt(0).toUpperCase()}${method.slice(1)}`
}

const declare =
  <Kind extends CallKind>(kind: Kind) =>
  <Request, Response>(
    request: Codec<Request>,
    response: Codec<Response>,
    roles: readonly CallerRole[],
    options: { readOnly?: boolean; onceOnly?: boolean } = {},
  ): Method<Request, Response, Kind> => ({ kind, request, response, roles, ...options })

export const unary = declare(CallKind.unary)
export const serverStream = declare(CallKind.serverStream)
export const clientStream = declare(CallKind.clientStream)
export const bidi = declare(CallKind.bidi)

/** Who calls, read from a verified certificate of this cluster. */
export interface Caller {
  nodeId: string
  role: NodeRole
  clusterId: string
}

/** What a handler knows of the call besides the request. */
export interface CallContext {
  /** Undefined only for methods that are open to anyone, when the caller has no certificate. */
  readonly caller: Caller | undefined
  /** Host address (no port) the call came from; of the node that called first when a manager passed it on. */
  readonly remoteAddress: string
  /** Aborted when the caller cancels or goes away, or its deadline passes. */
  readonly signal: AbortSignal
  /** The node id of the manager that passed the call on to us, the leader. */
  readonly forwardedBy: string | undefined
}

/** What a server does for each method. Throw `StatusError`s: their kind reaches the caller. */
export type Handlers<M> = {
  [K in keyof M]: M[K] extends Method<infer Request, infer Response, infer Kind> ? Handler<Request, Response, Kind> : never
}

export type Handler<Request, Response, Kind extends CallKind> = Kind extends 'unary'
  ? (request: Request, call: CallContext) => Promise<Response>
  : Kind extends 'serverStream'
    ? (request: Request, call: CallContext) => AsyncIterable<Response>
    : Kind extends 'clientStream'
      ? (requests: AsyncIterable<Request>, call: CallContext) => Promise<Response>
      : (requests: AsyncIterable<Request>, call: CallContext) => AsyncIterable<Response>

/** What a caller may say about a call. */
export interface CallOptions {
  /** Cancels the call. */
  signal?: AbortSignal
  /** The call fails with `deadline` after this time; streams have no limit unless given, unary calls 30 s. */
  timeoutMs?: number
}

/** What a caller has of each method: the same over the network and within the process. */
export type Client<M> = {
  [K in keyof M]: M[K] extends Method<infer Request, infer Response, infer Kind> ? ClientMethod<Request, Response, Kind> : never
}

type ClientMethod<Request, Response, Kind extends CallKind> = Kind extends 'unary'
  ? (request: Request, options?: CallOptions) => Promise<Response>
  : Kind extends 'serverStream'
    ? (request: Request, options?: CallOptions) => AsyncIterable<Response>
    : Kind extends 'clientStream'
      ? (requests: AsyncIterable<Request>, options?: CallOptions) => Promise<Response>
      : (requests: AsyncIterable<Request>, options?: CallOptions) => AsyncIterable<Response>

/** A message without fields. */
export type Empty = Record<never, never>
export const emptyCodec = codec<Empty>(skep.v1.Empty)
