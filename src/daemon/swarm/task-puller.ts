import { registryAuth } from '../../api/registry-auth.js'
import { messageOf } from '../../base/errors.js'
import type { Logger } from '../../base/log.js'
import { TaskError } from '../../../agent/executor/errors.js'
import type { ImagePuller } from '../../../agent/executor/task-engine.js'
import { familiarName, parseReference, withDefaultTag } from '../../../agent/image/reference.js'
import { credentialsOf } from '../backends/images.js'
import type { Registries } from '../../../agent/image/registry/registries.js'

interface Shared {
  work: Promise<unknown>
  controller: AbortController
  waiting: number
}

/**
 * Pulls for tasks. Tasks of one service that come to this node at the same time wait for one pull; it is
 * given up when none of them waits any more. A failed pull ends the task, with what Docker says for a
 * missing image and the registry's reason behind it: the service's restart policy is what tries again.
 */
export class TaskPuller implements ImagePuller {
  private readonly pulls = new Map<string, Shared>()

  constructor(
    private readonly registries: Pick<Registries, 'pull'>,
    private readonly log: Logger,
  ) {}

  async pull(ref: string, auth: string | undefined, signal: AbortSignal): Promise<void> {
    const name = familiarName(withDefaultTag(parseReference(ref)))
    // Whom the registry refuses must not be given what another one may have.
    const key = `${name} ${auth ?? ''}`
    const shared = this.pulls.get(key) ?? this.begin(name, key, auth)
    shared.waiting++
    try {
      await aborted(shared.work, signal)
    } catch (thrown) {
      signal.throwIfAborted()
      throw new TaskError(`No such image: ${name}: ${messageOf(thrown)}`)
    } finally {
      if (--shared.waiting === 0) shared.controller.abort(new Error('no task waits for this image any more'))
    }
  }

  private begin(name: string, key: string, auth: string | undefined): Shared {
    const controller = new AbortController()
    this.log.info('pulling the image of a task', { image: name })
    const forget = (): void => {
      if (this.pulls.get(key) === shared) this.pulls.delete(key)
    }
    const work = this.registryPull(name, auth, controller.signal).finally(forget)
    work.catch((thrown: unknown) => this.log.warn('pulling the image of a task failed', { image: name, err: thrown }))
    const shared: Shared = { work, controller, waiting: 0 }
    this.pulls.set(key, shared)
    // Nobody may join a pull that is being given up.
    controller.signal.addEventListener('abort', forget, { once: true })
    return shared
  }

  private registryPull(name: string, auth: string | undefined, signal: AbortSignal): Promise<void> {
    const options = auth === undefined ? {} : { credentials: credentialsOf(registryAuth({ 'x-registry-auth': auth })) }
    return this.registries.pull(withDefaultTag(parseReference(name)), options, () => undefined, signal)
  }
}

function aborted(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
