import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { archiveHandlers } from './archive-handlers.js'
import { lifecycleHandlers } from './lifecycle-handlers.js'
import { readHandlers } from './read-handlers.js'
import { streamHandlers } from './stream-handlers.js'

export function containerRoutes({ containers, clock }: Pick<ApiDeps, 'containers' | 'clock'>): Route[] {
  const read = readHandlers(containers)
  const life = lifecycleHandlers(containers)
  const streams = streamHandlers(containers, clock)
  const archives = archiveHandlers(containers)
  return [
    { method: 'GET', path: '/containers/json', handle: read.list },
    { method: 'POST', path: '/containers/create', handle: life.create },
    { method: 'POST', path: '/containers/prune', handle: life.prune },
    { method: 'GET', path: '/containers/:id/json', handle: read.inspect },
    { method: 'GET', path: '/containers/:id/top', handle: read.top },
    { method: 'GET', path: '/containers/:id/changes', handle: read.changes },
    { method: 'GET', path: '/containers/:id/logs', handle: streams.logs },
    { method: 'GET', path: '/containers/:id/stats', handle: streams.stats },
    { method: 'POST', path: '/containers/:id/attach', handle: streams.attach },
    { method: 'GET', path: '/containers/:id/attach/ws', handle: streams.attachWebSocket },
    { method: 'HEAD', path: '/containers/:id/archive', handle: archives.stat },
    { method: 'GET', path: '/containers/:id/archive', handle: archives.read },
    { method: 'PUT', path: '/containers/:id/archive', handle: archives.write },
    { method: 'GET', path: '/containers/:id/export', handle: archives.export },
    { method: 'POST', path: '/commit', handle: archives.commit },
    { method: 'POST', path: '/containers/:id/wait', handle: streams.wait },
    { method: 'POST', path: '/containers/:id/start', handle: life.start },
    { method: 'POST', path: '/containers/:id/stop', handle: life.stop },
    { method: 'POST', path: '/containers/:id/restart', handle: life.restart },
    { method: 'POST', path: '/containers/:id/kill', handle: life.kill },
    { method: 'POST', path: '/containers/:id/pause', handle: life.pause },
    { method: 'POST', path: '/containers/:id/unpause', handle: life.unpause },
    { method: 'POST', path: '/containers/:id/rename', handle: life.rename },
    { method: 'POST', path: '/containers/:id/resize', handle: life.resize },
    { method: 'POST', path: '/containers/:id/update', handle: life.update },
    { method: 'DELETE', path: '/containers/:id', handle: life.remove },
  ]
}
