import { referenceKeys, table } from '../table.js'
import { configsOf, networksOf, secretsOf } from './references.js'

export const serviceTable = table('service', {
  name: (service) => service.spec.name,
  uniqueNames: true,
  indexes: {
    uses: ({ spec }) => [
      ...referenceKeys('network', [...networksOf(spec.task), ...spec.networks.map((network) => network.target)]),
      ...referenceKeys('secret', secretsOf(spec.task)),
      ...referenceKeys('config', configsOf(spec.task)),
    ],
  },
})
