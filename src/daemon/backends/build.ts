import type { BuildBackend } from '../../api/build/backend.js'
import type { AuthConfig } from '../../model/engine-api/image.js'
import type { Builder } from '../../../agent/build/builder.js'
import { parseReference, withDefaultTag } from '../../../agent/image/reference.js'
import type { Registries } from '../../../agent/image/registry/registries.js'
import { credentialsOf } from './images.js'

/** Builds, with base images fetched from registries as the client's credentials allow. */
export function buildBackend(builder: Builder, registries: Registries): BuildBackend {
  return {
    build: async (context, { auths, ...options }, emit, signal) =>
      builder.build(
        context,
        options,
        async (name, platform, progress, pullSignal) => {
          const reference = withDefaultTag(parseReference(name))
          const pull = { credentials: credentialsOf(authFor(auths, reference.domain)), ...(platform !== undefined && { platform }) }
          await registries.pull(reference, pull, progress, pullSignal)
        },
        emit,
        signal,
      ),
    session: (id, connection) => builder.sessions.serve(id, connection),
    cached: () => builder.cached(),
    prune: (options) => builder.prune(options),
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
