import type { Plugin, PluginConfig, PluginSettings } from '../../src/model/engine-api/plugin.js'
import { chainIds } from '../image/descriptor.js'
import type { PluginContent } from '../image/registry/plugins.js'

/** What is kept of a plugin across restarts of the daemon. */
export interface PluginRecord {
  /** 64 hexadecimal characters. */
  id: string
  /** As people write it, with its tag: `vieux/sshfs:latest`. */
  name: string
  /** Where it came from: `docker.io/vieux/sshfs:latest`; its own name when it was made here. */
  reference: string
  enabled: boolean
  /** How long a call of it may take, in seconds; 0 leaves it to the caller. */
  timeoutSeconds: number
  config: PluginConfig
  settings: PluginSettings
  content: PluginContent
  /** The key of its writable layer. */
  rootfs: string
}

/** As the Engine API shows it. */
export function shownPlugin({ id, name, reference, enabled, config, settings }: PluginRecord): Plugin {
  return { Id: id, Name: name, Enabled: enabled, Settings: settings, PluginReference: reference, Config: config }
}

/** What must not be collected while the plugin is here: blobs, and layers by their chain ids. */
export function contentKeys({ manifest, config, layers }: PluginContent): string[] {
  return [manifest.digest, config, ...layers.map(({ digest }) => digest), ...chainIds(layers.map(({ diffId }) => diffId))]
}
