import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { swarmHandlers } from './handlers.js'

export function swarmRoutes({ swarm }: Pick<ApiDeps, 'swarm'>): Route[] {
  const handlers = swarmHandlers(swarm)
  return [
    { method: 'GET', path: '/swarm', handle: handlers.inspect },
    { method: 'POST', path: '/swarm/init', handle: handlers.init },
    { method: 'POST', path: '/swarm/join', handle: handlers.join },
    { method: 'POST', path: '/swarm/leave', handle: handlers.leave },
    { method: 'POST', path: '/swarm/update', handle: handlers.update },
    { method: 'GET', path: '/swarm/unlockkey', handle: handlers.unlockKey },
    { method: 'POST', path: '/swarm/unlock', handle: handlers.unlock },
  ]
}
