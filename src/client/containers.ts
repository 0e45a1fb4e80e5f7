import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { ErrorKind, kindOf, StatusError, messageOf } from '../base/errors.js'
import type {
  ContainerCreateResponse,
  ContainerInspectResponse,
  ContainerPathStat,
  ContainerSummary,
  ContainerTopResponse,
  ContainerUpdateResponse,
  ContainerWaitResponse,
  FilesystemChange,
  Resources,
  RestartPolicy,
} from '../model/engine-api/container.js'
import type { CreateRequest } from '../model/engine-api/create.js'
import type { ContainerStatsResponse } from '../model/engine-api/stats.js'
import { attachmentOf, jsonLines, outputOf, type Attachment, type Output } from './streams.js'
import type { Client } from './client.js'
import { DaemonError } from './http.js'
import { filterText, type FilterValues } from './filters.js'

/** Which lines of a container's log. */
export interface LogsQuery {
  stdout?: boolean
  stderr?: boolean
  follow?: boolean
  timestamps?: boolean
  /** A number of lines, or `all`. */
  tail?: string
  /** Unix seconds with a fraction, or RFC 3339. */
  since?: string
  until?: string
  details?: boolean
}

/** Containers. `ref` is a name, an id or a unique prefix of an id. */
export class ContainersClient {
  constructor(private readonly client: Client) {}

  list(options: { all?: boolean; limit?: number; size?: boolean; filters?: FilterValues } = {}): Promise<ContainerSummary[]> {
    const { filters = {}, ...query } = options
    return this.client.json('GET', '/containers/json', { query: { ...query, filters: filterText(filters) } })
  }

  create(body: CreateRequest, options: { name?: string; platform?: string } = {}): Promise<ContainerCreateResponse> {
    return this.client.json('POST', '/containers/create', { query: { ...options }, body })
  }

  inspect(ref: string, options: { size?: boolean } = {}): Promise<ContainerInspectResponse> {
    return this.client.json('GET', `${at(ref)}/json`, { query: { ...options } })
  }

  start(ref: string): Promise<void> {
    return this.client.json('POST', `${at(ref)}/start`)
  }

  /** `seconds` is the time between the signal and the kill; -1 waits for ever. */
  stop(ref: string, options: { seconds?: number; signal?: string } = {}): Promise<void> {
    return this.client.json('POST', `${at(ref)}/stop`, { query: { t: options.seconds, signal: options.signal } })
  }

  restart(ref: string, options: { seconds?: number; signal?: string } = {}): Promise<void> {
    return this.client.json('POST', `${at(ref)}/restart`, { query: { t: options.seconds, signal: options.signal } })
  }

  kill(ref: string, signal?: string): Promise<void> {
    return this.client.json('POST', `${at(ref)}/kill`, { query: { signal } })
  }

  pause(ref: string): Promise<void> {
    return this.client.json('POST', `${at(ref)}/pause`)
  }

  unpause(ref: string): Promise<void> {
    return this.client.json('POST', `${at(ref)}/unpause`)
  }

  rename(ref: string, name: string): Promise<void> {
    return this.client.json('POST', `${at(ref)}/rename`, { query: { name } })
  }

  update(ref: string, changes: Resources & { RestartPolicy?: RestartPolicy }): Promise<ContainerUpdateResponse> {
    return this.client.json('POST', `${at(ref)}/update`, { body: changes })
  }

  remove(ref: string, options: { force?: boolean; volumes?: boolean; link?: boolean } = {}): Promise<void> {
    return this.client.json('DELETE', at(ref), { query: { force: options.force, v: options.volumes, link: options.link } })
  }

  prune(filters: FilterValues = {}): Promise<{ ContainersDeleted: string[] | null; SpaceReclaimed: number }> {
    return this.client.json('POST', '/containers/prune', { query: { filters: filterText(filters) } })
  }

  resize(ref: string, size: { rows: number; columns: number }): Promise<void> {
    return this.client.json('POST', `${at(ref)}/resize`, { query: { h: size.rows, w: size.columns } })
  }

  top(ref: string, psArgs?: string): Promise<ContainerTopResponse> {
    return this.client.json('GET', `${at(ref)}/top`, { query: { ps_args: psArgs } })
  }

  async changes(ref: string): Promise<FilesystemChange[]> {
    return (await this.client.json<FilesystemChange[] | null>('GET', `${at(ref)}/changes`)) ?? []
  }

