import { createServer, type Server } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RecordedCall {
  method: string
  path: string
  query: Record<string, string>
  body: unknown
}

/** What the daemon answers to `METHOD /path`; a function is asked anew each time. An `Error` is a 404 with its message. */
export type Answers = Readonly<Record<string, unknown>>

/** An Engine API that answers from a table and notes what it is asked. What is not in the table is 404. */
export class FakeDaemon implements AsyncDisposable {
  readonly calls: RecordedCall[] = []

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
    readonly host: string,
  ) {}

  static async start(answers: Answers): Promise<FakeDaemon> {
    const folder = mkdtempSync(join(tmpdir(), 'skep-cli-'))
    const path = join(folder, 'sock')
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://localhost')
        const place = url.pathname.replace(/^\/v1\.\d+/, '')
        const key = `${request.method ?? 'GET'} ${place}`
        if (place !== '/_ping') daemon.note(request.method ?? 'GET', place, url.searchParams, Buffer.concat(chunks).toString())
        const found = place === '/_ping' ? 'OK' : answers[key]
        const answer: unknown = typeof found === 'function' ? (found as () => unknown)() : found
        const missing = answer === undefined || answer instanceof Error
        response.writeHead(missing ? 404 : answer === null ? 204 : 200, { 'Content-Type': 'application/json', 'Api-Version': '1.51' })
        const failure = { message: answer instanceof Error ? answer.message : `no answer to ${key}` }
        response.end(answer === null ? undefined : JSON.stringify(missing ? failure : answer))
      })
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const daemon = new FakeDaemon(server, folder, `unix://${path}`)
    return daemon
  }

  private note(method: string, path: string, query: URLSearchParams, text: string): void {
    this.calls.push({ method, path, query: Object.fromEntries(query), body: text === '' ? undefined : JSON.parse(text) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
    rmSync(this.folder, { recursive: true, force: true })
  }
}
