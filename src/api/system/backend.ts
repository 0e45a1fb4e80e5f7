import type { AuthConfig } from '../../model/engine-api/image.js'
import type { SystemInfo, SystemVersion } from '../../model/engine-api/system.js'

/** What the system endpoints need of the daemon. */
export interface SystemBackend {
  /** The host and the engine; the swarm part is added from the swarm's own backend. */
  info(): Promise<Omit<SystemInfo, 'Swarm'>>
  /** `ApiVersion`, `MinAPIVersion` and the component list's API entries are filled in by the API. */
  version(): Promise<SystemVersion>
  /** The figures of this daemon in the text format of Prometheus. */
  metrics(): Promise<{ contentType: string; text: string }>
  /** Bytes of all image layers on disk, each counted once. */
  layersBytes(): Promise<number>
  /** Checks credentials with their registry. Throws `unauthorized` when they are wrong. */
  authenticate(credentials: AuthConfig, signal: AbortSignal): Promise<{ status: string; identityToken: string }>
}
