import type { Clock } from '../../src/base/clock.js'
import { ErrorKind, kindOf, messageOf, StatusError, unavailable } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import { TimeLimit } from '../../src/base/time-limit.js'
import { unlessAborted } from '../../src/base/unless-aborted.js'
import type { Network } from '../../src/model/network.js'
import type { Task } from '../../src/model/task.js'
import type { AttachNetworkRequest, AttachNetworkResponse } from '../../src/wire/dispatcher-service.js'
import type { NetworkProvider } from '../engine/net/ports.js'
import type { NetworkController } from '../network/controller.js'
import type { EndpointInfo, EndpointSettings, SandboxInfo, SandboxMode } from '../network/types.js'
import { TaskError } from './errors.js'

/** The managers, as far as attachments need them. All reject with `unavailable` while there is no session. */
export interface AttachmentManagers {
  /** Resolves when there is a session with a manager. */
  connected(signal: AbortSignal): Promise<void>
  attach(request: AttachNetworkRequest, signal: AbortSignal): Promise<AttachNetworkResponse>
  detach(attachmentId: string, signal: AbortSignal): Promise<void>
  rename(attachmentId: string, containerName: string, signal: AbortSignal): Promise<void>
  find(ref: string, signal: AbortSignal): Promise<Network>
}

/** What this needs of the containers. */
export interface AttachedContainers {
  /** The container belongs to a task of a service: its networks are the task's. */
  isOfTask(containerId: string): boolean
  /** Takes a container off a network, as a user would. */
  disconnect(containerId: string, networkId: string): Promise<void>
  /** Starts a container again that its restart policy wants up. */
  restart(containerId: string): Promise<void>
}

export interface AttachedNetworksGiven {
  controller: NetworkController
  clock: Clock
  log: Logger
}

/** As long as Docker waits. */
const attachTimeoutMs = 20_000
const detachTimeoutMs = 2_000
const renameTimeoutMs = 2_000
const findTimeoutMs = 5_000

/** An attachment as the managers assigned it, waiting for its container to take it. */
interface Offer {
  task: Task
  done(): void
  failed(thrown: unknown): void
}

/** An attachment that a container has. */
interface Held {
  taskId: string
  containerId: string
  networkId: string
  left: Promise<void>
  leave(): void
}

/**
 * The networks of this host and those of the swarm for containers that users start: a container that is to
 * be on a network of the swarm gets an attachment from the managers first, and gives it back when it leaves.
 * What the managers assign and what the container wants meet by the attachment's id.
 */
export class AttachedNetworks implements NetworkProvider {
  private managers: AttachmentManagers | 'none' | undefined
  private containers: AttachedContainers | undefined
  private readonly decided = new Set<() => void>()
  private readonly offers = new Map<string, Offer>()
  private readonly waiters = new Map<string, (offer: Offer) => void>()
  /** By container and network. */
  private readonly held = new Map<string, Held>()
  /** Containers that could not start because no manager answered. */
  private readonly stranded = new Set<string>()
  /** New names that the managers do not know yet, by attachment. */
  private readonly untold = new Map<string, string>()
  /** Attachments whose name is being told. */
  private readonly telling = new Map<string, Promise<void>>()
  /** How often it was asked to tell names. */
  private toldRounds = 0

  constructor(private readonly given: AttachedNetworksGiven) {}

  /** The containers whose networks these are; before, every container counts as a user's. */
  serve(containers: AttachedContainers): void {
    this.containers = containers
  }

  /** The managers of the swarm that this node is in; `none` while it is in none. Until the first call, who asks waits. */
  follow(managers: AttachmentManagers | 'none'): void {
    this.managers = managers
    for (const wake of [...this.decided]) wake()
  }

  /** The managers answer: containers that waited for it are started. */
  reachable(): void {
    void this.tellNames()
    const containers = [...this.stranded]
    this.stranded.clear()
    for (const id of containers) {
      this.containers?.restart(id).catch((err: unknown) => this.given.log.warn('a container of a swarm network could not be started again', { container: id, err }))
    }
  }

