import findMyWay from 'find-my-way'
import { invalid } from '../base/errors.js'
import type { Handler, Method, Route } from './route.js'

export interface Match {
  handle: Handler
  params: Record<string, string | undefined>
}

/** Endings of paths whose name part may hold slashes: `/images/registry:5000/team/app/json`. */
const slashedNames: readonly { prefix: string; suffixes: readonly string[] }[] = [
  { prefix: '/images/', suffixes: ['/json', '/history', '/push', '/tag', '/get'] },
  // The names of links: `app/db`.
  { prefix: '/containers/', suffixes: ['/json'] },
  { prefix: '/distribution/', suffixes: ['/json'] },
  { prefix: '/plugins/', suffixes: ['/json', '/enable', '/disable', '/upgrade', '/push', '/set'] },
]

/** Finds the handler of a path that has no version any more. */
export class Router {
  private readonly tree = findMyWay({ maxParamLength: 4096, ignoreTrailingSlash: true })
  private readonly handlers = new Map<string, Handler>()

  constructor(routes: readonly Route[]) {
    for (const { method, path, handle } of routes) {
      this.handlers.set(`${method} ${path}`, handle)
      this.tree.on(method, path, () => undefined, { method, path })
    }
  }

  /** Undefined when nothing is served there. Throws `invalid` for a path that cannot be decoded. */
  find(method: string, path: string): Match | undefined {
    try {
      decodeURIComponent(path)
    } catch (cause) {
      throw invalid(`invalid path '${path}': it is not percent-encoded UTF-8`, cause)
    }
    const found = this.tree.find(method as Method, encodeSlashedName(method, path))
    if (!found) return undefined
    const store = found.store as { method: Method; path: string }
    const handle = this.handlers.get(`${store.method} ${store.path}`)
    return handle && { handle, params: found.params }
  }
}

/** `/images/a/b/json` is looked up as `/images/a%2Fb/json`. */
function encodeSlashedName(method: string, path: string): string {
  for (const { prefix, suffixes } of slashedNames) {
    if (!path.startsWith(prefix)) continue
    const suffix = suffixes.find((one) => path.endsWith(one) && path.length > prefix.length + one.length)
    if (suffix === undefined && method !== 'DELETE') return path
    const name = path.slice(prefix.length, path.length - (suffix !== undefined && method !== 'DELETE' ? suffix.length : 0))
    return `${prefix}${name.replaceAll('/', '%2F')}${method === 'DELETE' ? '' : (suffix ?? '')}`
  }
  return path
}
