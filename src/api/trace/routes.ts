import { invalid } from '../../base/errors.js'
import type { ApiDeps } from '../backends.js'
import type { Handler, Route } from '../route.js'

/**
 * Beyond Docker's API: `GET /skep/v1/trace?service=REF[&network=REF][&container=REF][&node=REF]` follows the ways
 * to a service and answers a `ServiceTrace`. `node` is another node, by whose eyes to look: a manager is needed then.
 */
export function traceRoutes({ networks }: Pick<ApiDeps, 'networks'>): Route[] {
  const trace: Handler = async (exchange) => {
    const { query } = exchange
    const service = query.text('service')
    if (service === undefined || service === '') throw invalid('the query parameter service is missing: name the service to trace')
    const [network, container, node] = [query.text('network'), query.text('container'), query.text('node')]
    const request = { service, ...(network && { network }), ...(container && { container }) }
    exchange.json(200, await networks.trace(request, node || undefined))
  }
  return [{ method: 'GET', path: '/skep/v1/trace', handle: trace }]
}
