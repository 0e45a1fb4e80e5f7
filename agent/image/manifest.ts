import type { ImageConfig } from '../../src/model/engine-api/image.js'
import { invalid } from '../../src/base/errors.js'
import { isDigest, MediaType, type Descriptor, type Digest, type Platform } from './descriptor.js'

/** Larger documents are refused: no manifest or configuration comes near (the registries' limit too). */
export const documentBytesMax = 4 * 1024 * 1024
const layersMax = 1000

/** The manifest of one image. */
export interface Manifest {
  schemaVersion: 2
  mediaType: string
  config: Descriptor
  layers: Descriptor[]
  annotations?: Record<string, string>
}

/** A list of manifests, one for each platform. */
export interface Index {
  manifests: Descriptor[]
}

/** The configuration of an image: what its id is the digest of (OCI image specification, "Image Configuration"). */
export interface ImageConfigFile {
  architecture: string
  os: string
  variant?: string
  'os.version'?: string
  created?: string
  author?: string
  comment?: string
  docker_version?: string
  config?: ImageConfig
  rootfs: { type: string; diff_ids: Digest[] }
  history?: HistoryEntry[]
}

export interface HistoryEntry {
  created?: string
  created_by?: string
  author?: string
  comment?: string
  empty_layer?: boolean
}

type Json = Record<string, unknown>

/** Reads JSON that must be an object. `what` names the document in errors. Throws `invalid`. */
export function parseObject(data: Uint8Array | string, what: string): Json {
  let parsed: unknown
  try {
    parsed = JSON.parse(typeof data === 'string' ? data : Buffer.from(data).toString('utf8'))
  } catch (cause) {
    throw invalid(`${what} is damaged: it is not JSON`, cause)
  }
  if (!isObject(parsed)) throw invalid(`${what} is damaged: it is not a JSON object`)
  return parsed
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** True for documents that list manifests rather than being one. */
export function isIndex(document: Json): boolean {
  const type = document['mediaType']
  if (type === MediaType.ociIndex || type === MediaType.dockerManifestList) return true
  return Array.isArray(document['manifests']) && !('config' in document)
}

/** Throws `invalid`. */
export function parseIndex(document: Json, what: string): Index {
  const manifests = document['manifests']
  if (!Array.isArray(manifests) || manifests.length > layersMax) throw invalid(`${what} is damaged: it has no list of manifests`)
  return { manifests: manifests.map((one) => parseDescriptor(one, what)) }
}

/** Throws `invalid`. */
export function parseManifest(document: Json, what: string): Manifest {
  const layers = document['layers']
  if (document['schemaVersion'] !== 2 || !Array.isArray(layers)) {
    throw invalid(`${what} is not an image manifest of version 2`)
  }
  if (layers.length > layersMax) throw invalid(`${what} is damaged: ${layers.length} layers`)
  const mediaType = document['mediaType']
  const annotations = strings(document['annotations'])
  return {
    schemaVersion: 2,
    mediaType: typeof mediaType === 'string' ? mediaType : MediaType.ociManifest,
    config: parseDescriptor(document['config'], what),
    layers: layers.map((one) => parseDescriptor(one, what)),
    ...(annotations && { annotations }),
  }
}

function parseDescriptor(value: unknown, what: string): Descriptor {
  if (!isObject(value)) throw invalid(`${what} is damaged: a descriptor is not an object`)
  const { digest, size, mediaType, platform } = value
  if (!isDigest(digest)) throw invalid(`${what} is damaged: ${JSON.stringify(digest)} is not a sha256 digest`)
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(`${what} is damaged: ${digest} has an impossible size`)
  }
  const annotations = strings(value['annotations'])
  const parsed = isObject(platform) ? parsePlatformObject(platform) : undefined
  return {
    mediaType: typeof mediaType === 'string' ? mediaType : '',
    digest,
    size,
    ...(annotations && { annotations }),
    ...(parsed && { platform: parsed }),
  }
}

function parsePlatformObject(value: Json): Platform | undefined {
  const { os, architecture, variant } = value
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined
  return { os, architecture, ...(typeof variant === 'string' && variant !== '' && { variant }) }
}

function strings(value: unknown): Record<string, string> | undefined {
  if (!isObject(value)) return undefined
  const pairs = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs)
}

/** Reads an image's configuration. Fields of wrong types are refused, unknown ones left out. Throws `invalid`. */
export function parseImageConfig(data: Uint8Array, what: string): ImageConfigFile {
  const document = parseObject(data, what)
  const rootfs = document['rootfs']
  const diffIds = isObject(rootfs) ? rootfs['diff_ids'] : undefined
  if (!Array.isArray(diffIds) && diffIds != null) throw invalid(`${what} is damaged: its list of layers is not a list`)
  const layers: unknown[] = diffIds ?? []
  if (layers.length > layersMax || !layers.every(isDigest)) throw invalid(`${what} is damaged: a layer is not named by a sha256 digest`)
  const text = (key: string): string | undefined => {
    const value = document[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const config = isObject(document['config']) ? parseRunConfig(document['config'], what) : undefined
  const history = parseHistory(document['history'])
  const parsed: ImageConfigFile = {
    architecture: text('architecture') ?? 'amd64',
    os: text('os') ?? 'linux',
    rootfs: { type: 'layers', diff_ids: layers },
  }
  for (const key of ['variant', 'os.version', 'created', 'author', 'comment', 'docker_version'] as const) {
    const value = text(key)
    if (value !== undefined) parsed[key] = value
  }
  if (config) parsed.config = config
  if (history) parsed.history = history
  return parsed
}

function parseRunConfig(given: Json, what: string): ImageConfig {
  const config: Json = {}
  const wrong = (key: string): Error => invalid(`${what} is damaged: its field config.${key} is of the wrong type`)
  const take = (keys: readonly string[], fits: (value: unknown) => boolean): void => {
    for (const key of keys) {
      const value = given[key]
      if (value === undefined || value === null) continue
      if (!fits(value)) throw wrong(key)
      config[key] = value
    }
  }
  const isStrings = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string')
  take(['User', 'WorkingDir', 'StopSignal'], (value) => typeof value === 'string')
  take(['Env', 'Cmd', 'Entrypoint', 'OnBuild', 'Shell'], isStrings)
  take(['ExposedPorts', 'Volumes'], isObject)
  take(['Labels'], (value) => isObject(value) && Object.values(value).every((one) => typeof one === 'string'))
  take(['ArgsEscaped'], (value) => typeof value === 'boolean')
  take(['Healthcheck'], isHealthcheck)
  return config as ImageConfig
}

function isHealthcheck(value: unknown): boolean {
  if (!isObject(value)) return false
  const test = value['Test']
  if (test != null && !(Array.isArray(test) && test.every((one) => typeof one === 'string'))) return false
  return ['Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries'].every((key) => value[key] == null || typeof value[key] === 'number')
}

function parseHistory(given: unknown): HistoryEntry[] | undefined {
  if (!Array.isArray(given)) return undefined
  return given.slice(0, 10 * layersMax).map((one: unknown) => {
    const entry: HistoryEntry = {}
    if (!isObject(one)) return entry
    for (const key of ['created', 'created_by', 'author', 'comment'] as const) {
      const value = one[key]
      if (typeof value === 'string') entry[key] = value
    }
    if (one['empty_layer'] === true) entry.empty_layer = true
    return entry
  })
}
