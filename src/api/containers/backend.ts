import type {
  ContainerCreateResponse,
  ContainerInspectResponse,
  ContainerPathStat,
  ContainerSummary,
  ContainerTopResponse,
  ContainerUpdateResponse,
  FilesystemChange,
  Resources,
  RestartPolicy,
} from '../../model/engine-api/container.js'
import type { AttachOptions, AttachSession, LogsOptions, OutputChunk, WaitCondition } from '../../model/engine-api/attach.js'
import type { CommitOptions } from '../../model/engine-api/commit.js'
import type { CreateRequest } from '../../model/engine-api/create.js'
import type { ContainerStatsResponse } from '../../model/engine-api/stats.js'
import type { Filters } from '../filters.js'

/** What the container endpoints need of the engine. `ref` is a name, an id or a unique prefix of an id. */
export interface ContainersBackend {
  list(options: { all: boolean; limit?: number; size: boolean; filters: Filters }): Promise<ContainerSummary[]>
  /** `platform` is `os[/arch[/variant]]`. Throws `notFound` ("No such image: ...") and `conflict` for a taken name. */
  create(name: string | undefined, body: CreateRequest, platform?: string): Promise<ContainerCreateResponse>
  inspect(ref: string, options: { size: boolean }): Promise<ContainerInspectResponse>
  /** Throws `notModified` when it runs already. */
  start(ref: string): Promise<void>
  /** Throws `notModified` when it does not run. `timeoutSeconds` -1 waits for ever. */
  stop(ref: string, options: { signal?: string; timeoutSeconds?: number }): Promise<void>
  restart(ref: string, options: { signal?: string; timeoutSeconds?: number }): Promise<void>
  kill(ref: string, signal: string): Promise<void>
  pause(ref: string): Promise<void>
  unpause(ref: string): Promise<void>
  rename(ref: string, name: string): Promise<void>
  update(ref: string, changes: Resources & { RestartPolicy?: RestartPolicy }): Promise<ContainerUpdateResponse>
  /** `accepted` is called once the wait is armed: the response header goes out then. */
  wait(ref: string, condition: WaitCondition, accepted: () => void, signal: AbortSignal): Promise<{ exitCode: number; error?: string }>
  remove(ref: string, options: { force: boolean; volumes: boolean; link: boolean }): Promise<void>
  prune(filters: Filters): Promise<{ ContainersDeleted: string[]; SpaceReclaimed: number }>
  /** `tty` says that the output is raw, not framed. */
  /** `frames` has the same as `chunks`, framed as the API sends it, many lines at a time; one of the two is read. */
  logs(ref: string, options: LogsOptions, signal: AbortSignal): Promise<{ tty: boolean; chunks: AsyncIterable<OutputChunk>; frames?: AsyncIterable<Uint8Array> }>
  attach(ref: string, options: AttachOptions): Promise<AttachSession>
  resize(ref: string, size: { rows: number; columns: number }): Promise<void>
  top(ref: string, psArgs: string): Promise<ContainerTopResponse>
  /** One sample for each iteration; `once` ends after the first, `oneShot` does not wait for a second reading. */
  stats(ref: string, options: { once: boolean; oneShot: boolean }, signal: AbortSignal): AsyncIterable<ContainerStatsResponse>
  changes(ref: string): Promise<FilesystemChange[]>
  /** Throws `notFound` for the container and for the path. */
  statPath(ref: string, path: string): Promise<ContainerPathStat>
  /** A tar of what is at the path. The container is held until the chunks were read or given up. */
  readArchive(ref: string, path: string): Promise<{ stat: ContainerPathStat; chunks: AsyncIterable<Uint8Array> }>
  /**
   * Unpacks a tar, compressed or not, into a folder. `keepKinds` refuses to put a folder in the place of
   * something else and the reverse; `ownedByUser` gives the files to the container's user.
   */
  writeArchive(ref: string, path: string, archive: AsyncIterable<Uint8Array>, options: { keepKinds: boolean; ownedByUser: boolean }, signal: AbortSignal): Promise<void>
  /** A tar of the root file system; held as `readArchive` has it. */
  export(ref: string): Promise<AsyncIterable<Uint8Array>>
  /** Makes an image of the container's changes; gives its id. */
  commit(ref: string, options: CommitOptions, signal: AbortSignal): Promise<string>
}