  async nameOf(ref: string): Promise<string> {
    const local = this.local(ref)
    if (local) return local.name
    const network = await this.ask(ref, (managers, signal) => managers.find(ref, signal), findTimeoutMs)
    return network?.spec.name ?? this.given.controller.inspect(ref).name
  }

  async connect(containerId: string, ref: string, settings: EndpointSettings): Promise<EndpointInfo> {
    const { controller } = this.given
    const local = this.local(ref)
    if ((local && local.scope !== 'swarm') || this.containers?.isOfTask(containerId)) return controller.connect(containerId, ref, settings)
    const { containerName, aliases = [], ipv4Address, ipv6Address } = settings
    const addresses = [ipv4Address, ipv6Address].flatMap((one) => (one ? [one] : []))
    const request = { network: ref, containerId, containerName, aliases, addresses }
    try {
      const attached = await this.ask(ref, (managers, signal) => this.attach(managers, request, settings, signal), attachTimeoutMs)
      // This host is in no swarm.
      return attached ?? (await controller.connect(containerId, ref, settings))
    } catch (thrown) {
      if (kindOf(thrown) === ErrorKind.unavailable) this.stranded.add(containerId)
      throw thrown
    }
  }

  async disconnect(containerId: string, ref: string): Promise<void> {
    const { controller } = this.given
    const { id } = controller.inspect(ref)
    await controller.disconnect(containerId, ref)
    await this.giveBack(this.held.get(keyOf(containerId, id)))
  }

  async removeSandbox(containerId: string): Promise<void> {
    this.stranded.delete(containerId)
    // Off the network first: others may get the address as soon as it is given back.
    const removed = this.given.controller.removeSandbox(containerId)
    await Promise.all([removed, ...this.heldBy(containerId).map((held) => this.giveBack(held))])
  }

  createSandbox(containerId: string, mode?: SandboxMode): Promise<SandboxInfo> {
    // What an earlier run of the container left would be taken for its own.
    for (const held of this.heldBy(containerId)) void this.giveBack(held)
    return this.given.controller.createSandbox(containerId, mode)
  }

  /** Known here at once; the managers are told, now or when they answer again, so that it has the name on other nodes too. */
  async rename(containerId: string, containerName: string): Promise<void> {
    await this.given.controller.rename(containerId, containerName)
    for (const { taskId } of this.heldBy(containerId)) this.untold.set(taskId, containerName)
    await this.tellNames()
  }

  sandbox: NetworkProvider['sandbox'] = (containerId) => this.given.controller.sandbox(containerId)
  publish: NetworkProvider['publish'] = (containerId, bindings) => this.given.controller.publish(containerId, bindings)
  published: NetworkProvider['published'] = (containerId) => this.given.controller.published(containerId)
  endpointsOf: NetworkProvider['endpointsOf'] = (containerId) => this.given.controller.endpointsOf(containerId)
  recover: NetworkProvider['recover'] = (live) => this.given.controller.recover(live)
  inspect: NetworkProvider['inspect'] = (ref) => this.given.controller.inspect(ref)
  setLinks: NetworkProvider['setLinks'] = (containerId, network, linkedTo) => this.given.controller.setLinks(containerId, network, linkedTo)
  serveNames: NetworkProvider['serveNames'] = (containerId, resolver) => this.given.controller.serveNames(containerId, resolver)

  /** The container of an assigned attachment takes it. Resolves when it is on the network; rejects when it does not want it any more. */
  async offer(task: Task, signal: AbortSignal): Promise<void> {
    if (this.isHeld(task)) return
    const taken = new Promise<void>((resolve, reject) => {
      const offer: Offer = { task, done: resolve, failed: reject }
      this.offers.set(task.id, offer)
      this.waiters.get(task.id)?.(offer)
    })
    using limit = new TimeLimit(this.given.clock, attachTimeoutMs, () => new TaskError('no container waits for this attachment any more'), signal)
    try {
      await unlessAborted(taken, limit.signal)
    } finally {
      this.offers.delete(task.id)
    }
  }

  /** Resolves when the container of the attachment is not on the network any more. */
  async left(task: Task, signal: AbortSignal): Promise<void> {
    if (!this.isHeld(task)) return
    const held = this.held.get(placeOf(task))
    if (held) await unlessAborted(held.left, signal)
  }

