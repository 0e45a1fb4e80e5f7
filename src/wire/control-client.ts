import type { Control } from '../model/control.js'
import type { ControlMethods, ListPart } from './control-service.js'
import type { Client } from './service-table.js'

/** Somewhat longer than a node is given. */
const askTimeoutMs = 70_000

/** A `Control` that is somewhere else: the same promises and the same errors. */
export function controlClient(client: Client<ControlMethods>): Control {
  return {
    getCluster: () => client.getCluster({}),
    updateCluster: (version, spec, rotate) => client.updateCluster({ version, spec, rotate }),

    listNodes: () => all(client.listNodes({})),
    getNode: (ref) => client.getNode({ ref }),
    updateNode: (id, version, spec) => client.updateNode({ id, version, spec }),
    removeNode: (ref, force) => done(client.removeNode({ ref, force })),

    listServices: () => all(client.listServices({})),
    getService: (ref) => client.getService({ ref }),
    createService: (spec) => client.createService({ spec }),
    updateService: (id, version, spec, rollback) => client.updateService({ id, version, spec, rollback }),
    removeService: (ref) => done(client.removeService({ ref })),
    serviceStatuses: async (ids) => {
      const counts = {}
      for await (const part of client.serviceStatuses({ ids })) Object.assign(counts, part.counts)
      return counts
    },

    askNode: async (nodeId, kind, body, signal) => (await client.askNode({ nodeId, kind, body }, { timeoutMs: askTimeoutMs, ...(signal && { signal }) })).body,

    listTasks: (select) => all(client.listTasks(select ?? {})),
    getTask: (ref) => client.getTask({ ref }),
    removeTask: (ref) => done(client.removeTask({ ref })),

    listNetworks: () => all(client.listNetworks({})),
    getNetwork: (ref) => client.getNetwork({ ref }),
    createNetwork: (spec) => client.createNetwork({ spec }),
    removeNetwork: (ref) => done(client.removeNetwork({ ref })),

    listSecrets: () => all(client.listSecrets({})),
    getSecret: (ref) => client.getSecret({ ref }),
    createSecret: (spec) => client.createSecret({ spec }),
    updateSecret: (id, version, spec) => client.updateSecret({ id, version, spec }),
    removeSecret: (ref) => done(client.removeSecret({ ref })),

    listConfigs: () => all(client.listConfigs({})),
    getConfig: (ref) => client.getConfig({ ref }),
    createConfig: (spec) => client.createConfig({ spec }),
    updateConfig: (id, version, spec) => client.updateConfig({ id, version, spec }),
    removeConfig: (ref) => done(client.removeConfig({ ref })),

    watch: async function* (signal) {
      for await (const { events } of client.watch({}, { signal })) yield* events
    },
    serviceLogs: async function* (selector, options, signal) {
      for await (const { messages } of client.serviceLogs({ selector, options }, { signal })) yield messages
    },
  }
}

async function all<T>(stream: AsyncIterable<ListPart<T>>): Promise<T[]> {
  const items: T[] = []
  for await (const part of stream) for (const item of part.items) items.push(item)
  return items
}

async function done(call: Promise<unknown>): Promise<void> {
  await call
}
