import { createHash } from 'node:crypto'
import { invalid } from '../../src/base/errors.js'
import { readPlatform } from '../../src/model/platform.js'

/** What the store knows of a blob: a content descriptor of the OCI image specification. */
export interface Descriptor {
  mediaType: string
  /** `sha256:<64 hex>` */
  digest: Digest
  /** Bytes. */
  size: number
  annotations?: Record<string, string>
  platform?: Platform
}

/** `sha256:<64 hex>` */
export type Digest = string

export interface Platform {
  architecture: string
  os: string
  variant?: string
  'os.version'?: string
}

/** The media types that are read and written. */
export const MediaType = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const

const digestPattern = /^sha256:[0-9a-f]{64}$/

/** True for a digest of the one algorithm that is used. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && digestPattern.test(text)
}

/** The 64 hexadecimal characters of a digest. Throws `invalid` for what is none. */
export function hexOf(digest: string): string {
  if (!isDigest(digest)) throw invalid(`invalid digest ${JSON.stringify(digest)}: sha256 and 64 hexadecimal characters are expected`)
  return digest.slice('sha256:'.length)
}

/** The digest of these bytes. */
export function digestOf(data: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`
}

/** An id as Docker shortens it: 12 characters, without the algorithm. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12)
}

/**
 * The chain ids of a stack of layers (OCI image specification, "Layer ChainID"): what identifies a layer
 * together with everything below it. The lowest first.
 */
export function chainIds(diffIds: readonly Digest[]): Digest[] {
  const chain: Digest[] = []
  for (const diffId of diffIds) {
    const below = chain.at(-1)
    chain.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`))
  }
  return chain
}

/** This machine in the words of images. */
export function hostPlatform(arch: string = process.arch): Platform {
  const known: Record<string, Platform> = {
    x64: { os: 'linux', architecture: 'amd64' },
    arm64: { os: 'linux', architecture: 'arm64', variant: 'v8' },
    arm: { os: 'linux', architecture: 'arm', variant: 'v7' },
    ia32: { os: 'linux', architecture: '386' },
  }
  return known[arch] ?? { os: 'linux', architecture: arch }
}

/** Reads `os`, `arch` or `os/arch[/variant]`, what is left out taken from the host. Throws `invalid` as `readPlatform`. */
export function parsePlatform(text: string, host: Platform = hostPlatform()): Platform {
  const { os = host.os, architecture, variant } = readPlatform(text)
  if (architecture === undefined) return { ...host, os }
  const fallback = architecture === host.architecture ? host.variant : architecture === 'arm64' ? 'v8' : undefined
  const chosen = variant ?? fallback
  return { os, architecture, ...(chosen !== undefined && { variant: chosen }) }
}

/** `linux/arm/v7` */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')
}

/** How well an image fits: 2 exactly, 1 with a variant left open or lower, 0 not at all. */
export function platformFit(wanted: Platform, offered: Platform): 0 | 1 | 2 {
  if (wanted.os !== offered.os || wanted.architecture !== offered.architecture) return 0
  const normal = (platform: Platform): string => platform.variant ?? (platform.architecture === 'arm64' ? 'v8' : '')
  const [want, have] = [normal(wanted), normal(offered)]
  if (want === have) return 2
  // An older arm runs on a newer one; the reverse does not hold.
  return have === '' || (want !== '' && have < want) ? 1 : 0
}
