import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { ErrorKind, invalid, StatusError } from '../base/errors.js'
import { HttpClient, type CallOptions, type ClientTls, type HijackedConnection, type SshDialer } from './http.js'
import { parseHost } from './host.js'

/** The newest version this client speaks. */
export const clientApiVersion = '1.51'

/** Where the daemon is and how it is spoken to. */
export interface ClientOptions {
  /** `unix:///path`, `tcp://host:port`, or `ssh://user@host` with `dialSsh`. */
  host: string
  dialSsh?: SshDialer
  tls?: ClientTls
  /** Fixes the version (`DOCKER_API_VERSION`); otherwise the daemon is asked once. */
  apiVersion?: string
}

/**
 * The Engine API of one daemon: JSON, streams and taken-over connections under the version that both
 * sides speak. The nouns' methods are in the files beside this one.
 */
export class Client {
  readonly http: HttpClient
  private version: string | undefined

  constructor(private readonly options: ClientOptions) {
    this.http = new HttpClient(parseHost(options.host, options.tls !== undefined), options.tls, options.dialSsh)
    this.version = options.apiVersion
  }

  get host(): string {
    return this.options.host
  }

  async json<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    return this.http.json<T>(method, await this.versioned(path), options)
  }

  /** The answer with its body unread. */
  async send(method: string, path: string, options: CallOptions = {}): Promise<IncomingMessage> {
    return this.http.send(method, await this.versioned(path), options)
  }

  /** The JSON objects of a streamed answer (`/events`, `/images/load`): one a line. */
  async *lines<T>(method: string, path: string, options: CallOptions = {}): AsyncGenerator<T> {
    const response = await this.send(method, path, options)
    try {
      for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
        if (line.trim() !== '') yield JSON.parse(line) as T
      }
    } finally {
      response.destroy()
    }
  }

  async hijack(method: string, path: string, options: CallOptions = {}): Promise<HijackedConnection> {
    return this.http.hijack(method, await this.versioned(path), options)
  }

  /** The version in use, asked of the daemon at the first call. */
  async apiVersion(): Promise<string> {
    this.version ??= await this.negotiate()
    return this.version
  }

  private async versioned(path: string): Promise<string> {
    // Without a name it would be another call: of all, or of none.
    const unnamed = /^\/(container|network|volume|service|task|node|secret|config|exec|plugin)s?\/(?:\/|$|\?)/.exec(path)
    if (unnamed) throw invalid(`invalid ${unnamed[1] ?? ''} name or ID: value is empty`)
    return `/v${await this.apiVersion()}${path}`
  }

  private async negotiate(): Promise<string> {
    const response = await this.http.send('GET', '/_ping')
    response.resume()
    const offered = response.headers['api-version']
    const server = typeof offered === 'string' && /^\d+\.\d+$/.test(offered) ? offered : '1.24'
    if (compareVersions(server, '1.24') < 0) {
      throw new StatusError(ErrorKind.unsupported, `the daemon speaks API version ${server} at most; 1.24 or later is needed`)
    }
    return compareVersions(server, clientApiVersion) < 0 ? server : clientApiVersion
  }
}

/** Negative, zero or positive, as `1.9` is before `1.10`. */
function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number)
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number)
  return aMajor - bMajor || aMinor - bMinor
}
