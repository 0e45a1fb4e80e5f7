import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { buildHandlers } from './handlers.js'

export function buildRoutes({ build }: Pick<ApiDeps, 'build'>): Route[] {
  const handlers = buildHandlers(build)
  return [
    { method: 'POST', path: '/build', handle: handlers.build },
    { method: 'POST', path: '/build/prune', handle: handlers.prune },
  ]
}
