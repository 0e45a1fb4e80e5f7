import { indexKey, referenceKeys, slotKey, table } from '../table.js'
import { configsOf, networksOf, secretsOf } from './references.js'

export const taskTable = table('task', {
  // A task's usual name ends in its id, by which it is found: only given names need an index.
  name: (task) => (task.annotations.name !== '' ? task.annotations.name : undefined),
  indexes: {
    slot: (task) => (task.serviceId === '' ? [] : [indexKey(task.serviceId, slotKey(task.slot))]),
    node: (task) => [task.nodeId],
    uses: ({ spec, networks }) => [
      ...referenceKeys('network', [...networksOf(spec), ...networks.map((attachment) => attachment.network.id)]),
      ...referenceKeys('secret', secretsOf(spec)),
      ...referenceKeys('config', configsOf(spec)),
    ],
  },
})
