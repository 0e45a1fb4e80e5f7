import { findPlace, HeldFolder, pathOf, placeBelow, type Tree } from '../../snapshot/held-folder.js'
import { byteString, textOf } from '../../snapshot/paths.js'
import { identify } from '../../kernel/process.js'
import { unavailable } from '../../../src/base/errors.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { keptEtcFiles } from './etc-files.js'

/** A container's files, held until disposed. */
export interface ContainerTree extends Tree, AsyncDisposable {
  /** True when its processes run and can change what is there. */
  running: boolean
}

/**
 * The files of a container, with its volumes unless only the root file system is asked for. Of a running one they
 * are those that its first process sees; a stopped one is mounted and cannot be started until this is disposed.
 */
export function openContainerTree(context: EngineContext, container: Container, rootOnly = false): Promise<ContainerTree> {
  return new Promise((resolve, reject) => {
    const work = async (): Promise<void> => {
      if (container.isUp) {
        const root = rootOnly ? HeldFolder.open(await context.rootfs.mount(container.id)) : openProcessRoot(container)
        resolve({ root, covers: new Map(), running: true, [Symbol.asyncDispose]: () => Promise.resolve(root[Symbol.dispose]()) })
        return
      }
      await new Promise<void>((done, failed) => {
        openStopped(context, container, rootOnly, done).then(resolve, failed)
      })
    }
    container.exclusive(work).catch(reject)
  })
}

function openProcessRoot(container: Container): HeldFolder {
  const process = container.record.state.process
  const gone = () => unavailable(`container ${container.name} ended just now; try again`)
  if (!process) throw gone()
  const root = HeldFolder.open(`/proc/${process.pid}/root`)
  // Looked at after opening: the number may have become another process's.
  if (identify(process.pid)?.startTicks === process.startTicks) return root
  root[Symbol.dispose]()
  throw gone()
}

function isThere(tree: Tree, path: string): boolean {
  try {
    findPlace(tree, byteString(path), true)[Symbol.dispose]()
    return true
  } catch {
    return false
  }
}

async function openStopped(context: EngineContext, container: Container, rootOnly: boolean, done: () => void): Promise<ContainerTree> {
  const { id, record } = container
  const covers = new Map<string, string>()
  const acquired: string[] = []
  const layers: string[] = []
  const parts: Disposable[] = []
  let root: HeldFolder | undefined
  container.isTakenDown = false
  const close = async (): Promise<void> => {
    for (const held of [...parts.splice(0), root]) held?.[Symbol.dispose]()
    context.rootfs.unmount(id)
    for (const layer of layers.splice(0)) context.rootfs.unmount(layer)
    for (const name of acquired.splice(0)) await context.volumes.release(name, id)
    done()
  }
  try {
    root = HeldFolder.open(await context.rootfs.mount(id))
    if (!rootOnly) {
      const tree = { root, covers }
      for (const { source, target } of keptEtcFiles(context, container, (path) => isThere(tree, path))) covers.set(target, source)
    }
    for (const mount of rootOnly ? [] : record.mounts) {
      if (mount.type === 'tmpfs') continue
      let source = mount.source
      if (mount.name !== undefined) {
        source = await context.volumes.acquire(mount.name, id)
        acquired.push(mount.name)
      } else if (mount.image) {
        source = await context.rootfs.mount(mount.image.layer)
        layers.push(mount.image.layer)
      }
      const part = mount.subpath === undefined ? undefined : placeBelow(source, mount.subpath)
      if (part) parts.push(part)
      covers.set(byteString(mount.destination), part ? textOf(pathOf(part)) : source)
    }
    return { root, covers, running: false, [Symbol.asyncDispose]: close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}
