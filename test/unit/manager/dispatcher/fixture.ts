import { Dispatcher } from '../../../../manager/dispatcher/dispatcher.js'
import { nullLogger } from '../../../../src/base/log.js'
import { seededRng } from '../../../../src/base/rng.js'
import type { NodeId, TaskId } from '../../../../src/model/ids.js'
import type { NodeDescription } from '../../../../src/model/node.js'
import { TaskState } from '../../../../src/model/task-state.js'
import type { Task } from '../../../../src/model/task.js'
import type { AssignmentsMessage, SessionMessage } from '../../../../src/wire/dispatcher-service.js'
import type { CallContext } from '../../../../src/wire/service-table.js'
import { createTestStore } from '../../../support/memory-cluster.js'
import { settle } from '../../../support/manual-clock.js'
import { cluster, node, task } from '../../../support/objects.js'

export const description: NodeDescription = {
  hostname: 'host1',
  platform: { architecture: 'x86_64', os: 'linux' },
  resources: { nanoCpus: 1e9, memoryBytes: 1e9, generic: [] },
  engineVersion: '1',
  engineLabels: {},
  plugins: [],
}

/** Reads a stream message by message; `next` waits for one, `ready` gives those there are. */
export class Reader<T> {
  readonly messages: T[] = []
  failure: unknown
  done = false
  constructor(stream: AsyncIterable<T>) {
    void (async () => {
      try {
        for await (const message of stream) this.messages.push(message)
      } catch (thrown) {
        this.failure = thrown
      }
      this.done = true
    })()
  }
  async taken(): Promise<T[]> {
    for (let i = 0; i < 5; i++) await settle()
    return this.messages.splice(0)
  }
}

/** An agent as far as the dispatcher sees one. */
export class FakeAgent {
  readonly controller = new AbortController()
  sessionId = ''
  session: Reader<SessionMessage> | undefined
  assigned: Reader<AssignmentsMessage> | undefined
  constructor(
    private readonly dispatcher: Dispatcher,
    readonly nodeId: string,
  ) {}

  call(): CallContext {
    return {
      caller: { nodeId: this.nodeId, role: 'worker', clusterId: 'c' },
      remoteAddress: '10.0.0.9',
      signal: this.controller.signal,
      forwardedBy: undefined,
    }
  }
  /** Opens a session; gives its first message. */
  async register(sessionId = ''): Promise<SessionMessage | undefined> {
    this.session = new Reader(this.dispatcher.handlers.session({ description, sessionId, advertiseAddress: '' }, this.call()))
    const [first] = await this.session.taken()
    this.sessionId = first?.sessionId ?? ''
    return first
  }
  async assignments(): Promise<AssignmentsMessage[]> {
    this.assigned = new Reader(this.dispatcher.handlers.assignments({ sessionId: this.sessionId }, this.call()))
    return this.assigned.taken()
  }
  heartbeat(): Promise<{ periodMs: number }> {
    return this.dispatcher.handlers.heartbeat({ sessionId: this.sessionId }, this.call())
  }
  report(taskId: string, status: Partial<Task['status']>): Promise<unknown> {
    const update = { taskId, status: { ...task('x').status, ...status } }
    return this.dispatcher.handlers.updateTaskStatus({ sessionId: this.sessionId, updates: [update] }, this.call())
  }
}

export async function dispatcherFixture(nodes: string[] = ['n1', 'n2']) {
  const test = createTestStore()
  await test.store.update((tx) => {
    tx.create('cluster', cluster())
    for (const id of nodes) tx.create('node', node(id, { status: { state: 'unknown', message: '', address: '' } }))
  })
  const dispatcher = new Dispatcher({ ...test, rng: seededRng(1), log: nullLogger, nodeId: 'm1' })
  dispatcher.start()
  const assign = (id: string, nodeId: string, over: Partial<Task> = {}) =>
    test.store.update((tx) =>
      tx.create('task', task(id, { nodeId: nodeId as NodeId, status: { ...task('x').status, state: TaskState.assigned }, ...over })),
    )
  const change = (id: string, over: Partial<Task>) =>
    test.store.update((tx) => {
      const current = tx.get('task', id as TaskId)
      if (current) tx.update('task', { ...current, ...over })
    })
  return { ...test, dispatcher, agent: (id: string) => new FakeAgent(dispatcher, id), assign, change }
}

/** `+t1 -s1`: what a message does, in order. */
export function told(messages: AssignmentsMessage[]): string[] {
  return messages.map(({ type, changes }) =>
    [
      type,
      ...changes.map(({ action, assignment: { task, secret, config } }) => `${action === 'update' ? '+' : '-'}${(task ?? secret ?? config)?.id}`),
    ].join(' '),
  )
}
