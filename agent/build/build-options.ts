import type { Clock } from '../../src/base/clock.js'
import type { IdSource } from '../../src/base/id.js'
import type { BuildMessage } from '../../src/model/engine-api/build.js'
import type { Engine } from '../engine/engine.js'
import type { ImageStore } from '../image/image-store.js'
import type { BuildCache } from './build-cache.js'
import type { ImageDigests } from './copy-source.js'
import type { BuildFiles } from './file-work.js'
import type { Proxies } from '../image/registry/proxies.js'
import type { BuildSessions } from './session.js'

/** Resolves when the client keeps up. */
export type Emit = (message: BuildMessage) => Promise<void>

/** What a build stands on. */
export interface BuildDeps {
  engine: Engine
  store: ImageStore
  ids: IdSource
  clock: Clock
  cache: BuildCache
  sessions: BuildSessions
  digests: ImageDigests
  files: BuildFiles
  /** How the daemon gets to what it fetches itself. */
  proxies: Proxies
  /** Build contexts are unpacked below it. */
  folder: string
  /** Stages of one build that run at once. */
  stagesAtOnce: number
}

/** Fetches an image that is not here. */
export type Pull = (name: string, platform: string | undefined, progress: (message: BuildMessage) => void, signal: AbortSignal) => Promise<void>
