import { table } from '../table.js'

export const configTable = table('config', { name: (config) => config.spec.name, uniqueNames: true })
