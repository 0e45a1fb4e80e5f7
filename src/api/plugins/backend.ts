import type { Readable } from 'node:stream'
import type { AuthConfig } from '../../model/engine-api/image.js'
import type { Plugin, PluginPrivilege } from '../../model/engine-api/plugin.js'
import type { ProgressMessage } from '../images/backend.js'

/** What installing a plugin from a registry takes. */
export interface PluginPullRequest {
  /** Where it is in a registry: a name with a tag or a digest. */
  remote: string
  auth: AuthConfig
  /** What the user grants. */
  privileges: PluginPrivilege[]
}

/**
 * What the plugin endpoints need of the engine. `ref` is a name with or without its tag, an id or a unique start of one; every method
 * throws `notFound` for others, and `conflict` for what the plugin's state forbids.
 */
export interface PluginsBackend {
  list(): Plugin[]
  inspect(ref: string): Plugin
  privileges(remote: string, auth: AuthConfig, signal: AbortSignal): Promise<PluginPrivilege[]>
  /** The name that a plugin gets here, with its tag; `name` is what was asked for, if anything. Throws `invalid`. */
  localName(remote: string, name: string | undefined): string
  pull(name: string, request: PluginPullRequest, progress: (message: ProgressMessage) => void, signal: AbortSignal): Promise<void>
  upgrade(ref: string, request: PluginPullRequest, progress: (message: ProgressMessage) => void, signal: AbortSignal): Promise<void>
  /** A tar archive of `config.json` and `rootfs`, compressed or not. */
  create(name: string, archive: Readable, signal: AbortSignal): Promise<void>
  push(ref: string, auth: AuthConfig, progress: (message: ProgressMessage) => void, signal: AbortSignal): Promise<void>
  /** `timeoutSeconds` limits what the plugin is asked; 0 is no limit of its own. */
  enable(ref: string, timeoutSeconds: number): Promise<void>
  disable(ref: string, force: boolean): Promise<void>
  remove(ref: string, force: boolean): Promise<void>
  /** `name[.field]=value` each. */
  set(ref: string, changes: string[]): Promise<void>
}
