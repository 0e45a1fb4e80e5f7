import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { execHandlers } from './handlers.js'

export function execRoutes({ exec }: Pick<ApiDeps, 'exec'>): Route[] {
  const handlers = execHandlers(exec)
  return [
    { method: 'POST', path: '/containers/:id/exec', handle: handlers.create },
    { method: 'POST', path: '/exec/:id/start', handle: handlers.start },
    { method: 'POST', path: '/exec/:id/resize', handle: handlers.resize },
    { method: 'GET', path: '/exec/:id/json', handle: handlers.inspect },
  ]
}