  /**
   * Resolves when the wait is armed, with a promise of the exit: start the container in between and no exit is missed.
   */
  async wait(
    ref: string,
    condition: 'not-running' | 'next-exit' | 'removed' = 'not-running',
    signal?: AbortSignal,
  ): Promise<{ exit: Promise<ContainerWaitResponse> }> {
    const answer = await this.client.send('POST', `${at(ref)}/wait`, { query: { condition }, ...(signal && { signal }) })
    const read = async (): Promise<ContainerWaitResponse> => {
      try {
        for await (const exit of jsonLines<ContainerWaitResponse>(answer)) return exit
      } catch (cause) {
        throw new StatusError(ErrorKind.unavailable, `the connection to ${this.client.host} broke: ${messageOf(cause)}`, { cause })
      }
      throw new StatusError(ErrorKind.unavailable, `the connection to ${this.client.host} ended before the container did`)
    }
    const exit = read()
    // Whoever awaits it hears of the failure; one that is never awaited is not a crash.
    exit.catch(() => undefined)
    return { exit }
  }

  async logs(ref: string, tty: boolean, query: LogsQuery = {}, signal?: AbortSignal): Promise<AsyncIterable<Output>> {
    const answer = await this.client.send('GET', `${at(ref)}/logs`, { query: { ...query }, ...(signal && { signal }) })
    return outputOf(answer, tty)
  }

  async attach(
    ref: string,
    tty: boolean,
    query: { stdin?: boolean; stdout?: boolean; stderr?: boolean; logs?: boolean; stream?: boolean; detachKeys?: string },
  ): Promise<Attachment> {
    return attachmentOf(await this.client.hijack('POST', `${at(ref)}/attach`, { query }), tty)
  }

  /** Makes an image of the container's changes. */
  commit(
    ref: string,
    { changes, ...query }: { repo?: string; tag?: string; comment?: string; author?: string; pause?: boolean; changes?: readonly string[] } = {},
  ): Promise<{ Id: string }> {
    return this.client.json('POST', '/commit', { query: { container: ref, ...query, ...(changes && { changes }) } })
  }

  /** The whole file system as a tar archive. */
  export(ref: string): Promise<Readable> {
    return this.client.send('GET', `${at(ref)}/export`)
  }

  /** What is at a path in the container; a link is told of, not followed. */
  async statPath(ref: string, path: string): Promise<ContainerPathStat> {
    try {
      const answer = await this.client.send('HEAD', `${at(ref)}/archive`, { query: { path } })
      answer.resume()
      return pathStatOf(answer)
    } catch (thrown) {
      // An answer to HEAD has no sentence of its own.
      if (kindOf(thrown) !== ErrorKind.notFound) throw thrown
      throw new DaemonError(ErrorKind.notFound, `Could not find the file ${path} in container ${ref}`, { cause: thrown })
    }
  }

  /** A tar archive of what is at a path in the container, and what that is. */
  async readArchive(ref: string, path: string): Promise<{ stat: ContainerPathStat; archive: Readable }> {
    const answer = await this.client.send('GET', `${at(ref)}/archive`, { query: { path } })
    return { stat: pathStatOf(answer), archive: answer }
  }

  /** Unpacks a tar archive into a folder of the container. */
  async writeArchive(ref: string, path: string, archive: Readable, options: { noOverwriteDirNonDir?: boolean; copyUIDGID?: boolean } = {}): Promise<void> {
    const answer = await this.client.send('PUT', `${at(ref)}/archive`, { query: { path, ...options }, stream: archive, headers: { 'Content-Type': 'application/x-tar' } })
    answer.resume()
  }

  /** Samples as they come; one only with `stream` false. */
  async stats(ref: string, options: { stream?: boolean; oneShot?: boolean } = {}, signal?: AbortSignal): Promise<AsyncIterable<ContainerStatsResponse>> {
    const query = { stream: options.stream, 'one-shot': options.oneShot }
    return jsonLines(await this.client.send('GET', `${at(ref)}/stats`, { query, ...(signal && { signal }) }))
  }
}

/** Of the header `X-Docker-Container-Path-Stat`: JSON in base 64. Throws `internal`. */
function pathStatOf({ headers }: IncomingMessage): ContainerPathStat {
  const header = headers['x-docker-container-path-stat']
  try {
    return JSON.parse(Buffer.from(String(header), 'base64').toString('utf8')) as ContainerPathStat
  } catch (cause) {
    throw new StatusError(ErrorKind.internal, 'the daemon does not say what is at the path in the container', { cause })
  }
}

const at = (ref: string) => `/containers/${encodeURIComponent(ref)}`
