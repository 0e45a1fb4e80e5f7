import type { Clock } from '../base/clock.js'
import type { BuildBackend } from './build/backend.js'
import type { ContainersBackend } from './containers/backend.js'
import type { EventsBackend } from './events/backend.js'
import type { ExecBackend } from './exec/backend.js'
import type { ImagesBackend } from './images/backend.js'
import type { NetworksBackend } from './networks/backend.js'
import type { PluginsBackend } from './plugins/backend.js'
import type { SwarmBackend } from './swarm/backend.js'
import type { SystemBackend } from './system/backend.js'
import type { VolumesBackend } from './volumes/backend.js'

/** Everything the API is served from; the daemon adapts its engine and its manager to these. */
export interface Backends {
  containers: ContainersBackend
  exec: ExecBackend
  images: ImagesBackend
  build: BuildBackend
  networks: NetworksBackend
  volumes: VolumesBackend
  plugins: PluginsBackend
  swarm: SwarmBackend
  system: SystemBackend
  events: EventsBackend
}

/** What the handlers need besides: time and chance, handed in. */
export interface ApiDeps extends Backends {
  clock: Clock
  /** A name for a service created without one: `brave_euler`. */
  randomName(): string
}
