import { NotAManagerError } from '../src/wire/error-status.js'
import type { ServedMethod } from '../src/wire/transport.js'

/**
 * A manager that was demoted has its old certificate until it has a new one: what is for managers alone is
 * refused with `NotAManagerError` to those of which `isDemoted` says so. What workers may call as well stays open to them.
 */
export function forManagersStill(methods: readonly ServedMethod[], isDemoted: (nodeId: string) => boolean): ServedMethod[] {
  return methods.map((served) => {
    const { roles } = served.method
    if (roles.includes('worker') || roles.includes('anyone')) return served
    return {
      ...served,
      handle: (requests, call) => {
        if (call.caller && isDemoted(call.caller.nodeId)) {
          throw new NotAManagerError(served.path, call.caller.nodeId, 'was made a worker')
        }
        return served.handle(requests, call)
      },
    }
  })
}