  /** The managers take the attachment away: its container goes off the network. */
  async expel(task: Task): Promise<void> {
    this.offers.get(task.id)?.failed(new TaskError('the attachment was taken away'))
    if (!this.isHeld(task)) return
    const held = this.held.get(placeOf(task))
    if (!held) return
    try {
      await this.containers?.disconnect(held.containerId, held.networkId)
    } catch (thrown) {
      if (kindOf(thrown) !== ErrorKind.notFound) throw thrown
    }
    this.forget(held)
  }

  private async attach(managers: AttachmentManagers, request: AttachNetworkRequest, settings: EndpointSettings, signal: AbortSignal): Promise<EndpointInfo> {
    const { controller } = this.given
    const { attachmentId, networkId } = await managers.attach(request, signal)
    try {
      const offer = await this.offered(attachmentId, signal)
      const addresses = offer.task.networks.find(({ network }) => network.id === networkId)?.addresses.map(plain) ?? []
      const ipv4Address = addresses.find((one) => !one.includes(':'))
      const ipv6Address = addresses.find((one) => one.includes(':'))
      // The address tells every node the MAC address: another one would not be found.
      const { macAddress: _, ...rest } = settings
      try {
        const endpoint = await controller.connect(request.containerId, networkId, {
          ...rest,
          ...(ipv4Address !== undefined && { ipv4Address }),
          ...(ipv6Address !== undefined && { ipv6Address }),
        })
        this.hold(attachmentId, request.containerId, networkId)
        offer.done()
        return endpoint
      } catch (thrown) {
        offer.failed(new TaskError(messageOf(thrown)))
        throw thrown
      }
    } catch (thrown) {
      await this.detach(managers, attachmentId)
      throw thrown
    }
  }

  /** The attachment, once the managers have assigned it to this node. */
  private offered(attachmentId: string, signal: AbortSignal): Promise<Offer> {
    const present = this.offers.get(attachmentId)
    if (present) return Promise.resolve(present)
    const offer = new Promise<Offer>((resolve) => this.waiters.set(attachmentId, resolve))
    return unlessAborted(offer, signal).finally(() => this.waiters.delete(attachmentId))
  }

  /** Asks the managers within a time; undefined when this host is in no swarm. What they refuse is said in Docker's words. */
  private async ask<T>(ref: string, question: (managers: AttachmentManagers, signal: AbortSignal) => Promise<T>, timeoutMs: number): Promise<T | undefined> {
    const why = 'attaching to network failed, make sure your network options are correct and check manager logs: context deadline exceeded'
    using limit = new TimeLimit(this.given.clock, timeoutMs, () => unavailable(why))
    try {
      const managers = await this.known(limit.signal)
      if (managers === 'none') return undefined
      await managers.connected(limit.signal)
      return await question(managers, limit.signal)
    } catch (thrown) {
      switch (kindOf(thrown)) {
        case ErrorKind.forbidden:
          throw new StatusError(ErrorKind.forbidden, `Could not attach to network ${ref}: rpc error: code = PermissionDenied desc = ${messageOf(thrown)}`, { cause: thrown })
        case ErrorKind.notFound:
          throw new StatusError(ErrorKind.notFound, `network ${ref} not found`, { cause: thrown })
        case ErrorKind.deadline:
        case ErrorKind.unavailable:
          throw unavailable(`Could not attach to network ${ref}: ${messageOf(thrown)}`, thrown)
        default:
          throw thrown instanceof StatusError ? new StatusError(thrown.kind, `Could not attach to network ${ref}: ${thrown.message}`, { cause: thrown }) : thrown
      }
    }
  }

  private async known(signal: AbortSignal): Promise<AttachmentManagers | 'none'> {
    while (this.managers === undefined) {
      let wake = (): void => undefined
      const decision = new Promise<void>((resolve) => (wake = resolve))
      this.decided.add(wake)
      await unlessAborted(decision, signal).finally(() => this.decided.delete(wake))
    }
    return this.managers
  }

