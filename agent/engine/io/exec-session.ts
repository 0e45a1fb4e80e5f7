import type { ExecConfig, ExecInspect } from '../../../src/model/engine-api/exec.js'
import type { SpawnedProcess } from '../../kernel/spawn.js'
import type { ProcessIdentity } from '../../kernel/process.js'
import type { AttachHub } from './attach-hub.js'

/** A process started, or to be started, in a running container. */
export class ExecSession {
  status: 'created' | 'running' | 'ended' = 'created'
  exitCode: number | null = null
  process: ProcessIdentity | undefined
  /** With a terminal. */
  hub: AttachHub | undefined
  /** Without one: the runtime, with its pipes. */
  spawned: SpawnedProcess | undefined

  constructor(
    readonly id: string,
    readonly containerId: string,
    readonly request: ExecConfig,
  ) {}

  inspect(): ExecInspect {
    const { request } = this
    const [entrypoint = '', ...rest] = request.Cmd ?? []
    return {
      ID: this.id,
      Running: this.status === 'running',
      ExitCode: this.exitCode,
      ProcessConfig: {
        tty: request.Tty ?? false,
        entrypoint,
        arguments: rest,
        privileged: request.Privileged ?? false,
        ...(request.User && { user: request.User }),
      },
      OpenStdin: request.AttachStdin ?? false,
      OpenStderr: request.AttachStderr ?? false,
      OpenStdout: request.AttachStdout ?? false,
      CanRemove: false,
      ContainerID: this.containerId,
      DetachKeys: request.DetachKeys ?? '',
      Pid: this.process?.pid ?? 0,
    }
  }
}
