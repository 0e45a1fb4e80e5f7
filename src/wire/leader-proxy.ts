import { Backoff } from '../base/backoff.js'
import { delay, type Clock } from '../base/clock.js'
import { kindOf, StatusError } from '../base/errors.js'
import type { Rng } from '../base/rng.js'
import { NotDoneError } from './error-status.js'
import {
  type CallContext,
  type Caller,
  type CallOptions,
  type Client,
  type Handlers,
  type ServiceTable,
} from './service-table.js'
import {
  clientMethod,
  clientOf,
  methodsOf,
  only,
  once,
  results,
  servedMethods,
  takesMany,
  type AnyHandler,
  type AnyMethod,
  type ServedMethod,
  type Transport,
} from './transport.js'

/** Where the leader is, as this manager knows it. */
export type Leader = { self: true } | { self: false; nodeId: string; address: string }

/** Raft's view of leadership, as far as calls need it. */
export interface Leadership {
  /** Undefined while there is none. `self` only once this manager is ready to serve as the leader. */
  current(): Leader | undefined
  /** Calls `listener` after each change; gives what stops that. */
  onChange(listener: () => void): () => void
}

export interface LeaderRouterOptions {
  leadership: Leadership
  connections: { to(address: string): Transport }
  clock: Clock
  rng: Rng
  /** How long a call waits for a leader. */
  patienceMs?: number
}

/** How long a call waits for a leader to be elected. */
const leaderPatienceMs = 10_000

/**
 * Brings calls to the leader, wherever it is. While there is none, or the one that is known does not
 * answer, a call is held back and tried again, for a bounded time: a command right after a leader's
 * death succeeds. A call is made twice only when it is certain that it was not acted on, when it
 * changes nothing, or when it takes effect once however often it is made. A leader serves only after it
 * has applied what its predecessors left, so such a call finds out there whether it was done before.
 */
export class LeaderRouter {
  constructor(private readonly options: LeaderRouterOptions) {}

  /** Serves a table on this manager: here when it leads, passed on to the leader otherwise. */
  served<M>(table: ServiceTable<M>, handlers: Handlers<M>): ServedMethod[] {
    return servedMethods(table, handlers).map(({ path, method, handle }) => ({
      path,
      method,
      handle: (requests, call) => {
        if (call.forwardedBy !== undefined) return this.here(() => handle(requests, call), call)
        return this.route(method, requests, call.signal, (leader, input, signal) => {
          if (leader.self) return handle(input, { ...call, signal })
          return this.options.connections.to(leader.address).call(path, input, { signal, onBehalfOf: call })
        })
      },
    }))
  }

  /** A client for this process: calls the handlers themselves when this manager leads, the leader otherwise. */
  client<M>(table: ServiceTable<M>, handlers: Handlers<M>, self: () => Caller): Client<M> {
    const client: Record<string, unknown> = {}
    for (const [name, method] of methodsOf(table)) {
      const handler = handlers[name].bind(handlers) as AnyHandler
      const many = takesMany(method)
      client[name] = clientMethod(method, (input, options) => {
        const requests = many ? (input as AsyncIterable<unknown>) : once(input)
        return this.route(method, requests, options.signal, (leader, stream, signal) => {
          if (leader.self) return callHandler(method, handler, stream, { caller: self(), remoteAddress: '', signal, forwardedBy: undefined })
          return callRemote(clientOf(table, this.options.connections.to(leader.address))[name], method, stream, { ...options, signal })
        }, options.timeoutMs)
      })
    }
    return client as Client<M>
  }

  /** A call that another manager passed on: it is not passed on again. */
  private here<T>(handle: () => AsyncIterable<T>, call: CallContext): AsyncIterable<T> {
    if (this.options.leadership.current()?.self !== true) {
      throw new NotDoneError(`this manager does not lead (asked by ${String(call.forwardedBy)})`)
    }
    return handle()
  }

