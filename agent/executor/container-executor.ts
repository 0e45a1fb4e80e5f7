import { kindOf } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import type { Task } from '../../src/model/task.js'
import type { AttachedNetworks } from './attached-networks.js'
import { AttachmentController } from './attachment-controller.js'
import { ContainerController, type ContainerDeps } from './container-controller.js'
import { TaskLabel } from './container-spec.js'
import type { Controller, Executor } from './controller.js'
import { withLabel } from './task-engine.js'

/** Runs tasks as containers of this node's engine. */
export class ContainerExecutor implements Executor {
  /** Without `attached`, containers that users start cannot be on networks of the swarm. */
  constructor(
    private readonly deps: ContainerDeps,
    private readonly log: Logger,
    private readonly attached?: AttachedNetworks,
  ) {}

  controller(task: Task): Controller {
    if (task.spec.attachment && this.attached) return new AttachmentController(task, { attached: this.attached, networks: this.deps.networks })
    return new ContainerController(task, this.deps)
  }

  async removeStrays(isKnown: (taskId: string) => boolean): Promise<void> {
    const { engine, files } = this.deps
    const containers = await engine.list({ all: true, size: false, filters: withLabel(TaskLabel.taskId) })
    for (const { Id: id, Labels: labels } of containers) {
      const taskId = labels?.[TaskLabel.taskId]
      if (id === undefined || taskId === undefined || isKnown(taskId)) continue
      this.log.info('removing the container of a task that is gone', { container: id, task: taskId })
      try {
        await engine.remove(id, { force: true, volumes: true, link: false })
      } catch (thrown) {
        if (kindOf(thrown) !== 'notFound') this.log.warn('cannot remove the container of a task that is gone', { container: id, err: thrown })
      }
    }
    await files.keepOnly(isKnown)
  }
}
