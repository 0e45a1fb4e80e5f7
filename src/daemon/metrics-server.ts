import { createServer } from 'node:http'
import { conflict, errnoOf, internal, invalid, messageOf, notFound } from '../base/errors.js'

/** `host:port`; without a host, this host alone. Throws `invalid`. */
export function parseMetricsAddress(text: string): { host: string; port: number } {
  const found = /^(\[[^\]]+\]|[^:/]*):(\d{1,5})$/.exec(text)
  const port = Number(found?.[2])
  if (!found || port > 65_535) throw invalid(`invalid metrics address ${text}: HOST:PORT expected`)
  return { host: (found[1] ?? '').replace(/^\[|\]$/g, '') || '127.0.0.1', port }
}

/** What an answer is made of. */
export interface MetricsText {
  contentType: string
  text: string
}

/**
 * Serves `GET /metrics` to Prometheus and nothing else. Throws `conflict` when the address is taken. Disposing closes it;
 * `port` is the one it listens on.
 */
export async function serveMetrics(address: { host: string; port: number }, read: () => Promise<MetricsText>): Promise<AsyncDisposable & { port: number }> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.url?.split('?')[0] !== '/metrics') throw notFound('page not found')
      const { contentType, text } = await read()
      response.writeHead(200, { 'Content-Type': contentType })
      response.end(request.method === 'HEAD' ? undefined : text)
    }
    answer().catch((thrown: unknown) => {
      response.writeHead(request.url?.split('?')[0] === '/metrics' ? 500 : 404, { 'Content-Type': 'text/plain' })
      response.end(`${messageOf(thrown)}\n`)
    })
  })
  await new Promise<void>((resolve, reject) => {
    const where = `${address.host}:${address.port}`
    server.once('error', (cause) => reject(errnoOf(cause) === 'EADDRINUSE' ? conflict(`cannot serve metrics on ${where}: the address is in use`, cause) : internal(`cannot serve metrics on ${where}: ${cause.message}`, cause)))
    server.listen(address, resolve)
  })
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound ? bound.port : address.port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
