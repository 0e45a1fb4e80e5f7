import type { Clock } from '../../src/base/clock.js'
import { ErrorKind, StatusError, unavailable } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import type { AnswerQuestionRequest, NodeQuestion } from '../../src/wire/dispatcher-service.js'

/** A node answers within this time, or not at all. */
const answerWaitMs = 60_000
/** One node is asked so many things at a time. */
const openMax = 50
const bodyBytesMax = 1024 * 1024

interface Open {
  nodeId: string
  resolve(body: Uint8Array): void
  reject(failure: StatusError): void
}

/** Questions to nodes that wait for their answers, or to be sent. */
export class NodeQuestions {
  private readonly open = new Map<string, Open>()
  private readonly unsent = new Map<string, NodeQuestion[]>()

  constructor(
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /**
   * Resolves with the node's answer; `notify` has the questions sent. Rejects with what the node refuses it
   * with, `deadline`, `exhausted` when too much is asked of it, or `unavailable` when its session ends.
   */
  async ask(nodeId: string, kind: string, body: Uint8Array, notify: () => void, signal: AbortSignal | undefined): Promise<Uint8Array> {
    if ([...this.open.values()].filter((one) => one.nodeId === nodeId).length >= openMax) {
      throw new StatusError(ErrorKind.exhausted, `node ${nodeId} is asked ${openMax} things already: try again later`)
    }
    if (signal?.aborted) throw new StatusError(ErrorKind.cancelled, 'the answer is not waited for any more')
    const id = this.ids.objectId()
    let end: (failure: StatusError) => void = () => undefined
    const timer = this.clock.setTimer(answerWaitMs, () => end(new StatusError(ErrorKind.deadline, `node ${nodeId} did not answer within ${answerWaitMs / 1000} s`)))
    const cancel = (): void => end(new StatusError(ErrorKind.cancelled, 'the answer is not waited for any more'))
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        end = reject
        this.open.set(id, { nodeId, resolve, reject })
        this.unsent.set(nodeId, [...(this.unsent.get(nodeId) ?? []), { id, kind, body }])
        notify()
      })
    } finally {
      timer.cancel()
      signal?.removeEventListener('abort', cancel)
      this.open.delete(id)
      this.drop(nodeId, id)
    }
  }

  hasUnsent(nodeId: string): boolean {
    return this.unsent.has(nodeId)
  }

  /** A question that nobody waits for any more is not sent. */
  private drop(nodeId: string, id: string): void {
    const left = this.unsent.get(nodeId)?.filter((question) => question.id !== id)
    if (!left) return
    if (left.length > 0) this.unsent.set(nodeId, left)
    else this.unsent.delete(nodeId)
  }

  /** What the node is to be sent now. */
  take(nodeId: string): NodeQuestion[] {
    const questions = this.unsent.get(nodeId) ?? []
    this.unsent.delete(nodeId)
    return questions
  }

  /** An answer; one that nobody waits for, or of another node, is dropped. */
  answer(nodeId: string, { id, body, errorKind, error }: Omit<AnswerQuestionRequest, 'sessionId'>): void {
    const open = this.open.get(id)
    if (open?.nodeId !== nodeId) return
    if (errorKind !== '') open.reject(new StatusError(errorKind in ErrorKind ? (errorKind as ErrorKind) : ErrorKind.internal, error))
    else if (body.length > bodyBytesMax) open.reject(new StatusError(ErrorKind.exhausted, `the answer of node ${nodeId} is over ${bodyBytesMax} bytes`))
    else open.resolve(body)
  }

  /** The node's session is over: it will not answer. */
  forget(nodeId: string): void {
    this.unsent.delete(nodeId)
    for (const open of [...this.open.values()]) if (open.nodeId === nodeId) open.reject(unavailable(`the session of node ${nodeId} ended before it answered`))
  }

  clear(): void {
    for (const { nodeId } of [...this.open.values()]) this.forget(nodeId)
    this.unsent.clear()
  }
}
