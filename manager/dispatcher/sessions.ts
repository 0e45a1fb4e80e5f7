import { notFound, StatusError } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import { Wakeup } from './wakeup.js'

/** A node's registration with this dispatcher: its streams end with it. */
export interface Session {
  readonly id: string
  readonly nodeId: string
}

interface OpenSession extends Session {
  /** The stream of each kind that is read now: a new one takes the place of the old. */
  readonly streams: Map<StreamKind, Wakeup>
}

export type StreamKind = 'session' | 'assignments' | 'networks'

/** The sessions of nodes: one each. */
export class Sessions {
  private readonly byNode = new Map<string, OpenSession>()

  constructor(private readonly ids: IdSource) {}

  /** Goes on with the session of that id, or opens a new one in the place of what the node had. */
  open(nodeId: string, wantedId: string): Session {
    const current = this.byNode.get(nodeId)
    if (current && wantedId !== '' && current.id === wantedId) return current
    this.end(nodeId, new StatusError('notFound', `session ${current?.id ?? ''} was replaced by a newer one of the same node`))
    const session = { id: this.ids.objectId(), nodeId, streams: new Map<StreamKind, Wakeup>() }
    this.byNode.set(nodeId, session)
    return session
  }

  /** Throws `notFound` unless it is the node's session: the agent then starts a new one. */
  get(nodeId: string, sessionId: string): Session {
    const session = this.byNode.get(nodeId)
    if (session?.id !== sessionId) throw notFound(`session ${sessionId} of node ${nodeId} not found: start a new one`)
    return session
  }

  /** The wakeup of a new stream of the session; it is closed when the session ends, the caller goes away or another stream takes its place. */
  stream(session: Session, kind: StreamKind, caller: AbortSignal): Wakeup & Disposable {
    const open = this.byNode.get(session.nodeId)
    if (open?.id !== session.id) throw notFound(`session ${session.id} of node ${session.nodeId} not found: start a new one`)
    open.streams.get(kind)?.close(new StatusError('cancelled', 'another stream of the same session took its place'))
    const wakeup = new Wakeup()
    open.streams.set(kind, wakeup)
    const onCancel = () => wakeup.close()
    if (caller.aborted) onCancel()
    else caller.addEventListener('abort', onCancel, { once: true })
    return Object.assign(wakeup, {
      [Symbol.dispose]: () => {
        caller.removeEventListener('abort', onCancel)
        if (open.streams.get(kind) === wakeup) open.streams.delete(kind)
      },
    })
  }

  /** The node's stream of that kind, if it has one. */
  streamOf(nodeId: string, kind: StreamKind): Wakeup | undefined {
    return this.byNode.get(nodeId)?.streams.get(kind)
  }

  nodeIds(): string[] {
    return [...this.byNode.keys()]
  }

  end(nodeId: string, failure: StatusError): void {
    const session = this.byNode.get(nodeId)
    if (!session) return
    this.byNode.delete(nodeId)
    for (const stream of session.streams.values()) stream.close(failure)
  }

  endAll(failure: StatusError): void {
    for (const nodeId of this.nodeIds()) this.end(nodeId, failure)
  }
}
