import { rm } from 'node:fs/promises'
import { conflict, messageOf } from '../../src/base/errors.js'
import type { Container } from './container.js'
import { ContainerStatus } from './container-state.js'
import type { EngineContext } from './context.js'
import { tearDown } from './set-up.js'

/**
 * Removes a container that does not run, and with `volumes` those made for it alone; the caller holds the
 * container. A failure leaves it `dead`, to be removed again.
 */
export async function removeContainer(context: EngineContext, container: Container, options: { volumes: boolean }): Promise<void> {
  if (container.status === ContainerStatus.removing) throw conflict(`removal of container ${container.name} is already in progress`)
  container.restartTimer?.cancel()
  container.move(ContainerStatus.removing)
  try {
    await context.store.save(container)
    await tearDown(context, container)
    await context.rootfs.removeWritable(container.id)
    await rm(context.paths.container(container.id), { recursive: true, force: true })
    if (options.volumes) await removeVolumes(context, container)
    await context.store.delete(container)
    context.exitWatch.forget(container.id)
  } catch (thrown) {
    container.move(ContainerStatus.dead)
    await context.store.save(container)
    container.announceRemoval(messageOf(thrown))
    throw thrown
  }
  context.events.publish('container', 'destroy', container.id, container.eventAttributes())
  container.announceRemoval()
}

async function removeVolumes(context: EngineContext, container: Container): Promise<void> {
  for (const mount of container.record.mounts) {
    if (mount.anonymous && mount.name !== undefined) await context.volumes.removeAnonymous(mount.name)
  }
}
