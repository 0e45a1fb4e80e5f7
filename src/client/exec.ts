import type { ProcessConfig } from '../model/engine-api/container.js'
import { attachmentOf, type Attachment } from './streams.js'
import type { Client } from './client.js'

export interface ExecCreate {
  AttachStdin?: boolean
  AttachStdout?: boolean
  AttachStderr?: boolean
  DetachKeys?: string
  Tty?: boolean
  Env?: string[]
  Cmd: string[]
  Privileged?: boolean
  User?: string
  WorkingDir?: string
  /** Rows and columns. */
  ConsoleSize?: [number, number]
}

export interface ExecState {
  ID: string
  Running: boolean
  ExitCode: number | null
  ProcessConfig: ProcessConfig
  ContainerID: string
  Pid: number
}

/** Processes beside a container's own. `id` is an exec's. */
export class ExecClient {
  constructor(private readonly client: Client) {}

  /** Gives the exec's id. */
  async create(container: string, config: ExecCreate): Promise<string> {
    const { Id } = await this.client.json<{ Id: string }>('POST', `/containers/${encodeURIComponent(container)}/exec`, { body: config })
    return Id
  }

  async start(id: string, options: { tty: boolean; consoleSize?: [number, number] }): Promise<Attachment> {
    const body = { Detach: false, Tty: options.tty, ...(options.consoleSize && { ConsoleSize: options.consoleSize }) }
    return attachmentOf(await this.client.hijack('POST', `/exec/${id}/start`, { body }), options.tty)
  }

  startDetached(id: string, tty = false): Promise<void> {
    return this.client.json('POST', `/exec/${id}/start`, { body: { Detach: true, Tty: tty } })
  }

  inspect(id: string): Promise<ExecState> {
    return this.client.json('GET', `/exec/${id}/json`)
  }

  resize(id: string, size: { rows: number; columns: number }): Promise<void> {
    return this.client.json('POST', `/exec/${id}/resize`, { query: { h: size.rows, w: size.columns } })
  }
}
