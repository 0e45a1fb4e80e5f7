import type { AuthConfig } from '../../model/engine-api/image.js'
import type { Context } from '../context.js'
import { DockerConfigFile, environmentAuths, hostOf, type StoredAuth } from './config-file.js'
import { CredentialHelper, tokenUser } from './helper.js'

/** What Docker Hub is filed under. */
export const hubKey = 'https://index.docker.io/v1/'

/** The registry of an image's name, as credentials are filed. */
export function registryOf(image: string): string {
  const slash = image.indexOf('/')
  const first = slash < 0 ? '' : image.slice(0, slash)
  if (!/[.:]/.test(first) && first !== 'localhost') return hubKey
  return registryKey(first)
}

/** A registry as a user names it, as credentials are filed: without scheme and path; Docker Hub by its URL. */
export function registryKey(server: string): string {
  const host = hostOf(server)
  return host === '' || host === 'docker.io' || host === 'index.docker.io' || host === 'registry-1.docker.io' ? hubKey : host
}

/** Credentials of registries as docker keeps them: in its `config.json`, or with the programs that it names. */
export class CredentialStore {
  private readonly file: DockerConfigFile

  /** Throws `invalid` for a configuration that cannot be read. */
  constructor(private readonly environment: NodeJS.ProcessEnv) {
    this.file = DockerConfigFile.read(environment)
  }

  get path(): string {
    return this.file.path
  }

  /** The program that keeps those of this registry; undefined: the file does. */
  helperName(registry: string): string | undefined {
    return this.file.helperOf(registry)
  }

  /** Empty when there are none. Throws what a helper reports. */
  async get(registry: string): Promise<AuthConfig> {
    const given = entryFor(environmentAuths(this.environment), registry)
    if (given) return authConfig(registry, given)
    const helper = this.helper(registry)
    if (!helper) return authConfig(registry, entryFor(this.file.auths, registry) ?? {})
    const found = await helper.get(registry)
    if (!found) return {}
    const { username, secret } = found
    return { ...(username === tokenUser ? { identitytoken: secret } : { username, password: secret }), serveraddress: registry }
  }

  async set(registry: string, { username = '', password = '', identitytoken }: AuthConfig): Promise<void> {
    const helper = this.helper(registry)
    const token = identitytoken !== undefined && identitytoken !== ''
    if (helper) {
      await helper.store(registry, token ? { username: tokenUser, secret: identitytoken } : { username, secret: password })
      // The file says only that there are some.
      await this.file.setAuth(registry, {})
      return
    }
    const auth = Buffer.from(`${username}:${token ? '' : password}`).toString('base64')
    await this.file.setAuth(registry, { auth, ...(token && { identitytoken }) })
  }

  async erase(registry: string): Promise<void> {
    await this.helper(registry)?.erase(registry)
    for (const key of Object.keys(this.file.auths)) if (key === registry || hostOf(key) === registry) await this.file.setAuth(key, undefined)
  }

  private helper(registry: string): CredentialHelper | undefined {
    const name = this.file.helperOf(registry)
    return name === undefined ? undefined : new CredentialHelper(name, this.environment)
  }
}

/** The value of `X-Registry-Auth` for an image; undefined when nothing is known of its registry. */
export async function registryAuthOf({ environment }: Pick<Context, 'environment'>, image: string): Promise<string | undefined> {
  const auth = await new CredentialStore(environment).get(registryOf(image))
  return Object.keys(auth).length === 0 ? undefined : encodeAuth(auth)
}

/** Credentials of one registry, or of each by its name, as JSON in base 64 for URLs: as the API wants them. */
export function encodeAuth(auth: AuthConfig | Record<string, AuthConfig>): string {
  return Buffer.from(JSON.stringify(auth)).toString('base64url')
}

function entryFor(auths: Readonly<Record<string, StoredAuth>>, registry: string): StoredAuth | undefined {
  const exact = auths[registry]
  if (exact) return exact
  return Object.entries(auths).find(([key]) => hostOf(key) === hostOf(registry))?.[1]
}

function authConfig(registry: string, { auth, identitytoken, registrytoken }: StoredAuth): AuthConfig {
  const pair = auth === undefined ? '' : Buffer.from(auth, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon <= 0 && identitytoken === undefined && registrytoken === undefined) return {}
  return {
    ...(colon > 0 && { username: pair.slice(0, colon), password: pair.slice(colon + 1) }),
    ...(identitytoken !== undefined && { identitytoken }),
    ...(registrytoken !== undefined && { registrytoken }),
    serveraddress: registry,
  }
}
