import { ErrorKind, kindOf } from '../base/errors.js'
import type { AuthConfig } from '../model/engine-api/image.js'
import type { BuildKitBackend } from './backend.js'
import { buildkit } from './gen/buildkit.js'

const answerBytesMax = 256 * 1024

/** What a client has for a registry: `moby.filesync.v1.Auth/Credentials` (github.com/moby/buildkit, session/auth). */
export async function clientCredentials(backend: Pick<BuildKitBackend, 'findSession'>, sessionId: string, domain: string, signal: AbortSignal): Promise<AuthConfig> {
  const host = domain === 'docker.io' || domain === 'index.docker.io' ? 'registry-1.docker.io' : domain
  const session = await backend.findSession(sessionId, signal)
  try {
    const request = Buffer.from(buildkit.session.CredentialsRequest.encode({ host }).finish())
    const { username, secret } = buildkit.session.CredentialsResponse.decode(await session.unary('/moby.filesync.v1.Auth/Credentials', request, answerBytesMax))
    if (secret === '') return {}
    // Without a user it is a token that the registry gave.
    return username === '' ? { identitytoken: secret } : { username, password: secret }
  } catch (thrown) {
    if (kindOf(thrown) === ErrorKind.unsupported) return {}
    throw thrown
  }
}
