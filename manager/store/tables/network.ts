import { table } from '../table.js'

/** A network that only waits for its last tasks to end leaves its name to others. */
export const networkTable = table('network', { name: (network) => (network.pendingDelete ? undefined : network.spec.name), uniqueNames: true })
