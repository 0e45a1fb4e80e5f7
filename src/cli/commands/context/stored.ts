import { resolve } from 'node:path'
import { invalid } from '../../../base/errors.js'
import { parseHost } from '../../../client/host.js'
import type { Context } from '../../context.js'
import { configFolder, endpointOf } from '../../contexts/endpoint.js'
import { ContextStore, defaultContextName, type StoredContext } from '../../contexts/store.js'
import { csvFields } from '../../options/csv.js'

/** The contexts of the user who runs the command. */
export const storeOf = ({ globals, environment }: Context): ContextStore => new ContextStore(configFolder(globals, environment))

/** The context that is there without being stored: what the environment says. */
export function defaultRow({ globals, environment }: Context): StoredContext {
  const here = { ...globals, context: defaultContextName }
  return { name: defaultContextName, description: 'Current SKEP_HOST based configuration', host: endpointOf({ ...here, host: [] }, environment).host }
}

/** A context by name, the default one too. Throws `notFound`. */
export function contextOf(context: Context, name: string): StoredContext {
  return name === defaultContextName ? defaultRow(context) : storeOf(context).get(name)
}

/** The endpoint of `host=...,ca=...`, or of `from=name`. Throws `invalid`. */
export function endpointFlag(text: string, context: Context): Pick<StoredContext, 'host' | 'tls'> {
  let host: string | undefined
  const tls: NonNullable<StoredContext['tls']> = {}
  for (const { key, value = '' } of csvFields(text)) {
    if (key === 'host') host = value
    else if (key === 'ca' || key === 'cert' || key === 'key') tls[key] = resolve(value.replace(/^~(?=\/)/, context.environment['HOME'] ?? '~'))
    else if (key === 'skip-tls-verify') tls.skipVerify = value === 'true' || value === '1'
    else if (key === 'from') return contextOf(context, value)
    else throw invalid(`unable to set the endpoint: unrecognized config key: ${key}`)
  }
  if (host === undefined) throw invalid('unable to set the endpoint: host is missing')
  const hasTls = Object.keys(tls).length > 0
  // A host that cannot be read is refused now, not at the first use.
  parseHost(host, hasTls)
  return { host, ...(hasTls && { tls }) }
}
