import type { Task } from '../../src/model/task.js'
import type { AttachedNetworks } from './attached-networks.js'
import type { Controller, Observed } from './controller.js'
import { TaskError } from './errors.js'
import type { ClusterNetworks } from './network-attachment.js'

/**
 * Carries out an attachment: the place of a container that a user started on a network of the swarm. The
 * container is the user's; only its place on the network comes and goes with the task.
 */
export class AttachmentController implements Controller {
  constructor(
    private task: Task,
    private readonly deps: { attached: AttachedNetworks; networks: ClusterNetworks | undefined },
  ) {}

  update(task: Task): void {
    this.task = task
  }

  async prepare(): Promise<void> {
    const { networks } = this.deps
    if (!networks) throw new TaskError('this node cannot take part in networks of the swarm')
    for (const { network } of this.task.networks) await networks.ensure(network)
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.deps.attached.offer(this.task, signal)
  }

  async wait(signal: AbortSignal): Promise<void> {
    await this.deps.attached.left(this.task, signal)
  }

  async shutdown(): Promise<void> {
    await this.deps.attached.expel(this.task)
  }

  async remove(): Promise<void> {
    await this.deps.attached.expel(this.task)
  }

  async observe(): Promise<Partial<Observed>> {
    return {}
  }
}
