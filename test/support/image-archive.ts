import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { TarType } from '../../agent/snapshot/tar/header.js'
import { tarOf, type TarFile } from './tar.js'

const sha = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

export interface TestImage {
  names?: string[]
  layers: TarFile[][]
  config?: Record<string, unknown>
  architecture?: string
  created?: string
  history?: Record<string, unknown>[]
}

function configOf(image: TestImage, tars: Uint8Array[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      architecture: image.architecture ?? 'amd64',
      os: 'linux',
      created: image.created ?? '2024-05-06T07:08:09Z',
      config: image.config ?? { Cmd: ['sh'], Env: ['PATH=/bin'] },
      rootfs: { type: 'layers', diff_ids: tars.map((tar) => `sha256:${sha(tar)}`) },
      history: image.history ?? tars.map((_, i) => ({ created: '2024-05-06T07:08:09Z', created_by: `step ${i}` })),
    }),
  )
}

/** The id that an image of these files gets. */
export function imageId(image: TestImage): string {
  return `sha256:${sha(configOf(image, image.layers.map((files) => tarOf(...files))))}`
}

/** An archive as `docker save` wrote it before it spoke OCI: one folder a layer, a layer seen twice as a link. */
export function legacyArchive(...images: TestImage[]): TarFile[] {
  const files: TarFile[] = []
  const seen = new Map<string, string>()
  const manifest = images.map((image, n) => {
    const tars = image.layers.map((layer) => tarOf(...layer))
    const config = configOf(image, tars)
    const configName = `${sha(config)}.json`
    files.push({ name: configName, content: config })
    const names = tars.map((tar, i) => {
      const folder = sha(Buffer.from(`${n}.${i}`))
      const name = `${folder}/layer.tar`
      const first = seen.get(sha(tar))
      files.push({ name: `${folder}/`, type: TarType.directory }, { name: `${folder}/VERSION`, content: '1.0' })
      if (first === undefined) files.push({ name, content: tar })
      else files.push({ name, type: TarType.symlink, linkName: `../${first}` })
      seen.set(sha(tar), name)
      return name
    })
    return { Config: configName, RepoTags: image.names ?? null, Layers: names }
  })
  return [...files, { name: 'manifest.json', content: JSON.stringify(manifest) }]
}

/** An OCI layout of one name: a nested index with one manifest for each image given (one for each platform). */
export function ociLayout(name: string | undefined, images: TestImage[], options: { tagOnly?: boolean } = {}): TarFile[] {
  const blobs = new Map<string, Uint8Array>()
  const put = (mediaType: string, data: Uint8Array) => {
    blobs.set(sha(data), data)
    return { mediaType, digest: `sha256:${sha(data)}`, size: data.length }
  }
  const manifests: object[] = images.map((image) => {
    const tars = image.layers.map((layer) => tarOf(...layer))
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: put('application/vnd.oci.image.config.v1+json', configOf(image, tars)),
      layers: tars.map((tar) => put('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar))),
    }
    return { ...put(manifest.mediaType, Buffer.from(JSON.stringify(manifest))), platform: { os: 'linux', architecture: image.architecture ?? 'amd64' } }
  })
  manifests.push({ ...put('application/vnd.oci.image.manifest.v1+json', Buffer.from('{"attestation":true}')), platform: { os: 'unknown', architecture: 'unknown' } })
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }
  const annotations = name === undefined ? {} : { [options.tagOnly ? 'org.opencontainers.image.ref.name' : 'io.containerd.image.name']: name }
  const top = { schemaVersion: 2, manifests: [{ ...put(index.mediaType, Buffer.from(JSON.stringify(index))), annotations }] }
  return [
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', content: JSON.stringify(top) },
    ...[...blobs].map(([hex, content]): TarFile => ({ name: `blobs/sha256/${hex}`, content })),
  ]
}
