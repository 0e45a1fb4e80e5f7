import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { systemHandlers } from './handlers.js'

export function systemRoutes(deps: Pick<ApiDeps, 'system' | 'swarm' | 'containers' | 'images' | 'volumes' | 'build'>): Route[] {
  const handlers = systemHandlers(deps)
  return [
    { method: 'GET', path: '/_ping', handle: handlers.ping },
    { method: 'HEAD', path: '/_ping', handle: handlers.ping },
    { method: 'GET', path: '/version', handle: handlers.version },
    { method: 'GET', path: '/info', handle: handlers.info },
    { method: 'GET', path: '/system/df', handle: handlers.diskUsage },
    { method: 'GET', path: '/metrics', handle: handlers.metrics },
    { method: 'POST', path: '/auth', handle: handlers.auth },
  ]
}
