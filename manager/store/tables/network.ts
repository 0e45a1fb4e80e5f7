import { table } from '../table.js'

export const networkTable = table('network', { name: (network) => network.spec.name, uniqueNames: true })
