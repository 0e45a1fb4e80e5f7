import { digestOf, formatPlatform, isDigest, MediaType, platformFit, type Descriptor, type Digest, type Platform } from '../descriptor.js'
import { documentBytesMax, isIndex, parseImageConfig, parseIndex, parseManifest, parseObject, type ImageConfigFile, type Index, type Manifest } from '../manifest.js'
import { ErrorKind, StatusError } from '../../../src/base/errors.js'
import { downloadBlob } from './blob-download.js'
import type { RegistryClient } from './client.js'
import { LyingRegistryError } from './errors.js'
import { readBody } from './transport.js'

/** A manifest or an index as a registry gave it, its digest checked. */
export interface Fetched {
  descriptor: Descriptor
  data: Buffer
  document: Record<string, unknown>
}

/** The manifest of one image with all that its platform's choice led through. */
export interface Resolved {
  /** What the name points to: an index or the manifest itself. */
  top: Descriptor
  manifest: Manifest
  descriptor: Descriptor
  data: Buffer
}

const accepted = [MediaType.ociIndex, MediaType.dockerManifestList, MediaType.ociManifest, MediaType.dockerManifest]
const schema1 = ['application/vnd.docker.distribution.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v1+prettyjws']
const configTypes: readonly string[] = [MediaType.dockerConfig, MediaType.ociConfig, 'application/octet-stream', 'text/plain', '']
/** What tells a plugin from an image in a registry: the type of its manifest's configuration. */
export const pluginConfigType = 'application/vnd.docker.plugin.v1+json'
const nestingMax = 3
const attestation = 'vnd.docker.reference.type'

/** By tag or by digest. Throws as `RegistryClient.ask`, and `LyingRegistryError` when digest and bytes differ. */
export async function fetchManifest(client: RegistryClient, repository: string, tagOrDigest: string, signal: AbortSignal): Promise<Fetched> {
  const url = client.url(`${repository}/manifests/${tagOrDigest}`)
  const answer = await client.ask(url, { headers: { Accept: accepted.join(', ') }, signal })
  const data = await readBody(answer, documentBytesMax)
  const digest = digestOf(data)
  const named = answer.headers['docker-content-digest']
  const expected = isDigest(tagOrDigest) ? tagOrDigest : isDigest(named) ? named : digest
  if (digest !== expected) throw new LyingRegistryError(`manifest verification failed for digest ${expected}: ${client.endpoint.origin} gave one with digest ${digest}`)
  const type = (answer.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  if (schema1.includes(type)) {
    throw new StatusError(ErrorKind.invalid, `${client.endpoint.origin} has ${repository}:${tagOrDigest} as an image of manifest version 2, schema 1, which is not supported any more: push it again with a current client`)
  }
  const document = parseObject(data, `the manifest ${digest}`)
  const mediaType = typeof document['mediaType'] === 'string' ? document['mediaType'] : accepted.some((one) => one === type) ? type : isIndex(document) ? MediaType.ociIndex : MediaType.ociManifest
  return { descriptor: { mediaType, digest, size: data.length }, data, document }
}

/** Follows indexes to the image that fits the platform best, or to what `read` takes. Throws `notFound` when none fits, and what `read` throws. */
export async function resolveManifest(
  client: RegistryClient,
  repository: string,
  tagOrDigest: string,
  platform: Platform,
  signal: AbortSignal,
  read: (fetched: Fetched) => Manifest = readManifest,
): Promise<Resolved> {
  const first = await fetchManifest(client, repository, tagOrDigest, signal)
  let at = first
  for (let depth = 0; isIndex(at.document); depth++) {
    if (depth > nestingMax) throw new LyingRegistryError(`the index ${first.descriptor.digest} leads through too many others`)
    const chosen = chooseFor(parseIndex(at.document, `the index ${at.descriptor.digest}`), platform)
    if (!chosen) throw new StatusError(ErrorKind.notFound, `no matching manifest for ${formatPlatform(platform)} in the manifest list entries`)
    at = await fetchManifest(client, repository, chosen.digest, signal)
  }
  return { top: first.descriptor, manifest: read(at), descriptor: at.descriptor, data: at.data }
}

/** Throws `invalid` for what is no image of a container. */
export function readManifest({ document, descriptor }: Fetched): Manifest {
  const manifest = parseManifest(document, `the manifest ${descriptor.digest}`)
  if (manifest.config.mediaType === pluginConfigType) {
    throw new StatusError(ErrorKind.invalid, `Encountered remote "${pluginConfigType}"(plugin) when fetching 'plugin': this is a plugin: get it by "plugin install"`)
  }
  if (!configTypes.includes(manifest.config.mediaType)) {
    throw new StatusError(ErrorKind.invalid, `unsupported media type ${manifest.config.mediaType}: this is not an image that containers can be made from`)
  }
  return { ...manifest, mediaType: descriptor.mediaType }
}

/** The entry that fits best; of equals the first. Attestations stand beside images and are none. */
export function chooseFor({ manifests }: Index, platform: Platform): Descriptor | undefined {
  let best: { one: Descriptor; fit: number; variant: string } | undefined
  for (const one of manifests) {
    if (one.annotations?.[attestation] !== undefined || one.platform?.os === 'unknown') continue
    const fit = one.platform ? platformFit(platform, one.platform) : 1
    const variant = one.platform?.variant ?? ''
    // Of several older variants the newest runs best.
    if (fit > 0 && (!best || fit > best.fit || (fit === best.fit && variant > best.variant))) best = { one, fit, variant }
  }
  return best?.one
}

/** The configuration that an image's manifest names, checked. Throws `LyingRegistryError` and `invalid`. */
export async function fetchConfig(
  client: RegistryClient,
  repository: string,
  manifest: Manifest,
  attemptsMax: number,
  signal: AbortSignal,
): Promise<{ data: Buffer; config: ImageConfigFile; digest: Digest }> {
  const { digest } = manifest.config
  const data = await fetchConfigData(client, repository, manifest, attemptsMax, signal)
  return { data, config: parseImageConfig(data, `the configuration ${digest}`), digest }
}

/** The bytes of the configuration that a manifest names, their digest checked. Throws `LyingRegistryError`. */
export async function fetchConfigData(client: RegistryClient, repository: string, { config }: Manifest, attemptsMax: number, signal: AbortSignal): Promise<Buffer> {
  const { digest, size } = config
  if (size > documentBytesMax) throw new LyingRegistryError(`the configuration ${digest} has ${size} bytes, more than the ${documentBytesMax} that are read`)
  const pieces: Uint8Array[] = []
  for await (const piece of downloadBlob(client, { repository, digest, size, attemptsMax }, signal)) pieces.push(piece)
  const data = Buffer.concat(pieces)
  if (digestOf(data) !== digest) throw new LyingRegistryError(`image config verification failed for digest ${digest}`)
  return data
}

/** Platforms that an index offers. */
export function platformsOf({ manifests }: Index): Platform[] {
  return manifests.flatMap(({ platform, annotations }) => (platform && platform.os !== 'unknown' && annotations?.[attestation] === undefined ? [platform] : []))
}
