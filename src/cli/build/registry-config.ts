import type { AuthConfig } from '../../model/engine-api/image.js'
import { DockerConfigFile, environmentAuths } from '../credentials/config-file.js'
import { CredentialStore, encodeAuth, registryKey } from '../credentials/store.js'

/** The value of `X-Registry-Config`: credentials of every registry that some are known of; undefined when none are. */
export async function registryConfig(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const registries = new Set([...Object.keys(DockerConfigFile.read(environment).auths), ...Object.keys(environmentAuths(environment))].map(registryKey))
  const store = new CredentialStore(environment)
  const known: Record<string, AuthConfig> = {}
  for (const registry of registries) {
    const auth = await store.get(registry)
    if (Object.keys(auth).length > 0) known[registry] = auth
  }
  return registries.size === 0 || Object.keys(known).length === 0 ? undefined : encodeAuth(known)
}
