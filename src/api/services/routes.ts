import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { serviceHandlers } from './handlers.js'
import { serviceLogHandlers } from './log-handlers.js'

export function serviceRoutes({ swarm, randomName }: Pick<ApiDeps, 'swarm' | 'randomName'>): Route[] {
  const handlers = serviceHandlers(swarm, randomName)
  const logs = serviceLogHandlers(swarm)
  return [
    { method: 'GET', path: '/services', handle: handlers.list },
    { method: 'POST', path: '/services/create', handle: handlers.create },
    { method: 'GET', path: '/services/:id', handle: handlers.inspect },
    { method: 'POST', path: '/services/:id/update', handle: handlers.update },
    { method: 'DELETE', path: '/services/:id', handle: handlers.remove },
    { method: 'GET', path: '/services/:id/logs', handle: logs.ofService },
    { method: 'GET', path: '/tasks/:id/logs', handle: logs.ofTask },
  ]
}
