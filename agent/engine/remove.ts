import { rm } from 'node:fs/promises'
import { conflict, messageOf } from '../../src/base/errors.js'
import type { Container } from './container.js'
import { ContainerStatus } from './container-state.js'
import type { EngineContext } from './context.js'
import { tearDown } from './set-up.js'

/**
 * Removes a container that does not run, and with `volumes` those made for it alone; the caller holds the
 * container. It is gone for everybody once its record is; its files go in the background, and what a
 * crash leaves of them is found at the next start, for they belong to nobody then.
 */
export async function removeContainer(context: EngineContext, container: Container, options: { volumes: boolean }): Promise<void> {
  const { id } = container
  if (container.status === ContainerStatus.removing) throw conflict(`removal of container ${container.name} is already in progress`)
  container.restartTimer?.cancel()
  container.move(ContainerStatus.removing)
  try {
    const { written } = await tearDown(context, container)
    if (options.volumes) await removeVolumes(context, container)
    await Promise.all([written, context.store.delete(container)])
    context.exitWatch.forget(id)
  } catch (thrown) {
    container.move(ContainerStatus.dead)
    await context.store.save(container)
    container.announceRemoval(messageOf(thrown))
    throw thrown
  }
  context.events.publish('container', 'destroy', id, container.eventAttributes())
  container.announceRemoval()
  context.logs.forget(container)
  context.background.run(id, 'files of a removed container stay until the next start', async () => {
    await context.rootfs.removeWritable(id)
    await rm(context.paths.container(id), { recursive: true, force: true })
  })
}

async function removeVolumes(context: EngineContext, container: Container): Promise<void> {
  for (const mount of container.record.mounts) {
    if (mount.anonymous && mount.name !== undefined) await context.volumes.removeAnonymous(mount.name, container.id)
  }
}
