import type { AttachSession } from '../../../src/model/engine-api/attach.js'
import type { ExecConfig, ExecInspect } from '../../../src/model/engine-api/exec.js'
import type { EngineContext } from '../context.js'
import { createExec, findExec, resizeExec, startExec } from './exec.js'
import type { TerminalSize } from '../types.js'

/** Processes in running containers, in the shape that the Engine API's handlers ask for. */
export class EngineExecs {
  constructor(private readonly context: EngineContext) {}

  /** Gives the exec's id. Throws `notFound`, and `conflict` when the container does not run. */
  async create(ref: string, request: ExecConfig): Promise<string> {
    const { id } = createExec(this.context, this.context.store.find(ref), request)
    // Most are started as soon as they are readied.
    this.context.cgroups.anticipateMove()
    return id
  }

  /** Runs it and hands over its streams. Throws `conflict` when it ran already. */
  async start(id: string, options: { tty?: boolean; size?: TerminalSize }): Promise<AttachSession> {
    const { container, session } = findExec(this.context, id)
    return startExec(this.context, container, session, { ...options, detached: false })
  }

  /** Runs it with nobody attached. */
  async startDetached(id: string, options: { tty?: boolean; size?: TerminalSize }): Promise<void> {
    const { container, session } = findExec(this.context, id)
    const attached = await startExec(this.context, container, session, { ...options, detached: true })
    attached.close()
  }

  async inspect(id: string): Promise<ExecInspect> {
    return findExec(this.context, id).session.inspect()
  }

  async resize(id: string, size: TerminalSize): Promise<void> {
    await resizeExec(this.context, findExec(this.context, id).session, size)
  }
}
