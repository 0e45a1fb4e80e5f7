import { readFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { delay, type Clock } from '../../src/base/clock.js'
import { errnoOf, internal, messageOf, unavailable } from '../../src/base/errors.js'
import { readAtMost } from '../../src/base/read-at-most.js'
import { builtInAuthorities } from '../../src/sys/built-in-authorities.js'
import { holdSocket } from '../kernel/held-socket.js'
import type { PluginAddress } from './plugin-places.js'

const contentType = 'application/vnd.docker.plugins.v1.2+json'
const answerBytesMax = 4 * 1024 * 1024
/** A plugin that is being started or replaced does not listen for a moment. */
const connectTries = 4
const connectRetryMs = 250

/** Calls one plugin: `POST /Method` with JSON both ways. */
export class PluginClient {
  constructor(
    readonly name: string,
    private readonly address: PluginAddress,
    private readonly clock: Clock,
  ) {}

  /** Throws `unavailable` when it does not answer in time, `internal` with its own message when it refuses. */
  async call(method: string, body: unknown, timeoutMs: number): Promise<Record<string, unknown>> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.once(method, body, timeoutMs)
      } catch (thrown) {
        // Nothing was sent then; whatever else failed may have been done.
        const unreachable = ['ECONNREFUSED', 'ENOENT'].includes(errnoOf(thrown) ?? '')
        if (!unreachable) throw thrown
        if (tries >= connectTries) throw unavailable(`plugin ${this.name} does not answer: ${messageOf(thrown)}; is it running?`, thrown)
        await delay(this.clock, connectRetryMs * 2 ** (tries - 1))
      }
    }
  }

  private async once(method: string, body: unknown, timeoutMs: number): Promise<Record<string, unknown>> {
    const { address } = this
    const text = JSON.stringify(body ?? {})
    using held = address.kind === 'unix' && address.foreign ? holdSocket(address.path) : undefined
    const target = held ? { socketPath: held.path } : await this.target()
    const timedOut = unavailable(`plugin ${this.name} did not answer /${method} in ${timeoutMs / 1000} seconds`)
    const abort = new AbortController()
    const timer = this.clock.setTimer(timeoutMs, () => abort.abort(timedOut))
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const headers = { Accept: contentType, 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text), Host: address.kind === 'unix' ? 'plugin' : address.host }
        const send = 'key' in target || 'rejectUnauthorized' in target ? httpsRequest : httpRequest
        const request = send({ ...target, method: 'POST', path: `/${method}`, headers, agent: false, signal: abort.signal }, resolve)
        request.once('error', (thrown) => reject(abort.signal.aborted ? timedOut : thrown))
        request.end(text)
      })
      const tooMuch = (): Error => internal(`plugin ${this.name} answered with more than ${answerBytesMax} bytes`)
      return this.read(method, answer.statusCode ?? 0, (await readAtMost(answer as AsyncIterable<Buffer>, answerBytesMax, tooMuch)).toString('utf8'))
    } catch (thrown) {
      throw abort.signal.aborted ? timedOut : thrown
    } finally {
      timer.cancel()
    }
  }

  private read(method: string, status: number, text: string): Record<string, unknown> {
    let parsed: unknown
    try {
      parsed = text.trim() === '' ? {} : JSON.parse(text)
    } catch {
      parsed = undefined
    }
    const values = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined
    const refusal = values?.['Err']
    if (typeof refusal === 'string' && refusal !== '') throw internal(`${method}: ${refusal}`)
    if (status !== 200) throw internal(`${method}: plugin ${this.name} answered ${status}: ${text.slice(0, 500).trim()}`)
    if (!values) throw internal(`${method}: plugin ${this.name} answered something that is not a JSON object`)
    return values
  }

  private async target(): Promise<Record<string, unknown>> {
    const { address } = this
    if (address.kind === 'unix') return { socketPath: address.path }
    const { host, port, tls } = address
    if (!tls) return { host, port }
    const file = async (path: string | undefined): Promise<Buffer | undefined> => (path === undefined ? undefined : readFile(path))
    const [ca, cert, key] = await Promise.all([file(tls.ca), file(tls.cert), file(tls.key), builtInAuthorities()])
    return { host, port, rejectUnauthorized: !tls.insecure, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
  }
}
