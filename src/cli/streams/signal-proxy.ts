import type { Context } from '../context.js'

/** Signals that come to us go to the container until disposed. */
export function proxySignals(context: Context, container: string): Disposable {
  return context.takeSignals((signal) => {
    // A container that has just ended cannot be signalled; its end is what the command reports.
    context.api.containers.kill(container, signal).catch(() => undefined)
  })
}
