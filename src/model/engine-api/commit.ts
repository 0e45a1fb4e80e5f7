import type { ContainerConfig } from './container.js'

/** What `POST /commit` asks for. */
export interface CommitOptions {
  repo?: string
  tag?: string
  comment?: string
  author?: string
  /** Dockerfile instructions for the configuration. */
  changes: string[]
  /** Let the processes stand still meanwhile. */
  pause: boolean
  /** Laid over the container's own. */
  config: ContainerConfig
}
