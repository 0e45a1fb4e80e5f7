import type { ApiDeps } from './backends.js'
import { buildRoutes } from './build/routes.js'
import { configRoutes } from './configs/routes.js'
import { containerRoutes } from './containers/routes.js'
import { eventRoutes } from './events/routes.js'
import { execRoutes } from './exec/routes.js'
import { imageRoutes } from './images/routes.js'
import { networkRoutes } from './networks/routes.js'
import { nodeRoutes } from './nodes/routes.js'
import { pluginRoutes } from './plugins/routes.js'
import type { Route } from './route.js'
import { secretRoutes } from './secrets/routes.js'
import { serviceRoutes } from './services/routes.js'
import { swarmRoutes } from './swarm/routes.js'
import { systemRoutes } from './system/routes.js'
import { taskRoutes } from './tasks/routes.js'
import { traceRoutes } from './trace/routes.js'
import { unservedRoutes } from './unserved.js'
import { volumeRoutes } from './volumes/routes.js'

/** Every operation of the Engine API, with the ones that answer 501. */
export function apiRoutes(deps: ApiDeps): Route[] {
  return [
    ...systemRoutes(deps),
    ...eventRoutes(deps),
    ...containerRoutes(deps),
    ...execRoutes(deps),
    ...imageRoutes(deps),
    ...buildRoutes(deps),
    ...networkRoutes(deps),
    ...volumeRoutes(deps),
    ...pluginRoutes(deps),
    ...swarmRoutes(deps),
    ...nodeRoutes(deps),
    ...serviceRoutes(deps),
    ...taskRoutes(deps),
    ...secretRoutes(deps),
    ...configRoutes(deps),
    ...traceRoutes(deps),
    ...unservedRoutes(),
  ]
}
