import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { tarOf, type TarFile } from './tar.js'

export interface RegistryImage {
  layers: TarFile[][]
  architecture?: string
  variant?: string
  config?: Record<string, unknown>
  /** How layers are packed; gzip without it. */
  packing?: 'gzip' | 'zstd' | 'none'
  /** Docker's media types rather than OCI's. */
  docker?: boolean
}

export interface Seen {
  method: string
  url: string
  authorization: string | undefined
  range: string | undefined
}

/** Answers a request in its own way; false leaves it to the registry. */
export type Intercept = (request: IncomingMessage, response: ServerResponse, path: string) => boolean | Promise<boolean>

const sha = (data: Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`

/** A registry in memory, on loopback, that gives out images and can be made to misbehave. */
export class FakeRegistry implements AsyncDisposable {
  readonly seen: Seen[] = []
  readonly blobs = new Map<string, Buffer>()
  /** By `repository/tag` and `repository/digest`. */
  readonly manifests = new Map<string, { type: string; data: Buffer }>()
  intercept: Intercept | undefined
  /** Without it, `Range` is ignored. */
  ranges = true

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response))
  }

  static async start(): Promise<FakeRegistry> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new FakeRegistry(server)
  }

  /** `127.0.0.1:34567` */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  putBlob(data: Uint8Array): { digest: string; size: number } {
    this.blobs.set(sha(data), Buffer.from(data))
    return { digest: sha(data), size: data.length }
  }

  putManifest(repository: string, tag: string | undefined, type: string, document: object): { mediaType: string; digest: string; size: number } {
    const data = Buffer.from(JSON.stringify(document))
    const entry = { type, data }
    this.manifests.set(`${repository}/${sha(data)}`, entry)
    if (tag !== undefined) this.manifests.set(`${repository}/${tag}`, entry)
    return { mediaType: type, digest: sha(data), size: data.length }
  }

  /** Puts an image there; gives its id, its manifest and the digests of its layers as they are sent. */
  addImage(repository: string, tag: string | undefined, image: RegistryImage): { id: string; manifest: { mediaType: string; digest: string; size: number }; layers: string[] } {
    const tars = image.layers.map((files) => tarOf(...files))
    const config = Buffer.from(
      JSON.stringify({
        architecture: image.architecture ?? 'amd64',
        os: 'linux',
        ...(image.variant !== undefined && { variant: image.variant }),
        config: image.config ?? { Cmd: ['sh'] },
        rootfs: { type: 'layers', diff_ids: tars.map(sha) },
      }),
    )
    const oci = 'application/vnd.oci.image'
    const suffix = { gzip: '+gzip', zstd: '+zstd', none: '' }[image.packing ?? 'gzip']
    const layerType = image.docker ? 'application/vnd.docker.image.rootfs.diff.tar.gzip' : `${oci}.layer.v1.tar${suffix}`
    const layers = tars.map((tar) => ({ mediaType: layerType, ...this.putBlob(packed(tar, image.packing ?? 'gzip')) }))
    const type = image.docker ? 'application/vnd.docker.distribution.manifest.v2+json' : `${oci}.manifest.v1+json`
    const manifest = this.putManifest(repository, tag, type, {
      schemaVersion: 2,
      mediaType: type,
      config: { mediaType: image.docker ? 'application/vnd.docker.container.image.v1+json' : `${oci}.config.v1+json`, ...this.putBlob(config) },
      layers,
    })
    return { id: sha(config), manifest, layers: layers.map((layer) => layer.digest) }
  }

  /** Requests for this part of a path. */
  asked(part: string): Seen[] {
    return this.seen.filter(({ url }) => url.includes(part))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    this.seen.push({ method, url, authorization: headers.authorization, range: headers.range })
    const { pathname } = new URL(url, 'http://registry')
    if (this.intercept && (await this.intercept(request, response, pathname))) return
    const manifest = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(pathname)
    const blob = /^\/v2\/(.+)\/blobs\/(sha256:[0-9a-f]+)$/.exec(pathname)
    const tags = /^\/v2\/(.+)\/tags\/list$/.exec(pathname)
    if (pathname === '/v2/') json(response, 200, {})
    else if (manifest) this.manifest(response, `${manifest[1]}/${manifest[2]}`)
    else if (blob) this.blob(response, blob[2] as string, headers.range)
    else if (tags) json(response, 200, { name: tags[1], tags: [...this.manifests.keys()].filter((key) => !key.includes('sha256:')).map((key) => key.slice((tags[1] as string).length + 1)) })
    else refuse(response, 404, 'NAME_UNKNOWN', 'repository name not known to registry')
  }

  private manifest(response: ServerResponse, key: string): void {
    const found = this.manifests.get(key)
    if (!found) return refuse(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown')
    response.writeHead(200, { 'Content-Type': found.type, 'Content-Length': found.data.length, 'Docker-Content-Digest': sha(found.data) })
    response.end(found.data)
  }

  private blob(response: ServerResponse, digest: string, range: string | undefined): void {
    const data = this.blobs.get(digest)
    if (!data) return refuse(response, 404, 'BLOB_UNKNOWN', 'blob unknown to registry')
    const from = this.ranges ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0
    if (from === 0) response.writeHead(200, { 'Content-Length': data.length })
    else response.writeHead(206, { 'Content-Length': data.length - from, 'Content-Range': `bytes ${from}-${data.length - 1}/${data.length}` })
    response.end(data.subarray(from))
  }
}

export function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  response.end(JSON.stringify(value))
}

export function refuse(response: ServerResponse, status: number, code: string, message: string, headers: Record<string, string> = {}): void {
  json(response, status, { errors: [{ code, message }] }, headers)
}

function packed(tar: Buffer, packing: 'gzip' | 'zstd' | 'none'): Buffer {
  if (packing === 'gzip') return gzipSync(tar)
  return packing === 'zstd' ? zstdStored(tar) : tar
}

/** A zstd frame of blocks that are not compressed (RFC 8878, 3.1.1). */
function zstdStored(data: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUInt32LE(0xfd2fb528, 0)
  head[4] = 0xa0
  head.writeUInt32LE(data.length, 5)
  const parts: Buffer[] = [head]
  const blockBytes = 64 * 1024
  for (let at = 0; at < data.length; at += blockBytes) {
    const block = data.subarray(at, at + blockBytes)
    const header = Buffer.alloc(3)
    header.writeUIntLE((block.length << 3) | (at + blockBytes >= data.length ? 1 : 0), 0, 3)
    parts.push(header, block)
  }
  return Buffer.concat(parts)
}
