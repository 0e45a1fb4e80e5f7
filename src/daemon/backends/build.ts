import { must } from '../../base/assert.js'
import type { Clock } from '../../base/clock.js'
import { invalid, messageOf } from '../../base/errors.js'
import type { BuildBackend } from '../../api/build/backend.js'
import type { BuildKitBackend } from '../../buildkit/backend.js'
import { exportImage, requireExporters, type Exporters } from '../../buildkit/exporter.js'
import { BuildProgress } from '../../buildkit/progress.js'
import type { BuildKitServer } from '../../buildkit/server.js'
import type { AuthConfig } from '../../model/engine-api/image.js'
import type { Builder } from '../../../agent/build/builder.js'
import type { Emit, Pull } from '../../../agent/build/build-options.js'
import { hostPlatform } from '../../../agent/image/descriptor.js'
import { loadImages } from '../../../agent/image/image-load.js'
import type { Images } from '../../../agent/image/images.js'
import { parseReference, withDefaultTag } from '../../../agent/image/reference.js'
import type { Registries } from '../../../agent/image/registry/registries.js'
import { credentialsOf } from './images.js'

/** Builds, with base images fetched from registries as the client's credentials allow. */
export function buildBackend(builder: Builder, registries: Registries, buildkit: BuildKitServer, exporters: Exporters, clock: Clock): BuildBackend {
  return {
    build: async (context, { auths, outputs, ...options }, emit, signal) => {
      const { session } = options
      requireExporters(outputs)
      if (outputs.length > 0 && session === undefined) throw invalid('outputs of a build go over a session: the parameter session is needed')
      const image = await builder.build(context, options, pullWith(registries, (domain) => authFor(auths, domain)), emit, signal)
      // Its progress has no place in the classic lines.
      if (session !== undefined) await exportImage(exporters, { session, progress: new BuildProgress(clock), tell: () => Promise.resolve() }, outputs, image, signal)
      return image
    },
    session: (id, connection) => builder.sessions.serve(id, connection),
    grpc: (connection) => buildkit.serve(connection),
    cached: () => builder.cached(),
    prune: (options) => builder.prune(options),
  }
}

/** The same for clients that speak BuildKit's protocol. */
export function buildKitBackend(builder: Builder, images: Images, registries: Registries): BuildKitBackend {
  return {
    platform: hostPlatform(),
    hostGateways: () => builder.hostGateways(),
    build: async (context, { credentials, cacheImports, ...options }, emit, signal) => {
      const cacheBesides = await importCaches(registries, cacheImports, options.platform, credentials, emit, signal)
      return builder.build(context, { ...options, cacheBesides }, pullWith(registries, credentials), emit, signal)
    },
    tag: (id, name) => images.tag(id, name, ''),
    manifest: (id) => images.store.find(id).manifest,
    push: async (name, credentials, progress, signal) => {
      const reference = withDefaultTag(parseReference(name))
      const { mediaType, digest, size } = await registries.push(reference, credentialsOf(await credentials(reference.domain)), progress, signal)
      return { mediaType, digest, size }
    },
    pushAs: async (id, name, credentials, progress, signal) => {
      const reference = parseReference(name)
      const { mediaType, digest, size } = await registries.pushAs(images.store.find(id).id, reference, credentialsOf(await credentials(reference.domain)), progress, signal)
      return { mediaType, digest, size }
    },
    save: (id, names, compatible, signal) => images.saveAs(id, names, compatible, signal),
    load: async (archive, platform, signal) => {
      const [record] = await loadImages(images.store, archive, { quiet: true, ...(platform !== undefined && { platform }) }, () => undefined, signal)
      return must(record, 'an archive that was loaded has an image').id
    },
    files: (id, signal) => builder.files(id, signal),
    findSession: (id, signal) => builder.sessions.find(id, signal),
    session: (id, connection) => builder.sessions.serve(id, connection),
    cached: () => builder.cached(),
    prune: (options) => builder.prune(options),
  }
}

/** Fetches images whose steps count, without giving them names; of those that cannot be had the client is told. */
async function importCaches(registries: Registries, names: readonly string[], platform: string | undefined, credentials: (domain: string) => Promise<AuthConfig>, emit: Emit, signal: AbortSignal): Promise<string[]> {
  const found: string[] = []
  for (const name of names) {
    const what = `importing cache from ${name}`
    try {
      const { domain, path } = parseReference(name)
      const access = credentialsOf(await credentials(domain))
      const { Descriptor: descriptor } = await registries.inspect(parseReference(name), access, signal)
      const digest = must(descriptor?.digest, 'a registry tells the digest of what it has')
      await registries.pull({ domain, path, digest }, { credentials: access, ...(platform !== undefined && { platform }) }, () => undefined, signal)
      found.push(`${domain}/${path}@${digest}`)
      await emit({ id: what, status: 'transfer complete', progressDetail: {} })
    } catch (thrown) {
      signal.throwIfAborted()
      await emit({ stream: `[Warning] ${what} failed: ${messageOf(thrown)}\n` })
    }
  }
  return found
}

function pullWith(registries: Registries, authOf: (domain: string) => AuthConfig | Promise<AuthConfig>): Pull {
  return async (name, platform, progress, signal) => {
    const reference = withDefaultTag(parseReference(name))
    const pull = { credentials: credentialsOf(await authOf(reference.domain)), ...(platform !== undefined && { platform }) }
    await registries.pull(reference, pull, progress, signal)
  }
}

/** The entry of a registry: clients name Docker's own by its old address. */
function authFor(auths: Readonly<Record<string, AuthConfig>>, domain: string): AuthConfig {
  const hub = domain === 'docker.io' || domain === 'index.docker.io'
  const hostOf = (address: string): string => address.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  const found = Object.entries(auths).find(([address]) => {
    const host = hostOf(address)
    return host === domain || (hub && (host === 'index.docker.io' || host === 'docker.io'))
  })
  return found?.[1] ?? {}
}
