import { internal } from '../../src/base/errors.js'
import type { MountRequest } from '../kernel/mount.js'
import { errorOf, startFileThread, type FromThread, type ToThread } from './program.js'

/**
 * mount(2) on a thread of its own: one that waits for a host that does not answer holds up nothing else. Rejects with an
 * error that has the call's `code`.
 */
export function mountOnThread(request: MountRequest, start = startFileThread): Promise<void> {
  const worker = start()
  return new Promise<void>((resolve, reject) => {
    let failure: Error | undefined
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'done') resolve()
      else if (message.kind === 'failed') reject(errorOf(message.failure))
    })
    worker.on('error', (thrown: Error) => (failure = thrown))
    worker.on('exit', () => reject(internal(`mount ${request.target}: its thread ended: ${failure?.message ?? 'the daemon is stopping'}`, failure)))
    worker.postMessage({ kind: 'job', job: { kind: 'mount', mount: request } } satisfies ToThread)
  }).finally(() => void worker.terminate())
}
