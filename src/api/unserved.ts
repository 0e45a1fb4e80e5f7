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

/** Everything of the Engine API that is not served. `test/conformance` holds this table against the definition. */
export const unserved: readonly Unserved[] = [
  {
    operation: 'VolumeUpdate',
    method: 'PUT',
    path: '/volumes/:name',
    reason: 'only cluster volumes can be updated, and this daemon has none',
  },
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