  private async *route<In, Out>(
    method: AnyMethod,
    requests: AsyncIterable<In>,
    outer: AbortSignal | undefined,
    attempt: (leader: Leader, requests: AsyncIterable<In>, signal: AbortSignal) => AsyncIterable<Out>,
    timeoutMs?: number,
  ): AsyncGenerator<Out> {
    const { leadership, clock, rng, patienceMs = leaderPatienceMs } = this.options
    const untilMs = clock.monotonicMs() + Math.min(patienceMs, timeoutMs ?? Infinity)
    const backoff = new Backoff(rng, 50, 500)
    const again = takesMany(method) ? undefined : await only(requests)
    let last = 'the swarm does not have a leader'
    let unknown: Error | undefined
    for (;;) {
      outer?.throwIfAborted()
      const leader = leadership.current()
      if (leader) {
        const term = new LeaderTerm(leadership, leader, outer)
        let begun = false
        try {
          for await (const response of attempt(leader, again === undefined ? requests : once(again), term.signal)) {
            begun = true
            yield response
          }
          return
        } catch (thrown) {
          outer?.throwIfAborted()
          const failure = term.over && !(thrown instanceof NotDoneError) ? leaderChanged(method) : thrown
          const lost = kindOf(failure) === 'unavailable' && !(failure instanceof NotDoneError)
          if (lost && method.onceOnly) unknown = toError(failure)
          // Refused for what an earlier attempt may have done itself.
          else if (unknown && (kindOf(failure) === 'outOfSequence' || kindOf(failure) === 'conflict')) throw unknown
          const repeatable = failure instanceof NotDoneError || (lost && (method.readOnly === true || method.onceOnly === true))
          // A stream of requests that was partly read cannot be sent again.
          if (begun || !repeatable || (again === undefined && !(thrown instanceof NotDoneError && leader.self))) throw failure
          last = toError(failure).message
        } finally {
          term.end()
        }
      }
      const leftMs = untilMs - clock.monotonicMs()
      if (leftMs <= 0) throw unknown ?? noLeader(last)
      await this.changeOrDelay(Math.min(leftMs, backoff.nextMs()), outer)
    }
  }

  /** Waits until the leader changes, at most `ms`. */
  private async changeOrDelay(ms: number, outer: AbortSignal | undefined): Promise<void> {
    const woken = new AbortController()
    const stop = this.options.leadership.onChange(() => woken.abort())
    const signal = outer ? AbortSignal.any([outer, woken.signal]) : woken.signal
    await delay(this.options.clock, ms, signal).catch(() => outer?.throwIfAborted())
    stop()
  }
}

/**
 * One attempt is bound to one leader: when another takes over, an answer of the old one may never
 * come (it is cut off), so the attempt ends.
 */
class LeaderTerm {
  private readonly controller = new AbortController()
  private readonly stop: () => void
  readonly signal: AbortSignal

  constructor(leadership: Leadership, leader: Leader, outer: AbortSignal | undefined) {
    this.signal = outer ? AbortSignal.any([outer, this.controller.signal]) : this.controller.signal
    this.stop = leadership.onChange(() => {
      const now = leadership.current()
      // No leader for a moment may be the same one again.
      if (now && !sameLeader(now, leader)) this.controller.abort(new StatusError('unavailable', 'the leader changed'))
    })
  }

  get over(): boolean {
    return this.controller.signal.aborted
  }

  end(): void {
    this.stop()
  }
}

function sameLeader(a: Leader, b: Leader): boolean {
  return a.self || b.self ? a.self === b.self : a.nodeId === b.nodeId && a.address === b.address
}

function leaderChanged(method: AnyMethod): StatusError {
  const unknown = method.readOnly ? '' : ': the outcome of this call is not known, look at the current state before trying again'
  return new StatusError('unavailable', `the leader changed${unknown}`)
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))

function noLeader(last: string): StatusError {
  return new NotDoneError(
    "The swarm does not have a leader. It's possible that too few managers are online. " +
      `Make sure more than half of the managers are online. (${last})`,
  )
}

async function* callHandler(method: AnyMethod, handler: AnyHandler, requests: AsyncIterable<unknown>, call: CallContext): AsyncGenerator<unknown> {
  yield* results(method, handler(takesMany(method) ? requests : await only(requests), call))
}

async function* callRemote(invoke: unknown, method: AnyMethod, requests: AsyncIterable<unknown>, options: CallOptions): AsyncGenerator<unknown> {
  const call = invoke as (input: unknown, options: CallOptions) => Promise<unknown> | AsyncIterable<unknown>
  yield* results(method, call(takesMany(method) ? requests : await only(requests), options))
}
