import type { LogsOptions, OutputChunk, WaitCondition } from '../../src/model/engine-api/attach.js'
import type { ContainerCreateResponse, ContainerInspectResponse, ContainerSummary } from '../../src/model/engine-api/container.js'
import type { CreateRequest } from '../../src/model/engine-api/create.js'
import type { EventMessage } from '../../src/model/engine-api/system.js'
import type { Subscription } from '../../src/base/watch-queue.js'
import type { ListFilters } from '../engine/types.js'

/** What tasks need of the engine. */
export interface TaskEngine {
  list(options: { all: boolean; size: boolean; filters: ListFilters }): Promise<ContainerSummary[]>
  /** Throws `notFound` ("No such image: ...") and `conflict` for a taken name. */
  create(name: string | undefined, body: CreateRequest, platform?: string): Promise<ContainerCreateResponse>
  inspect(ref: string, options: { size: boolean }): Promise<ContainerInspectResponse>
  /** Throws `notModified` when it runs. */
  start(ref: string): Promise<void>
  /** Throws `notModified` when it does not run. */
  stop(ref: string, options: { signal?: string; timeoutSeconds?: number }): Promise<void>
  wait(ref: string, condition: WaitCondition, accepted: () => void, signal: AbortSignal): Promise<{ exitCode: number; error?: string }>
  remove(ref: string, options: { force: boolean; volumes: boolean; link: boolean }): Promise<void>
  logs(ref: string, options: LogsOptions, signal: AbortSignal): Promise<{ tty: boolean; chunks: AsyncIterable<OutputChunk> }>
}

/** The engine's events: of containers, their deaths and their health. */
export interface TaskEvents {
  subscribe(accept?: (event: EventMessage) => boolean): Subscription<EventMessage>
}

/** What tasks need of images. */
export interface TaskImages {
  /** The image is on this node. Throws `invalid` for what is no name. */
  has(ref: string): boolean
}

/** Gets images from elsewhere. */
export interface ImagePuller {
  /**
   * Resolves when the image is on this node. `registryAuth` is a service's `X-Registry-Auth`. Rejects with
   * `TemporaryError` for what may pass.
   */
  pull(ref: string, registryAuth: string | undefined, signal: AbortSignal): Promise<void>
}

/** All containers with a label. */
export function withLabel(label: string): ListFilters {
  const values = (key: string): readonly string[] => (key === 'label' ? [label] : [])
  return {
    has: (key) => values(key).length > 0,
    get: values,
    exact: (key, candidate) => values(key).length === 0 || values(key).includes(candidate),
    prefix: (key, candidate) => values(key).length === 0 || values(key).some((value) => candidate.startsWith(value)),
    match: (key, candidate) => values(key).length === 0 || values(key).some((value) => candidate.includes(value)),
    labels: (key, labels) => values(key).every((value) => labels !== undefined && value in labels),
    flag: () => undefined,
  }
}
