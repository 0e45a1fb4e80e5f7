import { noun } from '../../command.js'
import { init } from './init.js'
import { join } from './join.js'
import { ca, joinToken, leave, unlock, unlockKey, update } from './tokens.js'

export const swarm = noun('swarm', 'Manage Swarm', [init, join, joinToken, leave, update, unlock, unlockKey, ca])
