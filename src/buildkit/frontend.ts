import { ErrorKind, invalid, StatusError } from '../base/errors.js'
import type { BuildOptions } from '../model/engine-api/build.js'
import type { HostConfig } from '../model/engine-api/container.js'

/** Where a build's main context is. */
export type ContextPlace =
  /** A folder of the client's, by the name it has in the session. */
  | { kind: 'local'; name: string }
  /** A repository or an archive by its address, which the builder fetches. */
  | { kind: 'remote'; url: string }
  /** An archive that the client uploads. */
  | { kind: 'upload'; path: string }

/** An image in a folder of the client's. */
export interface OciLayout {
  /** As the client calls the folder. */
  store: string
  digest: string
}

/** What the attributes of the Dockerfile frontend ask for. */
export interface FrontendPlan {
  context: ContextPlace
  /** The client's folder with the Dockerfile; undefined when the Dockerfile is in the context. */
  dockerfileFolder?: string
  /** Path of the Dockerfile in its folder. */
  filename: string
  /** Folders of the client's by the names they have in the Dockerfile. */
  namedFolders: ReadonlyMap<string, string>
  /** OCI layouts of the client's by the names they have in the Dockerfile. */
  layouts: ReadonlyMap<string, OciLayout>
  /** The sessions of folders that are not in the build's own, by the folders' names. */
  sessions: ReadonlyMap<string, string>
  /** Images in registries whose steps count as made already. */
  cacheImports: readonly string[]
  options: Omit<BuildOptions, 'dockerfile' | 'remote' | 'tags' | 'session' | 'namedContextsPrefix'>
}

const unsupported = (message: string): StatusError => new StatusError(ErrorKind.unsupported, message)

const cachesMax = 64

/** What stands before the path of an upload (github.com/moby/buildkit, session/upload). */
const uploadPrefix = 'http://buildkit-session/'
const capabilities = new Set(['moby.buildkit.frontend.inputs', 'moby.buildkit.frontend.contexts', 'moby.buildkit.frontend.gitquerystring'])
const contextName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/

/**
 * Reads the attributes of BuildKit's Dockerfile frontend (github.com/moby/buildkit, frontend/dockerui/config.go, and
 * frontend/dockerfile); `inputs` are images by their names. Throws `unsupported` for what this builder cannot do, `invalid` for what is wrong.
 */
export function readFrontend(frontend: string, attributes: Readonly<Record<string, string>>, inputs: ReadonlyMap<string, string> = new Map()): FrontendPlan {
  const given = new Map(Object.entries(attributes))
  const text = (name: string): string | undefined => given.get(name) || undefined
  requireFrontend(frontend, text('source'))
  requireCapabilities(text('frontend.caps'))
  if (text('requestid') !== undefined) throw unsupported(`this daemon answers no requests about a Dockerfile (${text('requestid')}): it only builds`)
  for (const [name, value] of given) {
    if (name.startsWith('attest:') && !/(^|,)disabled=true(,|$)/.test(value) && value !== 'false') throw unsupported(`this daemon makes no attestations (${name.slice('attest:'.length)}): build with --provenance=false --sbom=false`)
  }
  const platform = text('platform')
  if (platform?.includes(',') === true || text('multi-platform') === 'true') throw unsupported('this daemon builds for one platform at a time: give a single --platform')

  const dockerfileFolder = text('dockerfilekey')
  const context = contextPlace(text('context'), text('contextkey'))
  if (context.kind !== 'local' && dockerfileFolder !== undefined) throw unsupported('a Dockerfile from the client with a context from an address is not supported: have both in one place')
  const { namedFolders, namedContexts, layouts } = readContexts(given, inputs)
  const target = text('target')
  const noCache = given.has('no-cache')
  return {
    context,
    ...(context.kind === 'local' && { dockerfileFolder: dockerfileFolder ?? 'dockerfile' }),
    filename: text('filename') ?? 'Dockerfile',
    namedFolders,
    layouts,
    sessions: byPrefix(given, 'local-sessionid:'),
    cacheImports: cacheSources(text('cache-imports'), text('cache-from')),
    options: {
      ...(target !== undefined && { target }),
      ...(platform !== undefined && { platform }),
      args: Object.fromEntries(byPrefix(given, 'build-arg:')),
      // Clients send them in any order, which would make another step of them each time.
      labels: Object.fromEntries([...byPrefix(given, 'label:')].sort(([a], [b]) => (a < b ? -1 : 1))),
      noCache,
      cacheFrom: [],
      pull: text('image-resolve-mode') === 'pull',
      quiet: false,
      squash: false,
      remove: true,
      removeAlways: true,
      hostConfig: hostConfigOf(text),
      namedContexts,
    },
  }
}

