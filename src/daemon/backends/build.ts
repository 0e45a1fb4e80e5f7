import type { BuildBackend } from '../../api/build/backend.js'
import type { BuildKitBackend } from '../../buildkit/backend.js'
import type { BuildKitServer } from '../../buildkit/server.js'
import type { AuthConfig } from '../../model/engine-api/image.js'
import type { Builder } from '../../../agent/build/builder.js'
import type { Pull } from '../../../agent/build/build-options.js'
import { hostPlatform } from '../../../agent/image/descriptor.js'
import type { Images } from '../../../agent/image/images.js'
import { parseReference, withDefaultTag } from '../../../agent/image/reference.js'
import type { Registries } from '../../../agent/image/registry/registries.js'
import { credentialsOf } from './images.js'

/** Builds, with base images fetched from registries as the client's credentials allow. */
export function buildBackend(builder: Builder, registries: Registries, buildkit: BuildKitServer): BuildBackend {
  return {
    build: (context, { auths, ...options }, emit, signal) => builder.build(context, options, pullWith(registries, (domain) => authFor(auths, domain)), emit, signal),
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
    build: (context, { credentials, ...options }, emit, signal) => builder.build(context, options, pullWith(registries, credentials), emit, signal),
    tag: (id, name) => images.tag(id, name, ''),
    manifest: (id) => images.store.find(id).manifest,
    push: async (name, credentials, progress, signal) => {
      const reference = withDefaultTag(parseReference(name))
      const { mediaType, digest, size } = await registries.push(reference, credentialsOf(await credentials(reference.domain)), progress, signal)
      return { mediaType, digest, size }
    },
    save: (id, names, compatible, signal) => images.saveAs(id, names, compatible, signal),
    files: (id, signal) => builder.files(id, signal),
    findSession: (id, signal) => builder.sessions.find(id, signal),
    session: (id, connection) => builder.sessions.serve(id, connection),
    cached: () => builder.cached(),
    prune: (options) => builder.prune(options),
  }
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
