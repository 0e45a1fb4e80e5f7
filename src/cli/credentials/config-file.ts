import { mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { errnoOf, invalid, messageOf } from '../../base/errors.js'
import { writeFileAtomic } from '../../sys/atomic-file.js'

type Json = Record<string, unknown>

const fileBytesMax = 16 * 1024 * 1024

/** The names that proxies have in the file, and those of the variables that programs in containers look for. */
const proxyVariables = { httpProxy: 'HTTP_PROXY', httpsProxy: 'HTTPS_PROXY', noProxy: 'NO_PROXY', ftpProxy: 'FTP_PROXY', allProxy: 'ALL_PROXY' } as const

/** What stands for one registry in `auths`. */
export interface StoredAuth {
  /** `name:password` in base 64. */
  auth?: string
  identitytoken?: string
  registrytoken?: string
}

/**
 * Docker's `config.json`: credentials of registries, the programs that keep them, and proxies. Keys that mean nothing
 * here stay as they are. Throws `invalid` for a file that cannot be read.
 */
export class DockerConfigFile {
  private constructor(
    readonly path: string,
    private readonly content: Json,
  ) {}

  static read(environment: NodeJS.ProcessEnv): DockerConfigFile {
    const path = join(environment['DOCKER_CONFIG'] || join(environment['HOME'] || homedir(), '.docker'), 'config.json')
    try {
      if (statSync(path).size > fileBytesMax) throw invalid(`${path} has more than ${fileBytesMax} bytes`)
      return new DockerConfigFile(path, objectOf(readFileSync(path, 'utf8'), path))
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return new DockerConfigFile(path, {})
      throw invalid(`cannot read docker's configuration: ${messageOf(thrown)}`, thrown)
    }
  }

  get auths(): Readonly<Record<string, StoredAuth>> {
    return authsOf(this.content['auths'])
  }

  /** The name of the program that keeps the credentials of this registry: `pass` for `docker-credential-pass`. */
  helperOf(registry: string): string | undefined {
    const helpers = isObject(this.content['credHelpers']) ? this.content['credHelpers'] : {}
    const own = helpers[hostOf(registry)] ?? helpers[registry]
    if (typeof own === 'string' && own !== '') return own
    const general = this.content['credsStore']
    return typeof general === 'string' && general !== '' ? general : undefined
  }

  /** The variables for proxies of builds and containers of the daemon at `host()`, by their names in capitals. */
  proxiesOf(host: () => string): Readonly<Record<string, string>> {
    const { proxies } = this.content
    if (!isObject(proxies)) return {}
    const own = proxies[host()] ?? proxies['default']
    if (!isObject(own)) return {}
    const value = (key: string): string => (typeof own[key] === 'string' ? own[key] : '')
    return Object.fromEntries(Object.entries(proxyVariables).flatMap(([key, name]) => (value(key) === '' ? [] : [[name, value(key)]])))
  }

  /** Puts an entry there, or takes it out when it is undefined, and writes the file. */
  async setAuth(registry: string, entry: StoredAuth | undefined): Promise<void> {
    const auths: Json = isObject(this.content['auths']) ? { ...this.content['auths'] } : {}
    if (entry === undefined) delete auths[registry]
    else auths[registry] = entry
    if (Object.keys(auths).length === 0) delete this.content['auths']
    else this.content['auths'] = auths
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    await writeFileAtomic(linkTarget(this.path), `${JSON.stringify(this.content, undefined, '\t')}\n`, 0o600)
  }
}

/** `auths` given as JSON in the environment (`DOCKER_AUTH_CONFIG`), which comes before the file. Throws `invalid`. */
export function environmentAuths(environment: NodeJS.ProcessEnv): Readonly<Record<string, StoredAuth>> {
  const text = environment['DOCKER_AUTH_CONFIG']
  return text === undefined || text === '' ? {} : authsOf(objectOf(text, 'DOCKER_AUTH_CONFIG')['auths'])
}

/** A registry's key without scheme and path: old files have URLs there. */
export function hostOf(registry: string): string {
  return registry.replace(/^https?:\/\//, '').split('/', 1)[0] ?? ''
}

function authsOf(value: unknown): Record<string, StoredAuth> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).map(([registry, entry]) => {
      const text = (key: keyof StoredAuth): StoredAuth => {
        const found = isObject(entry) ? entry[key] : undefined
        return typeof found === 'string' && found !== '' ? { [key]: found } : {}
      }
      return [registry, { ...text('auth'), ...text('identitytoken'), ...text('registrytoken') }]
    }),
  )
}

function objectOf(text: string, what: string): Json {
  try {
    const parsed: unknown = text.trim() === '' ? {} : JSON.parse(text)
    if (isObject(parsed)) return parsed
  } catch (cause) {
    throw invalid(`${what} is not JSON: ${messageOf(cause)}`, cause)
  }
  throw invalid(`${what} is not a JSON object`)
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A configuration that is a link stays one. */
function linkTarget(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
