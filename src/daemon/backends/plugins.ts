import type { PluginsBackend } from '../../api/plugins/backend.js'
import type { PluginManager } from '../../../agent/plugin/plugin-manager.js'
import { credentialsOf } from './images.js'

/** Plugins of this host and of registries, as the API asks for them. */
export function pluginsBackend(plugins: PluginManager): PluginsBackend {
  return {
    list: () => plugins.list(),
    inspect: (ref) => plugins.inspect(ref),
    privileges: (remote, auth, signal) => plugins.privileges(remote, credentialsOf(auth), signal),
    localName: (remote, name) => plugins.localName(remote, name),
    pull: (name, { remote, privileges, auth }, progress, signal) => plugins.pull(remote, { name, privileges, credentials: credentialsOf(auth) }, progress, signal),
    upgrade: (ref, { remote, privileges, auth }, progress, signal) => plugins.upgrade(ref, remote, { privileges, credentials: credentialsOf(auth) }, progress, signal),
    create: (name, archive, signal) => plugins.create(name, archive, signal),
    push: (ref, auth, progress, signal) => plugins.push(ref, credentialsOf(auth), progress, signal),
    enable: (ref, timeoutSeconds) => plugins.enable(ref, timeoutSeconds),
    disable: (ref, force) => plugins.disable(ref, force),
    remove: (ref, force) => plugins.remove(ref, force),
    set: (ref, changes) => plugins.set(ref, changes),
  }
}
