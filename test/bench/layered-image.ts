import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { seededRng } from '../../src/base/rng.js'
import { TarType } from '../../agent/snapshot/tar/header.js'
import { tarOf, type TarFile } from '../support/tar.js'

const gzipped = promisify(gzip)
const poolBytes = 8 * 1024 * 1024
const words = ['return', 'const', 'the', 'of', 'include', 'struct', 'library', 'error', 'value', 'static', 'int', 'for', 'while', '0x', '{\n', '}\n', '();\n']

export interface LayeredImage {
  /** In the order of the layers, packed with gzip. */
  layers: { digest: string; diffId: string; data: Buffer }[]
  config: Buffer
  /** Content of all files, before packing. */
  bytes: number
  files: number
}

/**
 * An image like those of distributions and languages: in each layer a third of the bytes in small texts, the
 * rest in programs and libraries, packed to about half. The same numbers give the same bytes.
 */
export async function layeredImage(layerCount: number, bytes: number): Promise<LayeredImage> {
  const rng = seededRng(20)
  const pool = compressible(rng.below, poolBytes)
  const layers: LayeredImage['layers'] = []
  let files = 0
  for (let n = 0; n < layerCount; n++) {
    const entries: TarFile[] = [{ name: `layer${n}/`, type: TarType.directory, mode: 0o755 }]
    const share = Math.floor(bytes / layerCount)
    for (let left = share; left > 0; ) {
      const small = left < share / 3
      const size = Math.min(left, small ? 500 + rng.below(12_000) : 100_000 + rng.below(1_500_000))
      const at = rng.below(poolBytes - size)
      const folder = `layer${n}/${small ? `share/d${Math.floor(entries.length / 40)}` : 'lib'}`
      entries.push({ name: `${folder}/f${entries.length}`, mode: small ? 0o644 : 0o755, content: pool.subarray(at, at + size) })
      left -= size
    }
    files += entries.length
    const tar = tarOf(...entries)
    const data = await gzipped(tar)
    layers.push({ digest: sha256(data), diffId: sha256(tar), data })
  }
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Cmd: ['true'] },
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    }),
  )
  return { layers, config, bytes, files }
}

/** Sends it to a registry that speaks plain HTTP, as `image` (`name:tag`). Throws when it is not taken. */
export async function uploadImage(origin: string, image: string, { layers, config }: LayeredImage): Promise<void> {
  const [name = '', tag = 'latest'] = image.split(':')
  for (const { digest, data } of layers) await uploadBlob(origin, name, digest, data)
  await uploadBlob(origin, name, sha256(config), config)
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: sha256(config) },
    layers: layers.map(({ digest, data }) => ({ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: data.length, digest })),
  })
  await taken(await fetch(`${origin}/v2/${name}/manifests/${tag}`, { method: 'PUT', headers: { 'Content-Type': mediaType }, body: manifest }))
}

async function uploadBlob(origin: string, name: string, digest: string, data: Buffer): Promise<void> {
  const begun = await taken(await fetch(`${origin}/v2/${name}/blobs/uploads/`, { method: 'POST' }))
  const url = new URL(begun.headers.get('location') ?? '', origin)
  url.searchParams.set('digest', digest)
  await taken(await fetch(url, { method: 'PUT', headers: { 'Content-Type': 'application/octet-stream' }, body: Uint8Array.from(data) }))
}

async function taken(response: Response): Promise<Response> {
  if (!response.ok) throw new Error(`the registry answers ${response.status} to ${response.url}: ${await response.text()}`)
  await response.arrayBuffer()
  return response
}

/** Half words, half noise: what machine code and its symbols pack to. */
function compressible(below: (limit: number) => number, bytes: number): Buffer {
  const out = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; ) {
    if (below(2) === 0) at += out.write(`${words[below(words.length)] ?? ''} `, at, 'latin1')
    else for (let end = Math.min(bytes, at + 1 + below(12)); at < end; at++) out[at] = below(256)
  }
  return out
}

function sha256(data: Uint8Array): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`
}
