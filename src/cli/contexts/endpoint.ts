import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { errnoOf, invalid, messageOf } from '../../base/errors.js'
import { flag, type FlagValues } from '../../base/flags.js'
import { defaultHost } from '../../client/host.js'
import type { ClientTls } from '../../client/http.js'
import { tlsParts, type TlsMaterial } from './archive.js'
import { ContextStore, defaultContextName, type StoredContext } from './store.js'

/** Flags that stand before the command. */
export const globalFlags = {
  config: flag.string('Location of client config files (default "~/.skep")'),
  context: flag.string(
    'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "skep context use")',
    { short: 'c' },
  ),
  debug: flag.bool('Enable debug mode', { short: 'D' }),
  host: flag.list('Daemon socket to connect to', { short: 'H' }),
  'log-level': flag.string('Set the logging level ("debug", "info", "warn", "error", "fatal")', { short: 'l', default: 'info' }),
  tls: flag.bool('Use TLS; implied by --tlsverify'),
  tlscacert: flag.string('Trust certs signed only by this CA (default "~/.skep/ca.pem")'),
  tlscert: flag.string('Path to TLS certificate file (default "~/.skep/cert.pem")'),
  tlskey: flag.string('Path to TLS key file (default "~/.skep/key.pem")'),
  tlsverify: flag.bool('Use TLS and verify the remote'),
  version: flag.bool('Print version information and quit', { short: 'v' }),
} as const

export type GlobalFlagValues = FlagValues<typeof globalFlags>

/** Where a daemon is and how to reach it. */
export interface Endpoint {
  host: string
  tls: ClientTls | undefined
}

/** The folder of contexts and certificates. */
export function configFolder(flags: GlobalFlagValues, environment: NodeJS.ProcessEnv): string {
  return flags.config ?? environment['SKEP_CONFIG'] ?? join(homedir(), '.skep')
}

/** The name of the context that flags, environment and `context use` choose, in that order. */
function contextName(flags: GlobalFlagValues, environment: NodeJS.ProcessEnv, store: ContextStore): string {
  if (flags.context !== undefined) {
    if (flags.host.length > 0) throw invalid('conflicting options: cannot specify both --host and --context')
    return flags.context
  }
  if (flags.host.length > 0 || environmentHost(environment) !== undefined) return defaultContextName
  return environment['SKEP_CONTEXT'] || store.current()
}

/** The same, with the store looked up. */
export function contextNameOf(flags: GlobalFlagValues, environment: NodeJS.ProcessEnv): string {
  return contextName(flags, environment, new ContextStore(configFolder(flags, environment)))
}

function environmentHost(environment: NodeJS.ProcessEnv): string | undefined {
  return environment['SKEP_HOST'] || environment['DOCKER_HOST'] || undefined
}

/** The daemon to talk to. Throws `notFound` for an unknown context and `invalid` for unreadable certificates. */
export function endpointOf(flags: GlobalFlagValues, environment: NodeJS.ProcessEnv): Endpoint {
  const store = new ContextStore(configFolder(flags, environment))
  const name = contextName(flags, environment, store)
  if (name !== defaultContextName) return storedEndpoint(store.get(name))
  if (flags.host.length > 1) throw invalid('specify only one -H')
  return { host: flags.host[0] ?? environmentHost(environment) ?? defaultHost, tls: flagTls(flags, environment) }
}

function storedEndpoint(context: StoredContext): Endpoint {
  const { host, tls } = context
  if (!tls) return { host, tls: undefined }
  const { ca, cert, key } = readTls(context)
  return { host, tls: { ca, cert, key, verify: tls.skipVerify !== true } }
}

/** The certificates and the key that a context names. Throws `invalid` for what cannot be read. */
export function readTls({ tls = {} }: StoredContext): TlsMaterial {
  const material: TlsMaterial = {}
  for (const part of tlsParts) {
    const text = pem(tls[part])
    if (text !== undefined) material[part] = text
  }
  return material
}

function flagTls(flags: GlobalFlagValues, environment: NodeJS.ProcessEnv): ClientTls | undefined {
  const verify = flags.tlsverify || (environment['DOCKER_TLS_VERIFY'] ?? '') !== ''
  if (!verify && !flags.tls) return undefined
  const folder = environment['DOCKER_CERT_PATH'] || configFolder(flags, environment)
  const read = (given: string | undefined, file: string): string | undefined => (given === undefined ? pemIfThere(join(folder, file)) : pem(given))
  return { ca: read(flags.tlscacert, 'ca.pem'), cert: read(flags.tlscert, 'cert.pem'), key: read(flags.tlskey, 'key.pem'), verify }
}

function pem(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    throw invalid(`could not read ${path}: ${messageOf(thrown)}`, thrown)
  }
}

function pemIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw invalid(`could not read ${path}: ${messageOf(thrown)}`, thrown)
  }
}
