import { lstatSync } from 'node:fs'
import { packPlace } from '../../snapshot/pack.js'
import type { Container } from '../container.js'
import { openContainerTree } from './container-tree.js'
import type { EngineContext } from '../context.js'

/** A tar archive of a container's root file system, without its volumes; the container is held until it ends. */
export async function exportContainer(context: EngineContext, container: Container): Promise<AsyncIterable<Uint8Array>> {
  const tree = await openContainerTree(context, container, true)
  context.events.publish('container', 'export', container.id, container.eventAttributes())
  return (async function* (): AsyncGenerator<Buffer, void, undefined> {
    try {
      const stat = lstatSync(tree.root.child('.'), { bigint: true })
      yield* packPlace(tree, { path: '/', stat, folder: tree.root, [Symbol.dispose]: () => undefined }, '')
    } finally {
      await tree[Symbol.asyncDispose]()
    }
  })()
}
