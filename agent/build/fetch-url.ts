import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { ErrorKind, invalid, messageOf, StatusError } from '../../src/base/errors.js'
import { builtInAuthorities } from '../../src/sys/built-in-authorities.js'
import type { Proxies } from '../image/registry/proxies.js'

/** What a URL gave. */
export interface Download {
  /** Hexadecimal digits of the SHA-256 of its bytes. */
  digest: string
  bytes: number
  /** The server's validators, for asking again whether it changed. */
  etag?: string
  lastModified?: string
  /** The name that the server gave the file. */
  fileName?: string
  contentType: string
  /** Where it came from in the end. */
  url: URL
}

export interface FetchOptions {
  bytesMax: number
  proxies: Proxies
  /** Answered with a 304 when it still fits. */
  known?: { etag?: string; lastModified?: string }
  /** Called once the server gives the file: from then on it is a matter of time. */
  begun?: () => Promise<void>
  signal: AbortSignal
}

const redirectsMax = 10
/** Nothing came for this long: the server counts as gone. */
const idleTimeoutMs = 60_000

/** Fetches a URL into a new file. Gives undefined for a 304. Throws `invalid` for what cannot be fetched. */
export async function fetchToFile(address: string, path: string, options: FetchOptions): Promise<Download | undefined> {
  const { response, url } = await get(address, options)
  if (response.statusCode === 304) {
    response.resume()
    return undefined
  }
  const hash = createHash('sha256')
  let bytes = 0
  const file = await open(path, 'wx', 0o600)
  try {
    await options.begun?.()
    for await (const piece of response as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > options.bytesMax) throw invalid(`${address} has more than the ${options.bytesMax} bytes that are fetched`)
      hash.update(piece)
      for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten
    }
    if (!response.complete) throw invalid(`the answer of ${url.host} for ${address} was cut off`)
  } catch (thrown) {
    options.signal.throwIfAborted()
    if (thrown instanceof StatusError) throw thrown
    throw invalid(`cannot fetch ${address}: ${messageOf(thrown)}`, thrown)
  } finally {
    response.destroy()
    await file.close()
  }
  const { etag, 'last-modified': lastModified, 'content-disposition': disposition, 'content-type': contentType = '' } = response.headers
  const fileName = /filename="?([^";/\\]+)"?/i.exec(disposition ?? '')?.[1]
  return {
    digest: hash.digest('hex'), bytes, url, contentType,
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
    ...(fileName !== undefined && fileName !== '.' && fileName !== '..' && { fileName }),
  }
}

/** The answer to a GET, redirects followed. */
async function get(address: string, { known, proxies, signal }: FetchOptions): Promise<{ response: IncomingMessage; url: URL }> {
  let url = parseUrl(address)
  for (let redirects = 0; ; redirects++) {
    if (url.protocol === 'https:' || proxies.of(url)?.protocol === 'https:') await builtInAuthorities()
    signal.throwIfAborted()
    const response = await request(url, known, proxies, signal)
    const status = response.statusCode ?? 0
    if (status === 200 || (status === 304 && known)) return { response, url }
    response.destroy()
    const location = response.headers.location
    if (status < 300 || status >= 400 || location === undefined) {
      throw new StatusError(ErrorKind.invalid, `cannot fetch ${address}: ${url.host} answers ${status} ${response.statusMessage ?? ''}`.trimEnd())
    }
    if (redirects >= redirectsMax) throw invalid(`cannot fetch ${address}: more than ${redirectsMax} redirects`)
    const next = parseUrl(location, url)
    if (url.protocol === 'https:' && next.protocol !== 'https:') throw invalid(`cannot fetch ${address}: it redirects from https to ${next.protocol.slice(0, -1)}`)
    url = next
  }
}

function request(url: URL, known: FetchOptions['known'], proxies: Proxies, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = {
      'User-Agent': 'skep-builder',
      ...(known?.etag !== undefined && { 'If-None-Match': known.etag }),
      ...(known?.etag === undefined && known?.lastModified !== undefined && { 'If-Modified-Since': known.lastModified }),
    }
    // Loaded when it is used: most builds fetch nothing.
    const { request: open } = url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
    const outgoing = open(url, { headers, signal, agent: proxyAgent(url, proxies) ?? false, timeout: idleTimeoutMs })
    outgoing.once('timeout', () => outgoing.destroy(new Error(`${url.host} sent nothing for ${idleTimeoutMs / 1000} s`)))
    outgoing.once('response', (response) => {
      response.on('error', () => undefined)
      resolve(response)
    })
    outgoing.on('error', (cause) => {
      if (signal.aborted) reject(signal.reason instanceof Error ? signal.reason : cause)
      else reject(invalid(`cannot fetch ${url.href}: ${cause.message}`, cause))
    })
    outgoing.end()
  })
}

/** For one request: connections are not kept. */
function proxyAgent(url: URL, proxies: Proxies): HttpProxyAgent<string> | HttpsProxyAgent<string> | undefined {
  const proxy = proxies.of(url)
  return proxy && (url.protocol === 'https:' ? new HttpsProxyAgent(proxy.href) : new HttpProxyAgent(proxy.href))
}

function parseUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw invalid(`invalid URL ${JSON.stringify(text)}`)
  const url = new URL(text, base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw invalid(`cannot fetch ${text}: only http and https are known`)
  return url
}
