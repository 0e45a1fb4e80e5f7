import { isIP } from 'node:net'
import type { Clock } from '../../src/base/clock.js'
import { conflict, ErrorKind, invalid, notFound, StatusError } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import type { NodeId, TaskId } from '../../src/model/ids.js'
import type { Network } from '../../src/model/network.js'
import type { Task } from '../../src/model/task.js'
import { TaskState } from '../../src/model/task-state.js'
import type { AttachNetworkRequest, AttachNetworkResponse } from '../../src/wire/dispatcher-service.js'
import { resolve, resolveNetwork } from '../store/resolve.js'
import type { ReadTx, Store, StoreEvent } from '../store/store.js'

/** `runtime` of tasks that stand for a container's place on a network. */
const attachmentRuntime = 'attachment'

/** A node has at most so many; containers beyond it are refused. */
const attachmentsPerNodeMax = 10_000
const aliasesMax = 100
/** Names as DNS has them, and container ids. */
const nameLengthMax = 253
/** An attachment that has no address by then is given up: those at rest are free again before. */
const allocationWaitMs = 15_000

export interface AttachmentsDeps {
  store: Store
  clock: Clock
  ids: IdSource
}

/**
 * Places on attachable networks for containers that users start on nodes. Each is a task bound to its
 * node, as in SwarmKit's resource allocator: it gets its addresses like every other task, the node carries
 * it out, and the reaper forgets it when it has ended.
 */
export class Attachments {
  constructor(private readonly deps: AttachmentsDeps) {}

  /**
   * Makes an attachment and waits until it has addresses and its node is told. Throws `notFound`,
   * `forbidden` ("network X not manually attachable"), `invalid`, `conflict` for an address in use,
   * `exhausted`; nothing is left of it then.
   */
  async attach(nodeId: string, request: AttachNetworkRequest, signal: AbortSignal): Promise<AttachNetworkResponse> {
    validate(request)
    const { store, clock, ids } = this.deps
    const id = ids.objectId() as TaskId
    const networkId = await store.update((tx) => {
      const network = attachable(tx, request.network)
      if (!tx.get('node', nodeId)) throw notFound(`node ${nodeId} not found: it is not, or no longer, part of the swarm`)
      const present = tx.tasksByNode(nodeId).filter(({ spec }) => spec.attachment)
      if (present.length >= attachmentsPerNodeMax) throw new StatusError(ErrorKind.exhausted, `node ${nodeId} has ${present.length} containers attached to networks, the most there can be`)
      // An earlier one of the same container was not taken back: the node says that it is over.
      for (const old of present) {
        if (old.spec.attachment?.containerId === request.containerId && old.spec.networks[0]?.target === network.id) tx.remove('task', old.id)
      }
      tx.create('task', attachmentTask(id, nodeId as NodeId, network, request, clock.nowMs()))
      return network.id
    })
    try {
      await this.placed(id, request.addresses.length > 0, signal)
    } catch (thrown) {
      await this.detach(nodeId, id).catch(() => undefined)
      throw thrown
    }
    return { attachmentId: id, networkId }
  }

  /** Takes an attachment back; one that is gone is fine. Throws `forbidden` for another node's. */
  async detach(nodeId: string, id: string): Promise<void> {
    await this.deps.store.update((tx) => {
      if (attachmentOf(tx, nodeId, id)) tx.remove('task', id)
    })
  }

  /** The container goes by another name; an attachment that is gone is fine. Throws `invalid`, `forbidden` for another node's. */
  async rename(nodeId: string, id: string, containerName: string): Promise<void> {
    checkName(containerName)
    await this.deps.store.update((tx) => {
      const task = attachmentOf(tx, nodeId, id)
      if (task && task.annotations.name !== containerName) tx.update('task', { ...task, annotations: { ...task.annotations, name: containerName } })
    })
  }

  /** The network, if it is attachable or the node takes part in it. Throws as `attach` does. */
  find(nodeId: string, ref: string): Network {
    const view = this.deps.store.view()
    const network = resolve(view, 'network', ref)
    const takesPart = view.tasksUsing('network', network.id).some((task) => task.nodeId === nodeId && task.status.state <= TaskState.running)
    return takesPart ? network : attachable(view, ref)
  }

