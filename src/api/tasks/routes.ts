import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { taskHandlers } from './handlers.js'

export function taskRoutes({ swarm }: Pick<ApiDeps, 'swarm'>): Route[] {
  const handlers = taskHandlers(swarm)
  return [
    { method: 'GET', path: '/tasks', handle: handlers.list },
    { method: 'GET', path: '/tasks/:id', handle: handlers.inspect },
  ]
}
