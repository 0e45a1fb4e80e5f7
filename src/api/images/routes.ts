import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { imageHandlers } from './handlers.js'
import { imageStreamHandlers } from './stream-handlers.js'

export function imageRoutes({ images }: Pick<ApiDeps, 'images'>): Route[] {
  const handlers = imageHandlers(images)
  const streams = imageStreamHandlers(images)
  return [
    { method: 'GET', path: '/images/json', handle: handlers.list },
    { method: 'GET', path: '/images/get', handle: streams.saveMany },
    { method: 'POST', path: '/images/create', handle: streams.create },
    { method: 'POST', path: '/images/load', handle: streams.load },
    { method: 'POST', path: '/images/prune', handle: handlers.prune },
    { method: 'GET', path: '/images/search', handle: handlers.search },
    { method: 'GET', path: '/distribution/:name/json', handle: handlers.distribution },
    { method: 'POST', path: '/images/:name/push', handle: streams.push },
    { method: 'GET', path: '/images/:name/json', handle: handlers.inspect },
    { method: 'GET', path: '/images/:name/history', handle: handlers.history },
    { method: 'GET', path: '/images/:name/get', handle: streams.saveOne },
    { method: 'POST', path: '/images/:name/tag', handle: handlers.tag },
    { method: 'DELETE', path: '/images/:name', handle: handlers.remove },
  ]
}
