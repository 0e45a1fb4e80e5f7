import { table } from '../table.js'

export const clusterTable = table('cluster', { name: (cluster) => cluster.spec.name, uniqueNames: true })
