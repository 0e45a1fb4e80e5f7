import type { Readable } from 'node:stream'
import type { ProgressMessage } from '../../src/api/images/backend.js'
import type { PluginPullRequest, PluginsBackend } from '../../src/api/plugins/backend.js'
import { conflict, invalid, notFound } from '../../src/base/errors.js'
import type { Plugin } from '../../src/model/engine-api/plugin.js'

/** A plugin as the API shows one. */
export function shownPlugin(name: string, over: Partial<Plugin> = {}): Plugin {
  return {
    Id: '7'.repeat(64),
    Name: name,
    Enabled: false,
    PluginReference: `docker.io/${name}`,
    Settings: { Mounts: [], Env: ['DEBUG=0'], Args: [], Devices: [] },
    Config: {
      Description: 'a driver of folders',
      Documentation: '',
      Interface: { Types: ['docker.volumedriver/1.0'], Socket: 'folders.sock' },
      Entrypoint: ['/folders'],
      WorkDir: '',
      User: {},
      Network: { Type: 'host' },
      Linux: { Capabilities: ['CAP_SYS_ADMIN'], AllowAllDevices: false, Devices: [] },
      PropagatedMount: '/mnt',
      IpcHost: false,
      PidHost: false,
      Mounts: [],
      Env: [{ Name: 'DEBUG', Description: '', Settable: ['value'], Value: '0' }],
      Args: { Name: '', Description: '', Settable: [], Value: [] },
    },
    ...over,
  }
}

/** Plugins as they would be; nothing runs. */
export class FakePlugins implements PluginsBackend {
  readonly plugins = new Map<string, Plugin>()
  readonly created: { name: string; bytes: number }[] = []
  readonly pulls: { name: string; request: PluginPullRequest }[] = []
  readonly timeouts: number[] = []

  add(name: string, over: Partial<Plugin> = {}): Plugin {
    const plugin = shownPlugin(name, over)
    this.plugins.set(name, plugin)
    return plugin
  }

  list() {
    return [...this.plugins.values()]
  }

  inspect(ref: string) {
    const found = this.plugins.get(ref) ?? this.plugins.get(`${ref}:latest`)
    if (!found) throw notFound(`plugin ${JSON.stringify(ref)} not found`)
    return found
  }

  async privileges(remote: string) {
    if (remote.includes('image')) throw invalid(`did not find plugin config for specified reference ${remote}`)
    return [
      { Name: 'network', Description: 'permissions to access a network', Value: ['host'] },
      { Name: 'capabilities', Description: 'list of additional capabilities required', Value: ['CAP_SYS_ADMIN'] },
    ]
  }

  localName(remote: string, name: string | undefined) {
    const chosen = name ?? remote.replace(/^docker\.io\//, '')
    return /:[^/]*$/.test(chosen) ? chosen : `${chosen}:latest`
  }

  async pull(name: string, request: PluginPullRequest, progress: (message: ProgressMessage) => void) {
    if (this.plugins.has(name)) throw conflict(`plugin ${name} already exists`)
    if (request.privileges.length !== 2) throw invalid('incorrect privileges')
    this.pulls.push({ name, request })
    progress({ status: 'Pulling fs layer', progressDetail: {}, id: 'abc' })
    progress({ status: 'Digest: sha256:abc' })
    this.add(name, { PluginReference: request.remote })
  }

  async upgrade(ref: string, request: PluginPullRequest, progress: (message: ProgressMessage) => void) {
    const plugin = this.inspect(ref)
    if (plugin.Enabled) throw conflict(`plugin must be disabled before upgrading: plugin ${plugin.Name} is enabled`)
    progress({ status: 'Digest: sha256:def' })
    plugin.PluginReference = request.remote
  }

  async create(name: string, archive: Readable) {
    let bytes = 0
    for await (const piece of archive as AsyncIterable<Buffer>) bytes += piece.length
    this.created.push({ name, bytes })
    this.add(/:[^/]*$/.test(name) ? name : `${name}:latest`)
  }

  async push(ref: string, _auth: object, progress: (message: ProgressMessage) => void) {
    progress({ status: `The push refers to repository [docker.io/${this.inspect(ref).Name.replace(/:.*/, '')}]` })
  }

  async enable(ref: string, timeoutSeconds: number) {
    const plugin = this.inspect(ref)
    if (plugin.Enabled) throw conflict(`plugin already enabled: plugin ${plugin.Name} is enabled`)
    this.timeouts.push(timeoutSeconds)
    plugin.Enabled = true
  }

  async disable(ref: string) {
    const plugin = this.inspect(ref)
    if (!plugin.Enabled) throw conflict(`plugin is already disabled: plugin ${plugin.Name} found but disabled`)
    plugin.Enabled = false
  }

  async remove(ref: string, force: boolean) {
    const plugin = this.inspect(ref)
    if (plugin.Enabled && !force) throw conflict(`plugin ${plugin.Name} is enabled`)
    this.plugins.delete(plugin.Name)
  }

  async set(ref: string, changes: string[]) {
    const plugin = this.inspect(ref)
    plugin.Settings = { ...plugin.Settings, Env: changes }
  }
}
