import { noun } from '../../command.js'
import { ca } from './ca.js'
import { init } from './init.js'
import { join } from './join.js'
import { joinToken, leave, unlock, unlockKey, update } from './tokens.js'

export const swarm = noun('swarm', 'Manage Swarm', [init, join, joinToken, leave, update, unlock, unlockKey, ca])
