import { ErrorKind, StatusError } from '../base/errors.js'
import type { Method, Route } from './route.js'

/** An operation of the Engine API that answers 501, with the reason that the client gets to read. */
export interface Unserved {
  /** As the API's definition names it. */
  operation: string
  method: Method
  path: string
  reason: string
}

const noPlugins = 'plugins are not supported by this daemon'

/** Everything of the Engine API that is not served. `test/conformance` holds this table against the definition. */
export const unserved: readonly Unserved[] = [
  {
    operation: 'VolumeUpdate',
    method: 'PUT',
    path: '/volumes/:name',
    reason: 'only cluster volumes can be updated, and this daemon has none',
  },
  { operation: 'GetPluginPrivileges', method: 'GET', path: '/plugins/privileges', reason: noPlugins },
  { operation: 'PluginPull', method: 'POST', path: '/plugins/pull', reason: noPlugins },
  { operation: 'PluginCreate', method: 'POST', path: '/plugins/create', reason: noPlugins },
  { operation: 'PluginInspect', method: 'GET', path: '/plugins/:name/json', reason: noPlugins },
  { operation: 'PluginDelete', method: 'DELETE', path: '/plugins/:name', reason: noPlugins },
  { operation: 'PluginEnable', method: 'POST', path: '/plugins/:name/enable', reason: noPlugins },
  { operation: 'PluginDisable', method: 'POST', path: '/plugins/:name/disable', reason: noPlugins },
  { operation: 'PluginUpgrade', method: 'POST', path: '/plugins/:name/upgrade', reason: noPlugins },
  { operation: 'PluginPush', method: 'POST', path: '/plugins/:name/push', reason: noPlugins },
  { operation: 'PluginSet', method: 'POST', path: '/plugins/:name/set', reason: noPlugins },
]

export function unservedRoutes(): Route[] {
  return unserved.map(({ method, path, reason }) => ({
    method,
    path,
    handle: () => {
      throw new StatusError(ErrorKind.unsupported, reason)
    },
  }))
}
