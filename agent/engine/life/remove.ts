import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { conflict, errnoOf, messageOf } from '../../../src/base/errors.js'
import type { Container } from '../container.js'
import { ContainerStatus } from '../container-state.js'
import type { EngineContext } from '../context.js'
import { dropLateSave } from '../late-record.js'
import { tearDown } from './set-up.js'

/**
 * Removes a container that does not run, and with `volumes` those made for it alone; the caller holds the
 * container. A mark among its files, which outlives the daemon, makes it gone for everybody: nobody waits until the
 * disk has the end of its record. Its files go in the background when the disk has it, so that a host that loses its
 * power meanwhile has the container with all its files; what a crash of the daemon leaves is found at the next start.
 */
export async function removeContainer(context: EngineContext, container: Container, options: { volumes: boolean }): Promise<void> {
  const { id } = container
  if (container.status === ContainerStatus.removing) throw conflict(`removal of container ${container.name} is already in progress`)
  container.restartTimer?.cancel()
  container.restartTimer = undefined
  if (container.lateSave) dropLateSave(context, container)
  container.move(ContainerStatus.removing)
  let gone: Promise<unknown>
  try {
    const hadExit = !container.isTakenDown
    const { written } = await tearDown(context, container)
    if (options.volumes) await removeVolumes(context, container)
    const isMarked = mark(context, id)
    gone = Promise.all([written, context.store.delete(container)])
    if (!isMarked) await gone
    if (hadExit) context.exitWatch.forget(id)
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
    await gone
    await context.rootfs.removeWritable(id)
    for (const { image } of container.record.mounts) if (image) await context.rootfs.removeWritable(image.layer)
    await rm(context.paths.container(id), { recursive: true, force: true })
  })
}

/** True when a daemon that finds the container's record at its start knows that it was removed. */
export function isMarkedRemoved({ paths }: EngineContext, id: string): boolean {
  return existsSync(paths.removedMark(id))
}

/** False when the disk takes no mark. */
function mark({ paths, log }: EngineContext, id: string): boolean {
  try {
    const path = paths.removedMark(id)
    try {
      writeFileSync(path, '')
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOENT') throw thrown
      mkdirSync(paths.container(id), { recursive: true, mode: 0o700 })
      writeFileSync(path, '')
    }
    return true
  } catch (err) {
    log.warn('a removal cannot be marked: it waits for the state database', { container: id, err })
    return false
  }
}

async function removeVolumes(context: EngineContext, container: Container): Promise<void> {
  for (const mount of container.record.mounts) {
    if (mount.anonymous && mount.name !== undefined) await context.volumes.removeAnonymous(mount.name, container.id)
  }
}
