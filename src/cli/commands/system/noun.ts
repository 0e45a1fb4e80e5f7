import { noun } from '../../command.js'
import { df } from './df.js'
import { dialStdio } from './dial-stdio.js'
import { events } from './events.js'
import { info } from './info.js'
import { prune } from './prune.js'

export const system = noun('system', 'Manage skep', [df, events, info, prune, dialStdio])
