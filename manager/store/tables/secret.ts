import { table } from '../table.js'

export const secretTable = table('secret', { name: (secret) => secret.spec.name, uniqueNames: true })
