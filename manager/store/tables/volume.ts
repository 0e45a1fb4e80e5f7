import { table } from '../table.js'

export const volumeTable = table('volume', { name: (volume) => volume.spec.name, uniqueNames: true })
