import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { pluginHandlers } from './handlers.js'

export function pluginRoutes({ plugins }: Pick<ApiDeps, 'plugins'>): Route[] {
  const handlers = pluginHandlers(plugins)
  return [
    { method: 'GET', path: '/plugins', handle: handlers.list },
    { method: 'GET', path: '/plugins/privileges', handle: handlers.needed },
    { method: 'POST', path: '/plugins/pull', handle: handlers.pull },
    { method: 'POST', path: '/plugins/create', handle: handlers.create },
    { method: 'GET', path: '/plugins/:name/json', handle: handlers.inspect },
    { method: 'DELETE', path: '/plugins/:name', handle: handlers.remove },
    { method: 'POST', path: '/plugins/:name/enable', handle: handlers.enable },
    { method: 'POST', path: '/plugins/:name/disable', handle: handlers.disable },
    { method: 'POST', path: '/plugins/:name/upgrade', handle: handlers.upgrade },
    { method: 'POST', path: '/plugins/:name/push', handle: handlers.push },
    { method: 'POST', path: '/plugins/:name/set', handle: handlers.set },
  ]
}
