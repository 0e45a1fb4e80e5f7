import type { Container } from '../container.js'
import { ContainerStatus } from '../container-state.js'
import type { EngineContext } from '../context.js'
import { cgroupPath } from './set-up.js'

/** Runs `work` while the processes of a running container stand still; one that is paused stays so. */
export function whileFrozen<T>(context: EngineContext, container: Container, work: () => Promise<T>): Promise<T> {
  return container.exclusive(async () => {
    if (container.status !== ContainerStatus.running) return work()
    const group = cgroupPath(context, container)
    await context.cgroups.setFrozen(group, true)
    try {
      return await work()
    } finally {
      await context.cgroups.setFrozen(group, false)
    }
  })
}
