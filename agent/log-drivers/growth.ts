import { watch } from 'node:fs'

/**
 * Calls back once, when a file is written to or is no longer there; until then nothing is asked of it. Undefined when it cannot
 * be watched: it is not there, or the kernel has no watches left. Disposing ends the watch.
 */
export function onGrowth(path: string, callback: () => void): Disposable | undefined {
  try {
    const grown = (): void => {
      // Several may have come at once.
      watcher.removeAllListeners('change')
      watcher.close()
      callback()
    }
    const watcher = watch(path, { persistent: false }, grown)
    // What fails later counts as growth: the file is looked at.
    watcher.on('error', grown)
    return { [Symbol.dispose]: () => watcher.close() }
  } catch {
    return undefined
  }
}
