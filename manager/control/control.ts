import type { Control } from '../../src/model/control.js'
import { resolve } from '../store/resolve.js'
import { ClusterControl } from './clusters.js'
import type { ControlDeps } from './deps.js'
import { ConfigControl, SecretControl } from './files.js'
import { NetworkControl } from './networks.js'
import { NodeControl } from './nodes.js'
import { ServiceControl } from './services.js'
import { TaskControl } from './tasks.js'
import { watchCluster } from './watch.js'

/**
 * The control API on the leader: checks what is asked against the store and writes it there. What
 * follows from a change is the business of the loops that watch the store.
 */
export function createControl(deps: ControlDeps): Control {
  const clusters = new ClusterControl(deps)
  const nodes = new NodeControl(deps)
  const services = new ServiceControl(deps)
  const tasks = new TaskControl(deps)
  const networks = new NetworkControl(deps)
  const secrets = new SecretControl(deps)
  const configs = new ConfigControl(deps)
  return {
    getCluster: async () => clusters.get(),
    updateCluster: async (version, spec, rotate) => clusters.update(version, spec, rotate),

    listNodes: async () => nodes.list(),
    getNode: async (ref) => nodes.get(ref),
    updateNode: async (id, version, spec) => nodes.update(id, version, spec),
    removeNode: async (ref, force) => nodes.remove(ref, force),

    listServices: async () => services.list(),
    getService: async (ref) => services.get(ref),
    createService: async (spec) => services.create(spec),
    updateService: async (id, version, spec, rollback) => services.update(id, version, spec, rollback),
    removeService: async (ref) => services.remove(ref),
    serviceStatuses: async (ids) => services.statuses(ids),

    askNode: async (ref, kind, body, signal) => deps.askNode(nodes.get(ref).id, kind, body, signal),

    listTasks: async (select) => tasks.list(select),
    getTask: async (ref) => tasks.get(ref),
    removeTask: async (ref) => tasks.remove(ref),

    listNetworks: async () => networks.list(),
    getNetwork: async (ref) => networks.get(ref),
    createNetwork: async (spec) => networks.create(spec),
    removeNetwork: async (ref) => networks.remove(ref),

    listSecrets: async () => secrets.list(),
    getSecret: async (ref) => secrets.get(ref),
    createSecret: async (spec) => secrets.create(spec),
    updateSecret: async (id, version, spec) => secrets.update(id, version, spec),
    removeSecret: async (ref) => secrets.remove(ref),

    listConfigs: async () => configs.list(),
    getConfig: async (ref) => configs.get(ref),
    createConfig: async (spec) => configs.create(spec),
    updateConfig: async (id, version, spec) => configs.update(id, version, spec),
    removeConfig: async (ref) => configs.remove(ref),

    watch: (signal) => watchCluster(deps.store, deps.clock, signal),
    serviceLogs: async function* (selector, options, signal) {
      const view = deps.store.view()
      const resolved = {
        serviceIds: selector.serviceIds.map((ref) => resolve(view, 'service', ref).id),
        taskIds: selector.taskIds.map((ref) => resolve(view, 'task', ref).id),
        nodeIds: selector.nodeIds.map((ref) => resolve(view, 'node', ref).id),
      }
      yield* deps.serviceLogs(resolved, options, signal)
    },
  }
}
