import { table } from '../table.js'

/** Several hosts may have the same name: people then tell nodes apart by id. */
export const nodeTable = table('node', {
  name: (node) => (node.spec.name !== '' ? node.spec.name : node.description?.hostname),
})