  private local(ref: string): ReturnType<NetworkController['inspect']> | undefined {
    try {
      return this.given.controller.inspect(ref)
    } catch (thrown) {
      if (kindOf(thrown) === ErrorKind.notFound) return undefined
      throw thrown
    }
  }

  /** Whether the container is on the network by this attachment. After a start of the daemon its address tells. */
  private isHeld(task: Task): boolean {
    const [attachment] = task.networks
    const containerId = task.spec.attachment?.containerId
    if (!attachment || containerId === undefined) return false
    const held = this.held.get(placeOf(task))
    if (held) return held.taskId === task.id
    const endpoint = this.given.controller.endpointsOf(containerId).find(({ networkId }) => networkId === attachment.network.id)
    const own = endpoint && attachment.addresses.map(plain).some((one) => one === endpoint.ipv4Address || one === endpoint.ipv6Address)
    if (!own) return false
    this.hold(task.id, containerId, attachment.network.id)
    // It may have been renamed while no daemon could tell.
    if (endpoint.containerName !== task.annotations.name) this.untold.set(task.id, endpoint.containerName)
    void this.tellNames()
    return true
  }

  private hold(taskId: string, containerId: string, networkId: string): void {
    let leave: () => void = () => undefined
    const left = new Promise<void>((resolve) => (leave = resolve))
    this.held.set(keyOf(containerId, networkId), { taskId, containerId, networkId, left, leave })
  }

  private heldBy(containerId: string): Held[] {
    return [...this.held.values()].filter((held) => held.containerId === containerId)
  }

  /** The container is off the network. When no manager can be told now, the task's end tells it. */
  private async giveBack(held: Held | undefined): Promise<void> {
    if (!held) return
    this.forget(held)
    const { managers } = this
    if (managers && managers !== 'none') await this.detach(managers, held.taskId)
  }

  private forget(held: Held): void {
    const key = keyOf(held.containerId, held.networkId)
    this.untold.delete(held.taskId)
    if (this.held.get(key) === held) this.held.delete(key)
    held.leave()
  }

  /** Never rejects: what cannot be told now is told when the managers answer again. */
  private async tellNames(): Promise<void> {
    this.toldRounds++
    const { managers } = this
    if (!managers || managers === 'none') return
    await Promise.all([...this.untold].map(([attachment, name]) => {
      const work = this.telling.get(attachment) ?? this.tellName(managers, attachment, name)
      this.telling.set(attachment, work)
      return work
    }))
  }

  /** One name after another: the managers may take calls that are made at the same time in any order. */
  private async tellName(managers: AttachmentManagers, attachment: string, first: string): Promise<void> {
    for (let name: string | undefined = first; name !== undefined; name = this.untold.get(attachment)) {
      const { toldRounds } = this
      const told = await this.tell(managers, attachment, name)
      if (told && this.untold.get(attachment) === name) this.untold.delete(attachment)
      // Asked for again meanwhile, the managers may answer by now.
      if (!told && this.toldRounds === toldRounds) break
    }
    this.telling.delete(attachment)
  }

  private async tell(managers: AttachmentManagers, attachment: string, name: string): Promise<boolean> {
    using limit = new TimeLimit(this.given.clock, renameTimeoutMs, () => unavailable('no manager answered in time'))
    try {
      await managers.rename(attachment, name, limit.signal)
      return true
    } catch (thrown) {
      this.given.log.debug(`the managers could not be told of a container's new name: ${messageOf(thrown)}`, { attachment })
      return false
    }
  }

  private async detach(managers: AttachmentManagers, attachmentId: string): Promise<void> {
    using limit = new TimeLimit(this.given.clock, detachTimeoutMs, () => unavailable('no manager answered in time'))
    try {
      await managers.detach(attachmentId, limit.signal)
    } catch (thrown) {
      this.given.log.debug(`an attachment could not be given back at once: ${messageOf(thrown)}`, { attachment: attachmentId })
    }
  }
}

function keyOf(containerId: string, networkId: string): string {
  return `${containerId}/${networkId}`
}

function placeOf(task: Task): string {
  return keyOf(task.spec.attachment?.containerId ?? '', task.networks[0]?.network.id ?? '')
}

function plain(cidr: string): string {
  return cidr.split('/', 1)[0] as string
}
