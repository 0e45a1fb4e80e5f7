import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { buildHandlers } from './handlers.js'

export function buildRoutes({ build, clock }: Pick<ApiDeps, 'build' | 'clock'>): Route[] {
  const handlers = buildHandlers(build, clock)
  return [
    { method: 'POST', path: '/build', handle: handlers.build },
    { method: 'POST', path: '/build/prune', handle: handlers.prune },
    { method: 'POST', path: '/session', handle: handlers.session },
    { method: 'POST', path: '/grpc', handle: handlers.grpc },
  ]
}