  /** Resolves when the node is told of the task; throws why it cannot have what it asked for. */
  private async placed(id: string, asksForAddresses: boolean, signal: AbortSignal): Promise<void> {
    const { store, clock } = this.deps
    const { tx, events } = store.viewAndWatch((event: StoreEvent) => event.table === 'restore' || (event.table === 'task' && event.object.id === id))
    const close = (): void => events.close()
    const timer = clock.setTimer(allocationWaitMs, close)
    signal.addEventListener('abort', close, { once: true })
    if (signal.aborted) close()
    try {
      let view = tx
      for (;;) {
        const task = view.get('task', id)
        if (!task || task.status.state > TaskState.running) throw conflict('the attachment was taken back before it had an address')
        if (task.status.state >= TaskState.assigned) return
        const { err } = task.status
        // Asked-for addresses that cannot be had will not come by waiting; others may.
        if (err !== '' && asksForAddresses && isAllocated(view, task)) throw conflict(err)
        if (!(await events.takeAll())) {
          signal.throwIfAborted()
          throw new StatusError(ErrorKind.deadline, err !== '' ? err : 'no address was allocated in time')
        }
        view = store.view()
      }
    } finally {
      timer.cancel()
      signal.removeEventListener('abort', close)
      events.close()
    }
  }
}

/** A node's attachment; undefined for one that is gone. Throws `invalid` for another task, `forbidden` for another node's. */
function attachmentOf(tx: ReadTx, nodeId: string, id: string): Task | undefined {
  const task = tx.get('task', id)
  if (task && !task.spec.attachment) throw invalid(`task ${id} is not a network attachment`)
  if (task && task.nodeId !== nodeId) throw new StatusError(ErrorKind.forbidden, `attachment ${id} belongs to another node`)
  return task
}

/** The network has its subnets: what is said of its addresses is so. */
function isAllocated(view: ReadTx, { spec }: Task): boolean {
  return view.get('network', spec.networks[0]?.target ?? '')?.driverState !== undefined
}

function attachable(tx: ReadTx, ref: string): Network {
  const network = resolveNetwork(tx, ref)
  if (!network.spec.attachable) throw new StatusError(ErrorKind.forbidden, `network ${network.spec.name} not manually attachable`)
  return network
}

/** What a node says is not believed: sizes and forms are checked before anything is stored. */
function validate({ containerId, containerName, aliases, addresses }: AttachNetworkRequest): void {
  if (!/^[0-9a-f]{64}$/.test(containerId)) throw invalid('an attachment needs the id of its container: 64 hexadecimal digits')
  checkName(containerName)
  if (aliases.length > aliasesMax) throw invalid(`${aliases.length} aliases for one container: ${aliasesMax} are the most`)
  const long = aliases.find((alias) => alias === '' || alias.length > nameLengthMax)
  if (long !== undefined) throw invalid(`invalid alias "${long.slice(0, 64)}": 1 to ${nameLengthMax} characters are needed`)
  const families = addresses.map((address) => isIP(address))
  if (families.includes(0)) throw invalid(`invalid address ${addresses[families.indexOf(0)]?.slice(0, 64) ?? ''}: an IPv4 or IPv6 address is needed`)
  if (new Set(families).size < families.length) throw invalid('a container has at most one address of each family on a network')
}

function checkName(containerName: string): void {
  if (containerName === '' || containerName.length > nameLengthMax) throw invalid(`invalid container name: 1 to ${nameLengthMax} characters are needed`)
}

function attachmentTask(id: TaskId, nodeId: NodeId, network: Network, request: AttachNetworkRequest, nowMs: number): Omit<Task, 'meta'> {
  const { containerId, containerName, aliases, addresses } = request
  return {
    id,
    spec: {
      attachment: { containerId },
      networks: [{ target: network.id, aliases, addresses, driverOptions: {} }],
      forceUpdate: 0,
      runtime: attachmentRuntime,
    },
    specVersion: 0,
    serviceId: '',
    slot: 0,
    nodeId,
    serviceAnnotations: { name: '', labels: {} },
    annotations: { name: containerName, labels: {} },
    status: { state: TaskState.new, timestampMs: nowMs, message: 'created', err: '', ports: [], appliedBy: '' },
    desiredState: TaskState.running,
    networks: [],
    assignedGenericResources: [],
  }
}