/** The patterns of a `.dockerignore`, as clients take them. */
export function ignorePatterns(rules: string): string[] {
  return rules.replace(/^\ufeff/, '').split(/\r?\n/).flatMap((line) => {
    if (line.startsWith('#')) return []
    const pattern = line.trim()
    const negated = pattern.startsWith('!')
    const parts = pattern.slice(negated ? 1 : 0).trim().split('/')
    const path: string[] = []
    for (const part of parts) {
      if (part === '' || part === '.') continue
      if (part === '..' && path.length > 0 && path.at(-1) !== '..') path.pop()
      else path.push(part)
    }
    if (path.length === 0) return []
    return [`${negated ? '!' : ''}${path.join('/')}`]
  })
}

/** Throws `unsupported` when a Dockerfile asks for another frontend: `# syntax=` on its first lines. */
export function requireSyntax(dockerfile: string): void {
  for (const line of dockerfile.replace(/^\ufeff?(#!.*\r?\n)?/, '').split(/\r?\n/)) {
    const directive = /^#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$/.exec(line)
    if (!directive) return
    const [, name = '', value = ''] = directive
    if (name.toLowerCase() === 'syntax') requireFrontend('gateway.v0', value.split(/\s/)[0])
  }
}

function requireFrontend(frontend: string, source: string | undefined): void {
  if (frontend === 'dockerfile.v0') return
  if (frontend !== 'gateway.v0') throw unsupported(`the frontend ${frontend} is not supported: this daemon builds Dockerfiles (dockerfile.v0)`)
  // Frontends are programs in images. Docker's own are what is built in here.
  const own = /^(docker\.io\/)?(docker\/dockerfile|docker\/dockerfile-upstream|docker\/dockerfile-experimental)(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/
  if (source === undefined || !own.test(source)) throw unsupported(`the frontend of the image ${source ?? ''} is not supported: this daemon builds Dockerfiles (docker/dockerfile) alone`)
}

function requireCapabilities(wanted: string | undefined): void {
  for (const capability of wanted?.split(',') ?? []) {
    const name = capability.replace(/\+forward$/, '')
    if (!capabilities.has(name)) throw unsupported(`the frontend's capability ${name} is not supported by this daemon`)
  }
}

function contextPlace(context: string | undefined, key: string | undefined): ContextPlace {
  if (context === undefined) return { kind: 'local', name: key ?? 'context' }
  if (context.startsWith(uploadPrefix)) return { kind: 'upload', path: context.slice(uploadPrefix.length - 1) }
  if (context.startsWith('local:')) return { kind: 'local', name: context.slice('local:'.length) }
  return { kind: 'remote', url: context }
}

function readContexts(given: ReadonlyMap<string, string>, inputs: ReadonlyMap<string, string>): { namedFolders: Map<string, string>; namedContexts: Record<string, string>; layouts: Map<string, OciLayout> } {
  const layouts = new Map<string, OciLayout>()
  const namedFolders = new Map<string, string>()
  const namedContexts: Record<string, string> = {}
  for (const [key, value] of byPrefix(given, 'context:')) {
    // A name for one platform: `name::linux/amd64`.
    const name = key.replace(/::.*$/, '')
    if (value.startsWith('target:')) throw unsupported(`the context ${name} is the result of another target, which this client does not hand over: build with a newer one`)
    if (value.startsWith('input:')) {
      const image = inputs.get(value.slice('input:'.length))
      if (image === undefined) throw invalid(`the context ${name} is an input that is not there`)
      namedContexts[name] = `docker-image://${image}`
      continue
    }
    if (value.startsWith('oci-layout:')) {
      const [, store = '', digest = ''] = /^oci-layout:(?:\/\/)?([\w.-]{1,128})(?::[\w.-]*)?@(sha256:[0-9a-f]{64})$/.exec(value) ?? []
      if (store === '') throw invalid(`invalid context ${name}=${value}: a digest is expected`)
      layouts.set(name, { store, digest })
      continue
    }
    if (!value.startsWith('local:')) {
      namedContexts[name] = value
      continue
    }
    if (!contextName.test(name)) throw invalid(`invalid name of a context with a folder: ${JSON.stringify(name)}`)
    namedFolders.set(name, value.slice('local:'.length))
    namedContexts[name] = 'context'
  }
  return { namedFolders, namedContexts, layouts }
}

/** The images of `--cache-from`. Throws `unsupported` for caches of another type than `registry`. */
function cacheSources(imports: string | undefined, from: string | undefined): string[] {
  const found = from === undefined ? [] : from.split(',')
  if (imports === undefined) return found
  let entries: unknown
  try {
    entries = JSON.parse(imports)
  } catch (cause) {
    throw invalid('invalid cache-imports: they are no JSON', cause)
  }
  if (!Array.isArray(entries)) throw invalid('invalid cache-imports: a list is expected')
  for (const entry of entries as unknown[]) {
    const { Type: type, Attrs: attributes } = recordOf(entry)
    const { ref } = recordOf(attributes)
    if (type !== 'registry') throw unsupported(`--cache-from type=${String(type)} is not supported: the steps of builds are cached on this host, and come from images in registries (type=registry)`)
    if (typeof ref !== 'string' || ref === '') throw invalid('--cache-from type=registry needs a ref')
    found.push(ref)
  }
  if (found.length > cachesMax) throw invalid(`a build has at most ${cachesMax} caches to begin with`)
  return found
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** Limits and network of the containers that RUN uses. */
function hostConfigOf(text: (name: string) => string | undefined): HostConfig {
  const whole = (name: string, field: keyof HostConfig): HostConfig => {
    const value = text(name)
    if (value === undefined) return {}
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw invalid(`invalid ${name}: ${JSON.stringify(value)} is no whole number`)
    return number === 0 ? {} : { [field]: number }
  }
  const word = (name: string, field: keyof HostConfig): HostConfig => {
    const value = text(name)
    return value === undefined ? {} : { [field]: value }
  }
  const network = text('force-network-mode')
  if (network !== undefined && network !== 'host' && network !== 'none' && network !== 'sandbox') throw invalid(`invalid network mode ${JSON.stringify(network)}: host, none or default is expected`)
  const hosts = text('add-hosts')?.split(',') ?? []
  const limits = text('ulimit')?.split(',').map(ulimitOf) ?? []
  return {
    ...whole('memory', 'Memory'),
    ...whole('memswap', 'MemorySwap'),
    ...whole('cpushares', 'CpuShares'),
    ...whole('cpuperiod', 'CpuPeriod'),
    ...whole('cpuquota', 'CpuQuota'),
    ...whole('shm-size', 'ShmSize'),
    ...word('cpusetcpus', 'CpusetCpus'),
    ...word('cpusetmems', 'CpusetMems'),
    ...word('cgroup-parent', 'CgroupParent'),
    ...(network !== undefined && network !== 'sandbox' && { NetworkMode: network }),
    ...(hosts.length > 0 && { ExtraHosts: hosts }),
    ...(limits.length > 0 && { Ulimits: limits }),
  }
}

/** `nofile=1024:2048` */
function ulimitOf(limit: string): { Name: string; Soft: number; Hard: number } {
  const [, name = '', soft = '', hard = soft] = /^([a-z]+)=(-?\d{1,15})(?::(-?\d{1,15}))?$/.exec(limit) ?? []
  if (name === '') throw invalid(`invalid ulimit ${JSON.stringify(limit)}`)
  return { Name: name, Soft: Number(soft), Hard: Number(hard) }
}

function byPrefix(given: ReadonlyMap<string, string>, prefix: string): Map<string, string> {
  return new Map([...given].flatMap(([name, value]) => (name.startsWith(prefix) && name.length > prefix.length ? [[name.slice(prefix.length), value] as const] : [])))
}
